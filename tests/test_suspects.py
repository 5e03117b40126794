"""Stories in which somebody of the ward is said to have done it."""
import re

import pytest

from case_site import FULL, NOW, PAPER
from hotline import ROOT, Daemon, spool

CHAIR, ADMIN = "Phan Thử Nghiệm Chủ Tịch", "Phan Thử Nghiệm Quản Trị"
CALL = {"who": "Giám Đốc Thử Nghiệm", "rank": "Giám đốc Sở Y tế",
        "number": "0269 3111222", "called_at": NOW, "paper": "31/SYT-TE"}
WHY = "Căn cứ thử nghiệm."


class Town:
    """A ward whose chairman, vice chairman and admin have names."""

    def __init__(self, d):
        self.d = d
        self.keys = {}
        self.key = d.agency("th111", "hotline")
        for login, roles, phone, name in (
                ("canbo", "officer", "0900000001", None),
                ("phochutich", "vice_chairman", "0900000002", None),
                ("quantri", "admin", "0900000003", ADMIN),
                ("truongnhom", "lead", "0900000004", None),
                ("chutich", "chairman", "0900000005", CHAIR)):
            self.keys[login] = d.member(login, roles, sms=phone, name=name,
                                        duty=roles == "officer")

    def refer(self, **more):
        a = self.d.api("POST", "/v1/referrals", {
            "kind": "abused", "narrative": "Nội dung.",
            "source": {"channel": "phone", "received_at": NOW},
            "children": [{"name": "Trẻ Thử Nghiệm Một", "place": "Tổ 1"}],
            **more}, key=self.key)
        assert a.status == 201, a
        return a.json

    def call(self, who, method, path, body=None):
        return self.d.api(method, path, body, key=self.keys[who],
                          headers={"If-Match": "*"})

    def sent(self):
        """Whom messages went to, by the last digits of the phone."""
        found = {}
        for p in (self.d.folder / "spool/out").iterdir():
            text = p.read_text()
            to = re.search(r"To: (\d+)", text)[1][-1]
            found.setdefault(to, []).append(text)
        return found


@pytest.fixture
def town(tmp_path):
    with Daemon(procedure=FULL, channels=[spool(tmp_path / "unused") | {
            "folder": str(tmp_path / "d/spool/out"),
            "inbox": str(tmp_path / "d/spool/in"), "interval": "now"}],
            folder=tmp_path / "d") as d:
        yield Town(d)


def no_trace(town, who, code, r):
    """Nothing that a member may ask for tells of the case."""
    for path in ("/v1/cases", "/v1/clocks", "/v1/alerts", "/v1/phone-tasks",
                 "/v1/reports", "/v1/changes", "/v1/refused", "/v1/me"):
        a = town.call(who, "GET", path)
        assert code not in a.text and r["id"] not in a.text, path
    for path in (f"/v1/cases/{code}", f"/v1/cases/{code}/timeline",
                 f"/v1/cases/{code}/why", f"/v1/cases/{code}/bars"):
        there, not_there = (
            town.call(who, "GET", path),
            town.call(who, "GET", path.replace(code, "AAAA-AAAA")))
        assert (there.status, there.json["code"]) == (404, "not_found")
        assert not_there.status == 404


def test_the_suspect_is_the_chairman(town):
    """From the notification to the decision without him knowing."""
    r = town.refer(alleged=[{"relation": "official", "name": CHAIR}])
    code = r["cases"][0]
    d = town.d
    c = town.call("truongnhom", "GET", f"/v1/cases/{code}").json
    assert [b["member"] for b in c["bars"]] == ["chutich"]
    no_trace(town, "chutich", code, r)
    # Nobody acts: the ladders pass him by and end at 111, by telephone.
    d.step("2h")
    sent = town.sent()
    assert "5" not in sent and {"1", "2", "4"} <= set(sent)
    (task,) = town.call("truongnhom", "GET", "/v1/phone-tasks").json["items"]
    assert (task["body"], task["case"]) == ("hotline", code)
    told = [t for t in sent["2"] if "gọi điện" in t or "hotline" in t]
    assert told, "the vice chairman, the last who is reached, phones"
    a = town.call("phochutich", "POST", f"/v1/phone-tasks/{task['id']}/done",
                  CALL)
    assert a.status == 200, a
    # The vice chairman decides in his place; he cannot.
    now = d.now
    a = town.call("chutich", "POST", f"/v1/cases/{code}/steps/N08/done",
                  {"acted_at": now, "measures": "Không."})
    assert a.status == 404
    will = {"acted_at": now, "emergency": "yes", "reason": WHY}
    a = town.call("phochutich", "POST", f"/v1/cases/{code}/steps/N07/agree",
                  {**will, "agreed": True})
    assert a.status == 200, a
    c = town.call("truongnhom", "GET", f"/v1/cases/{code}").json
    assert [p["acting_why"] for p in c["approvals"]] == ["barred"]
    # The vice chairman steps back, too: the authority outside decides.
    assert town.call("phochutich", "POST", f"/v1/cases/{code}/recuse",
                     {}).status == 204
    no_trace(town, "phochutich", code, r)
    a = town.call("canbo", "POST", f"/v1/cases/{code}/steps/N07/outside",
                  {**will, "call": {**CALL, "called_at": now}})
    assert a.status == 200, a
    a = town.call("canbo", "POST", f"/v1/cases/{code}/steps/N07/done",
                  {"acted_at": now, "paper": {**PAPER, "date": now[:10]}})
    assert a.status == 200, a
    c = town.call("truongnhom", "GET", f"/v1/cases/{code}").json
    assert [p["acting_why"] for p in c["approvals"]
            if p["state"] == "issued"] == ["outside"]
    d.step("12h")
    assert "5" not in town.sent()
    no_trace(town, "chutich", code, r)


ADMIN_ROUTES = sorted(set(re.findall(
    r'^(?:ROUTE|LOOP|SLOW)\((\w+),\s*"(/v1/admin/[^"]+)",\s*(?:ADMIN|OFFICE)',
    (ROOT / "handlers/routes.def").read_text(), re.M)))


def numbers(town):
    """Every number that an admin gets without asking for a case."""
    status = town.d.ctl("status")
    metrics = [line for line in town.d.watch("/metrics").text.splitlines()
               if re.match(r"hotline_(cases|clocks|alerts|outbox_waiting)", line)]
    assert len(metrics) >= 10
    members = {m["login"]: m["open_cases"]
               for m in town.d.ctl("member", "list")["items"]}
    return {k: status[k] for k in (
        "cases_open", "cases_unassigned", "clocks_open", "clocks_lapsed",
        "alerts_open", "deliveries_waiting")}, metrics, members


def test_the_suspect_is_the_admin(town):
    """No verb, list, number, sheet or log of an admin's tells of the case."""
    d = town.d
    before = numbers(town)
    r = town.refer(alleged=[{"relation": "official", "name": ADMIN}])
    code = r["cases"][0]
    d.step("3h")
    c = town.call("truongnhom", "GET", f"/v1/cases/{code}").json
    assert [b["member"] for b in c["bars"]] == ["quantri"]
    assert numbers(town) == before
    names = {"cases": code, "alerts": code, "referrals": r["id"]}
    walked = 0
    for method, path in ADMIN_ROUTES:
        parts = path.split("/")
        filled = "/".join(
            names.get(parts[i - 1], r["id"]) if p == "{}" else p
            for i, p in enumerate(parts))
        if method == "GET" or "/cases/" in path:
            a = d.admin(method, filled, {"by": "truongnhom"}
                        if method != "GET" else None)
            assert code not in a.text, (filled, a)
            assert "{}" not in path or "/cases/" not in path \
                or a.json["code"] == "not_found", (filled, a)
            walked += 1
    assert walked > 30
    for verb in (("case", "list"), ("alert", "list", "--all"),
                 ("phone", "list"), ("duty", "sheet"), ("drill", "list"),
                 ("change", "list", "--all"), ("status",)):
        out = d.ctl_raw(*verb).stdout
        assert code not in out, verb
    log = d.log()
    assert code not in log and r["id"] not in log
    ids = {e["object_id"] for e in town.call(
        "truongnhom", "GET", f"/v1/cases/{code}/timeline").json["items"]
        if e["object_kind"] == "case"}
    assert ids and not any(i in log for i in ids)
    # As a member the admin is barred as anybody is, and called for nothing.
    no_trace(town, "quantri", code, r)
    assert "3" not in town.sent()
    # What the admin takes away meanwhile, the leads are told.
    d.second_person = False
    d.ctl("member", "stop", "phochutich")
    d.step("1m")
    kinds = [(i["kind"], i.get("subject"))
             for i in d.ctl("alert", "list")["items"]]
    assert ("alarm_admin_act", "member.stop") in kinds
    assert any("quản trị" in t.lower() for t in town.sent()["4"])


def test_an_alert_that_cannot_leave_is_told_whosever_it_is(tmp_path):
    """The age of the oldest names nobody, and silence would be worse: the
    admin who is barred sees that something is stuck, and not what."""
    with Daemon(procedure=FULL, folder=tmp_path / "d", settings={
            "courier_program": "/nowhere/courier",
            "courier_alarm": "1d"}) as d:
        town = Town(d)
        before = numbers(town)
        town.refer(alleged=[{"relation": "official", "name": ADMIN}])
        d.set_clock("2026-11-24T07:20:00+07:00")
        assert "\nhotline_outbox_oldest_seconds 1200.000\n" in \
            d.watch("/metrics").text
        assert d.watch("/readyz?verbose").json["oldest_unsent_s"] == 1200
        assert d.watch("/readyz").status == 503
        assert numbers(town) == before
        assert "oldest_unsent_at" not in d.ctl("status")
