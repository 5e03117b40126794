"""A browser that logs in, for the suites about logins."""
import base64
import hashlib
import hmac
import struct
from datetime import datetime

GOOD = "mật khẩu dài và riêng"


class Browser:
    """A page of ours: keeps the cookie, sends the token with changes."""

    def __init__(self, d, where="203.0.113.7"):
        self.d, self.where = d, where
        self.cookie = self.csrf = None

    def call(self, method, path, body=None, **headers):
        h = {"X-Forwarded-For": self.where}
        if self.cookie:
            h["Cookie"] = f"a=b; __Host-s={self.cookie}"
        if self.csrf and method != "GET":
            h["X-CSRF-Token"] = self.csrf
        h.update({k.replace("_", "-"): v for k, v in headers.items()})
        h = {k: v for k, v in h.items() if v is not None}
        return self.d.api(method, path, body, headers=h)

    def login(self, login, password=None, **more):
        body = {"login": login, **more}
        if password is not None:
            body["password"] = password
        a = self.call("POST", "/v1/session", body)
        if a.status == 201:
            kept, *flags = a.headers["set-cookie"].split("; ")
            assert set(flags) == {"Secure", "HttpOnly", "SameSite=Strict",
                                  "Path=/"}
            name, self.cookie = kept.split("=")
            assert name == "__Host-s" and len(self.cookie) == 64
            self.csrf = a.json["csrf"]
        return a

    def me(self):
        return self.call("GET", "/v1/me")


def password(d, login):
    """One that the member knows: set by the admin, then changed."""
    d.step("2h")  # mistakes of tests before are forgotten
    made = d.ctl("member", "password", login)["password"]
    b = Browser(d)
    assert b.login(login, made).status == 201
    a = b.call("POST", "/v1/me/password", {"old": made, "new": GOOD})
    assert a.status == 204, a
    return GOOD


def code_at(secret, d, steps=0):
    """RFC 6238, by hand."""
    n = int(datetime.fromisoformat(d.now).timestamp()) // 30 + steps
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", n),
                   hashlib.sha1).digest()
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff
    return f"{number % 1000000:06}"


def alarms(d, kind):
    return d.ctl("alert", "list", "--kind", kind)["items"]


def enrol(d, login):
    word = password(d, login)
    b = Browser(d)
    b.login(login, word)
    a = b.call("POST", "/v1/me/totp", {})
    assert a.status == 201, a
    secret = a.json["secret"]
    assert a.json["uri"].startswith("otpauth://totp/")
    return b, word, secret
