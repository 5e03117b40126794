"""A child known before: attached notifications, links, earlier cases, and
reports that come again."""
import pytest

from case_site import NOW, Site, numbers
from casework import FULL, pointers, s, said  # noqa: F401
from hotline import Daemon

WHY = "Lý do thử nghiệm."


def fresh():
    return f"Trẻ Thử Nghiệm Quen {next(numbers)}"


def opened(s, name, **more):
    return s.open(children=[{"name": name, "place": "Tổ Thử 1"}], **more)


# ---- Attach ----

def test_an_attached_notification_tells_the_case_all_it_says(s):
    code = s.open()
    t0 = "2026-11-24T05:00:00+07:00"
    s.d.ctl("member", "add", "hangxom", "--name", "Người Hàng Xóm Thử",
            "--role", "officer")
    other = s.open(source={"channel": "phone", "received_at": t0},
                   alleged=[{"relation": "parent",
                             "name": "Người Hàng Xóm Thử"}])
    receipt = s.receipt
    a = s.post(code, "attach", {"referral": receipt["id"], "reason": WHY},
               "officer")
    assert a.status == 200, a
    c = s.case(code)
    assert receipt["id"] in {r["id"] for r in c["referrals"]}
    assert c["t0_at"] == t0 and c["facts"]["alleged_carer"] == "yes"
    assert {b["member"] for b in c["bars"]} == {"hangxom"}
    acts = [e["act"] for e in s.events(code)]
    assert "case.attached" in acts and "case.news" in acts
    # The case that it opened stays, and its sender learns nothing.
    assert s.case(other)["state"] == "open"
    seen = s.d.api("GET", receipt["links"]["self"], key=s.school)
    assert code not in seen.text
    said(s.post(code, "attach", {"referral": receipt["id"], "reason": WHY},
                "officer"), 409, "state_conflict")


def test_an_attached_notification_is_in_no_receipt(s):
    code = s.open()
    body = {"kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": NOW},
            "source_ref": "gan-thu-1"}
    first = s.d.api("POST", "/v1/referrals", body, key=s.school)
    a = s.post(code, "attach", {"referral": first.json["id"], "reason": WHY})
    assert a.status == 200, a
    again = s.d.api("POST", "/v1/referrals", body, key=s.school)
    assert again.json["id"] == first.json["id"]
    assert again.json["cases"] == first.json["cases"] != [code]


def test_hotlinectl_attaches(s):
    code = s.open()
    s.open()
    shown = s.d.ctl("case", "attach", code, s.receipt["id"], "--by", "canbo",
                    "--reason", WHY)
    assert shown["code"] == code
    assert s.receipt["id"] in {r["id"] for r in s.case(code)["referrals"]}


def test_what_cannot_be_attached(s):
    code, other = s.open(), s.open(confidential=True)
    secret = s.receipt["id"]
    s.d.ctl("case", "bar", other, "--member", "truongnhom")
    nowhere = "01a20ada-2c00-7000-8000-000000000000"
    for who, referral in (("other", secret), ("lead", secret),
                          ("lead", nowhere), ("lead", "x" * 36)):
        assert pointers(s.post(code, "attach",
                               {"referral": referral, "reason": WHY},
                               who)) == {"/referral"}, who
    assert pointers(s.post(code, "attach", {}, "lead")) == \
        {"/referral", "/reason"}


# ---- Links ----

def test_siblings_are_linked_and_seen_from_both(s):
    one, two = s.open(), s.open()
    a = s.d.api("POST", f"/v1/cases/{one}/links",
                {"case": two, "kind": "sibling", "reason": WHY},
                key=s.keys["officer"])
    assert a.status == 201, a
    for here, there in ((one, two), (two, one)):
        link, = s.case(here)["links"]
        assert (link["case"], link["kind"], link["link"]) == \
            (there, "sibling", a.json["id"])
        assert "case.linked" in {e["act"] for e in s.events(here)}
    again = s.d.api("POST", f"/v1/cases/{two}/links",
                    {"case": one, "kind": "sibling", "reason": WHY},
                    key=s.keys["officer"])
    said(again, 409, "state_conflict")
    shown, = s.d.ctl("case", "links", one)["items"]
    assert shown["case"] == two
    s.d.ctl("case", "unlink", one, a.json["id"], "--by", "canbo", "--reason",
            WHY)
    assert s.case(two)["links"][0]["ended_at"]
    made = s.d.ctl("case", "link", one, two, "household", "--by", "canbo",
                   "--reason", WHY)["id"]
    assert made in {k["link"] for k in s.case(two)["links"]}
    path = f"/v1/cases/{two}/links/{made}/end"
    a = s.d.api("POST", path, {"reason": WHY}, key=s.keys["officer"])
    assert a.status == 204, a
    said(s.d.api("POST", path, {"reason": WHY}, key=s.keys["officer"]), 404,
         "not_found")


def test_a_link_tells_nothing_of_a_case_that_is_not_theirs(s):
    one, two = s.open(), s.open()
    s.d.ctl("case", "bar", two, "--member", "canbo2")
    a, b = (s.d.api("POST", f"/v1/cases/{one}/links",
                    {"case": x, "kind": "sibling", "reason": WHY},
                    key=s.keys["other"]) for x in (two, "ZZZZ-ZZZZ"))
    assert pointers(a) == pointers(b) == {"/case"}
    a = s.d.api("POST", f"/v1/cases/{one}/links",
                {"case": two, "kind": "sibling", "reason": WHY},
                key=s.keys["lead"])
    assert a.status == 201, a
    assert s.case(one, "other")["links"] == []
    seen = s.d.api("GET", f"/v1/cases/{one}/timeline", key=s.keys["other"])
    assert two not in seen.text and "case.linked" not in seen.text


def test_children_of_one_incident_know_of_each_other(s):
    s.open(children=[{"name": fresh(), "place": "Tổ Thử 1"},
                     {"name": fresh(), "place": "Tổ Thử 1"}])
    one, two = s.receipt["cases"]
    assert [(k["case"], k["kind"]) for k in s.case(one)["links"]] == \
        [(two, "incident")]


def test_links_of_what_was_merged_away_are_links_of_the_file(s):
    code, gone, other = s.open(), s.open(), s.open()
    a = s.post(gone, "links", {"case": other, "kind": "household",
                               "reason": WHY})
    assert a.status == 201, a
    b = s.post(code, "merge", {"case": gone, "reason": WHY}, "lead")
    assert b.status == 200, b
    (link,) = s.case(code)["links"]
    assert (link["case"], link["link"]) == (other, a.json["id"])
    assert [k["case"] for k in s.case(other)["links"]] == [gone]
    c = s.post(code, f"links/{link['link']}/end", {"reason": WHY})
    assert c.status == 204, c
    assert s.case(code)["links"][0]["ended_at"]


# ---- Known before ----

def test_an_earlier_case_is_shown_to_those_who_may_see_it(s):
    name = fresh()
    first = opened(s, name)
    s.unfounded(first)
    s.do(first, "N20", next="close", reason="transferred")
    s.do(first, "N21", "officer")
    a = s.post(first, "close", {"acted_at": NOW, "reason": "transferred"})
    assert a.status == 200, a
    later = opened(s, name)
    known, = s.case(later)["earlier"]
    assert (known["code"], known["close_reason"]) == (first, "transferred")
    assert s.case(later)["duplicates"] == []
    s.d.ctl("case", "bar", first, "--member", "phochutich")
    s.d.ctl("case", "bar", later, "--member", "canbo2")
    # Its bars hold for the later one as well: it is not there for them.
    assert s.read(later, "other").status == 404
    shown = s.read(later, "vice")
    assert first not in shown.text


@pytest.mark.parametrize("reason", ["unfounded", "malicious"])
def test_an_unfounded_case_shows_as_a_count_only(s, reason):
    name = fresh()
    first = closed_as(s, reason, children=[{"name": name, "place": "Tổ"}])
    later = opened(s, name)
    for who in ("boss", "lead", "officer"):
        c = s.case(later, who)
        assert (c["earlier"], c["duplicates"], c["earlier_unfounded"]) == \
            ([], [], 1)
        for what in ("", "/timeline"):
            a = s.d.api("GET", f"/v1/cases/{later}{what}", key=s.keys[who])
            assert first not in a.text, (who, what)


def closed_as(s, reason, **more):
    code = s.open(**more)
    s.unfounded(code)
    s.do(code, "N20", next="close", reason=reason)
    s.do(code, "N21", "officer")
    a = s.post(code, "close", {"acted_at": NOW, "reason": reason})
    assert a.status == 200, a
    return code


@pytest.mark.parametrize("reason", ["unfounded", "malicious", "misdirected"])
def test_a_search_for_a_person_finds_what_proved_untrue_as_a_count(s, reason):
    """It was shown as a case, to whoever looked for the name."""
    name, phone = fresh(), f"09770{next(numbers):05}"
    child = {"name": name, "place": "Tổ Thử 1",
             "mother": {"name": f"Mẹ {name}", "phone": phone}}
    first = closed_as(s, reason, children=[child])
    untrue = reason != "misdirected"
    shown = [] if untrue else [first]

    def found(**q):
        a = s.d.api("POST", "/v1/cases/search", q, key=s.keys["boss"])
        assert a.status == 200, a
        return [i["code"] for i in a.json["items"]], a.json.get("unfounded")
    for asked in ({"name": name}, {"phone": phone},
                  {"name": name, "phone": phone},
                  {"name": name, "state": "closed"},
                  {"name": name, "code": first}):
        assert found(**asked) == (shown, int(untrue)), asked
    assert found(name=name, state="open") == ([], 0)
    # A list by code and state names nobody: the register is whole.
    assert found(code=first) == ([first], None)
    later = s.open(children=[child])
    assert found(name=name) == (shown + [later], int(untrue))
    # What is barred is not there, not even as a count.
    s.d.ctl("case", "bar", first, "--member", "phochutich")
    a = s.d.api("POST", "/v1/cases/search", {"name": name},
                key=s.keys["vice"])
    assert ([i["code"] for i in a.json["items"]], a.json["unfounded"]) == \
        ([later], 0)


def test_what_was_merged_into_an_untrue_case_is_a_count_with_it(s):
    name = fresh()
    into = closed_as(s, "unfounded")
    other = opened(s, name)
    third = opened(s, name)
    a = s.d.api("POST", f"/v1/cases/{into}/reopen",
                {"acted_at": NOW, "reason": WHY}, key=s.keys["boss"],
                headers={"If-Match": f'"{s.case(into)["version"]}"'})
    assert a.status == 200, a
    a = s.post(into, "merge", {"case": other, "reason": WHY}, "lead")
    assert a.status == 200, a
    assert {d["code"] for d in s.case(third)["duplicates"]} == {into}
    s.unfounded(into)
    s.do(into, "N20", next="close", reason="unfounded")
    s.do(into, "N21", "officer")
    a = s.post(into, "close", {"acted_at": NOW, "reason": "unfounded"})
    assert a.status == 200, a
    c = s.case(third)
    assert (c["earlier"], c["duplicates"], c["earlier_unfounded"]) == \
        ([], [], 1)
    a = s.d.api("POST", "/v1/cases/search", {"name": name},
                key=s.keys["boss"])
    assert ([i["code"] for i in a.json["items"]], a.json["unfounded"]) == \
        ([third], 1)


def test_a_sibling_whose_case_proved_untrue_is_a_count(s):
    code, other = s.open(), s.open()
    a = s.post(code, "links", {"case": other, "kind": "sibling",
                               "reason": WHY})
    assert a.status == 201, a
    assert [k["case"] for k in s.case(code)["links"]] == [other]
    s.close_unfounded(other)
    c = s.case(code)
    assert (c["links"], c["links_unfounded"]) == ([], 1)


# ---- Why it is closed ----

@pytest.mark.parametrize("reason,verified,wrong", [
    ("unfounded", "yes", {"/reason"}),
    ("malicious", "yes", {"/reason"}),
    ("unverifiable", "yes", {"/reason"}),
    ("founded", "no", {"/reason", "/no_more_risk", "/is_stable"}),
    ("founded", "yes", {"/no_more_risk", "/is_stable"}),
])
def test_a_reason_fits_what_was_found(s, reason, verified, wrong):
    code = s.open()
    s.do(code, "N05", "officer", verified=verified)
    assert pointers(s.ask(code, "N20", "done", next="close",
                          reason=reason)) == wrong


@pytest.mark.parametrize("reason", ["unfounded", "unverifiable", "malicious",
                                    "misdirected"])
def test_a_case_is_closed_for_each_reason(s, reason):
    code = closed_as(s, reason)
    assert s.case(code)["close_reason"] == reason


# ---- Reports that come again ----

@pytest.fixture
def alone():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


def reviews(s, code):
    return [k for k in s.case(code)["clocks"] if k["step"] == "N05j"]


def from_station(s, name):
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "source": {"channel": "phone", "received_at": NOW},
        "children": [{"name": name, "place": "Tổ Thử 1"}]}, key=s.station)
    assert a.status == 201, a
    return a.json["cases"][0]


def test_a_second_source_opens_a_joint_review(s):
    name = fresh()
    first = opened(s, name)
    assert reviews(s, first) == []
    second = from_station(s, name)
    k, = reviews(s, second)
    assert (k["state"], k["role"], k["term"]) == ("open", "lead", "2wd")


def test_a_third_report_opens_a_joint_review(s):
    name = fresh()
    first, second = opened(s, name), opened(s, name)
    assert reviews(s, first) == reviews(s, second) == []
    third = opened(s, name)
    assert len(reviews(s, third)) == 1
    s.do(third, "N05j", "lead")
    assert reviews(s, third)[0]["state"] == "done"


@pytest.mark.parametrize("days,counts", [("29d", True), ("31d", False)])
def test_only_reports_of_these_months_count(days, counts):
    """One month here; 24 December is the first day that is past it."""
    with Daemon(procedure=FULL, settings={"agency_quota": 100000,
                                          "repeat_months": 1}) as d:
        s = Site(d)
        name = fresh()
        s.close_unfounded(opened(s, name))
        d.step(days)
        assert len(reviews(s, from_station(s, name))) == counts
        assert len(reviews(s, opened(s, name))) == 1  # of two sources today


@pytest.mark.parametrize("at,counts", [
    ("2027-05-23T07:00:00+07:00", 1), ("2027-05-24T23:59:00+07:00", 1),
    ("2027-05-25T00:00:00+07:00", 0)])
def test_the_window_of_six_months_ends_with_its_last_day(at, counts):
    """Both conditions at its edges: a second source, and a third report of one
    source; six months from 24 November end with 24 May."""
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site(d)
        twice, once = fresh(), fresh()
        s.close_unfounded(opened(s, once))
        for _ in range(2):
            code = opened(s, twice)
            assert reviews(s, code) == []
            s.close_unfounded(code)
        s.keys["boss"] = d.ctl("member", "token", "chutich", "--not-after",
                               "2027-11-01T00:00:00+07:00")["token"]
        d.set_clock(at)
        now = {"source": {"channel": "phone", "received_at": at}}
        a = d.api("POST", "/v1/referrals", {
            "kind": "abused", **now,
            "children": [{"name": once, "place": "Tổ Thử 1"}]},
            key=s.station)
        assert len(reviews(s, a.json["cases"][0])) == counts
        assert len(reviews(s, opened(s, twice, **now))) == counts


def test_reports_that_were_merged_away_count_still(s):
    """Three of one source about one child, two of them in one file by now."""
    name = fresh()
    other = opened(s, fresh())
    code = opened(s, name)
    a = s.post(other, "merge", {"case": code, "reason": WHY}, "lead")
    assert a.status == 200, a
    assert reviews(s, other) == []
    assert len(reviews(s, opened(s, name))) == 1


def test_an_attached_notification_counts_as_a_report(s):
    code = s.open()
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone", "received_at": NOW}}, key=s.station)
    assert reviews(s, code) == []
    b = s.post(code, "attach", {"referral": a.json["id"], "reason": WHY})
    assert b.status == 200, b
    assert len(reviews(s, code)) == 1
