"""Bars that come late: who was there before, and who comes after."""
import documents
from referral_site import body, case, child, fresh, ok, post, timeline
from test_bars import bars, gone, s  # noqa: F401


# ---- What was seen before ----

def test_a_late_bar_lists_what_was_read_and_done_before(s):
    """By whatever way it was seen: also in a list, a search, a message."""
    code = ok(post(s, body(children=[child(fresh())]),
                   key=s.hotline))["cases"][0]

    def by(method, path, what=None, status=200):
        return ok(s.d.api(method, f"/v1/cases{path}", what, key=s.other,
                          headers={"If-Match": "*"}), status)

    by("GET", f"?code={code}")
    by("GET", "?code=ZZZZ-ZZZZ")
    by("POST", "/search", {"code": code})
    by("GET", f"/{code}")
    for of in ("timeline", "documents", "why", "gate", "notes", "corrections"):
        by("GET", f"/{code}/{of}")
    document = documents.send(s.d, code, s.other, documents.PDF)
    by("GET", f"/{code}/documents/{document}/content")
    ok(s.d.api("POST", f"/v1/cases/{code}/assign",
               {"member": "canbo2", "reason": "Để thử."}, key=s.lead,
               headers={"If-Match": "*"}), 200)
    s.d.step("5m")
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    listed, = ok(s.d.api("GET", f"/v1/cases/{code}/bars", key=s.lead),
                 200)["items"]
    acts = [e["act"] for e in listed["earlier"]]
    assert acts == [
        "case.list", "case.search", "case.read", "case.timeline",
        "document.list", "case.why", "case.gate", "case.notes",
        "case.corrections", "document.begun", "document.uploaded",
        "document.read", "alert.reached"]
    added = next(e for e in timeline(s, code) if e["act"] == "bar.added")
    assert added["detail"]["earlier"] == len(acts)
    # Not in the list of another.
    other = ok(post(s, body(children=[child(fresh())]),
                    key=s.hotline))["cases"][0]
    s.d.ctl("case", "bar", other, "--member", "canbo2")
    assert ok(s.d.api("GET", f"/v1/cases/{other}/bars", key=s.lead),
              200)["items"][0]["earlier"] == []


def test_a_bar_of_an_agency_lists_what_its_people_saw(s):
    code = ok(post(s, body(children=[child(fresh())]),
                   key=s.hotline))["cases"][0]
    for path in (f"?code={code}", f"/{code}"):
        ok(s.d.api("GET", f"/v1/cases{path}", key=s.teacher), 200)
    s.d.ctl("case", "bar", code, "--agency", "truong1")
    listed, = ok(s.d.api("GET", f"/v1/cases/{code}/bars", key=s.lead),
                 200)["items"]
    assert [e["act"] for e in listed["earlier"]] == ["case.list", "case.read"]


def test_a_late_bar_is_told_to_the_lead(s):
    code = ok(post(s, body(children=[child(fresh())]),
                   key=s.hotline))["cases"][0]
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    told = [d["member"] for e in timeline(s, code)
            if e.get("alert", {}).get("kind") == "bar"
            for d in e["deliveries"]]
    assert "truongnhom" in told and "canbo2" not in told


# ---- Who comes later ----

def test_a_new_member_is_matched_with_cases_that_are_there(s):
    codes = [ok(post(s, body(children=[child(fresh(), **around)]),
                     key=s.hotline))["cases"][0]
             for around in ({"father": {"name": "Cha Thử Nghiệm Mới"}},
                            {"mother": {"phone": "0911 222 333"}},
                            {"carer": {"phone": "0911 222 444"}})]
    s.d.ctl("member", "add", "moiden", "--name", "CHA thu nghiem moi",
            "--role", "officer", "--phone", "+84 911 222 333")
    key = s.d.ctl("member", "token", "moiden")["token"]
    for code, ground in zip(codes, ("name", "phone")):
        assert bars(s, code)["moiden"]["ground"] == ground
        gone(s, code, key)
    assert case(s, codes[2], key)
    s.d.ctl("member", "address", "moiden", "sms", "0911222444", "--verified")
    gone(s, codes[2], key)
    told = [d["member"] for e in timeline(s, codes[2])
            if e.get("alert", {}).get("kind") == "bar"
            for d in e["deliveries"]]
    assert told == ["truongnhom"]


def test_who_is_renamed_later_is_matched_with_cases_that_are_there(s):
    codes = [ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "team_member", **who}]), key=s.hotline))["cases"][0]
        for who in ({"name": "Tên Sau Thử Nghiệm"},
                    {"phone": "0911 555 666"})]
    key = s.d.member("doiten", "officer")
    for code in codes:
        assert case(s, code, key)["code"] == code
    s.d.ctl("member", "set", "doiten", "--name", "Tên sau THU NGHIEM")
    gone(s, codes[0], key)
    assert case(s, codes[1], key)
    s.d.ctl("member", "set", "doiten", "--phone", "+84911555666")
    gone(s, codes[1], key)
    for code, ground in zip(codes, ("name", "phone")):
        assert bars(s, code)["doiten"]["ground"] == ground


def test_an_agency_that_comes_later_is_matched_with_cases_that_are_there(s):
    """By its code, its name with more around, or its number; and by who of
    it agreed to be written to."""
    def alleged(**who):
        return ok(post(s, body(children=[child(fresh())], alleged=[
            {"relation": "teacher", **who}]), key=s.hotline))["cases"][0]

    named = alleged(agency="Lớp 3A, TRUONG moi  Thử Nghiệm")
    coded = alleged(agency="truong9")
    phoned = alleged(phone="0269 3777 888")
    mended = alleged(name="Ai Đó Thử Nghiệm")
    person = ok(s.d.api("GET", f"/v1/cases/{mended}", key=s.lead),
                200)["persons"][0]["id"]
    ok(s.d.api("PATCH", f"/v1/cases/{mended}",
               {"person": person, "reason": "Để thử.",
                "set": {"agency": "truong9"}}, key=s.lead,
               headers={"If-Match": "*"}), 200)
    people = [alleged(name="Hiệu Trưởng Thử Nghiệm"),
              alleged(phone="0911777999")]
    other = alleged(agency="Trường Khác Thử Nghiệm")
    s.d.ctl("agency", "add", "truong9", "school", "--name",
            "Trường Mới Thử Nghiệm", "--phone", "02693777888")
    for code, ground in ((named, "agency"), (coded, "agency"),
                         (mended, "agency"), (phoned, "phone")):
        bar = bars(s, code)["truong9"]
        assert (bar["state"], bar["ground"]) == ("provisional", ground)
    for code in (*people, other):
        assert "truong9" not in bars(s, code)
    s.d.ctl("agency", "address", "truong9", "sms", "0911 777 999",
            "--verified")
    s.d.ctl("agency", "contact", "truong9", "--who",
            "hiệu trưởng thử nghiệm", "--on", "2026-11-01", "--paper", "7")
    for code, ground in zip(people, ("name", "phone")):
        assert bars(s, code)["truong9"]["ground"] == ground
    assert bars(s, other) == {}
    # And whoever is alleged from now on.
    assert "truong9" in bars(s, alleged(name="Hiệu trưởng Thử nghiệm"))
    told = [d["member"] for e in timeline(s, named)
            if e.get("alert", {}).get("kind") == "bar"
            for d in e["deliveries"]]
    assert told == ["truongnhom"]


def test_a_case_of_the_same_child_is_kept_from_all_of_them(s):
    """However many are barred from the first."""
    name = fresh()
    first = ok(post(s, body(children=[child(name)]),
                    key=s.hotline))["cases"][0]
    many = [f"nguoi{i}" for i in range(18)]
    for login in many:
        s.d.ctl("member", "add", login, "--name", f"Người {login}",
                "--role", "officer")
        s.d.ctl("case", "bar", first, "--member", login)
    second = ok(post(s, body(children=[child(name)])))["cases"][0]
    assert set(bars(s, second)) == set(many)
