"""Create-only links: printed for a school, good for notifications alone."""
import hashlib
import http.client
import re

import pytest

from hotline import START, copy_of
from qr import needs_zbar, qr_read, qr_text
from referral_site import body, case, ok, open_site, post, refused

TERM = "2027-01-15"


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


def make(s, agency="truong1", until=TERM, *more):
    return s.d.ctl("link", "add", agency, "--until", until, *more)


def state(s, receipt, secret=None):
    headers = {} if secret == "" else {
        "Receipt-Secret": secret or receipt["secret"]}
    return s.d.api("GET", f"/v1/receipts/{receipt['id']}", headers=headers)


# ---- A notification through it ----

def test_it_is_the_agencys_notification_with_a_receipt_to_keep(s):
    link = make(s)
    r = ok(post(s, body(), key=link["key"]))
    assert r["duty_phone"] == "111"
    assert re.fullmatch("[0-9a-f]{32}", r["secret"])
    assert r["links"] == {"self": f"/v1/receipts/{r['id']}"}
    assert case(s, r["cases"][0])["referrals"][0]["agency"] == "truong1"
    listed = ok(s.d.api("GET", "/v1/referrals?limit=200", key=s.school), 200)
    mine = [i for i in listed["items"] if i["id"] == r["id"]]
    assert mine and "secret" not in mine[0] and "duty_phone" not in mine[0]
    sent = {i["id"]: i["sent"] for i in
            s.d.ctl("link", "list", "truong1")["items"]}
    assert sent[link["id"]] == 1


def test_the_same_key_gives_the_same_receipt_after_a_lost_connection(s):
    link = make(s)
    b = body()
    first = ok(post(s, b, key=link["key"], idem="mot-hai-ba"))
    assert ok(post(s, b, key=link["key"], idem="mot-hai-ba")) == first
    refused(post(s, body(risk="high"), key=link["key"], idem="mot-hai-ba"),
            422, "idempotency_key_reused")


def test_its_idempotency_keys_do_not_meet_the_agencys(s):
    link = make(s)
    b = body()
    mine = ok(post(s, b, key=s.school, idem="cung-khoa"))
    theirs = ok(post(s, b, key=link["key"], idem="cung-khoa"))
    assert mine["id"] != theirs["id"]
    ok(post(s, body(risk="high"), key=make(s)["key"], idem="cung-khoa"))


def test_what_one_link_sent_goes_on_by_the_next(s):
    """A link renewed before the answer was heard opened a second incident."""
    link, b = make(s), body()
    first = ok(post(s, b, key=link["key"], idem="gui-lai"))
    new = s.d.ctl("link", "renew", link["id"], "--until", TERM)
    assert ok(post(s, b, key=new["key"], idem="gui-lai")) == first
    # Another text is another notification, whoever chose the same key.
    other = ok(post(s, body(risk="high"), key=new["key"], idem="gui-lai"))
    assert other["id"] != first["id"]
    # Nor is it found by the link of another school, or the agency's own key.
    s.d.agency("truong3", "school")
    for key in (make(s, "truong3")["key"], s.school):
        assert ok(post(s, b, key=key, idem="gui-lai"))["id"] != first["id"]


def test_it_finds_nothing_that_is_there(s):
    link = make(s)
    known = ok(post(s, body(source_ref="a-1")))["cases"][0]
    for name, value in (("source_ref", "a-1"), ("case_code", known),
                        ("transfer", True)):
        r = refused(post(s, body(**{name: value}), key=link["key"]), 422,
                    "invalid_body")
        assert [e["pointer"] for e in r["errors"]] == [f"/{name}"]
    kept = ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)["items"]
    assert [i["agency"] for i in kept[-3:]] == ["truong1"] * 3


def test_a_link_cannot_be_turned_into_a_key(s):
    """The secret of a link under the name of a key, with its checksum."""
    text = make(s)["key"].replace("hlf_", "hla_").rsplit("_", 1)[0] + "_"
    total = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()[:8]
    refused(s.d.api("GET", "/v1/referrals", key=text + total), 401,
            "unauthorized")
    text = s.school.replace("hla_", "hlf_").rsplit("_", 1)[0] + "_"
    total = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()[:8]
    refused(post(s, body(), key=text + total), 401, "unauthorized")


def test_a_clock_that_is_ahead_is_told_ours(s):
    source = {"channel": "web", "received_at": "2027-11-24T07:00:00+07:00"}
    r = refused(post(s, body(source=source), key=make(s)["key"]), 422,
                "invalid_body")
    assert r["errors"][0]["pointer"] == "/source/received_at"
    assert r["server_time"] == s.d.now


# ---- The state of it ----

def test_the_receipt_alone_tells_the_state(s):
    r = ok(post(s, body(confidential=True), key=make(s)["key"]))
    now = ok(state(s, r), 200)
    assert now["state"] == "assigned" and now["duty_phone"] == "111"
    assert {k: now[k] for k in ("incident_code", "cases", "digest")} == {
        k: r[k] for k in ("incident_code", "cases", "digest")}
    a = s.d.api("GET", f"/v1/receipts/{r['id']}",
                headers={"Receipt-Secret": r["secret"],
                         "If-None-Match": state(s, r).headers["etag"]})
    assert a.status == 304


def test_without_its_secret_there_is_none(s):
    link = make(s)
    mine, other = (ok(post(s, body(), key=link["key"])) for _ in range(2))
    secret = ok(post(s, body(confidential=True)))
    answers = [state(s, mine, ""), state(s, mine, "0" * 32),
               state(s, mine, other["secret"]), state(s, secret),
               state(s, {**mine, "id": "x"})]
    for a in answers:
        refused(a, 404, "not_found")
    refused(s.d.api("GET", f"/v1/receipts/{mine['id']}", key=link["key"]),
            404, "not_found")


def test_to_who_is_barred_it_is_not_there(s):
    s.d.agency("truong2", "school")
    r = ok(post(s, body(), key=make(s, "truong2")["key"]))
    ok(state(s, r), 200)
    s.d.ctl("case", "bar", r["cases"][0], "--agency", "truong2")
    refused(state(s, r), 404, "not_found")


# ---- How long and how often ----

def test_the_quota_is_its_own_and_an_hours(s):
    one, two = make(s, "truong1", TERM, "--quota", "2"), make(s)
    for left in (1, 0):
        a = post(s, body(), key=one["key"])
        ok(a)
        assert a.headers["ratelimit-policy"] == '"hour";q=2;w=3600'
        assert a.headers["ratelimit"].startswith(f'"hour";r={left};t=')
    a = post(s, body(), key=one["key"])
    refused(a, 429, "quota_exceeded")
    assert 0 < int(a.headers["retry-after"]) <= 3600
    assert a.json["duty_phone"] == "111"
    assert post(s, body(), key=two["key"]).headers["ratelimit-policy"] == \
        '"hour";q=30;w=3600'
    ok(post(s, body()))
    kept = ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)["items"]
    assert kept[-1]["status"] == 429
    s.d.step("1h")
    ok(post(s, body(), key=one["key"]))


def test_it_ends_with_its_day_and_is_renewed_for_a_term():
    s = open_site()
    with s.d as d:
        link = make(s)
        refused_until(d)
        d.set_clock("2027-01-10T08:00:00+07:00")
        new = d.ctl("link", "renew", link["id"], "--until", "2027-05-31")
        assert new["id"] != link["id"] and new["quota"] == link["quota"]
        r = ok(post(s, body(), key=link["key"]))
        d.set_clock("2027-01-15T23:59:59+07:00")
        ok(post(s, body(), key=link["key"]))
        d.set_clock("2027-01-16T00:00:00+07:00")
        a = post(s, body(), key=link["key"])
        assert refused(a, 401, "key_expired")["duty_phone"] == "111"
        ok(post(s, body(), key=new["key"]))
        ok(state(s, r), 200)
        last = d.ctl("link", "renew", new["id"], "--until", "2027-12-31")
        d.set_clock("2027-01-29T23:59:59+07:00")
        ok(post(s, body(), key=new["key"]))
        d.set_clock("2027-01-30T00:00:01+07:00")
        refused(post(s, body(), key=new["key"]), 401, "key_expired")
        ok(post(s, body(), key=last["key"]))
        done = d.ctl_raw("link", "renew", new["id"], "--until", "2027-12-31")
        assert done.returncode == 1 and "state_conflict" in done.stderr


def refused_until(d):
    for until in ("2026-11-23", "2028-06-01", "hôm nay"):
        done = d.ctl_raw("link", "add", "truong1", "--until", until)
        assert done.returncode == 1 and "/until" in done.stderr


def test_a_revoked_link_is_over_at_once_and_the_leads_know(s):
    link = make(s)
    r = ok(post(s, body(), key=link["key"]))
    done = s.d.ctl_raw("key", "revoke", link["id"])
    assert done.returncode == 1
    s.d.ctl("link", "revoke", link["id"])
    refused(post(s, body(), key=link["key"]), 401, "key_expired")
    ok(state(s, r), 200)
    s.d.step("1m")
    told = s.d.ctl("alert", "list", "--kind", "alarm_admin_act")["items"]
    assert {"form.add", "form.revoke"} <= {a["subject"] for a in told}
    assert s.d.ctl_raw("link", "revoke", link["id"]).returncode == 1
    assert s.d.ctl_raw("link", "revoke", "x").returncode == 1


def test_a_stopped_agency_has_no_links_and_no_keys_count_as_links(s):
    key = s.d.agency("dungroi", "school")
    link = make(s, "dungroi")
    assert s.d.ctl("agency", "list")["items"][0]["live_keys"] == 1
    assert len(s.d.ctl("key", "list", "dungroi")["items"]) == 1
    s.d.ctl("agency", "stop", "dungroi")
    for k in (key, link["key"]):
        refused(post(s, body(), key=k), 401, "key_expired")
    done = s.d.ctl_raw("link", "renew", link["id"], "--until", TERM)
    assert "state_conflict" in done.stderr


def test_twenty_sheets_are_enough(s):
    s.d.agency("nhieu", "school")
    for _ in range(20):
        make(s, "nhieu")
    done = s.d.ctl_raw("link", "add", "nhieu", "--until", TERM)
    assert "state_conflict" in done.stderr


# ---- On paper, and what is kept ----

@needs_zbar
def test_the_sheet_is_printed_with_its_code(s, tmp_path):
    text = s.d.ctl_raw("link", "add", "truong1", "--until", TERM,
                       check=True).stdout
    url = re.search(r"^https://\S+$", text, re.M)[0]
    assert url.startswith("https://hotline.example.test/refer#hlf_truong1_")
    assert qr_text(text, tmp_path) == url
    for word in ("111", "113", "phường Thử Nghiệm", TERM, "Số trực: 111"):
        assert word in text
    ok(post(s, body(), key=url.split("#")[1]))


@needs_zbar
def test_the_answer_has_its_code_for_a_page_to_draw(s, tmp_path):
    link = make(s)
    rows = [[c == "1" for c in row] for row in link["qr"]]
    assert {len(row) for row in rows} == {len(rows)}
    assert qr_read(rows, tmp_path) == link["url"]


def test_without_a_public_url_there_is_no_link():
    s = open_site(public_url="")
    with s.d as d:
        done = d.ctl_raw("link", "add", "truong1", "--until", TERM)
        assert "no_public_url" in done.stderr


def test_neither_the_secret_nor_the_device_is_kept(s):
    link = make(s)
    peer = http.client.HTTPConnection("127.0.0.1", s.d.port, timeout=30,
                                      source_address=("127.0.0.77", 0))
    r = ok(s.d._talk(peer, "POST", "/v1/referrals", body(), {
        "Authorization": f"Bearer {link['key']}", "Idempotency-Key": "noi-khac",
        "X-Forwarded-For": "198.51.100.77", "User-Agent": "MayThuNghiem/9"}))
    log = s.d.log()
    assert log
    kept = copy_of(s.d).read_bytes() + log.encode()
    for word in ("198.51.100.77", "127.0.0.77", "MayThuNghiem", r["secret"],
                 link["key"], link["key"].split("_")[3]):
        assert word.encode() not in kept
    assert r["id"].encode() in kept


def test_the_chain_holds_after_all_this(s):
    assert s.d.now >= START
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
