"""The decision that the standing team stands on."""
import json

import pytest

from hotline import ROOT, Refused
from ward import AN, ward

__all__ = ["ward"]
PROCEDURE = ROOT / "tests/data/procedure-duty.conf"
OFFICES = [("an", "officer"), ("binh", "lead"), ("cuong", "chairman")]


def team_set(w, offices=OFFICES, number="12/QĐ-UBND", **more):
    body = {"members": [{"member": m, "office": o} for m, o in offices]}
    return w.d.ctl("team", "set", "-", "--number", number, "--date",
                   more.get("date", "2026-07-01"), text=json.dumps(body))


def alarms(w):
    return sorted((a["kind"], a["subject"])
                  for a in w.d.ctl("alert", "list")["items"]
                  if a["kind"] != "alarm_admin_act")


def test_the_decision_names_the_members_by_office(ward):
    w = ward(procedure=PROCEDURE).staff()
    for key in (w.people["an"], w.people["binh"]):
        assert w.d.api("GET", "/v1/team", key=key).status == 404
    team_set(w)
    t = w.d.api("GET", "/v1/team", key=w.people["an"]).json
    assert (t["number"], t["date"]) == ("12/QĐ-UBND", "2026-07-01")
    assert [(m["login"], m["office"]) for m in t["members"]] == [
        ("cuong", "chairman"), ("binh", "lead"), ("an", "officer")]
    for offices in ([("an", "lead")], [("khong", "officer")],
                    [("an", "officer"), ("an", "officer")]):
        with pytest.raises(Refused, match="/members"):
            team_set(w, offices)
    with pytest.raises(Refused, match="/date"):
        team_set(w, date="2026-02-30")
    assert w.d.ctl("team", "show")["number"] == "12/QĐ-UBND"
    body = {"number": "13/QĐ-UBND", "date": "2026-08-01",
            "members": [{"member": "binh", "office": "lead"}]}
    for who, status in (("an", 403), ("binh", 200)):
        assert w.d.api("PUT", "/v1/team", body,
                       w.people[who]).status == status
    assert w.d.ctl("team", "show")["number"] == "13/QĐ-UBND"


def test_a_team_without_a_decision_is_an_alarm_until_there_is_one(ward):
    w = ward(procedure=PROCEDURE, settings={"team_watch": True}).staff()
    w.d.step("1m")
    assert alarms(w) == [("alarm_team", "none")]
    team_set(w)
    w.d.step("1m")
    assert alarms(w) == []


def test_a_ward_that_is_being_set_up_hears_nothing(ward):
    """As long as nobody can be called there is nobody to alarm."""
    w = ward(procedure=PROCEDURE,
             settings={"team_watch": True, "gaps_ahead": "2d"})
    w.d.ctl("member", "add", "an", "--name", "An Thử", "--role", "officer")
    w.d.step("3h")
    assert alarms(w) == []
    w.d.ctl("member", "address", "an", "sms", AN, "--verified")
    w.d.step("1m")
    assert ("alarm_office", "lead") in alarms(w)
    assert ("alarm_duty_gap", "lead+chairman") in alarms(w)


def test_a_vacant_office_is_an_alarm_until_it_is_filled(ward):
    w = ward(procedure=PROCEDURE, settings={"team_watch": True}).staff()
    team_set(w)
    w.d.step("1m")
    assert alarms(w) == []
    w.d.ctl("member", "stop", "an")
    w.d.step("1m")
    assert alarms(w) == [("alarm_office", "officer"),
                         ("alarm_team", "members")]
    w.d.member("moi", "officer", sms="0900000044")
    w.d.step("1m")
    assert alarms(w) == [("alarm_team", "members")]
    team_set(w, [("moi", "officer"), *OFFICES[1:]], number="14/QĐ-UBND")
    w.d.step("1m")
    assert alarms(w) == []


def test_a_changed_chairman_is_an_alarm_until_the_decision_is_renewed(ward):
    w = ward(procedure=PROCEDURE, settings={"team_watch": True}).staff()
    team_set(w)
    w.d.member("dung", "chairman", sms="0900000045")
    w.d.ctl("member", "set", "cuong", "--role", "officer")
    w.d.step("1m")
    assert alarms(w) == [("alarm_team", "chairman")]
    # Acknowledged it is quiet for a day, and comes back: nothing was mended.
    (alert,) = w.d.api("GET", "/v1/alerts", key=w.people["binh"]).json["items"]
    assert w.d.api("POST", f"/v1/alerts/{alert['id']}/ack", {},
                   w.people["binh"]).status == 200
    w.d.step("23h")
    assert alarms(w) == []
    w.d.step("3h")
    assert alarms(w) == [("alarm_team", "chairman")]
    team_set(w, [*OFFICES[:2], ("dung", "chairman")], number="15/QĐ-UBND")
    w.d.step("1m")
    assert alarms(w) == []
