"""Cases that go to another ward, by phone or between two daemons."""
from hotline import shared, spool
from refer_site import Site, text_of

CALL = {"who": "Chủ Tịch Thử Nghiệm", "rank": "Chủ tịch xã",
        "number": "0269 000 0002", "paper": "30/UBND"}
SHARE = shared("name", "age", "place", "narrative", "mother", "kind")


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def refused(answer, pointer):
    assert answer.status == 422, answer
    assert pointer in [e["pointer"] for e in answer.json["errors"]], answer


def transfer(s, code, who="lead", share=SHARE, **more):
    return s.post(who, code, "transfer", {
        "agency": "xaben", "reason": "Trẻ ở xã bên.", "share": share, **more})


def answer(s, code, out, who="lead", **body):
    return s.call(who, "POST", f"/v1/cases/{code}/referrals/{out}/answer",
                  body)


def no_emergency(s, verified="yes", **more):
    code = s.open(**more)
    if verified:
        ok(s.post("officer", code, "steps/N05/done", {
            "acted_at": s.d.now, "verified": verified}))
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "no", "reason": "Trẻ an toàn."}))
    return code


class Pair:
    """a hands over to b; each is an agency of the other."""

    def __init__(self):
        self.a, self.b = Site(), Site()
        for mine, other, code in ((self.a, self.b, "wardb"),
                                  (self.b, self.a, "warda")):
            mine.keys[code] = mine.d.agency(code, "ward")
        for mine, other, code, me in ((self.a, self.b, "wardb", "warda"),
                                      (self.b, self.a, "warda", "wardb")):
            secret = mine.d.folder / "peer.secret"
            secret.write_text(other.d.ctl("key", "add", me)["key"] + "\n")
            secret.chmod(0o600)
            self.find(mine, other)
            mine.d.ctl("agency", "address", code, "peer", me, "--verified")

    @staticmethod
    def find(mine, other):
        """Where the other is: after a restart its port is another one."""
        mine.d.write_channels([spool(mine.d.folder / "spool"), {
            "name": "peer", "kind": "hotlined", "allow_private": True,
            "url": f"http://127.0.0.1:{other.d.port}",
            "interval": "now", "secret_file": "peer.secret"}])
        mine.d.ctl("reload")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.a.__exit__(*why)
        self.b.__exit__(*why)


def hand_over(pair, **more):
    """The code at a, the referral, and what b has of it."""
    code = pair.a.open(**more)
    out = ok(transfer(pair.a, code, agency="wardb"), 201)["id"]
    pair.a.d.step("1s")
    (there,) = [c for c in pair.b.call("lead", "GET", "/v1/cases").json[
        "items"] if out in text_of(pair.b.call(
            "lead", "GET", f"/v1/cases/{c['code']}"))]
    return code, out, there["code"]
