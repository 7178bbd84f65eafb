# An app for gunicorn, which drains by itself and reads PORT: cd examples/servers && ebb check -- gunicorn --threads 32 wsgi:app
import time


def app(environ, start_response):
    time.sleep(0.5)
    start_response("200 OK", [("Content-Length", "5")])
    return [b"done\n"]
