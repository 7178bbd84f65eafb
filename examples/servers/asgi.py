# An app for uvicorn, which drains by itself: cd examples/servers && ebb check -- sh -c 'exec uvicorn asgi:app --port "$PORT"'
import asyncio


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"done\n"})
