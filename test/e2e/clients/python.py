# What users of fal_client write: nothing in it knows of a sandbox.
import asyncio
import json
import os
import tempfile

import fal_client

said = []
said.append(fal_client.run("local/demo", arguments={"a": 1}))
said.append(fal_client.subscribe("local/demo", arguments={"b": 2}))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "a.txt")
    with open(path, "w") as file:
        file.write("a text")
    url = fal_client.upload_file(path)
import httpx

said.append(httpx.get(url).text)
with fal_client.realtime("local/demo") as connection:
    connection.send({"c": 3})
    said.append(connection.recv())


async def main():
    said.append(await fal_client.run_async("local/demo", arguments={"d": 4}))
    async with fal_client.realtime_async("local/demo") as connection:
        await connection.send({"e": 5})
        said.append(await connection.recv())


asyncio.run(main())
print(json.dumps(said))
