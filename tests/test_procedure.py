"""Procedures and calendars as data: legs, changes, years that are missing."""
import json
import shutil
import sqlite3
import subprocess

import pytest

from case_site import FULL, MARKS, Site
from hotline import BUILD, ROOT, START, Daemon, copy_of

CALENDAR = ROOT / "conf/calendar"


def check(name, *args):
    return subprocess.run(
        [BUILD / "hotlinectl", "procedure", "check",
         ROOT / f"conf/procedures/{name}.conf", *args],
        capture_output=True, text=True)


def test_working_hours_are_shown_to_break_the_twelve():
    done = check("vn-ward-hn")
    assert done.returncode == 1
    assert "vn-ward-hn.conf:" in done.stderr
    # Thursday 16:00: an hour and a half, Friday, half an hour after Tet.
    assert "step H05 breaks the 12h of D56 26.3, 31.2" in done.stderr
    assert "from 2026-02-12T16:00:00+07:00" in done.stderr
    assert "not due before 2026-02-23T08:00:00+07:00" in done.stderr


def test_no_daemon_runs_a_profile_that_breaks_its_bounds(tmp_path):
    d = Daemon(tmp_path, start=False,
               procedure=ROOT / "conf/procedures/vn-ward-hn.conf")
    done = d.check()
    assert done.returncode == 1 and "breaks the 12h" in done.stderr


@pytest.mark.parametrize("name, args", [
    ("vn-nd56-2017", []), ("uk-england-wt", []),
    ("uk-england-wt", ["--calendar", CALENDAR / "england"])])
def test_what_is_shipped_holds(name, args):
    done = check(name, *args)
    assert (done.returncode, done.stderr) == (0, "")


# ---- Whose lapse it is ----

@pytest.mark.parametrize("name, calendar, start", [
    ("vn-nd56-2017", CALENDAR, "2026-11-24T03:00:00+07:00"),
    ("uk-england-wt", CALENDAR / "england", "2026-11-24T07:00:00+07:00")])
def test_whose_receipt_counts_is_the_files_to_say(name, calendar, start):
    """The first receipt was four hours before ours."""
    with Daemon(procedure=ROOT / f"conf/procedures/{name}.conf",
                settings={"calendar": str(calendar)}) as d:
        key = d.agency("truong1", "school")
        boss = d.member("chutich", "chairman", sms="0900000001")
        a = d.api("POST", "/v1/referrals", {
            "kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone",
                       "received_at": "2026-11-24T03:00:00+07:00"}}, key=key)
        case = d.api("GET", f"/v1/cases/{a.json['cases'][0]}", key=boss).json
        assert case["t0_at"] == "2026-11-24T03:00:00+07:00"
        assert case["received_at"] == "2026-11-24T07:00:00+07:00"
        starts = {k["step"]: k["start_at"] for k in case["clocks"]}
        assert starts["N08" if "N08" in starts else "E03"] == start


@pytest.fixture(scope="module")
def legs():
    """One case that nobody touches but for what the legs need."""
    with Daemon(procedure=FULL) as d:
        nobody = d.agency("truong9", "school")
        a = d.api("POST", "/v1/referrals", {
            "kind": "abused",
            "source": {"channel": "phone", "received_at": d.now},
            "children": [{"name": "Trẻ Thử Nghiệm Không Ai",
                          "place": "Tổ Thử 1"}]}, key=nobody)
        s = Site(d)
        s.unassigned = a.json["cases"][0]
        s.late = s.open(source={
            "channel": "phone", "received_at": "2026-11-23T17:00:00+07:00"})
        s.plain = s.open(kind="at_risk")
        d.step("90m")
        # Done in time, told after it had lapsed; and done too late.
        timely = d.now
        d.step("7h")
        s.do(s.plain, "N05", "officer", acted_at=timely)
        s.do(s.plain, "N06", "officer", acted_at=d.now, items=MARKS, risk="medium",
             crime="yes")
        s.do(s.plain, "N04", "officer", acted_at=d.now)
        d.step("25h")
        yield s


def lapse(s, code, step):
    k = s.clocks(code)[step]
    return k.get("lapse_leg"), k.get("lapsed_at") == k["due_at"]


def test_hours_that_the_sender_used_are_the_senders(legs):
    # 14 hours on the way: everything up to the twelve was over on arrival.
    for step in ("N00", "N05", "N06", "N07", "N08", "N25"):
        assert lapse(legs, legs.late, step) == ("sender", True), step
    # What runs from our own receipt was ours to keep.
    assert lapse(legs, legs.late, "N01") == (None, False)


def test_a_case_that_nobody_was_given_is_the_dutys(legs):
    assert lapse(legs, legs.unassigned, "N03") == ("duty", True)


def test_the_officers_the_chairmans_and_the_partners(legs):
    assert lapse(legs, legs.plain, "N04") == ("officer", True)
    assert lapse(legs, legs.plain, "N07") == ("chairman", True)
    assert lapse(legs, legs.plain, "N08") == ("chairman", True)
    assert lapse(legs, legs.plain, "N11") == ("partner", True)


def test_a_late_record_is_told_from_a_late_act(legs):
    clocks = legs.clocks(legs.plain)
    n05, n06, n04 = clocks["N05"], clocks["N06"], clocks["N04"]
    assert n05["state"] == "done" and n05["is_late_record"]
    # It lapsed in our record for as long as nobody told us (P6).
    assert n05["lapsed_at"] == n05["due_at"]
    assert n06["state"] == "done" and not n06["is_late_record"]
    assert n06["lapsed_at"] == n06["due_at"]
    assert n04["lapsed_at"] == n04["due_at"] and not n04["is_late_record"]


# ---- Changes ----

def events(d, act):
    db = sqlite3.connect(copy_of(d))
    try:
        return [json.loads(row[0]) for row in db.execute(
            "SELECT detail FROM event WHERE act = ? ORDER BY seq", (act,))]
    finally:
        db.close()


@pytest.fixture
def own(tmp_path, request):
    """A daemon whose procedure and calendar a test may change; the parameter
    is where its clock begins."""
    shutil.copytree(CALENDAR, tmp_path / "calendar")
    (tmp_path / "procedures").mkdir()
    shutil.copy(FULL, tmp_path / "procedures")
    with Daemon(tmp_path / "d", at=getattr(request, "param", START),
                procedure=tmp_path / "procedures" / FULL.name,
                settings={"calendar": str(tmp_path / "calendar")}) as d:
        d.files = tmp_path
        yield d


def change(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)


def add_a_holiday(d, day="2026-11-26"):
    change(d.files / "calendar/2026.conf",
           ('"2026-09-01"', f'"{day}", "2026-09-01"'))


def with_a_plan(d):
    """A case whose assessment opened N13 (3wd) and N15 (5wd) on Tuesday."""
    s = Site(d)
    code = s.open(kind="at_risk")
    s.do(code, "N06", "officer", risk="low", items=MARKS)
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    return s, code


def dues(s, code):
    return {k: v["due_at"] for k, v in s.clocks(code).items()
            if k in ("N13", "N15")}


def test_a_new_holiday_moves_running_working_days(own):
    s, code = with_a_plan(own)
    assert dues(s, code) == {"N13": "2026-11-28T00:00:00+07:00",
                             "N15": "2026-12-02T00:00:00+07:00"}
    before = {k: v["due_at"] for k, v in s.clocks(code).items()
              if not v["term"].endswith("wd")}
    add_a_holiday(own)
    own.ctl("reload")
    # Three days from Wednesday without Thursday: Monday 30.
    assert dues(s, code) == {"N13": "2026-12-01T00:00:00+07:00",
                             "N15": "2026-12-03T00:00:00+07:00"}
    assert s.clocks(code)["N13"]["term"] == "3wd"
    after = {k: v["due_at"] for k, v in s.clocks(code).items()
             if not v["term"].endswith("wd")}
    assert after == before
    told = [e["detail"] for e in s.events(code)
            if e["act"] == "clock.recounted"]
    assert {(t["step"], t["due_at"] - t["was_due_at"]) for t in told} == {
        ("N13", 3 * 86400000), ("N15", 86400000)}
    assert [e["differences"] for e in events(own, "calendar.changed")] == [
        [{"what": "2026-11-26", "to": "off"}]]


def test_a_holiday_brought_while_the_daemon_was_down_counts_too(own):
    s, code = with_a_plan(own)
    own.stop()
    add_a_holiday(own)
    own.start()
    assert dues(s, code)["N15"] == "2026-12-03T00:00:00+07:00"
    assert len(events(own, "clock.recounted")) == 2


def test_a_reload_that_changes_nothing_tells_nothing(own):
    with_a_plan(own)
    own.ctl("reload")
    own.restart()
    assert events(own, "calendar.changed") == []
    assert events(own, "procedure.changed") == []
    assert events(own, "clock.recounted") == []
    # What was in force first is in the chain, too.
    assert [e["to"] for e in events(own, "procedure.first")] == [
        "vn-nd56-2017@2"]


def test_a_lapse_is_not_repaired_by_a_new_holiday(own):
    s, code = with_a_plan(own)
    own.step("2026-11-28T01:00:00+07:00")
    n13 = s.clocks(code)["N13"]
    assert n13["lapsed_at"] == "2026-11-28T00:00:00+07:00"
    add_a_holiday(own)
    own.ctl("reload")
    assert s.clocks(code)["N13"]["due_at"] == n13["due_at"]
    assert s.clocks(code)["N13"]["lapsed_at"] == n13["lapsed_at"]


def test_a_changed_procedure_leaves_running_clocks_their_limit(own):
    s, code = with_a_plan(own)
    change(own.files / "procedures" / FULL.name,
           ("version = 2;", "version = 3;"),
           ('limit = "3wd";', 'limit = "2wd";'))
    own.ctl("reload")
    assert dues(s, code)["N13"] == "2026-11-28T00:00:00+07:00"
    assert s.clocks(code)["N13"]["term"] == "3wd"
    other = s.open(kind="at_risk")
    s.do(other, "N06", "officer", risk="low", items=MARKS)
    assert s.clocks(other)["N13"]["term"] == "2wd"
    assert s.clocks(other)["N13"]["due_at"] == "2026-11-27T00:00:00+07:00"
    assert events(own, "procedure.changed") == [{
        "from": "vn-nd56-2017@2", "to": "vn-nd56-2017@3",
        "differences": [{"what": "N13.limit", "from": "3wd", "to": "2wd"}]}]


def test_the_ladder_is_that_of_the_day(own):
    """A shorter ladder, brought while a clock runs, calls the new people."""
    s, code = with_a_plan(own)
    change(own.files / "procedures" / FULL.name,
           ("version = 2;", "version = 3;"),
           ('after = "0m"; who = ["holder"]; },\n        { after = "8h"',
            'after = "0m"; who = ["lead"]; },\n        { after = "8h"'))
    own.ctl("reload")
    own.step("2026-11-27T09:00:00+07:00")
    told = [e["detail"]["told"] for e in s.events(code)
            if e["act"] == "alert.raised" and
            e["detail"]["clock"] == s.clocks(code)["N13"]["id"]]
    lead = own.api("GET", "/v1/me", key=s.keys["lead"]).json["id"]
    assert told[0] == [lead]


# ---- Years ----

def alarms(d):
    """Open alarms of the calendar as (kind, about)."""
    db = sqlite3.connect(copy_of(d))
    try:
        return db.execute(
            "SELECT step, item FROM clock WHERE news = 'alarm' AND "
            "state = 'open' AND step LIKE 'alarm_calendar%'").fetchall()
    finally:
        db.close()


def test_a_missing_year_is_an_alarm_and_weekdays_count(own):
    (own.files / "calendar/2026.conf").unlink()
    own.ctl("reload")
    own.step("1m")
    assert alarms(own) == [("alarm_calendar_missing", "2026")]
    s, code = with_a_plan(own)
    # 2 September 2026 is past; Wednesday to Tuesday are plain weekdays.
    assert dues(s, code)["N15"] == "2026-12-02T00:00:00+07:00"
    own.step("2026-11-28T00:00:00+07:00")
    assert s.clocks(code)["N13"]["lapsed_at"] == "2026-11-28T00:00:00+07:00"


@pytest.mark.parametrize("own", ["2027-11-01T22:00:00+07:00"], indirect=True)
def test_a_calendar_that_ends_is_an_alarm_sixty_days_ahead(own):
    own.member("truc", "lead", sms="0900000001")
    own.step("2027-11-01T23:00:00+07:00")
    assert alarms(own) == []
    own.step("2027-11-02T00:01:00+07:00")
    assert alarms(own) == [("alarm_calendar_ends", "calendar")]
    (own.files / "calendar/2028.conf").write_text(
        'year = 2028; holidays = ( "2028-01-03" );\n')
    own.ctl("reload")
    assert alarms(own) == []


def test_a_gap_between_years_is_the_end(own):
    (own.files / "calendar/2028.conf").write_text(
        'year = 2028; holidays = ();\n')
    (own.files / "calendar/2027.conf").unlink()
    own.ctl("reload")
    own.step("1m")
    # 24 November: 37 days are left of 2026, whatever 2028 holds.
    assert alarms(own) == [("alarm_calendar_ends", "calendar")]
