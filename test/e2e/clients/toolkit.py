# How fal.toolkit uploads (projects/fal/src/fal/toolkit/file/providers/fal.py of fal 1.79.1), as a deploy with requirements=["."] does
# with the package that it builds. It needs urllib alone.
import json
import os
from urllib.request import Request, urlopen


def ask(address, headers, data):
    request = Request(address, headers=headers, method="POST", data=data)
    with urlopen(request) as response:
        return json.load(response)


# REST_HOST there is FAL_REST_HOST.
token = ask(
    "https://%s/storage/auth/token?storage_type=fal-cdn-v3" % os.environ["FAL_REST_HOST"],
    {
        "Authorization": "Key %s" % os.environ["FAL_KEY"],
        "Accept": "application/json",
        "Content-Type": "application/json",
    },
    b"{}",
)
uploaded = ask(
    "https://v3.fal.media/files/upload",
    {
        "Authorization": "%s %s" % (token["token_type"], token["token"]),
        "User-Agent": "fal-sdk/1.79.1 (python)",
        "Accept": "application/json",
        "Content-Type": "application/gzip",
        "X-Fal-File-Name": "mypkg-0.1.tar.gz",
        "X-Fal-Object-Lifecycle": json.dumps({"expiration_duration_seconds": 3600}),
        "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": 3600}),
    },
    b"a package",
)
with urlopen(uploaded["access_url"]) as response:
    print(uploaded["access_url"].rsplit("/", 1)[1], response.headers["content-type"], response.read().decode())
