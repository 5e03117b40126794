"""Documents as a client sends and reads them."""
import base64
import hashlib

PART = 196608
PDF = b"%PDF-1.7\n% th\xe1\xbb\xad nghi\xe1\xbb\x87m\n%%EOF\n"


def path(code, *more):
    return "/".join(["/v1/cases", code, "documents", *map(str, more)])


def begin(d, code, key, size, title="Biên bản thử nghiệm"):
    a = d.api("POST", path(code), {"title": title, "size": size}, key=key)
    assert a.status == 201, a
    return a.json


def put(d, code, key, document, number, part, digest=None, **headers):
    """One part; digest: said instead of the right one."""
    right = base64.b64encode(hashlib.sha256(part).digest()).decode()
    return d.api("PUT", path(code, document, "parts", number), part, key=key,
                 headers={"Content-Type": "application/octet-stream",
                          "Content-Digest": digest or f"sha-256=:{right}:",
                          **headers})


def parts(content):
    return [content[i:i + PART] for i in range(0, len(content), PART)]


def send(d, code, key, content, title="Biên bản thử nghiệm"):
    """All of it; the id."""
    document = begin(d, code, key, len(content), title)["id"]
    for n, part in enumerate(parts(content), 1):
        a = put(d, code, key, document, n, part)
        assert a.status == 200, a
    assert a.json["state"] == "whole", a
    return document


def content(d, code, key, document):
    return d.api("GET", path(code, document, "content"), key=key)
