"""Who holds a case, and which agencies help with it."""
import sqlite3

import pytest

from case_site import FULL, NOW, Site
from hotline import Daemon, copy_of, shared


WHY = {"reason": "Lý do thử nghiệm riêng."}


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


# ---- Who holds it ----

def test_assigning_is_for_those_who_decide(s):
    code = s.open()
    for who in ("officer", "other"):
        a = s.post(code, "assign", {"member": "canbo2", **WHY}, who)
        assert (a.status, a.json["code"]) == (403, "forbidden")
    a = s.post(code, "assign", {"member": "canbo2", **WHY}, "lead")
    assert a.status == 200 and a.json["assignee"] == "canbo2"
    for login in ("nobody", ""):
        assert s.post(code, "assign", {"member": login, **WHY}).status == 422
    given = [e["detail"]["why"]["rule"] for e in s.events(code)
             if e["act"] == "case.assigned"]
    assert given == ["duty", "by_member"]


def test_giving_it_on_needs_a_reason_and_tells_the_new_holder(s):
    code = s.open()
    a = s.post(code, "assign", {"member": "canbo2"})
    assert (a.status, a.json["errors"][0]["pointer"]) == (422, "/reason")
    a = s.post(code, "assign", {"member": "canbo2", **WHY})
    assert a.status == 200
    events = s.events(code)
    act, = [e for e in events if e["act"] == "case.act"
            and e["detail"]["kind"] == "assign"
            and e["actor_kind"] == "member"]
    why = s.case(code)["assigned_why"]
    assert why == {"rule": "by_member", "act": act["object_id"]}
    assert act["body"] == WHY and "riêng" not in str(act["detail"])
    s.d.step("1s")
    told = [a for a in s.d.ctl("alert", "list")["items"]
            if a.get("case") == code and a["kind"] == "assigned"]
    assert len(told) == 1


def test_urgent_clocks_weigh_more_than_quiet_cases(tmp_path):
    """One emergency (1 + 2 for its clock) against two quiet cases."""
    with Daemon(tmp_path / "d") as d:
        d.member("canbo", "officer", duty=True, sms="0900000001")
        boss = d.member("chutich", "chairman", sms="0900000004")
        key = d.agency("truong1")

        def opened():
            r = d.api("POST", "/v1/referrals", {
                "kind": "unknown", "narrative": "Thử.",
                "source": {"channel": "phone", "received_at": NOW}}, key=key)
            return d.api("GET", f"/v1/cases/{r.json['cases'][0]}",
                         key=boss).json

        def quieten(c):
            a = d.api("POST", f"/v1/cases/{c['code']}/steps/N08/done",
                      {"acted_at": NOW, "emergency": "no",
                       "reason": "Lý do thử."}, key=boss,
                      headers={"If-Match": f'"{c["version"]}"'})
            assert a.status == 200, a

        quieten(opened())
        quieten(opened())
        d.ctl("leave", "add", "canbo", "2026-11-24T00:00:00+07:00",
              "2026-11-24T08:00:00+07:00")
        d.member("moi", "officer", duty=True, sms="0900000011")
        assert opened()["assignee"] == "moi"
        d.step("2h")
        c = opened()
        assert c["assignee"] == "canbo"
        assert c["assigned_why"] == {"rule": "duty", "passed": [], "load": 2}


def test_stepping_back_is_one_act(s):
    code = s.open()
    a = s.d.api("POST", f"/v1/cases/{code}/recuse", {},
                key=s.keys["officer"])
    assert a.status == 204
    assert s.read(code, "officer").status == 404
    c = s.case(code)
    assert c["assignee"] == "truongnhom"
    assert [(b["member"], b["state"], b["reason"]) for b in c["bars"]] == \
        [("canbo", "standing", "recusal")]
    a = s.post(code, "assign", {"member": "canbo", **WHY})
    assert a.status == 422
    listed = s.d.api("GET", "/v1/cases?limit=200", key=s.keys["officer"])
    assert code not in listed.text


def test_the_fewest_cases_on_duty_gets_the_next():
    with Daemon(procedure=FULL) as d:
        t = Site(d)
        d.member("moi", "officer", duty=True, sms="0900000011")
        held = [t.case(t.open())["assignee"] for _ in range(4)]
        assert sorted(held) == ["canbo", "canbo", "moi", "moi"]
        d.ctl("leave", "add", "moi", "2026-11-24T00:00:00+07:00",
              "2026-11-30T00:00:00+07:00")
        c = t.case(t.open())
        c = t.case(t.open())
        assert c["assignee"] == "canbo"
        assert "leave" in str(c["assigned_why"]["passed"])


def test_nobody_on_duty_falls_to_the_lead_then_the_chairman():
    with Daemon(procedure=FULL) as d:
        d.agency("truong1")
        key = d.ctl("key", "add", "truong1")["key"]

        def assignee():
            r = d.api("POST", "/v1/referrals", {
                "kind": "unknown", "narrative": "Thử.",
                "source": {"channel": "phone", "received_at": NOW}}, key=key)
            assert r.status == 201, r
            c = d.admin("GET", f"/v1/admin/cases/{r.json['cases'][0]}").json
            n03 = next(k for k in c["clocks"] if k["step"] == "N03")
            return c.get("assignee"), n03["state"]

        assert assignee() == (None, "open")
        d.member("chutich", "chairman", sms="0900000004")
        assert assignee() == ("chutich", "done")
        d.member("truongnhom", "lead", sms="0900000003")
        assert assignee() == ("truongnhom", "done")


def test_hotlinectl_gives_a_case_on_for_a_lead_on_the_phone(s):
    """There was no verb: a case could be given on by whoever has a token."""
    code = s.open()
    give = ("case", "assign", code, "canbo2", "--reason", "Nghỉ thử nghiệm.",
            "--by")
    no = s.d.ctl_raw(*give, "canbo")
    assert no.returncode == 1 and "forbidden" in no.stderr + no.stdout
    assert s.case(code)["assignee"] == "canbo"
    assert s.d.ctl(*give, "truongnhom")["assignee"] == "canbo2"
    told = [a for a in s.d.ctl("alert", "list", "--case", code)["items"]
            if a["kind"] == "assigned"]
    assert len(told) == 1
    events = s.events(code)
    assert "assign.by_phone" in [e["act"] for e in events]
    assert "Nghỉ" not in str([e["detail"] for e in events])


# ---- Sent on ----

def test_an_agency_reads_what_is_shared_once_it_takes_it_on(s):
    code = s.open()
    a = s.post(code, "refer", {
        "agency": "tramyte", "service": "Khám sức khỏe",
        "reason": "Lý do thử nghiệm.", "due_at": "2026-11-25T07:00:00+07:00",
        "share": shared("name", "place")}, "officer")
    assert a.status == 201, a
    path = f"/v1/referrals/{a.json['id']}"
    seen = s.d.api("GET", path, key=s.station)
    assert seen.json["state"] == "sent" and "Thử" not in seen.text
    assert s.d.api("GET", path, key=s.school).status == 404
    assert s.d.api("POST", path + "/complete", {"outcome": "x"},
                   key=s.station).json["code"] == "state_conflict"
    taken = s.d.api("POST", path + "/accept", key=s.station)
    assert taken.status == 200 and taken.json["state"] == "accepted"
    (child,) = taken.json["shared"]["children"]
    assert set(child) == {"name", "place"}
    assert taken.json["service"] == "Khám sức khỏe"
    assert s.d.api("POST", path + "/refuse", {"reason": "x"},
                   key=s.station).json["code"] == "state_conflict"
    done = s.d.api("POST", path + "/complete", {"outcome": "Đã khám."},
                   key=s.station)
    assert done.status == 200 and done.json["state"] == "completed"
    out = s.d.api("GET", "/v1/referrals?direction=out", key=s.station).json
    assert [i["id"] for i in out["items"]] == [a.json["id"]]
    acts = [e["act"] for e in s.events(code)]
    for act in ("referral.sent", "referral.accepted", "referral.completed"):
        assert act in acts


def send_on(s, code):
    a = s.post(code, "refer", {
        "agency": "tramyte", "service": "Khám sức khỏe",
        "reason": "Lý do thử nghiệm.", "due_at": "2026-11-25T07:00:00+07:00",
        "share": shared("name", "place")}, "officer")
    assert a.status == 201, a
    return f"/v1/referrals/{a.json['id']}"


def test_accept_again_with_the_same_key_gets_the_same_answer(s):
    """It was 409: the agency never saw the child it had taken on."""
    code = s.open()
    path = send_on(s, code)
    first = s.d.api("POST", path + "/accept", key=s.station, idem="nhan-1")
    again = s.d.api("POST", path + "/accept", key=s.station, idem="nhan-1")
    assert (first.status, first.json) == (again.status, again.json)
    assert first.status == 200 and first.json["shared"]["children"][0]["name"]
    assert "referral.answered_again" in [e["act"] for e in s.events(code)]
    other = s.d.api("POST", path + "/accept", key=s.station, idem="nhan-2")
    assert other.json["code"] == "state_conflict"
    db = sqlite3.connect(copy_of(s.d))
    (kept,) = db.execute("SELECT response FROM idempotency WHERE key = ?",
                         ("nhan-1",)).fetchall()
    assert kept == (None,)


def test_a_refusal_tells_the_holder_at_once(s):
    """It told nobody: the child waited for a service that would not come."""
    code = s.open()
    path = send_on(s, code)
    assert s.d.api("POST", path + "/refuse", {"reason": "Không có người."},
                   key=s.station).status == 200
    s.d.step("1s")
    news = [a for a in s.d.ctl("alert", "list", "--case", code)["items"]
            if a["kind"] == "referral_refused"]
    assert [(a["rung"], a["deliveries"]) for a in news] == [(0, 1)]


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
