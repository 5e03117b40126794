"""The timeline of a case: every event that its reader may see, page by page."""
import pytest

from case_site import FULL, Site
from documents import PDF, content, send
from hotline import Daemon, shared, whole_timeline
from referral_site import ok, refused

WORDS = "Lời kể thử nghiệm."


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL) as d:
        yield Site(d)


def page(s, code, who="boss", **query):
    q = "&".join(f"{k}={v}" for k, v in query.items())
    return ok(s.d.api("GET", f"/v1/cases/{code}/timeline?{q}",
                      key=s.keys[who]), 200)


def acts(items):
    return [e["act"] for e in items]


def worked(s):
    """A case with one of everything."""
    code = s.open()
    s.do(code, "N04", "officer", note=WORDS)
    document = send(s.d, code, s.keys["officer"], PDF)
    content(s.d, code, s.keys["other"], document)
    a = s.post(code, "refer", {
        "agency": "tramyte", "service": "Khám", "reason": WORDS,
        "due_at": "2026-11-25T07:00:00+07:00",
        "share": shared("name", "place")})
    assert a.status == 201, a
    s.d.step("1s")
    alert = next(i["id"] for i in ok(s.d.api(
        "GET", "/v1/alerts?limit=200", key=s.keys["officer"]), 200)["items"]
        if i["case"] == code)
    assert s.d.api("POST", f"/v1/alerts/{alert}/ack",
                   key=s.keys["officer"]).status == 200
    return code


def test_everything_is_there_in_order(s):
    code = worked(s)
    items = whole_timeline(s.d, code, s.keys["boss"], "false")
    seen = acts(items)
    for act in ("case.opened", "clock.opened", "alert.raised", "case.act",
                "alert.acked", "referral.sent", "document.uploaded",
                "document.read", "case.read"):
        assert act in seen, (act, seen)
    assert [e["seq"] for e in items] == sorted(e["seq"] for e in items)
    # What one event opens stands in one entry.
    opened = [e for e in items if e["act"] == "clock.opened"]
    assert all(e["object_id"] == e["detail"]["clocks"][0]["clock"]
               for e in opened)
    assert max(len(e["detail"]["clocks"]) for e in opened) > 1
    assert any(e["alert"]["kind"] and e["deliveries"] for e in items
               if e["act"] == "alert.raised")


def by_threes(s, code, **asked):
    """All events, page by page."""
    seen, after = [], {}
    while True:
        got = page(s, code, limit=3, **asked, **after)
        assert 0 < len(got["items"]) <= 3
        seen += got["items"]
        if "next" not in got:
            return seen
        after = {"after": got["next"]}
        assert len(seen) < 200


def test_pages_are_the_whole(s):
    code = worked(s)
    seen = by_threes(s, code)
    whole = page(s, code, limit=500)["items"]
    # Each page was a look, and so a new event: they end with the first.
    assert seen == whole[:len(seen)] and len(seen) > 10
    assert seen[-1]["act"] == "case.timeline"
    assert acts(seen).count("case.timeline") == 1
    cursor = page(s, code, limit=3)["next"]
    for who, other, query in (("lead", code, ""), ("boss", s.open(), "")):
        refused(s.d.api("GET", f"/v1/cases/{other}/timeline?after={cursor}",
                        key=s.keys[who]), 400, "invalid_query")
    for wrong in ("limit=0", "limit=501", "open=yes", "after=3", "after=zz",
                  f"after={cursor[:-2]}"):
        refused(s.d.api("GET", f"/v1/cases/{code}/timeline?{wrong}",
                        key=s.keys["boss"]), 400, "invalid_query")


def test_the_newest_may_come_first(s):
    """Backwards page by page, each event once; a cursor keeps to its order."""
    code = worked(s)
    wanted = [e["seq"] for e in page(s, code, limit=500)["items"]]
    seen = by_threes(s, code, order="desc")
    # The look at the first page came after what was wanted.
    assert [e["seq"] for e in seen][1:] == wanted[::-1]
    assert acts(seen)[:2] == ["case.timeline", "case.timeline"]
    first = page(s, code, limit=3)["next"]
    last = page(s, code, limit=3, order="desc")["next"]
    for wrong in (f"order=desc&after={first}", f"after={last}",
                  f"order=asc&after={last}", "order=newest", "order="):
        refused(s.d.api("GET", f"/v1/cases/{code}/timeline?{wrong}",
                        key=s.keys["boss"]), 400, "invalid_query")
    newest = s.d.api("GET", f"/v1/cases/{code}/timeline?limit=3&order=desc",
                     key=s.keys["boss"])
    link = newest.headers["link"]
    older = ok(s.d.api("GET", link[1:link.index(">")], key=s.keys["boss"]),
               200)
    seqs = [e["seq"] for e in newest.json["items"] + older["items"]]
    whole = [e["seq"] for e in page(s, code, limit=500)["items"]]
    assert seqs == [q for q in whole if q <= seqs[0]][:-7:-1]


def test_words_are_told_when_they_are_opened(s):
    code = worked(s)
    plain = page(s, code, limit=500)
    assert WORDS not in str(plain) and not any("body" in e
                                               for e in plain["items"])
    opened = page(s, code, limit=500, open="true")["items"]
    assert WORDS in str([e.get("body") for e in opened])
    looks = [e["detail"]["is_opened"] for e in page(s, code, limit=500)[
        "items"] if e["act"] == "case.timeline"]
    assert looks == [False, True, False]
    admin = s.d.admin("GET", f"/v1/admin/cases/{code}/timeline?limit=500"
                             "&open=true")
    assert WORDS not in admin.text


def test_who_looked_is_for_holder_and_leads(s):
    """Others see their own looks alone."""
    code = worked(s)
    s.read(code, "lead")
    for who, sees in (("officer", True), ("lead", True), ("boss", True),
                      ("other", False)):
        me = s.d.api("GET", "/v1/me", key=s.keys[who]).json["id"]
        looks = [e for e in page(s, code, who, limit=500)["items"]
                 if e["act"] in ("case.read", "case.timeline",
                                 "document.read")]
        assert any(e["actor_id"] != me for e in looks) == sees, who
        assert any(e["actor_id"] == me for e in looks)


def test_nothing_hints_at_what_is_hidden(s):
    """The last that may be seen has no next page after it."""
    code = s.open()
    assert s.d.api("POST", f"/v1/cases/{code}/bars", {"member": "congan"},
                   key=s.keys["lead"]).status == 204
    s.d.member("giaovien", "school", sms="0900000007")
    assert s.post(code, "assign", {"member": "giaovien",
                                   "reason": "Để thử."}, "lead").status == 200
    s.keys["teacher"] = s.d.ctl("member", "token", "giaovien")["token"]
    boss = acts(page(s, code, limit=500)["items"])
    assert "bar.added" in boss
    seen, after = [], {}
    while True:
        got = page(s, code, "teacher", limit=1, **after)
        assert len(got["items"]) == 1
        seen += got["items"]
        if "next" not in got:
            break
        after = {"after": got["next"]}
    assert not any(a.startswith("bar.") for a in acts(seen))
    assert len(seen) > 5


def test_hotlinectl_goes_on(s):
    code = worked(s)
    first = s.d.ctl("case", "timeline", code, "--limit", "4")
    assert len(first["items"]) == 4
    rest = s.d.ctl("case", "timeline", code, "--limit", "500", "--after",
                   first["next"])
    assert rest["items"][0]["seq"] > first["items"][-1]["seq"]
    back = s.d.ctl("case", "timeline", code, "--limit", "4", "--order", "desc")
    newest = [e["seq"] for e in back["items"]]
    assert newest == sorted(newest, reverse=True)
    assert newest[0] > rest["items"][-1]["seq"]
