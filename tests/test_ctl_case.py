"""hotlinectl on cases, alerts and notifications."""
import json
import re
import sqlite3

import pytest

from hotline import Daemon, copy_of

MAU01 = {"kind": "abused", "narrative": "Nội dung thử nghiệm.",
         "source": {"channel": "phone",
                    "received_at": "2026-11-24T06:40:00+07:00"},
         "children": [{"name": "Trẻ Thử Nghiệm Một", "age": 7}]}


@pytest.fixture
def case():
    """A daemon with one case that member an holds; its code is .code."""
    with Daemon() as d:
        d.key = d.agency("truong1")
        d.tokens = {
            "an": d.member("an", "officer", duty=True, sms="0900000001"),
            "lan": d.member("lan", "lead", sms="0900000002"),
            "hung": d.member("hung", "chairman", sms="0900000003")}
        answer = d.api("POST", "/v1/referrals", MAU01, key=d.key)
        assert answer.status == 201, answer
        d.code = answer.json["cases"][0]
        yield d


def test_a_case_is_listed_and_shown_without_names(case):
    items = case.ctl("case", "list")["items"]
    assert [(i["code"], i["state"], i["assignee"]) for i in items] == \
        [(case.code, "open", "an")]
    for verb in ("list", f"show {case.code}", f"timeline {case.code}"):
        done = case.ctl_raw("case", *verb.split(), "--json")
        assert done.returncode == 0
        assert "Trẻ" not in done.stdout and "Nội dung" not in done.stdout
    assert case.ctl("case", "list", "--state", "closed")["items"] == []
    shown = case.ctl("case", "show", case.code)
    assert [c["step"] for c in shown["clocks"]] == ["N08"]


def test_reading_a_case_stands_in_its_timeline(case):
    case.ctl("case", "show", case.code)
    acts = [(e["act"], e["actor_kind"])
            for e in case.ctl("case", "timeline", case.code)["items"]]
    assert ("case.read", "admin") in acts


def test_people_see_few_columns_scripts_all(case):
    text = case.ctl_raw("case", "timeline", case.code).stdout
    assert text.splitlines()[0].split() == ["at", "act", "actor_kind",
                                            "detail"]
    assert "seq" in case.ctl("case", "timeline", case.code)["items"][0]


def test_a_confidential_case_is_in_no_list(case):
    before = case.ctl("status")["cases_open"]
    answer = case.api("POST", "/v1/referrals",
                      {**MAU01, "confidential": True}, key=case.key)
    assert answer.status == 201, answer
    assert len(case.ctl("case", "list")["items"]) == 1
    assert case.ctl("status")["cases_open"] == before
    codes = {a.get("case") for a in case.ctl("alert", "list")["items"]}
    assert not codes & set(answer.json["cases"])


def test_a_barred_holder_loses_the_case(case):
    case.ctl("case", "bar", case.code, "--member", "an")
    assert case.ctl("case", "list")["items"][0]["assignee"] == "lan"
    # Once more is no second bar.
    case.ctl("case", "bar", case.code, "--member", "an")
    db = sqlite3.connect(copy_of(case))
    assert db.execute("SELECT state, reason FROM bar").fetchall() == \
        [("standing", "lead")]


def test_an_agency_can_be_barred(case):
    """BAR_IS_THERE was given three values and took two: the daemon died."""
    case.ctl("case", "bar", case.code, "--agency", "truong1")
    assert case.ctl("status")["cases_open"] == 1


@pytest.mark.parametrize("args", [
    (), ("--member", "an", "--agency", "truong1"), ("--member", "nobody")])
def test_a_bar_names_exactly_one(case, args):
    assert case.ctl_raw("case", "bar", case.code, *args).returncode == 1


def answer_code(d, number):
    """The answer code of the last message to a number."""
    for path in sorted((d.folder / "spool/out").iterdir(), reverse=True):
        text = path.read_text()
        if number in text:
            return re.search(r"OK ([2-9A-Z]{6})", text)[1]
    return None


def test_somebody_on_the_phone_acknowledges(case):
    case.step("1m")
    code = answer_code(case, "84900000001")
    # The code went to an, so nobody else can say it.
    for said, who in ((code, "lan"), ("ZZZZZZ", "an"), (code, "nobody")):
        done = case.ctl_raw("alert", "ack", said, "--by-phone", who)
        assert done.returncode == 1 and "422" in done.stderr
    assert case.ctl("alert", "ack", code, "--by-phone", "an")["state"] \
        == "acked"
    assert case.ctl("alert", "list")["items"] == []
    rows = case.ctl("alert", "list", "--all")["items"]
    assert [(r["state"], r["acked_how"]) for r in rows] == \
        [("acked", "phone")]
    assert case.ctl_raw("alert", "ack", code, "--by-phone", "an") \
        .returncode == 1


def test_a_call_is_recorded_for_an_agency(case):
    body = json.dumps({**MAU01, "source_ref": "G-1"})
    receipt = case.ctl("referral", "record", "-", "--on-behalf-of",
                       "truong1", "--by", "lan", text=body)
    assert len(receipt["cases"]) == 1
    # The copy that the agency sends later attaches to it.
    again = case.api("POST", "/v1/referrals",
                     {**MAU01, "source_ref": "G-1",
                      "narrative": "Bản gửi sau."}, key=case.key)
    assert again.status == 201 and again.json["id"] == receipt["id"]
    assert len(case.ctl("case", "list")["items"]) == 2


def test_the_same_file_recorded_again_opened_another_case(case):
    """No key was sent: after an answer that was cut off it came in twice."""
    body = json.dumps(MAU01)
    cases = len(case.ctl("case", "list")["items"])

    def record(text, *more, by="lan"):
        return case.ctl("referral", "record", "-", "--on-behalf-of",
                        "truong1", "--by", by, *more, text=text)["id"]
    first = record(body)
    assert record(body) == first, "the same file"
    other = record(json.dumps({**MAU01, "narrative": "Nội dung khác."}))
    assert other != first
    mine = record(body, "--key", "cuoc-goi-1")
    assert mine not in (first, other), "another key was said"
    assert record(body, "--key", "cuoc-goi-1") == mine
    assert record(body, by="an") not in (first, mine), "another took it"
    assert len(case.ctl("case", "list")["items"]) == cases + 4
    done = case.ctl_raw(
        "referral", "record", "-", "--on-behalf-of", "truong1", "--by", "lan",
        "--key", "cuoc-goi-1", text=json.dumps({**MAU01, "risk": "low"}))
    assert done.returncode == 1 and "422" in done.stderr
    assert case.ctl_raw("referral", "record", "-", "--on-behalf-of", "truong1",
                        "--by", "lan", "--key", "a b", text=body) \
        .returncode == 1


def test_a_record_needs_agency_and_member_that_exist(case):
    for args in (("--on-behalf-of", "nobody", "--by", "lan"),
                 ("--on-behalf-of", "truong1", "--by", "nobody")):
        done = case.ctl_raw("referral", "record", "-", *args,
                            text=json.dumps(MAU01))
        assert done.returncode == 1, done
    assert len(case.ctl("case", "list")["items"]) == 1


def test_a_record_that_is_wrong_tells_every_pointer(case):
    done = case.ctl_raw("referral", "record", "-", "--on-behalf-of",
                        "truong1", "--by", "lan",
                        text=json.dumps({**MAU01, "kind": "x", "risk": "y"}))
    assert done.returncode == 1
    assert "/kind" in done.stderr and "/risk" in done.stderr


def test_refused_notifications_are_listed_without_contents(case):
    case.api("POST", "/v1/referrals", {**MAU01, "risk": "Bí mật"},
             key=case.key)
    done = case.ctl_raw("referral", "refused", "--json")
    rows = json.loads(done.stdout)["items"]
    assert [r["agency"] for r in rows] == ["truong1"]
    assert rows[0]["errors"][0]["pointer"] == "/risk"
    assert "Bí mật" not in done.stdout and "Trẻ" not in done.stdout


def test_a_step_is_recorded_for_a_member(case):
    done = case.ctl("case", "done", case.code, "N08", "--by", "hung",
                    "--evidence", "QD-12", "--set", "emergency=no",
                    "--set", "reason=Thử nghiệm")
    assert done["step"] == "N08"
    items = case.ctl("case", "timeline", case.code)["items"]
    act = next(e for e in items if e["act"] == "step.by_phone")
    assert act["actor_kind"] == "admin" and act["detail"]["step"] == "N08"
    # The act itself is the member's.
    assert any(e["actor_kind"] == "member" and "done" in e for e in items)
    steps = {c["step"]: c["state"]
             for c in case.ctl("case", "show", case.code)["clocks"]}
    assert steps["N08"] == "done"


@pytest.mark.parametrize("args,word", [
    (("N08", "--by", "an", "--set", "emergency=no", "--set", "reason=x"),
     "403"),  # the step is the chairman's
    (("N08", "--by", "nobody"), "/by"),
    (("N08", "--by", "hung"), "/emergency"),
    (("N99", "--by", "hung"), "404"),
    (("N08", "--by", "hung", "--set", "emergency=yes", "--acted-at",
      "2030-01-01T00:00:00+07:00"), "/acted_at"),
])
def test_a_step_by_phone_keeps_the_members_rights(case, args, word):
    done = case.ctl_raw("case", "done", case.code, *args)
    assert done.returncode == 1 and word in done.stderr
    assert case.ctl("case", "show", case.code)["clocks"][0]["state"] == "open"


def test_a_barred_member_does_no_step_by_phone(case):
    case.ctl("case", "bar", case.code, "--member", "hung")
    done = case.ctl_raw("case", "done", case.code, "N08", "--by", "hung",
                        "--set", "emergency=yes")
    assert done.returncode == 1 and "404" in done.stderr
