"""A vendor that ignores errors must not lose a child: what is kept of it."""
import json
import sqlite3
import uuid

import pytest

from hotline import copy_of
from referral_site import body, child, fresh, ok, open_site, post, refused

LIMIT = 256 * 1024


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


def kept(s, agency):
    return [i for i in ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)
            ["items"] if i["agency"] == agency]


def full(s, item):
    return ok(s.d.api("GET", f"/v1/refused/{item['id']}", key=s.lead), 200)


def in_row(s, agency):
    return {a["code"]: a["refused_in_row"]
            for a in s.d.ctl("agency", "list")["items"]}[agency]


def alarms(s, kind, agency):
    return [a for a in ok(s.d.api("GET", "/v1/alerts", key=s.lead), 200)
            ["items"] if (a["kind"], a.get("subject")) == (kind, agency)]


def too_large(n):
    return json.dumps(body(narrative="x" * n)).encode()


def test_a_body_too_large_is_told_to_the_lead(s):
    key = s.d.agency("quakho", "other")
    sizes = []
    for n in (LIMIT, LIMIT + 1, 2 * LIMIT):
        text = too_large(n)
        sizes.append(len(text))
        refused(post(s, text, key=key), 413, "too_large")
    items = kept(s, "quakho")
    assert [i["size"] for i in items] == sizes
    assert {i["status"] for i in items} == {413}
    assert full(s, items[0])["body"] == ""
    assert full(s, items[0])["errors"][0]["detail"] == "too_large"
    assert in_row(s, "quakho") == 3
    assert len(alarms(s, "alarm_refused_in_row", "quakho")) == 1
    # The same of news.
    r = ok(post(s, body(), key=key))
    a = s.d.api("POST", r["links"]["updates"], too_large(LIMIT), key=key)
    refused(a, 413, "too_large")
    assert len(kept(s, "quakho")) == 4


def test_a_signer_whose_body_was_not_read_is_told_too(s):
    s.d.agency("kyto", "other")
    key = s.d.ctl("key", "add", "kyto", "--sign")["key"]
    refused(post(s, too_large(LIMIT), key=key), 413, "too_large")
    assert [i["status"] for i in kept(s, "kyto")] == [413]


def test_of_strangers_nothing_is_kept(s):
    before = len(ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)["items"])
    bad = s.school[:-1] + ("0" if s.school[-1] != "0" else "1")
    for key in (None, bad, s.officer):
        refused(s.d.api("POST", "/v1/referrals", too_large(LIMIT), key=key),
                413, "too_large")
    refused(post(s, body(), key=bad), 401, "unauthorized")
    after = len(ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)["items"])
    assert before == after


def test_what_was_signed_wrongly_is_kept(s):
    s.d.agency("kysai", "health")
    key = s.d.ctl("key", "add", "kysai", "--sign")["key"]
    now = 1795478400  # the test clock
    name = fresh()
    for stamp, code in ((now, "signature_wrong"), (now - 301, "clock_skew")):
        text = json.dumps(body(risk="low", children=[child(name)],
                               narrative=code), ensure_ascii=False)
        refused(post(s, text.encode(), key=key, idem=False, headers={
            "webhook-id": str(uuid.uuid4()), "webhook-timestamp": str(stamp),
            "webhook-signature": "v1,AAAA"}), 401, code)
        item = kept(s, "kysai")[-1]
        assert item["status"] == 401 and item["size"] == len(text.encode())
        assert full(s, item)["body"] == text
    refused(post(s, body(), key=key, idem=False), 401, "signature_wrong")
    assert in_row(s, "kysai") == 3
    assert len(alarms(s, "alarm_refused_in_row", "kysai")) == 1


def test_what_came_too_fast_is_kept_until_it_is_taken():
    s = open_site()
    with s.d:
        s.d.ctl("agency", "add", "nhanh", "other", "--name", "Nhanh",
                "--quota", "2")
        key = s.d.ctl("key", "add", "nhanh")["key"]
        for _ in range(2):
            ok(post(s, body(), key=key))
        late = body(children=[child(fresh())])
        refused(post(s, late, key=key), 429, "quota_exceeded")
        refused(post(s, late, key=key), 429, "quota_exceeded")
        item, = kept(s, "nhanh")
        assert (item["status"], item["times"]) == (429, 2)
        assert json.loads(full(s, item)["body"]) == late
        # Beyond twice the quota it is no vendor's burst: no room for that.
        refused(post(s, body(risk="low"), key=key), 429, "quota_exceeded")
        assert len(kept(s, "nhanh")) == 1
        assert "taken_at" not in item
        s.d.step("1m")
        ok(post(s, late, key=key))
        assert kept(s, "nhanh")[0]["taken_at"] == "2026-11-24T07:01:00+07:00"
        assert in_row(s, "nhanh") == 0


def test_the_same_bytes_again_are_counted_and_shout(s):
    key = s.d.agency("laplai", "other")
    for _ in range(3):
        refused(post(s, body(kind="x"), key=key), 422, "invalid_body")
    item, = kept(s, "laplai")
    assert item["times"] == 3
    assert len(alarms(s, "alarm_refused_in_row", "laplai")) == 1


def test_who_told_it_is_opened_by_the_lead_for_a_reason(s):
    """D56 24.1, also of what was never taken in; the chairman has a lead."""
    key = s.d.agency("baotin", "other")
    teller = {"name": "Người Báo Thử Nghiệm", "phone": "0911000111"}
    whole = json.dumps(body(kind="x", informant=teller), ensure_ascii=False)
    cut = whole[:-1]
    for text in (whole, cut):
        assert post(s, text.encode(), key=key).status in (400, 422)
    items = kept(s, "baotin")
    told = full(s, items[0])
    assert told["is_kept_back"] and "Thử Nghiệm Một" not in told["body"]
    assert json.loads(told["body"]) == {
        k: v for k, v in json.loads(whole).items() if k != "informant"}
    # Where it cannot be told apart there is nothing but that it came.
    told = full(s, items[1])
    assert told["is_kept_back"] and "body" not in told
    for item, text in zip(items, (whole, cut)):
        path = f"/v1/refused/{item['id']}/informant"
        reason = {"reason": "Cần gọi lại người báo tin."}
        refused(s.d.api("POST", path, reason, key=s.boss), 403, "forbidden")
        refused(s.d.api("POST", path, {}, key=s.lead), 422, "invalid_fields")
        a = ok(s.d.api("POST", path, reason, key=s.lead), 200)
        assert a["body"] == text and "is_kept_back" not in a
    with sqlite3.connect(copy_of(s.d)) as c:
        assert c.execute("SELECT count(*) FROM event WHERE act ="
                         " 'refused.informant_opened'").fetchone() == (2,)
    assert s.d.ctl_raw("audit", "verify").returncode == 0


def test_what_accuses_where_the_reader_works_is_not_shown_to_them(s):
    """And their number however it is written."""
    s.d.ctl("agency", "add", "truong7", "school", "--name",
            "Trường Thử Nghiệm Bảy")
    s.d.ctl("member", "add", "giaovien", "--name", "Lê Thử Nghiệm Bảy",
            "--role", "vice_chairman", "--agency", "truong7")
    s.d.ctl("member", "address", "giaovien", "sms", "0900000077",
            "--verified")
    reader = s.d.ctl("member", "token", "giaovien")["token"]
    key = s.d.agency("tocao7", "other")
    for alleged in ({"agency": "truong7"},
                    {"agency": "Lớp 3, TRƯỜNG thử nghiệm  bảy"},
                    {"phone": "+84 900.000.077"}, {"agency": "truong77"}):
        assert post(s, body(kind="x", alleged=[
            {"relation": "teacher", **alleged}]), key=key).status == 422
    listed = ok(s.d.api("GET", "/v1/refused", key=reader), 200)["items"]
    assert len([i for i in listed if i["agency"] == "tocao7"]) == 1
    assert len(kept(s, "tocao7")) == 4


def test_what_accuses_the_reader_is_not_shown_to_them(s):
    """Refused, so no bar stands: the suspect must not read it all the same."""
    vice = s.d.member("phochutich", "vice_chairman", sms="0900000091",
                      name="Đỗ Thử Nghiệm Phó")
    key = s.d.agency("tocao", "other")
    for text in (
            json.dumps(body(kind="x", alleged=[
                {"relation": "official", "name": "do thu  nghiem PHO"}])),
            json.dumps(body(kind="y", alleged=[
                {"relation": "official", "phone": "0900000091"}])),
            '{"narrative": "Đỗ Thử Nghiệm Phó đã đánh cháu.'):
        assert post(s, text.encode(), key=key).status in (400, 422)
    items = kept(s, "tocao")
    assert len(items) == 3
    listed = ok(s.d.api("GET", "/v1/refused", key=vice), 200)["items"]
    assert "tocao" not in [i["agency"] for i in listed]
    for item in items:
        refused(s.d.api("GET", f"/v1/refused/{item['id']}", key=vice), 404,
                "not_found")
        assert full(s, item)["agency"] == "tocao"


def test_a_good_update_ends_the_row(s):
    key = s.d.agency("capnhat", "other")
    r = ok(post(s, body(), key=key))
    for n in range(2):
        refused(post(s, body(kind=f"x{n}"), key=key), 422, "invalid_body")
    assert in_row(s, "capnhat") == 2
    ok(s.d.api("POST", r["links"]["updates"], {"text": "Tin thêm."}, key=key))
    assert in_row(s, "capnhat") == 0


def test_news_of_what_is_not_there_are_kept(s):
    key = s.d.agency("nhamma", "other")
    u = {"text": "Tin thêm về cháu."}
    refused(s.d.api("POST", f"/v1/referrals/{uuid.uuid4()}/updates", u,
                    key=key), 404, "not_found")
    item, = kept(s, "nhamma")
    assert item["status"] == 404
    assert json.loads(full(s, item)["body"]) == u


def test_a_key_that_is_over_shouts_once(s):
    s.d.agency("khoacu", "other")
    key = s.d.ctl("key", "add", "khoacu")["key"]
    for one in s.d.ctl("key", "list", "khoacu")["items"]:
        s.d.ctl("key", "revoke", one["id"])
    for _ in range(2):
        refused(post(s, body(), key=key), 401, "key_expired")
    assert len(alarms(s, "alarm_agency_auth", "khoacu")) == 1
    assert kept(s, "khoacu") == []


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
