"""A team and its cases, for the suites about cases."""
import itertools

from hotline import ROOT, whole_timeline

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
NOW = "2026-11-24T07:00:00+07:00"
PAPER = {"number": "12/QĐ-UBND", "date": "2026-11-24",
         "signer": "Người Ký Thử Nghiệm", "office": "UBND phường Thử Nghiệm",
         "signature": "hand", "scan": "0" * 64}
MARKS = [{"item": "1", "part": "harm", "mark": "high"},
         {"item": "2", "part": "protection", "mark": "low"}]
RECIPIENTS = [{"capacity": "agency", "name": "Trung tâm thử nghiệm"}]
numbers = itertools.count(1)


class Site:
    def __init__(self, d):
        self.d = d
        self.school = d.agency("truong1", "school")
        self.station = d.agency("tramyte", "health")
        self.keys = {
            "officer": d.member("canbo", "officer", duty=True,
                                sms="0900000001"),
            "other": d.member("canbo2", "officer", sms="0900000002"),
            "vice": d.member("phochutich", "vice_chairman",
                             sms="0900000005"),
            "police": d.member("congan", "police", sms="0900000006"),
            "lead": d.member("truongnhom", "lead", sms="0900000003"),
            "boss": d.member("chutich", "chairman", sms="0900000004"),
        }

    def open(self, **more):
        r = self.d.api("POST", "/v1/referrals", {
            "kind": "abused",
            "source": {"channel": "phone", "received_at": NOW},
            "children": [{"name": f"Trẻ Thử Nghiệm Số {next(numbers)}",
                          "place": "Tổ Thử 1"}], **more}, key=self.school)
        assert r.status == 201, r
        self.receipt = r.json
        return r.json["cases"][0]

    def read(self, code, who="boss"):
        return self.d.api("GET", f"/v1/cases/{code}", key=self.keys[who])

    def case(self, code, who="boss"):
        a = self.read(code, who)
        assert a.status == 200, a
        return a.json

    def post(self, code, what, body, who="boss", tag=None):
        tag = tag or f'"{self.case(code)["version"]}"'
        return self.d.api("POST", f"/v1/cases/{code}/{what}", body,
                          key=self.keys[who], headers={"If-Match": tag})

    def do(self, code, step, who="boss", **body):
        if step == "N16b":
            body.setdefault("recipients", RECIPIENTS)
        a = self.post(code, f"steps/{step}/done",
                      {"acted_at": NOW, **body}, who)
        assert a.status == 200, a
        return a.json

    def ask(self, code, step, how, who="boss", **body):
        """A call about a step that may be refused."""
        return self.post(code, f"steps/{step}/{how}",
                         {"acted_at": NOW, **body}, who)

    def agree(self, code, step, who="boss", **body):
        a = self.ask(code, step, "agree", who, agreed=True, **body)
        assert a.status == 200, a
        return a.json

    def approve(self, code, step, who="boss", paper=None, **body):
        """The chairman agrees, then the paper is issued by the officer."""
        self.agree(code, step, who, **body)
        return self.do(code, step, "officer", paper=paper or PAPER,
                       acted_at=body.get("acted_at", NOW))

    def refuse(self, code, step, status, what, who="boss", **body):
        a = self.post(code, f"steps/{step}/done",
                      {"acted_at": NOW, **body}, who)
        assert (a.status, a.json["code"]) == (status, what), a
        return a.json

    def unfounded(self, code):
        """Everything urgent is done, and what was reported proved untrue."""
        self.do(code, "N04", "officer")
        self.do(code, "N05", "officer", verified="no")
        self.do(code, "N06", "officer", risk="low", items=MARKS)
        self.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")

    def close_unfounded(self, code):
        self.unfounded(code)
        self.do(code, "N20", next="close", reason="unfounded")
        self.do(code, "N21", "officer")
        a = self.post(code, "close", {"acted_at": NOW, "reason": "unfounded"})
        assert a.status == 200, a

    def clocks(self, code):
        return {k["step"]: k for k in self.case(code)["clocks"]}

    def events(self, code):
        return whole_timeline(self.d, code, self.keys["boss"])
