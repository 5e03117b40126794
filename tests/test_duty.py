"""Duty: rotations, overrides, swaps, leave, gaps, taking over, drills.

START is Tuesday 24 November 2026, 07:00.
"""
import pytest

from hotline import ROOT, Refused
from ward import BINH, CODE, CUONG, take_reply, ward

__all__ = ["ward"]
PROCEDURE = ROOT / "tests/data/procedure-duty.conf"
P1, P2, P3 = "+84900000011", "+84900000012", "+84900000013"
CASE = {"kind": "unknown", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone",
                   "received_at": "2026-11-24T07:00:00+07:00"}}


def day(n, hour="07:00"):
    """The nth of November or, from 31 on, of December."""
    month, n = (12, n - 30) if n > 30 else (11, n)
    return f"2026-{month}-{n:02}T{hour}:00+07:00"


@pytest.fixture
def team(ward):
    """Three officers, a lead and a chairman; nobody on duty yet."""
    def make(**settings):
        w = ward(procedure=PROCEDURE, settings=settings)
        for login, role, phone in (
                ("mot", "officer", P1), ("hai", "officer", P2),
                ("ba", "officer", P3), ("binh", "lead", BINH),
                ("cuong", "chairman", CUONG)):
            w.people[login] = w.d.member(login, role, sms=phone)
        w.key = w.d.agency("truong1")
        return w
    return make


def rotate(w, unit="day", first=None, members="mot,hai,ba"):
    w.d.ctl("rotation", "set", "chinh", "--unit", unit, "--first",
            first or day(24), "--members", members)


def on_duty(w, instant=None):
    if instant:
        w.d.set_clock(instant)
    return w.d.ctl("duty", "list")["on_duty"]


def gaps(w):
    return [(g["ladder"], g["rung"], g["from_at"][:16], g["until_at"][:16])
            for g in w.d.ctl("duty", "gaps")["items"]]


# ---- Who is on duty ----

def test_members_take_turns_and_the_plan_says_so(team):
    w = team()
    rotate(w)
    assert on_duty(w) == ["mot"]
    plan = w.d.ctl("duty", "list")["plan"]
    assert [(p["on_duty"], p["from_at"][:16]) for p in plan[:4]] == [
        (["mot"], "2026-11-24T07:00"), (["hai"], "2026-11-25T07:00"),
        (["ba"], "2026-11-26T07:00"), (["mot"], "2026-11-27T07:00")]
    assert len(plan) == 14
    assert on_duty(w, day(25, "06:59")) == ["mot"]
    assert on_duty(w, day(25)) == ["hai"]
    rotate(w, unit="week", first=day(16))
    assert on_duty(w, day(29)) == ["hai"]  # 23 to 30 November
    assert on_duty(w, day(30)) == ["ba"]
    w.d.ctl("rotation", "remove", "chinh")
    assert on_duty(w) == []
    with pytest.raises(Refused, match="members"):
        rotate(w, members="mot,khongco")


def test_alerts_go_to_whoever_is_on_duty_when_they_are_raised(team):
    w = team()
    rotate(w)
    w.expect(P1)
    w.d.set_clock(day(25, "06:55"))
    assert w.d.api("POST", "/v1/referrals", CASE, w.key).status == 201
    w.quiet()
    # Due at 19:00 on the 24th: it lapsed.  The repeat, ten minutes later,
    # comes after the hand-over.
    w.expect(P2)
    w.d.step(day(25, "07:05"))
    w.quiet()


def test_an_override_a_leave_and_a_stop_leave_no_hole(team):
    w = team()
    rotate(w)
    w.d.ctl("duty", "add", "ba", day(24, "09:00"), day(24, "12:00"))
    assert on_duty(w, day(24, "08:59")) == ["mot"]
    assert on_duty(w, day(24, "09:00")) == ["ba"]
    w.d.ctl("member", "stop", "ba")
    assert on_duty(w) == ["mot"]  # the override falls back
    w.d.ctl("leave", "add", "mot", day(24, "10:00"), day(24, "11:00"))
    assert on_duty(w, day(24, "10:00")) == ["hai"]
    assert on_duty(w, day(24, "11:00")) == ["mot"]
    assert on_duty(w, day(26)) == ["mot"]  # the day of the stopped one
    (row,) = w.d.ctl("duty", "list")["rotations"]
    assert row["members"] == ["mot", "hai", "ba"]


def test_what_was_added_can_be_taken_back(team):
    w = team()
    w.d.ctl("duty", "add", "ba", day(24), day(25))
    w.d.ctl("leave", "add", "hai", day(24), day(25))
    listed = w.d.ctl("duty", "list")
    w.d.ctl("duty", "remove", listed["duty"][0]["id"])
    w.d.ctl("leave", "remove", listed["leave"][0]["id"])
    listed = w.d.ctl("duty", "list")
    assert listed["duty"] == listed["leave"] == []
    with pytest.raises(Refused, match="404"):
        w.d.ctl("leave", "remove", "018f0000-0000-7000-8000-000000000001")


# ---- By members themselves ----

def test_members_manage_their_own_leave_and_leads_all(team):
    w = team()
    me, lead = w.people["mot"], w.people["binh"]
    span = {"from": day(26), "until": day(28)}
    mine = w.d.api("POST", "/v1/leave", span, me)
    assert mine.status == 201
    a = w.d.api("POST", "/v1/leave", {**span, "member": "hai"}, me)
    assert (a.status, a.json["code"]) == (403, "forbidden")
    theirs = w.d.api("POST", "/v1/leave", {**span, "member": "hai"}, lead)
    assert theirs.status == 201
    items = w.d.api("GET", "/v1/leave", key=me).json["items"]
    assert sorted(i["login"] for i in items) == ["hai", "mot"]
    path = f"/v1/leave/{theirs.json['id']}"
    assert w.d.api("DELETE", path, key=me).status == 404
    assert w.d.api("DELETE", path, key=w.people["hai"]).status == 204
    assert w.d.api("DELETE", f"/v1/leave/{mine.json['id']}",
                   key=lead).status == 204
    wrong = {"from": day(28), "until": day(26)}
    assert w.d.api("POST", "/v1/leave", wrong, me).status == 422


def test_two_members_agree_to_swap(team):
    w = team()
    rotate(w)
    asked = w.expect(P2)
    a = w.d.api("POST", "/v1/duty/swaps", {
        "with": "hai", "from": day(24), "until": day(25),
        "back_from": day(25), "back_until": day(26)}, w.people["mot"])
    assert a.status == 201
    w.d.step("1s")
    w.quiet()
    assert "ca trực" in asked.message.text
    path = f"/v1/duty/swaps/{a.json['id']}"
    assert on_duty(w) == ["mot"]
    for who in ("mot", "ba"):
        assert w.d.api("POST", path + "/accept",
                       key=w.people[who]).status == 404
    assert w.d.api("POST", path + "/accept",
                   key=w.people["hai"]).status == 204
    assert on_duty(w) == ["hai"]
    assert on_duty(w, day(25)) == ["mot"]
    assert on_duty(w, day(26)) == ["ba"]
    again = w.d.api("POST", path + "/refuse", key=w.people["hai"])
    assert (again.status, again.json["code"]) == (409, "state_conflict")


def test_a_swap_can_be_refused_withdrawn_and_recorded(team):
    w = team()
    rotate(w)
    want = {"with": "hai", "from": day(24), "until": day(25)}

    def ask():
        return w.d.api("POST", "/v1/duty/swaps", want,
                       w.people["mot"]).json["id"]

    assert w.d.api("POST", f"/v1/duty/swaps/{ask()}/refuse",
                   key=w.people["hai"]).status == 204
    assert w.d.api("DELETE", f"/v1/duty/swaps/{ask()}",
                   key=w.people["mot"]).status == 204
    assert w.d.ctl("duty", "list")["swaps"] == []
    assert on_duty(w) == ["mot"]
    a = w.d.api("POST", "/v1/duty/swaps", {**want, "member": "ba"},
                w.people["mot"])
    assert a.status == 403
    a = w.d.api("POST", "/v1/duty/swaps", {**want, "with": "mot"},
                w.people["mot"])
    assert a.status == 422
    # Leads and admins record what two agreed to.
    w.d.ctl("swap", "add", "mot", "ba", day(24), day(25))
    assert on_duty(w) == ["ba"]


def test_rotations_and_overrides_are_for_leads(team):
    w = team()
    body = {"unit": "week", "first": day(24), "members": ["hai", "ba"]}
    span = {"member": "ba", "from": day(24), "until": day(25)}
    for who, rotation, add in (("mot", 403, 403), ("binh", 204, 201)):
        key = w.people[who]
        assert w.d.api("PUT", "/v1/duty/rotations/chinh", body,
                       key).status == rotation
        made = w.d.api("POST", "/v1/duty", span, key)
        assert made.status == add
    assert w.d.api("GET", "/v1/duty", key=w.people["mot"]).json["on_duty"] \
        == ["ba"]
    path = f"/v1/duty/{made.json['id']}"
    assert w.d.api("DELETE", path, key=w.people["ba"]).status == 403
    assert w.d.api("DELETE", path, key=w.people["binh"]).status == 204
    assert w.d.api("DELETE", "/v1/duty/rotations/chinh",
                   key=w.people["binh"]).status == 204
    assert on_duty(w) == []


# ---- Gaps ----

def test_gaps_are_found_for_fourteen_days(team):
    w = team()
    assert ("urgent", 0, "2026-11-24T07:00", "2026-12-08T07:00") in gaps(w)
    rotate(w)
    assert gaps(w) == []
    for who in ("mot", "hai", "ba"):
        w.d.ctl("leave", "add", who, day(30), day(32))
    assert gaps(w) == [("urgent", 0, "2026-11-30T07:00", "2026-12-02T07:00")]
    # The other rungs reach the chairman while the lead is away.
    w.d.ctl("leave", "add", "binh", day(26), day(27))
    assert [g for g in gaps(w) if g[0] == "urgent"] == [
        ("urgent", 0, "2026-11-30T07:00", "2026-12-02T07:00")]
    # An address that is not verified reaches nobody.
    w2 = w.d.api("GET", "/v1/me/addresses", key=w.people["mot"]).json
    w.d.ctl("duty", "add", "mot", day(24), day(25))
    w.d.ctl("address", "remove", w2["items"][0]["id"])
    assert ("urgent", 0, "2026-11-24T07:00", "2026-11-25T07:00") in gaps(w)
    assert w.d.api("GET", "/v1/duty/gaps", key=w.people["mot"]).json[
        "items"][0]["who"] == ["duty"]


def test_an_alarm_48_hours_ahead_resolves_itself(team):
    w = team(gaps_ahead="2d")
    rotate(w)
    for who in ("mot", "hai", "ba"):
        w.d.ctl("leave", "add", who, day(30), day(31))
    w.d.step(day(28, "06:00"))
    w.quiet()
    alarms = w.expect(BINH), w.expect(CUONG)
    w.d.step(day(28, "08:00"))
    w.quiet()
    assert "duty" in alarms[0].message.text
    gap = ("alert", "list", "--kind", "alarm_duty_gap")
    assert len(w.d.ctl(*gap)["items"]) == 1
    w.d.ctl("duty", "add", "ba", day(30), day(31))
    w.d.ctl("leave", "remove", next(
        i["id"] for i in w.d.ctl("duty", "list")["leave"]
        if i["login"] == "ba"))
    assert gaps(w) == []
    w.d.step("1s")
    assert w.d.ctl(*gap)["items"] == []
    w.d.step("3d")
    w.quiet()


def test_a_change_that_leaves_a_gap_now_is_an_alarm_at_once(team):
    w = team(gaps_ahead="2d")
    rotate(w, members="mot")
    w.d.step("1m")
    w.quiet()
    w.expect(BINH)
    w.expect(CUONG)
    w.d.api("POST", "/v1/leave", {"from": day(24, "12:00"),
                                  "until": day(24, "13:00")},
            w.people["mot"])
    w.d.step("1s")
    w.quiet()


# ---- Taking over ----

def shifts(w):
    return {s["login"]: s for s in w.d.ctl("duty", "list")["shifts"]}


def test_who_comes_on_duty_takes_it_on_through_the_real_channel(team):
    w = team(hand_over=True)
    told = w.expect(P1)
    rotate(w)
    w.d.step("1s")
    w.quiet()
    assert "ca trực" in told.message.text
    assert "accepted_at" not in shifts(w)["mot"]
    take_reply(w, P1, f"OK {CODE.search(told.message.text)[1]}")
    assert shifts(w)["mot"]["accepted_at"]
    w.d.step(day(25, "06:59"))
    w.quiet()
    # Not taken on: after half an hour it climbs to the lead.
    told = w.expect(P2)
    w.d.step(day(25, "07:29"))
    w.quiet()
    w.expect(BINH)
    w.d.step(day(25, "07:31"))
    w.quiet()
    assert set(shifts(w)) == {"hai"} and shifts(w)["hai"]["is_climbed"]
    take_reply(w, P2, f"OK {CODE.search(told.message.text)[1]}")
    assert shifts(w)["hai"]["accepted_at"]
    # The third is not asked before their time, nor anybody else again.
    w.expect(P3)
    w.d.step(day(26, "07:10"))
    w.quiet()


def test_a_shift_that_ends_unanswered_calls_nobody_any_more(team):
    w = team(hand_over=True)
    w.expect(P1)
    w.expect(BINH)
    rotate(w, members="mot,hai")
    w.d.step(day(24, "08:00"))
    w.quiet()
    told = w.expect(P2)
    w.d.step(day(25, "07:05"))
    w.quiet()
    take_reply(w, P2, f"OK {CODE.search(told.message.text)[1]}")
    w.expect(P1)
    w.d.step(day(26, "07:05"))
    w.quiet()


# ---- Drills ----

def test_who_answered_nothing_for_a_month_is_drilled(team):
    w = team(drill_every="30d")
    w.d.step("696h")
    w.quiet()
    told = {p: w.expect(p) for p in (P1, P2, P3, BINH, CUONG)}
    w.d.step("25h")
    w.quiet()
    assert all("DIỄN TẬP" in t.message.text for t in told.values())
    for phone in (P2, P3, BINH, CUONG):
        take_reply(w, phone, "OK " +
                   CODE.search(told[phone].message.text)[1])
    (row,) = w.d.ctl("member", "addresses", "hai")["items"]
    assert row["proved_at"][:13] == "2026-12-24T08"
    # One did not answer: those who lead hear of it a day later, and it is
    # not sent again before another month.
    for phone in (BINH, CUONG):
        w.expect(phone, text=lambda got: "không được trả lời" in got)
    w.d.step("25h")
    w.quiet()


def test_taking_on_the_duty_is_the_drill(team):
    """Whoever answered from there lately is not asked again."""
    w = team(hand_over=True, drill_every="30d")
    rotate(w, first=day(32), members="mot")
    told = w.expect(P1)
    w.d.step(day(32, "07:01"))
    w.quiet()
    take_reply(w, P1, "OK " + CODE.search(told.message.text)[1])
    for phone in (P2, P3, BINH, CUONG):
        w.expect(phone, text=lambda got: "DIỄN TẬP" in got)
    w.d.step("2026-12-24T12:00:00+07:00")
    w.quiet()
