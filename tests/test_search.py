"""Lists and search: what somebody may see, by name, phone and more; cursors
that tell nothing; the same answer for what is not theirs and what is not there.
"""
import sqlite3

import pytest

from case_site import FULL, MARKS, NOW, Site
from hotline import Daemon, copy_of
from referral_site import ok, refused
from test_rotate import rotate

NAME = "Đặng Thử Nghiệm Kơ-Ƀăng"


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        s = Site(d)
        s.keys["teacher"] = d.member("giaovien", "school", sms="0900000007")
        s.keys["suspect"] = d.member("bicam", "officer", "lead",
                                     sms="0900000008", name="Người Bị Cấm")
        yield s


def search(s, who="boss", **what):
    return ok(s.d.api("POST", "/v1/cases/search", what, key=s.keys[who]), 200)


def found(s, who="boss", **what):
    return [i["code"] for i in search(s, who, **what)["items"]]


def named(s, name, **more):
    return s.open(children=[{"name": name, "place": "x"}], **more)


def give(s, code, login):
    assert s.post(code, "assign", {"member": login, "reason": "Để thử."},
                  "lead").status == 200


@pytest.mark.parametrize("asked", [
    NAME, "dang thu nghiem ko bang".replace("ko bang", "kobang"),
    "ĐẶNG  THỬ NGHIỆM KƠ-ɃĂNG", "Dang Thu Nghiem Ko'bang",
    "Đặng Thử Nghiệm Kơ–Ƀăng"],
    ids="same bare upper apostrophe decomposed".split())
def test_a_name_is_found_however_it_is_written(s, asked):
    code = named(s, NAME)
    assert code in found(s, "officer", name=asked, limit=200)
    assert found(s, name=asked.replace("N", "M").replace("n", "m")) == []


def test_people_around_the_child_are_found(s):
    child = {"name": "Trẻ Thử Nghiệm Có Mẹ", "place": "x", "mother": {
        "name": "Mẹ Thử Nghiệm Riêng", "phone": "0905 111 222"}}
    code = s.open(children=[child])
    another = s.open(children=[{**child, "name": "Trẻ Khác", "mother": {
        "name": "Mẹ Thử Nghiệm Riêng", "phone": "0905 111 333"}}])
    assert found(s, name="me thu nghiem rieng") == [code, another]
    for phone in ("0905111222", "+84 905 111 222", "84905111222"):
        assert found(s, phone=phone) == [code]
    assert found(s, name="me thu nghiem rieng", phone="0905111333") \
        == [another]
    assert found(s, name="tre khac", phone="0905111222") == []
    assert found(s, name="?!", phone="0905111222") == []
    assert found(s, phone="không") == []


def test_alleged_persons_are_found_by_those_who_may_see_them(s):
    """A school may be where that person works."""
    code = named(s, "Trẻ Thử Nghiệm Của Giáo Viên", alleged=[
        {"relation": "teacher", "name": "Thầy Thử Nghiệm Nọ"}])
    give(s, code, "giaovien")
    assert found(s, "teacher", name="Trẻ Thử Nghiệm Của Giáo Viên") == [code]
    assert found(s, "teacher", name="Thầy Thử Nghiệm Nọ") == []
    assert found(s, "officer", name="Thầy Thử Nghiệm Nọ") == [code]
    give(s, code, "congan")
    assert found(s, "police", name="Thầy Thử Nghiệm Nọ") == [code]


def test_not_yours_answers_like_not_there(s):
    """Also with a page of one, which must not hint at another."""
    name = "Trẻ Thử Nghiệm Rất Kín"
    secret = named(s, name, confidential=True)
    barred = named(s, name, alleged=[{"relation": "other",
                                      "name": "Người Bị Cấm"}])
    for limit in (1, 50):
        for who in ("police", "teacher"):
            assert search(s, who, name=name, limit=limit) \
                == search(s, who, name="Không Có Ai", limit=limit) \
                == {"items": [], "unfounded": 0}
        seen = search(s, "other", name=name, limit=limit)
        assert [i["code"] for i in seen["items"]] == [barred]
        assert "next" not in seen
        seen = search(s, "suspect", name=name, limit=limit)
        assert [i["code"] for i in seen["items"]] == [secret]
        assert "next" not in seen
    assert found(s, "lead", name=name) == [secret, barred]
    give(s, secret, "congan")
    assert found(s, "police", name=name) == [secret]


def test_filters(s):
    quiet, loud = named(s, "Trẻ Lọc Một"), named(s, "Trẻ Lọc Hai")
    s.do(loud, "N04", "officer")
    s.do(loud, "N05", "officer", verified="yes")
    s.do(loud, "N06", "officer", risk="high", items=MARKS)
    give(s, loud, "congan")
    s.close_unfounded(quiet)

    def listed(**q):
        query = "&".join(f"{k}={v}" for k, v in {"limit": 200, **q}.items())
        items = ok(s.d.api("GET", "/v1/cases?" + query, key=s.keys["boss"]),
                   200)["items"]
        codes = {i["code"] for i in items}
        assert codes == set(found(s, **{"limit": 200, **q}))
        return codes & {quiet, loud}
    assert listed(state="closed") == {quiet}
    assert listed(state="open") == {loud}
    assert listed(risk="high") == {loud} and listed(risk="low") == {quiet}
    assert listed(risk="medium") == set()
    assert listed(assignee="congan") == {loud}
    assert listed(assignee="khongco") == set()
    assert quiet not in found(s, assignee="-", limit=200)
    assert listed(code=loud[:6].lower()) == {loud}
    incident = s.case(loud)["incident"]
    assert listed(code=incident) == {loud}
    dues = [k["due_at"] for k in s.case(loud)["clocks"]
            if k["state"] == "open"]
    assert loud in found(s, due_before=min(dues), limit=200)
    assert listed(due_before=NOW[:-6] + "Z", state="closed") == set()
    assert listed(due_before="2026-11-24T06:00:00Z", code=loud) == set()
    for wrong in ("state=all", "risk=x", "limit=0", "limit=201", "code=%25",
                  "due_before=x", "name=An", "phone=09", "after=00",
                  "after=zz", "after=" + "0" * 400, "x=y"):
        refused(s.d.api("GET", "/v1/cases?" + wrong, key=s.keys["boss"]), 400,
                "invalid_query")
    refused(s.d.api("POST", "/v1/cases/search", {"name": ""},
                    key=s.keys["boss"]), 422, "invalid_fields")


def pages(s, who, **what):
    page = search(s, who, **what)
    while True:
        yield page
        if "next" not in page:
            return
        page = search(s, who, **what, after=page["next"])


def test_a_cursor_tells_nothing_and_cannot_be_made_up(s):
    name = "Trẻ Thử Nghiệm Nhiều Vụ"
    codes = [named(s, name) for _ in range(5)]
    all_ = list(pages(s, "boss", name=name, limit=2))
    assert [[i["code"] for i in p["items"]] for p in all_] \
        == [codes[:2], codes[2:4], codes[4:]]
    cursor = all_[0]["next"]
    again = search(s, name=name, limit=2)["next"]
    assert cursor != again and len(cursor) == len(again)
    with sqlite3.connect(copy_of(s.d)) as db:
        ids = [r[0] for r in db.execute("SELECT id FROM cases")]
    for i in ids:
        assert i.encode().hex() not in cursor and i not in cursor

    def refuses(who="boss", **what):
        refused(s.d.api("POST", "/v1/cases/search", what, key=s.keys[who]),
                400, "invalid_query")
    flipped = cursor[:-1] + ("0" if cursor[-1] != "0" else "1")
    refuses(name=name, after=flipped)
    refuses(name=name, after=cursor[:-2])
    refuses(name=name + " Khác", after=cursor)
    refuses(name=name, after=cursor, state="open")
    refuses("lead", name=name, after=cursor)
    refused(s.d.api("GET", f"/v1/cases?after={cursor}", key=s.keys["boss"]),
            400, "invalid_query")
    # Whatever page size, and a new master key, it goes on where it stood.
    rotate(s.d)
    assert found(s, name=name, limit=3, after=cursor) == codes[2:]


def test_the_list_goes_on_by_its_link(s):
    path, seen = "/v1/cases?limit=3&state=open", []
    while path:
        a = s.d.api("GET", path, key=s.keys["boss"])
        assert a.status == 200 and len(a.json["items"]) <= 3
        seen += [i["code"] for i in a.json["items"]]
        link = a.headers.get("link")
        path = link[1:link.index(">")] if link else None
    assert len(seen) == len(set(seen)) > 10
    assert seen == found(s, state="open", limit=200)


def test_a_search_is_recorded_by_what_never_for_whom(s):
    found(s, "officer", name="Trẻ Bí Mật", state="open")
    with sqlite3.connect(copy_of(s.d)) as db:
        act, detail = db.execute(
            "SELECT act, detail FROM event ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    assert act == "case.search" and '"name"' in detail \
        and '"state"' in detail and "Bí Mật" not in detail
    assert "Bí Mật" not in s.d.log()


def test_the_admin_pages_through_codes(tmp_path):
    with Daemon(folder=tmp_path, procedure=FULL) as d:
        s = Site(d)
        for n in range(11):
            s.open(children=[{"name": f"Trẻ Số {n} {i}", "place": "x"}
                             for i in range(20)])
        hidden = named(s, "Trẻ Kín", confidential=True)
        first = d.ctl("case", "list")
        rest = d.ctl("case", "list", "--after", first["next"])
        codes = [i["code"] for i in first["items"] + rest["items"]]
        assert len(codes) == len(set(codes)) == 220 and hidden not in codes
        assert "next" not in rest
        assert first["items"][-1]["code"] not in first["next"]
        assert d.ctl_raw("case", "list", "--after", "0" * 99).returncode == 1
        give(s, codes[3], "congan")
        mine = d.ctl("case", "list", "--assignee", "congan")["items"]
        assert [i["code"] for i in mine] == [codes[3]]
        assert d.ctl("case", "list", "--due-before",
                     "2026-11-24T06:00:00+07:00")["items"] == []
