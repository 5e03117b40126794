"""What came of it, back to who sent it and 111; receipts to compare."""
import hashlib
import json
from urllib.parse import quote

import pytest

from refer_site import NAME, Site, text_of

CALL = {"who": "Trực Tổng Đài Thử", "rank": "Tư vấn viên", "number": "111",
        "paper": "5/PH"}


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def concluded(s, who="truong1", **more):
    """A case whose N21 is open: the emergency measures were decided."""
    code = s.open(who, **more)
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "yes", "measures": "Đã can thiệp."}))
    assert s.clock(code, "N21")
    return code


def feedback(s, code, **more):
    return s.post("officer", code, "steps/N21/done",
                  {"acted_at": s.d.now, **more})


def heard(s, who):
    items = ok(s.call(who, "GET", "/v1/referrals?direction=out&limit=200"))
    return [i for i in items["items"] if i["purpose"] == "feedback"]


# ---- N21 ----

def test_111_and_the_sender_find_how_it_went_in_their_lists(s):
    before = {w: len(heard(s, w)) for w in ("truong1", "th111", "tramyte")}
    code = concluded(s)
    ok(feedback(s, code))
    assert len(heard(s, "tramyte")) == before["tramyte"]
    for who in ("truong1", "th111"):
        assert len(heard(s, who)) == before[who] + 1
        new = heard(s, who)[-1]
        got = ok(s.call(who, "GET", f"/v1/referrals/{new['id']}/request"))
        assert (got["outcome"], got["state"]) == ("in_progress", "accepted")
        assert ("about" in got) == (who == "truong1")
        assert NAME not in str(got) and "shared" not in got
    assert s.clock(code, "P05") is None, "nobody is called about it"


def test_who_is_addressed_is_called_and_reading_is_the_answer(s):
    code = concluded(s)
    n = len(heard(s, "truong1"))
    ok(feedback(s, code, to=["th111"], outcome="protected",
                text="Trẻ đã ở nơi an toàn."))
    assert len(heard(s, "truong1")) == n
    out = heard(s, "th111")[-1]["id"]
    assert s.clock(code, "P05", out)
    s.d.step("1m")
    assert s.told(code, "opened")[-1] == "th111"
    (text,) = [t for t in s.texts("th111") if out in t]
    assert "an toàn" not in text and code not in text
    got = ok(s.call("th111", "GET", f"/v1/referrals/{out}/request"))
    assert (got["outcome"], got["text"]) == ("protected",
                                             "Trẻ đã ở nơi an toàn.")
    assert s.clock(code, "P05") is None
    ok(s.call("th111", "GET", f"/v1/referrals/{out}/request"))


def test_on_the_phone_nothing_is_sent(s):
    code = concluded(s)
    n = len(heard(s, "th111"))
    ok(feedback(s, code, call={**CALL, "called_at": s.d.now}))
    assert len(heard(s, "th111")) == n
    assert s.clock(code, "N21") is None


def test_hotlinectl_records_the_call_that_told_them(s):
    """N21 for a partner without a client: who, rank, number, time, paper."""
    code = concluded(s)
    call = {**CALL, "called_at": s.d.now}
    done = ("case", "done", code, "N21", "--by", "canbo", "--acted-at",
            s.d.now)
    short = s.d.ctl_raw(*done, "--set", "call:=" + json.dumps(
        {k: v for k, v in call.items() if k != "paper"}))
    assert short.returncode == 1 and "/call/paper" in short.stderr
    s.d.ctl(*done, "--set", "call:=" + json.dumps(call))
    assert s.clock(code, "N21") is None


def test_a_confidential_case_tells_only_who_is_named(s):
    n = {w: len(heard(s, w)) for w in ("truong1", "th111")}
    code = concluded(s, confidential=True)
    ok(feedback(s, code))
    assert n == {w: len(heard(s, w)) for w in ("truong1", "th111")}


@pytest.mark.parametrize("more,pointer", [
    ({"text": "Kể."}, "/to"), ({"to": ["khongco"]}, "/to/0"),
    ({"to": ["th111"], "outcome": "x"}, "/outcome")])
def test_feedback_that_cannot_go_is_refused(s, more, pointer):
    code = concluded(s)
    a = feedback(s, code, **more)
    assert a.status == 422
    assert pointer in [e["pointer"] for e in a.json["errors"]]


def test_no_feedback_goes_where_the_suspect_works(s):
    n = len(heard(s, "tramyte"))
    code = concluded(s, "th111", alleged=[
        {"relation": "health", "agency": "tramyte"}])
    assert feedback(s, code, to=["tramyte"]).status == 422
    ok(feedback(s, code))
    assert len(heard(s, "tramyte")) == n


# ---- Receipts of a day ----

def day(s, who, on):
    return ok(s.call(who, "GET", f"/v1/referrals/reconciliation?day={on}"))


def test_an_agency_compares_the_receipts_of_a_day(s):
    before = day(s, "congan", "2026-11-24")["items"]
    r = [ok(s.call("congan", "POST", "/v1/referrals", {
        "kind": "unknown", "narrative": f"Tin {i}.",
        "source": {"channel": "phone", "received_at": s.d.now},
        "confidential": i == 2}), 201) for i in range(3)]
    got = day(s, "congan", "2026-11-24")
    new = got["items"][len(before):]
    assert [(i["id"], i["digest"]) for i in new] == \
        [(x["id"], x["digest"]) for x in r[:2]]
    assert got["count"] == len(got["items"])
    lines = "".join(f"{i['id']} {i['digest']}\n" for i in got["items"])
    assert got["digest"] == hashlib.blake2b(
        lines.encode(), digest_size=32).hexdigest()
    assert r[2]["id"] not in text_of(
        s.call("congan", "GET", "/v1/referrals/reconciliation?day=2026-11-24"))
    assert r[0]["id"] not in str(day(s, "tramyte", "2026-11-24"))
    assert day(s, "congan", "2026-11-23")["items"] == []


@pytest.mark.parametrize("query", ["", "?day=", "?day=2026-02-30",
                                   "?day=hôm nay", "?day=2026-11-24T00:00"])
def test_a_day_is_a_date(s, query):

    a = s.call("congan", "GET", "/v1/referrals/reconciliation"
               + quote(query, safe="?=&:"))
    assert a.json["code"] == "invalid_query"


def test_the_barred_compare_nothing_of_the_case(s):
    r = ok(s.call("soyte", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Tin.",
        "source": {"channel": "phone", "received_at": s.d.now},
        "alleged": [{"relation": "official", "agency": "soyte"}]}), 201)
    assert r["id"] not in str(day(s, "soyte", "2026-11-24"))


# ---- 111 gets the list daily ----

@pytest.fixture(scope="module")
def t():
    with Site(settings={"daily_list": True}) as t:
        yield t


def lists(t):
    return [x for x in t.texts("th111") if "reconciliation" in x]


def test_111_gets_the_list_of_yesterday_until_it_fetched_it(t):
    """Midnight; two days later the lead; nobody else is told of anything."""
    r = ok(t.call("th111", "POST", "/v1/referrals", {
        "kind": "unknown", "narrative": "Tin.", "risk": "low",
        "source": {"channel": "phone", "received_at": t.d.now}}), 201)
    t.d.step("2026-11-25T00:01:00+07:00")
    (text,) = lists(t)
    assert "2026-11-24: 1 - " + r["incident_code"] in text
    assert r["digest"][:8] in text
    got = day(t, "th111", "2026-11-24")
    assert got["items"][0]["id"] == r["id"]
    t.d.restart()
    t.d.step("2026-11-26T00:01:00+07:00")
    assert len(lists(t)) == 2
    assert "2026-11-25: 0" in lists(t)[-1]
    t.d.step("2026-11-28T00:02:00+07:00")
    assert any("2026-11-25: 0" in x for x in t.texts("lead"))
    assert not any("2026-11-24" in x and "reconciliation" in x
                   for x in t.texts("lead"))


def test_days_without_us_are_listed_when_we_are_back(t):
    """Down over three midnights: 111 got the last of these days only."""
    t.d.set_clock("2026-12-01T12:00:00+07:00")
    t.d.step("1m")
    t.d.stop()
    t.d.now = "2026-12-04T08:00:00+07:00"
    t.d.start()
    t.d.step("1m")
    open_ones = ok(t.call("lead", "GET", "/v1/reports?state=open&limit=100"))
    days = {r["item"] for r in open_ones["items"] if r["report"] == "P06"}
    assert days >= {f"2026-12-0{n}.th111" for n in (1, 2, 3)}


def test_the_chains_hold_after_all_this(s, t):
    for site in (s, t):
        done = site.d.ctl_raw("audit", "verify")
        assert done.returncode == 0, done.stderr
