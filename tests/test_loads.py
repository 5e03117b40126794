"""What each member carries, bars that wait, and admins over the network."""
import re

import pytest

from case_site import FULL, Site
from hotline import ROOT, Daemon

OFFICE = sorted(set(re.findall(
    r'^(?:ROUTE|SLOW)\((\w+),\s*"([^"]+)",\s*OFFICE',
    (ROOT / "handlers/routes.def").read_text(), re.M)))


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site(d)
        s.keys["admin"] = d.member("quantri", "admin", sms="0900000007")
        yield s


def loads(s, who):
    a = s.d.api("GET", "/v1/members", key=s.keys[who])
    assert a.status == 200, a
    return {m["login"]: m for m in a.json["items"]}


def test_a_lead_sees_what_each_carries_but_no_case_they_are_barred_from(s):
    code = s.open(alleged=[{"relation": "parent"}])
    clocks = [k for k in s.case(code)["clocks"] if k["state"] == "open"]
    assert clocks
    own = loads(s, "lead")["canbo"]
    assert own["open_cases"] == 1 and own["overdue"] == 0
    assert 0 < own["due"] <= len(clocks)
    assert loads(s, "lead")["canbo2"]["open_cases"] == 0
    s.d.ctl("case", "bar", code, "--member", "truongnhom")
    own = loads(s, "lead")["canbo"]
    assert (own["open_cases"], own["due"], own["overdue"]) == (0, 0, 0)
    s.d.step("2d")
    assert loads(s, "boss")["canbo"]["overdue"] > 0
    assert loads(s, "lead")["canbo"]["overdue"] == 0


def waiting(s, who):
    a = s.d.api("GET", "/v1/bars", key=s.keys[who])
    assert a.status == 200, a
    return {b["case"]: b for b in a.json["items"]}


def test_a_bar_of_a_namesake_waits_for_two(s):
    s.d.ctl("member", "set", "phochutich", "--name", "Người Trùng Tên Thử")
    code = s.open(alleged=[{"relation": "other",
                            "name": "Người Trùng Tên Thử"}])
    b = waiting(s, "lead")[code]
    assert (b["member"], b["ground"], b["clearings"], b["is_mine"]) == \
        ("phochutich", "name", 0, False)
    assert code not in waiting(s, "vice")
    for who, left in (("lead", True), ("boss", False)):
        a = s.d.api("POST", f"/v1/cases/{code}/bars/{b['id']}/clear", {},
                    key=s.keys[who])
        assert a.status == 200, a
        assert (code in waiting(s, "boss")) is left
    seen = [e for e in s.events(code) if e["act"] == "bar.cleared"]
    assert len(seen) == 1


def test_what_an_admin_asks_over_the_network_waits_for_another(s):
    """As over the control socket: void until a lead or chairman approves."""
    def admin(method, path, body=None):
        return s.d.api(method, path, body, key=s.keys["admin"])
    a = admin("POST", "/v1/admin/members",
              {"login": "moi", "name": "Người Mới Thử", "roles": ["lead"]})
    assert a.status == 202, a
    assert "moi" not in loads(s, "lead")
    change = a.json["change"]
    a = s.d.api("POST", f"/v1/changes/{change}/approve", {},
                key=s.keys["boss"])
    assert a.status == 200, a
    assert loads(s, "lead")["moi"]["name"] == "Người Mới Thử"
    # What needs no second person is told to the leads.
    a = admin("POST", "/v1/admin/agencies/truong1/keys", {})
    assert a.status == 201, a
    rung = [e["subject"] for e in s.d.ctl("alert", "list", "--kind",
                                          "alarm_admin_act")["items"]]
    assert "key.add" in rung
    new = a.json["key"]
    assert s.d.api("POST", "/v1/heartbeat", {}, key=new).status == 204
    assert admin("POST", f"/v1/admin/keys/{a.json['id']}/revoke",
                 {}).status == 204
    assert s.d.api("POST", "/v1/heartbeat", {}, key=new).status == 401


@pytest.mark.parametrize("method,path", OFFICE)
def test_admin_calls_of_the_page_are_for_admins(s, method, path):
    keys = {**s.keys, "agency": s.school, "nobody": None,
            "badkey": "hla_truong1_" + "0" * 32 + "_x_00000000"}
    for who, key in keys.items():
        a = s.d.api(method, path.replace("{}", "x"),
                    {"unknown": 1} if method in ("POST", "PATCH") else None,
                    key=key)
        if who == "admin":
            assert a.status in (200, 404, 422), a
        else:
            assert a.status == (401 if who in ("nobody", "badkey")
                                else 403), (who, a)
            assert "truong1" not in a.text
