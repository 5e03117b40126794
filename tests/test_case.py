"""Cases: reading, steps, facts, closing."""
import re
import sqlite3

import pytest

from case_site import FULL, NOW, Site
from casework import planned
from documents import PDF, send
from hotline import ROOT, Daemon, copy_of

BACK = {"name": "Trẻ Thử Nghiệm Trở Lại", "place": "Tổ Thử 2"}


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


# ---- Reading ----

def test_every_reading_is_in_the_chain(s):
    code = s.open()
    s.case(code, "officer")
    s.case(code, "lead")
    seen = [e for e in s.events(code) if e["act"] == "case.read"]
    assert len(seen) == 2 and len({e["actor_id"] for e in seen}) == 2
    assert all(e["actor_kind"] == "member" for e in seen)


def reads_of_cases():
    """(path, who) of every route that shows a case, or a list of them."""
    rows = re.findall(r'ROUTE\(GET,\s*"([^"]+/cases[^"]*)",\s*(\w+)',
                      (ROOT / "handlers/routes.def").read_text())
    assert len(rows) >= 14
    return rows


def test_every_read_of_a_case_is_in_the_chain(s):
    """The admin's list of cases was read without a trace."""
    code, untold = planned(s), []
    document = send(s.d, code, s.keys["lead"], PDF)
    s.d.api("PUT", f"/v1/cases/{code}/forms/M01", {
        "state": "draft", "fields": [{"name": "a", "text": "Thử."}]},
        key=s.keys["lead"], headers={"If-Match": '"0"'})
    for path, who in reads_of_cases():
        before = s.d.ctl("audit", "head")["seq"]
        part = "M01" if "/forms/" in path else document
        path = path.replace("{}", code, 1).replace("{}", part)
        a = s.d.admin("GET", path) if who == "ADMIN" else \
            s.d.api("GET", path, key=s.keys["lead"])
        assert a.status == 200, a
        db = sqlite3.connect(copy_of(s.d))
        found = db.execute(
            "SELECT actor_kind, object_kind FROM event WHERE seq > ?"
            " AND act NOT LIKE 'audit%' AND actor_kind IN ('member', 'admin')",
            (before,)).fetchall()
        db.close()
        shown = "form" if path.endswith("/M01") else \
            "document" if document in path else \
            "case" if code in path else "ward"
        if found != [(who.lower(), shown)]:
            untold.append((path, found))
    assert untold == []


def test_codes_are_read_in_any_case(s):
    code = s.open()
    assert s.case(code.lower())["code"] == code


def test_an_etag_saves_the_body(s):
    code = s.open()
    tag = s.read(code).headers["etag"]
    a = s.d.api("GET", f"/v1/cases/{code}", key=s.keys["boss"],
                headers={"If-None-Match": tag})
    assert (a.status, a.text) == (304, "")


def test_lists_page(s):
    made = {s.open() for _ in range(5)}
    seen, path = [], "/v1/cases?limit=2&state=open"
    while path:
        a = s.d.api("GET", path, key=s.keys["lead"])
        seen += [c["code"] for c in a.json["items"]]
        link = a.headers.get("link")
        path = link[1:link.index(">")] if link else None
    assert made <= set(seen) and len(seen) == len(set(seen))


def test_the_admin_sees_no_sealed_field(s):
    code = s.open(narrative="Chuyện chỉ để thử.")
    for path in ("", "/timeline"):
        a = s.d.admin("GET", f"/v1/admin/cases/{code}{path}")
        assert a.status == 200
        assert "Thử Nghiệm" not in a.text and "Chuyện" not in a.text
        assert "facts" not in a.json


# ---- Steps ----

def test_if_match_is_needed_and_compared(s):
    code = s.open()
    body = {"acted_at": NOW}
    a = s.d.api("POST", f"/v1/cases/{code}/steps/N04/done", body,
                key=s.keys["officer"])
    assert (a.status, a.json["code"]) == (428, "version_missing")
    a = s.post(code, "steps/N04/done", body, "officer", tag='"1"')
    assert (a.status, a.json["code"]) == (412, "stale_version")
    assert s.clocks(code)["N04"]["state"] == "open"


def test_an_act_keeps_claimed_recorded_and_evidence_apart(s):
    with Daemon(procedure=FULL) as d:
        t = Site(d)
        code = t.open()
        d.step("30m")
        t.do(code, "N04", "officer", evidence="CV-12/2026",
             note="Đã gọi trực ban.", crime="yes")
        done = next(e for e in t.events(code)
                    if e.get("done", {}).get("step") == "N04")
        assert done["done"]["acted_at"] == NOW
        assert done["done"]["recorded_at"] == "2026-11-24T07:30:00+07:00"
        assert done["done"]["evidence"] == "CV-12/2026"
        assert done["body"]["note"] == "Đã gọi trực ban."
        assert t.case(code)["facts"]["crime"] == "yes"
        # The admin's timeline has the act without its words.
        plain = d.admin("GET", f"/v1/admin/cases/{code}/timeline").text
        assert "CV-12/2026" in plain and "trực ban" not in plain


@pytest.mark.parametrize("body,pointer", [
    ({"acted_at": "2026-11-24T07:00:01+07:00"}, "/acted_at"),
    ({"acted_at": "2026-11-24T06:59:59+07:00"}, "/acted_at"),
    ({"acted_at": None}, "/acted_at"),
    ({"evidence": "Trẻ Thử"}, "/evidence"),
    ({"crime": "maybe"}, "/crime"),
    ({"emergency": "no"}, ""),
    ({"paper": {"number": "1"}}, "/paper/date"),
])
def test_wrong_acts_change_nothing(s, body, pointer):
    code = s.open()
    r = s.refuse(code, "N04", 422, "invalid_fields", "officer", **body)
    assert any(e["pointer"] == pointer for e in r["errors"]), r
    assert s.clocks(code)["N04"]["state"] == "open"


def test_steps_that_are_not_open_are_not_there(s):
    code = s.open()
    for step in ("N16", "N99", "N01"):
        s.refuse(code, step, 404, "no_such_step")
    s.do(code, "N04", "officer")
    s.refuse(code, "N04", 404, "no_such_step", "officer")


@pytest.mark.parametrize("step,body,may", [
    ("N04", {}, {"officer", "lead"}),                        # holder
    ("N05", {}, {"officer", "other", "lead"}),               # officer
    ("N08", {"emergency": "yes"}, {"boss", "vice"}),         # chairman
])
def test_a_step_belongs_to_its_role(s, step, body, may):
    for who in ("officer", "other", "lead", "boss", "vice"):
        code = s.open()
        if who in may:
            s.do(code, step, who, **body)
        else:
            s.refuse(code, step, 403, "forbidden", who, **body)


def test_only_a_recorded_conclusion_ends_a_presumed_emergency(s):
    code = s.open()
    for body in ({"measures": "Đã xem."}, {"emergency": "no"}):
        a = s.ask(code, "N07", "agree", agreed=True, **body)
        assert (a.status, a.json["code"]) == (422, "invalid_fields")
    assert s.case(code)["facts"]["emergency"] == "presumed"
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    k = s.clocks(code)
    assert s.case(code)["facts"]["emergency"] == "no"
    assert k["N07"]["state"] == "done"
    assert k["N08"]["state"] == "dropped"


def test_new_facts_open_the_emergency_again(s):
    code = s.open()
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    r = s.d.api("POST", s.receipt["links"]["updates"],
                {"text": "Nặng hơn.", "risk": "high"}, key=s.school)
    assert r.status == 201
    assert s.case(code)["facts"]["emergency"] == "yes"
    assert [k["state"] for k in s.case(code)["clocks"]
            if k["step"] == "N08"] == ["dropped", "open"]


# ---- Closing: test_casework.py ----

def test_a_child_of_a_closed_case_is_still_known(s):
    code = s.open(children=[BACK])
    s.close_unfounded(code)
    again = s.case(s.open(children=[BACK]))
    assert again["is_possible_duplicate"]
    assert again["assigned_why"]["rule"] == "duty"


def test_signs_of_a_crime_told_with_the_call_to_the_police(s):
    """The police's own clock opens, the call that is being made not again."""
    code = s.open()
    s.do(code, "N04", "officer", crime="yes")
    seen = [(k["step"], k["state"], k["due_at"]) for k in s.case(code)["clocks"]
            if k["step"] in ("N04", "N11")]
    assert seen == [("N04", "done", "2026-11-24T08:00:00+07:00"),
                    ("N11", "open", "2026-11-25T07:00:00+07:00")]


def test_signs_of_a_crime_found_after_the_call_are_told_too(s):
    """The police, told of an emergency only, hear of the crime as well."""
    code = s.open()
    s.do(code, "N04", "officer")
    assert "N11" not in s.clocks(code)
    s.do(code, "N05", "officer", crime="yes")
    assert [k["state"] for k in s.case(code)["clocks"]
            if k["step"] == "N04"] == ["done", "open"]
    s.do(code, "N04", "officer")
    assert s.clocks(code)["N11"]["state"] == "open"


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
