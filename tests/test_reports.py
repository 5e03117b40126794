"""The ward's own clocks: reports by the calendar, and what is asked for."""
import json

import pytest

from case_site import FULL
from hotline import ROOT, Daemon, Refused

SPRING = "2027-03-31T22:00:00+07:00"


class Ward:
    def __init__(self, d):
        self.d = d
        d.outside("so", "other", "0900000112")
        self.keys = {role: d.member(login, role, sms=f"090000000{i}")
                     for i, (login, role) in enumerate((
                         ("canbo", "officer"), ("congan", "police"),
                         ("truongnhom", "lead"), ("chutich", "chairman")))}

    def call(self, method, path, body=None, who="lead"):
        return self.d.api(method, path, body, key=self.keys[who])

    def reports(self, **of):
        """By hotlinectl, which outlives the tokens of members."""
        return [r for r in self.d.ctl("report", "list")["items"]
                if all(r.get(k) == v for k, v in of.items())]

    def done(self, report, who="lead", **body):
        return self.call("POST", f"/v1/reports/{report['id']}/done", body,
                         who)


@pytest.fixture
def w():
    with Daemon(at=SPRING, procedure=FULL) as d:
        yield Ward(d)


# ---- By the calendar ----

def test_a_report_opens_on_its_day_and_is_due_by_the_end_of_another(w):
    assert w.reports() == []
    w.d.step("2027-04-01T00:00:00+07:00")
    r, = w.reports()
    assert w.call("GET", "/v1/reports").json["items"] == [r]
    assert (r["report"], r["item"], r["state"], r["term"]) == (
        "R01", "2027", "open", "05-20")
    assert r["start_at"] == "2027-04-01T00:00:00+07:00"
    # The whole of 20 May, as a term in days ends (Civil Code 148).
    assert r["due_at"] == "2027-05-21T00:00:00+07:00"
    assert (r["name_vi"], r["name_en"]) == (
        "Báo cáo 6 tháng", "Half-year report")
    w.d.step("2027-10-02T00:00:00+07:00")
    assert [(r["report"], r["due_at"][:10]) for r in w.reports()] == [
        ("R01", "2027-05-21"), ("R03", "2027-07-21"), ("R02", "2027-11-21")]


def test_a_report_that_is_sent_in_time_calls_nobody(w):
    w.d.step("2027-04-02T00:00:00+07:00")
    r, = w.reports()
    a = w.done(r, "officer", evidence="12/BC-UBND")
    assert a.status == 200, a
    assert a.json["state"] == "done" and "lapsed_at" not in a.json
    assert w.done(r).status == 409
    w.d.step("2027-05-25T00:00:00+07:00")
    assert w.d.ctl("alert", "list", "--all")["items"] == []


def test_warnings_climb_and_a_lapse_stays(w):
    w.d.step("2027-05-25T00:00:00+07:00")
    r, = w.reports()
    assert r["lapsed_at"] == r["due_at"]
    assert r["lapse_leg"] == "officer"
    # Two weeks before the end of 20 May; then nobody answered.
    first = w.d.ctl("alert", "list")["items"][0]
    assert (first["kind"], first["raised_at"]) == (
        "warning", "2027-05-07T00:00:00+07:00")
    kinds = {a["kind"] for a in w.d.ctl("alert", "list")["items"]}
    assert kinds >= {"warning", "climb", "lapsed"}
    a = w.done(r, acted_at="2027-05-20T16:00:00+07:00")
    assert a.status == 200 and a.json["is_late_record"]
    assert a.json["lapsed_at"] == r["lapsed_at"]
    assert {x["state"] for x in w.d.ctl("alert", "list", "--all")["items"]} \
        == {"over"}


def test_years_that_the_daemon_was_down_are_caught_up(w):
    w.d.step("2027-04-02T00:00:00+07:00")
    w.d.stop()
    w.d.now = "2029-04-10T00:00:00+07:00"
    w.d.start()
    w.d.step("1m")
    assert [r["item"] for r in w.reports(report="R01")] == [
        "2027", "2028", "2029"]
    # R02 was never due here before: only what is not over yet counts.
    assert w.reports(report="R02") == []


def test_a_new_ward_owes_nothing_of_the_past():
    with Daemon(at="2027-05-22T08:00:00+07:00", procedure=FULL) as d:
        d.step("1m")
        assert d.ctl("report", "list")["items"] == []


# ---- Asked for ----

def test_a_request_is_answered_within_two_working_days(w):
    # Wednesday evening: Thursday and Friday.
    a = w.call("POST", "/v1/reports", {"report": "D01", "item": "DS-1"})
    assert a.status == 201, a
    assert a.json["due_at"] == "2027-04-03T00:00:00+07:00"
    b = w.call("POST", "/v1/reports", {"report": "D01", "item": "DS-2"})
    assert b.status == 201  # both run at once
    again = w.call("POST", "/v1/reports", {"report": "D01", "item": "DS-1"})
    assert (again.status, again.json["code"]) == (409, "conflict")
    assert w.done(a.json, "chairman").status == 200
    assert [r["item"] for r in w.reports(state="open")] == ["DS-2"]
    a = w.call("GET", "/v1/reports?state=done")
    assert [r["item"] for r in a.json["items"]] == ["DS-1"]


def test_a_list_pages_and_refuses_what_it_does_not_know(w):
    for i in range(201):
        w.call("POST", "/v1/reports", {"report": "D01", "item": f"DS-{i}"})
    a = w.call("GET", "/v1/reports?state=open")
    link = a.headers["link"]
    b = w.call("GET", link[1:link.index(">")])
    items = [r["item"] for r in a.json["items"] + b.json["items"]]
    assert items == [f"DS-{i}" for i in range(201)]
    assert "link" not in b.headers
    admin = w.d.admin("GET", "/v1/admin/reports?state=open")
    assert admin.headers["link"].startswith("</v1/admin/reports?state=open&")
    for wrong in ("state=all", "after=7"):
        a = w.call("GET", f"/v1/reports?{wrong}")
        assert (a.status, a.json["code"]) == (400, "invalid_query"), a


def test_the_forum_report_runs_from_its_end(w):
    a = w.call("POST", "/v1/reports", {
        "report": "R04", "item": "2027",
        "happened_at": "2027-03-20T17:00:00+07:00"})
    assert a.status == 201, a
    # 15 days from Saturday 20 March, whatever day the last one is.
    assert a.json["due_at"] == "2027-04-05T00:00:00+07:00"


@pytest.mark.parametrize("body, pointer", [
    ({"report": "R01", "item": "2027"}, "/report"),  # the calendar opens it
    ({"report": "N17", "item": "1"}, "/report"),  # of a case
    ({"report": "X", "item": "1"}, "/report"),
    ({"report": "D01", "item": "Trẻ Thử Nghiệm"}, "/item"),
    # What barred members read, too, names no case: there or not.
    ({"report": "D01", "item": "K7Q2-M4XD"}, "/item"),
    ({"report": "D01", "item": "DS-abK7Q2-m4xd-2"}, "/item"),
    ({"report": "D01", "item": "1", "happened_at":
      "2027-04-01T22:00:00+07:00"}, "/happened_at"),
    ({"report": "D01"}, "/item")])
def test_what_cannot_be_asked_for(w, body, pointer):
    a = w.call("POST", "/v1/reports", body)
    assert a.status == 422, a
    assert [e["pointer"] for e in a.json["errors"]] == [pointer]


@pytest.mark.parametrize("body, pointer", [
    ({"acted_at": "2027-03-31T22:00:01+07:00"}, "/acted_at"),
    ({"acted_at": "2027-03-31T21:59:59+07:00"}, "/acted_at"),
    ({"evidence": "Thư của mẹ"}, "/evidence")])
def test_what_cannot_be_said_of_a_report(w, body, pointer):
    r = w.call("POST", "/v1/reports", {"report": "D01", "item": "1"}).json
    a = w.done(r, **body)
    assert a.status == 422, a
    assert [e["pointer"] for e in a.json["errors"]] == [pointer]


def test_whose_report_it_is(w):
    r4 = w.call("POST", "/v1/reports", {"report": "R04", "item": "1"}).json
    assert w.done(r4, "officer").status == 403
    assert w.done(r4, "police").status == 403
    assert w.done(r4, "lead").status == 200


def test_a_clock_of_a_case_is_no_report(w):
    school = w.d.agency("truong1", "school")
    a = w.d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone", "received_at": SPRING}}, key=school)
    code = a.json["cases"][0]
    clock = w.call("GET", f"/v1/cases/{code}").json["clocks"][0]
    assert w.done(clock).status == 404


# ---- hotlinectl ----

def test_hotlinectl_lists_adds_and_does(w):
    r = w.d.ctl("report", "add", "D01", "DS-7", "--by", "truongnhom")
    assert r["item"] == "DS-7"
    assert [x["id"] for x in w.d.ctl(
        "report", "list", "--state", "open")["items"]] == [r["id"]]
    done = w.d.ctl("report", "done", r["id"], "--by", "chutich",
                   "--evidence", "7-BC")
    assert done["state"] == "done"
    with pytest.raises(Refused):
        w.d.ctl("report", "done", r["id"], "--by", "congan")
    with pytest.raises(Refused):
        w.d.ctl("report", "add", "D01", "DS-8", "--by", "khongai")


def test_hotlinectl_lists_procedures(w):
    done = w.d.ctl_raw("procedure", "list", ROOT / "conf/procedures",
                       "--json", check=True)
    assert '"vn-nd56-2017@' in done.stdout
    rows = {r["file"].split("/")[-1]: r for r in json.loads(
        done.stdout)}
    assert rows["vn-nd56-2017.conf"]["problems"] == 0
    assert rows["uk-england-wt.conf"]["problems"] == 0
    assert rows["vn-ward-hn.conf"]["problems"] == 1
    assert w.d.ctl_raw("procedure", "list", w.d.folder / "in").returncode == 1


def test_the_procedure_is_open_to_members(w):
    p = w.call("GET", "/v1/procedure", who="police").json
    steps = {s["id"]: s for s in p["steps"]}
    assert p["t0"] == "earliest"
    assert steps["N08"]["limits"] == [
        {"on": "received", "is": "12h", "basis": "law"},
        {"is": "12h", "basis": "proposal"}]
    assert steps["R01"]["scope"] == "ward"
    assert steps["R01"]["opens"] == ["date.04-01"]
    assert steps["N09"]["form"] == "M07"
    assert [k for k, of in steps.items() if of["takes_oral"]] == [
        "N07", "N09", "N10"]
    assert p == w.d.ctl("procedure", "show")


def test_a_page_reads_of_the_procedure_what_it_shows(w):
    p = w.call("GET", "/v1/procedure", who="police").json
    brief = w.call("GET", "/v1/procedure?brief=yes", who="police")
    shown = ("id", "name_vi", "name_en", "role", "kind", "form", "basis",
             "source", "needs_approval", "takes_oral")
    p["steps"] = [{k: v for k, v in s.items() if k in shown}
                  for s in p["steps"]]
    assert brief.json == p and "M07" in brief.text
    assert w.call("GET", "/v1/procedure?brief=no",
                  who="police").status == 400
