# A server that drains, with nothing but Python: ebb check -- python3 examples/servers/threads.py
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.5)
        body = b"done\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    # Threads of a daemon kind are not waited for: their requests would be cut.
    daemon_threads = False
    request_queue_size = 128


server = Server(("", int(os.environ["PORT"])), Handler)
# From a thread of its own: shutdown() waits for serve_forever(), which the handler of a signal interrupts.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
server.server_close()
