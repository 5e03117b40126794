"""What is due in all cases that somebody may see, soonest first: the list that
a home page needs; and alerts, the most urgent first."""
import json
import sqlite3

import pytest

from case_site import FULL, Site
from hotline import Daemon, copy_of
from referral_site import ok, refused
from test_merge import join

WHO = ("officer", "other", "police", "lead", "boss", "suspect")


@pytest.fixture(scope="module")
def s():
    """Cases of every kind: one that is closed, one that is secret, one that a
    lead is barred from, one that the police hold, two that became one."""
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site(d)
        s.keys["suspect"] = d.member("bicam", "officer", "lead",
                                     sms="0900000008", name="Người Bị Cấm")
        s.plain = s.open()
        s.secret = s.open(confidential=True)
        s.barred = s.open(alleged=[{"relation": "other",
                                    "name": "Người Bị Cấm"}])
        s.given = s.open()
        assert s.post(s.given, "assign", {"member": "congan", "reason": "Thử."},
                      "lead").status == 200
        s.closed = s.open()
        s.close_unfounded(s.closed)
        s.kept, s.gone = s.open(), s.open()
        s.do(s.gone, "N04", "officer")
        join(s, s.kept, s.gone)
        yield s


def clocks(s, who="officer", query="limit=200"):
    return ok(s.d.api("GET", f"/v1/clocks?{query}", key=s.keys[who]), 200)


def by_hand(s, who):
    """The same out of the whole list of cases."""
    cases = ok(s.d.api("GET", "/v1/cases?state=open&limit=200",
                       key=s.keys[who]), 200)["items"]
    due = [{**{f: k[f] for f in ("id", "step", "start_at", "due_at",
                                 "is_acked")},
            "case": c["code"], "assignee": c["assignee"]}
           for c in cases for k in c["clocks"] if k["state"] == "open"]
    return sorted(due, key=lambda k: (k["due_at"], k["id"]))


@pytest.mark.parametrize("who", WHO)
def test_everybody_sees_the_clocks_of_the_cases_that_they_see(s, who):
    seen = clocks(s, who)
    assert seen == {"items": by_hand(s, who)}
    codes = {k["case"] for k in seen["items"]}
    assert codes == {
        "officer": {s.plain, s.secret, s.barred, s.given, s.kept},
        "other": {s.plain, s.barred, s.given, s.kept},
        "police": {s.given},
        "lead": {s.plain, s.secret, s.barred, s.given, s.kept},
        "boss": {s.plain, s.secret, s.barred, s.given, s.kept},
        "suspect": {s.plain, s.secret, s.given, s.kept}}[who]


def test_of_a_merged_case_they_are_in_the_file_it_is_in(s):
    kept = [k["step"] for k in clocks(s)["items"] if k["case"] == s.kept]
    assert kept.count("N04") == 1 and kept.count("N05") == 2


def test_mine_are_those_of_the_cases_that_i_hold(s):
    for who, login in (("officer", "canbo"), ("police", "congan"),
                       ("boss", "chutich")):
        assert clocks(s, who, "mine=true&limit=200")["items"] == [
            k for k in by_hand(s, who) if k["assignee"] == login]
    assert {k["case"] for k in clocks(s, query="mine=true")["items"]} \
        == {s.plain, s.secret, s.barred, s.kept}


def test_only_some_steps(s):
    every = by_hand(s, "boss")
    assert {"N04", "N05"} < {k["step"] for k in every}
    for steps in (["N05"], ["N04", "N05"]):
        query = f"steps={','.join(steps)}&limit=200"
        assert clocks(s, "boss", query)["items"] == [
            k for k in every if k["step"] in steps]
    for none in ("N0", "N%25", "N0_", "%25", ","):
        assert clocks(s, "boss", f"steps={none}")["items"] == []


def test_the_list_goes_on_where_it_stood(s):
    every, seen, path = by_hand(s, "boss"), [], "/v1/clocks?limit=3"
    while path:
        a = s.d.api("GET", path, key=s.keys["boss"])
        page = ok(a, 200)
        seen += page["items"]
        assert len(page["items"]) == 3 or "next" not in page
        link = a.headers.get("link")
        path = link[1:link.index(">")] if link else None
        assert (path is None) == ("next" not in page)
        assert path is None or f"after={page['next']}" in path
    assert seen == every and len(seen) > 9
    # A cursor is of one list, one reader and one question.
    cursor = clocks(s, "boss", "limit=3")["next"]
    for who, path in (("lead", "clocks?limit=3&"), ("boss", "cases?"),
                      ("boss", "clocks?mine=true&"),
                      ("boss", "clocks?steps=N05&")):
        refused(s.d.api("GET", f"/v1/{path}after={cursor}", key=s.keys[who]),
                400, "invalid_query")


@pytest.mark.parametrize("wrong", [
    "mine=yes", "mine=false", "steps=", "limit=0", "limit=201", "after=00",
    "assignee=canbo"])
def test_what_it_does_not_understand(s, wrong):
    refused(s.d.api("GET", f"/v1/clocks?{wrong}", key=s.keys["boss"]), 400,
            "invalid_query")


def test_its_reading_is_recorded_like_that_of_cases(s):
    clocks(s, "other")
    with sqlite3.connect(copy_of(s.d)) as db:
        act, detail = db.execute("SELECT act, detail FROM event"
                                 " ORDER BY seq DESC LIMIT 1").fetchone()
    codes = json.loads(detail)["cases"]
    assert act == "case.list"
    assert sorted(codes) == sorted({s.plain, s.barred, s.given, s.kept})


# ---- Alerts ----

def alerts(s, query, who="lead"):
    return ok(s.d.api("GET", f"/v1/alerts?{query}", key=s.keys[who]), 200)


def every_alert(s):
    """All pages; each says where the next one begins."""
    page = alerts(s, "limit=90")
    items = page["items"]
    while "next" in page:
        assert page["next"] == items[-1]["id"]
        page = alerts(s, f"limit=90&after={page['next']}")
        items += page["items"]
    assert [a["id"] for a in items] == sorted(a["id"] for a in items)
    return items


def test_the_most_urgent_alert_hides_behind_no_older_ones(s):
    """A page that read the oldest 200 did not show what came after."""
    s.d.step("26h")
    every = every_alert(s)
    assert len(every) > 200
    first = alerts(s, "by=clock&limit=200")
    assert "next" not in first and len(first["items"]) < len(every) / 2
    known = {a["id"]: a for a in every}
    told = []
    for a in first["items"]:
        older = a.pop("older")
        assert a == known[a["id"]]
        assert [a["id"], *older] == sorted([a["id"], *older], reverse=True)
        if "step" in a:
            assert {(known[o]["case"], known[o]["step"], known[o]
                     ["step_due_at"]) for o in older} \
                <= {(a["case"], a["step"], a["step_due_at"])}
        told += [a["id"], *older]
    assert sorted(told) == [a["id"] for a in every]
    # Of the urgent ones what is due first.
    steps = [a for a in first["items"] if "step" in a]
    whole = [(a["case"], a["step"]) for a in steps if a["case"] != s.kept]
    assert len(set(whole)) == len(whole) > 10
    dues = [a["step_due_at"] for a in steps if a["is_urgent"]]
    assert dues == sorted(dues) and len(set(dues)) > 3
    two = alerts(s, "by=clock&limit=2")["items"]
    assert [a["id"] for a in two] == [a["id"] for a in first["items"][:2]]
    for wrong in ("by=step", "by=", "by=clock&limit=0",
                  f"by=clock&after={every[0]['id']}"):
        refused(s.d.api("GET", f"/v1/alerts?{wrong}", key=s.keys["lead"]),
                400, "invalid_query")
