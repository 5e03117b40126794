"""A ward whose partners have addresses and keys, for suites on referrals out."""
import json

from hotline import ROOT, Daemon, shared, spool

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
NAME = "Trẻ Thử Nghiệm Một"
TEAM = {"officer": ("canbo", "officer"), "lead": ("truongnhom", "lead"),
        "boss": ("chutich", "chairman"), "vice": ("phochutich",
                                                  "vice_chairman")}
PARTNERS = {"tramyte": "health", "congan": "police", "truong1": "school",
            "th111": "hotline", "xaben": "ward", "soyte": "other"}


class Site:
    """d.keys by the names above; phones of members and agencies by number."""

    def __init__(self, settings=None):
        self.d = Daemon(procedure=FULL, settings={
            "agency_quota": 100000, **(settings or {})})
        self.keys, self.phone = {}, {}
        for i, (who, (login, role)) in enumerate(TEAM.items()):
            self.phone[who] = f"090000000{i}"
            self.keys[who] = self.d.member(login, role, duty=who == "officer",
                                           sms=self.phone[who])
        for i, (code, kind) in enumerate(PARTNERS.items()):
            self.phone[code] = f"091000000{i}"
            self.keys[code] = self.d.agency(code, kind)
            self.d.ctl("agency", "address", code, "sms", self.phone[code],
                       "--verified")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.d.__exit__(*why)

    def call(self, who, method, path, body=None, **more):
        return self.d.api(method, path, body, key=self.keys[who], **more)

    def open(self, who="truong1", **more):
        """A case with everything that must not go out by itself."""
        r = self.call(who, "POST", "/v1/referrals", {
            "kind": "abused", "narrative": "Lời kể thử nghiệm.",
            "source": {"channel": "phone", "received_at": self.d.now},
            "informant": {"name": "Người Báo Tin Thử", "phone": "0988000001"},
            "children": [{"name": NAME, "age": 6, "place": "Tổ Thử Nghiệm 1",
                          "condition": "Tình trạng thử.",
                          "mother": {"name": "Mẹ Thử Nghiệm"}}], **more})
        assert r.status == 201, r
        return r.json["cases"][0]

    def case(self, code, who="boss"):
        a = self.call(who, "GET", f"/v1/cases/{code}")
        assert a.status == 200, a
        return a.json

    def post(self, who, code, path, body):
        tag = self.case(code)["version"]
        return self.call(who, "POST", f"/v1/cases/{code}/{path}", body,
                         headers={"If-Match": f'"{tag}"'})

    def refer(self, code, agency="tramyte", who="officer", **more):
        a = self.post(who, code, "refer", {
            "agency": agency, "service": "Khám sức khỏe",
            "reason": "Lý do thử nghiệm.",
            "due_at": "2026-11-27T16:00:00+07:00",
            "share": shared("name", "place"), **more})
        assert a.status == 201, a
        return a.json["id"]

    def clock(self, code, step, item=None):
        """The open clock of a step, or None."""
        for c in self.case(code)["clocks"]:
            if c["step"] == step and c["state"] == "open" and \
                    item in (None, c.get("item")):
                return c
        return None

    def events(self, code):
        return self.call("boss", "GET", f"/v1/cases/{code}/timeline").json[
            "items"]

    def told(self, code, kind):
        """Whom alerts of this kind went to, in order."""
        return [d.get("member") or d.get("agency") for e in self.events(code)
                if e.get("alert", {}).get("kind") == kind
                for d in e["deliveries"]]

    def texts(self, who):
        """The messages that went out to a phone."""
        out = []
        for path in sorted((self.d.folder / "spool/out").iterdir()):
            text = path.read_text()
            if self.phone[who][1:] in text.split("\n\n")[0]:
                out.append(text)
        return out


def text_of(answer):
    return json.dumps(answer.json, ensure_ascii=False)
