"""A made-up child, and every way it could be written where it must not be.

NFC, NFD, without marks, base64 at all three alignments, hex, percent-encoded.
"""
import base64
import unicodedata
import urllib.parse

NAME = "Trẻ Thử Đặc Biệt Hoàng Yến"
PHONE = "0987650123"
PERSONAL_ID = "052318765432"
STREET = "Ngõ Chim Hoàng Yến"
CANARIES = [NAME, PHONE, PERSONAL_ID, STREET]


def plain(text):
    text = unicodedata.normalize("NFD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    return text.replace("đ", "d").replace("Đ", "D")


def base64_cores(raw):
    """What stays the same wherever the bytes stand in a base64 text."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode()
        yield text[4 if shift else 0:len(text) - 4 - len(text) % 4]


def needles():
    """(what it is, bytes) of every way a canary may be written."""
    for canary in CANARIES:
        forms = {canary, unicodedata.normalize("NFD", canary), plain(canary),
                 plain(canary).lower(), canary.lower(),
                 urllib.parse.quote(canary)}
        for form in forms:
            raw = form.encode()
            yield form, raw
            yield "hex of " + form, raw.hex().encode()
            yield "HEX of " + form, raw.hex().upper().encode()
            for core in base64_cores(raw):
                yield "base64 of " + form, core.encode()
    yield "international " + PHONE, ("84" + PHONE[1:]).encode()


NEEDLES = list(needles())


def found_in(where, raw):
    return [f"{what} in {where}" for what, needle in NEEDLES if needle in raw]
