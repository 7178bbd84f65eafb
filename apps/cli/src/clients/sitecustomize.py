"""Written by ebb: what a program asks of the platform's hosts goes to the sandbox instead, by httpx, urllib and websockets.

Python loads it by itself from a folder of PYTHONPATH. It imports none of them before the program does.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys

SANDBOX = "http://localhost:8787"
PLATFORM = re.compile(r"^(?:http|ws)s?://((?:[\w-]+\.)*fal\.(?:run|ai|media))(?::\d+)?(?=[/?]|$)")
# fal.toolkit asks FAL_REST_HOST, which is the port without TLS, by https.
REST = "https://%s/" % SANDBOX.partition("://")[2]
RUN_HOST = os.environ.get("FAL_RUN_HOST", "fal.run")


def in_sandbox(address):
    """Where that address is in the sandbox; the address itself if it is not the platform's."""
    # Releases of fal_client before FAL_QUEUE_RUN_HOST put `queue.` before the other host.
    queue = "https://queue.%s/" % RUN_HOST
    if address.startswith(queue):
        return "%s/queue.fal.run/%s" % (SANDBOX, address[len(queue):])
    if address.startswith(REST):
        return "%s/rest.fal.ai/%s" % (SANDBOX, address[len(REST):])
    return PLATFORM.sub(lambda found: "%s/%s" % (SANDBOX, found.group(1)), address)


def socket_in_sandbox(address):
    """The same for a WebSocket."""
    # fal.apps puts `ws.` before the host, a name below localhost that not every machine resolves.
    framed = "wss://ws.%s/" % RUN_HOST
    if address.startswith(framed):
        address = "wss://ws.fal.run/%s" % address[len(framed):]
    here = in_sandbox(address)
    return address if here == address else here.replace("http", "ws", 1)


def redirect_httpx(httpx):
    for client in (httpx.Client, httpx.AsyncClient):
        build = client.build_request

        def build_request(self, method, url, *args, _build=build, **kwargs):
            request = _build(self, method, url, *args, **kwargs)
            address = in_sandbox(str(request.url))
            if address == str(request.url):
                return request
            # The header Host was made for the other address.
            request.url = httpx.URL(address)
            request.headers["host"] = request.url.netloc.decode("ascii")
            return request

        client.build_request = build_request


def redirect_urllib(module):
    open_any = module.OpenerDirector.open

    def open_here(self, fullurl, *args, **kwargs):
        if isinstance(fullurl, str):
            return open_any(self, in_sandbox(fullurl), *args, **kwargs)
        fullurl.full_url = in_sandbox(fullurl.full_url)
        return open_any(self, fullurl, *args, **kwargs)

    module.OpenerDirector.open = open_here


def redirect_sync_sockets(module):
    connect = module.connect

    def connect_here(uri, *args, **kwargs):
        return connect(socket_in_sandbox(uri), *args, **kwargs)

    module.connect = connect_here


def redirect_async_sockets(module):
    begin = module.connect.__init__

    def begin_here(self, uri, *args, **kwargs):
        begin(self, socket_in_sandbox(uri), *args, **kwargs)

    module.connect.__init__ = begin_here


REDIRECTED = {
    "httpx": redirect_httpx,
    "urllib.request": redirect_urllib,
    "websockets.sync.client": redirect_sync_sockets,
    "websockets.asyncio.client": redirect_async_sockets,
    "websockets.legacy.client": redirect_async_sockets,
}


class Redirecting(importlib.abc.MetaPathFinder):
    """Redirects a module of those when it has just been loaded."""

    def find_spec(self, fullname, path=None, target=None):
        redirect = REDIRECTED.pop(fullname, None)
        if redirect is None:
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            redirect(module)

        spec.loader.exec_module = exec_module
        return spec


def load_the_one_behind():
    """The sitecustomize that Python would have loaded without this one."""
    here = os.path.dirname(os.path.abspath(__file__))
    others = [folder for folder in sys.path if os.path.abspath(folder) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


sys.meta_path.insert(0, Redirecting())
for name in [name for name in REDIRECTED if name in sys.modules]:
    REDIRECTED.pop(name)(sys.modules[name])
load_the_one_behind()
