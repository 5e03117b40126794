"""Logging in: passwords, sessions, codes, waiting after mistakes, the safe."""
import http.client
import threading
import time

import pytest

from hotline import BUILD, ROOT, Daemon
from login_site import Browser, alarms, code_at, enrol, password

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
OTHER = "sáu con mèo mun ngủ"


@pytest.fixture(scope="module")
def d():
    with Daemon(procedure=FULL) as d:
        for login, *roles in (("canbo", "officer"), ("canbo2", "officer"),
                              ("truongnhom", "lead"), ("quantri", "admin"),
                              ("chutich", "chairman")):
            d.member(login, *roles, sms=f"090000{len(login):04}",
                     duty=login == "canbo")
        yield d


def test_in_and_out(d):
    word = password(d, "canbo")
    b = Browser(d)
    assert b.me().status == 401
    a = b.login("canbo", word)
    assert a.status == 201, a
    assert (a.json["login"], a.json["proof"]) == ("canbo", "password")
    me = b.me()
    assert me.status == 200 and me.json["csrf"] == b.csrf
    assert me.json["proof"] == "password" and me.json["has_totp"] is False
    out = b.call("DELETE", "/v1/session")
    assert out.status == 204, out
    assert out.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert b.me().status == 401


def test_every_session_of_a_member_knows_the_same_key_of_pages(d):
    keys = []
    for login in ("canbo", "canbo", "canbo2"):
        b = Browser(d)
        assert b.login(login, password(d, login)).status == 201
        keys.append(b.me().json["page_key"])
    assert keys[0] == keys[1] != keys[2]
    # A token has no page that could lose anything.
    assert "page_key" not in d.api("GET", "/v1/me",
                                   key=d.tokens["canbo"]).json


def test_only_hashes_are_kept(d):
    word = password(d, "canbo")
    b = Browser(d)
    b.login("canbo", word)
    d.ctl("audit", "verify")
    raw = b"".join(p.read_bytes() for p in d.folder.glob("hotlined.db*"))
    for secret in (word.encode(), b.cookie.encode(),
                   bytes.fromhex(b.cookie)):
        assert secret not in raw
    assert word not in d.log() and b.cookie not in d.log()


def test_every_login_has_a_token_of_its_own(d):
    word = password(d, "canbo")
    one, two = Browser(d), Browser(d)
    one.login("canbo", word)
    two.login("canbo", word)
    assert one.cookie != two.cookie and one.csrf != two.csrf
    one.call("DELETE", "/v1/session")
    assert (one.me().status, two.me().status) == (401, 200)


def test_a_change_needs_our_own_page(d):
    word = password(d, "canbo")
    b = Browser(d)
    b.login("canbo", word)
    change = ("PATCH", "/v1/me", {"quiet": "22:00-06:00"})
    assert b.call(*change).status == 200
    assert b.call(*change, Origin="https://hotline.example.test").status \
        == 200
    assert b.call(*change, Sec_Fetch_Site="same-origin").status == 200
    for wrong in ({"X_CSRF_Token": None}, {"X_CSRF_Token": "0" * 64},
                  {"X_CSRF_Token": b.csrf[:-1]},
                  {"Origin": "https://evil.example"}, {"Origin": "null"},
                  {"Origin": "https://hotline.example.test.evil.example"},
                  {"Sec_Fetch_Site": "cross-site"},
                  {"Sec_Fetch_Site": "same-site"}):
        a = b.call(*change, **wrong)
        assert (a.status, a.json["code"]) == (403, "csrf"), wrong
    assert b.call("GET", "/v1/me", X_CSRF_Token=None).status == 200
    a = Browser(d).call("POST", "/v1/session",
                        {"login": "canbo", "password": word},
                        Origin="https://evil.example")
    assert (a.status, a.json["code"]) == (403, "csrf")


def test_a_session_ends_idle_and_in_any_case(d):
    word = password(d, "canbo")
    b = Browser(d)
    b.login("canbo", word)
    d.step("14m")
    assert b.call("GET", "/v1/cases").status == 200  # an act: 15 more minutes
    d.step("14m")
    assert b.me().status == 200  # asking who one is keeps nothing alive
    d.step("61s")
    assert b.me().status == 401
    b.login("canbo", word)
    for _ in range(59):
        d.step("10m")
        assert b.call("GET", "/v1/cases").status == 200
    d.step("10m")
    assert b.call("GET", "/v1/cases").status == 401


def test_roles_and_stops_end_sessions_at_once(d):
    d.member("tam", "officer", "lead", sms="0900000077")
    word = password(d, "tam")
    b = Browser(d)
    b.login("tam", word)
    assert b.call("GET", "/v1/refused").status == 200
    d.ctl("member", "set", "tam", "--role", "officer")
    assert b.me().status == 401
    b.login("tam", word)
    assert b.call("GET", "/v1/refused").status == 403
    d.ctl("member", "stop", "tam")
    assert b.me().status == 401
    d.step("2h")
    assert Browser(d).login("tam", word).status == 401


def test_passwords_have_rules(d):
    word = password(d, "canbo")
    b, c = Browser(d), Browser(d)
    b.login("canbo", word)
    c.login("canbo", word)
    for bad in ("ngắn", "12345678", "MatKhau123", "aaaaaaaaaa", "xxCanBo9xx"):
        a = b.call("POST", "/v1/me/password", {"old": word, "new": bad})
        assert a.status == 422 and a.json["errors"][0]["pointer"] == "/new"
    a = b.call("POST", "/v1/me/password", {"old": "sai hẳn", "new": OTHER})
    assert a.status == 422 and a.json["errors"][0]["pointer"] == "/old"
    long = "dài " * 25
    a = b.call("POST", "/v1/me/password", {"old": word, "new": long})
    assert a.status == 204, a
    assert (b.me().status, c.me().status) == (200, 401)
    d.step("2h")
    assert Browser(d).login("canbo", word).status == 401
    assert Browser(d).login("canbo", long).status == 201


def test_no_forced_rotation():
    with Daemon(procedure=FULL) as d:
        d.member("canbo2", "officer")
        chairman = d.member("chutich", "chairman")
        word = password(d, "canbo2")
        for alert in d.ctl("alert", "list")["items"]:
            a = d.api("POST", f"/v1/alerts/{alert['id']}/ack", {}, chairman)
            assert a.status == 200, a  # or it rings for 40 days
        d.step("40d")
        assert Browser(d).login("canbo2", word).status == 201


def test_mistakes_make_wait_but_never_lock(d):
    word = password(d, "canbo")
    owner = Browser(d, "198.51.100.1")
    assert owner.login("canbo", word).status == 201
    thief = Browser(d, "192.0.2.66")
    for _ in range(6):
        a = thief.login("canbo", "đoán mò lần này")
        assert (a.status, a.json["code"]) == (401, "login_refused"), a
        assert a.json["duty_phone"]
    waits = []
    for _ in range(8):
        a = thief.login("canbo", word)  # even the right one has to wait
        assert (a.status, a.json["code"]) == (429, "too_many_tries"), a
        waits.append(int(a.headers["retry-after"]))
        d.step(f"{waits[-1]}s")
        assert thief.login("canbo", "đoán mò lần này").status == 401
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    # Whoever logs in from a known address is not kept out by it ...
    assert owner.login("canbo", word).status == 201
    # ... and a stranger is never kept out for long.
    d.step("1h")
    assert thief.login("canbo", word).status == 201


def test_an_address_waits_whatever_it_tries(d):
    d.step("2h")
    thief = Browser(d, "192.0.2.67")
    for i in range(11):
        assert thief.login(f"khongco{i}", "đoán mò lần này").status == 401
    assert thief.login("khongco99", "đoán mò lần này").status == 429
    assert Browser(d, "192.0.2.68").login("khongco99", "x" * 9).status == 401


def timing(d, *logins, rounds=9):
    """The quickest wrong login of each, one after the other, s: what else the
    machine does only ever adds."""
    took = {login: [] for login in logins}
    for i in range(rounds):
        for login in logins:
            b = Browser(d, f"10.0.0.{i}")
            start = time.perf_counter()
            a = b.login(login, "không phải mật khẩu")
            took[login].append(time.perf_counter() - start)
            assert (a.status, a.json["code"]) == (401, "login_refused")
            d.step("2h")
    return [min(took[login]) for login in logins]


def test_nobody_learns_who_has_a_login(d):
    """The same answer in the same time: known, unknown, without a password."""
    password(d, "canbo")
    answers = []
    for login in ("canbo", "khongco", "quantri"):
        a = Browser(d, "192.0.2.90").login(login, "không phải mật khẩu")
        body = dict(a.json)
        body.pop("request_id")
        answers.append((a.status, body, sorted(a.headers)))
    assert answers[0] == answers[1] == answers[2]
    for _ in range(4):  # a daemon that tells does so each time
        known, *others = timing(d, "canbo", "khongco", "quantri")
        assert known > 0.02, "argon2id cannot be that fast"
        if all(0.6 < other / known < 1.7 for other in others):
            return
    raise AssertionError((known, *others))


def test_nothing_waits_for_logins(d):
    """Twelve at once, one thread: the daemon answers others meanwhile."""
    d.step("2h")
    done = []

    def guess(i):
        done.append(Browser(d, f"198.51.100.{100 + i}").login(
            f"khongco{i}", "không phải mật khẩu").status)

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(12)]
    for t in threads:
        t.start()
    slowest, began = 0, time.perf_counter()
    while any(t.is_alive() for t in threads):
        start = time.perf_counter()
        c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=10)
        c.request("GET", "/healthz")
        assert c.getresponse().status == 200
        c.close()
        slowest = max(slowest, time.perf_counter() - start)
    for t in threads:
        t.join()
    assert sorted(done) == [401] * 12
    # Behind a loop that hashes all of them it would be nearly that long.
    lasted = time.perf_counter() - began
    assert slowest < max(0.5, lasted / 3), (slowest, lasted)


def test_more_than_the_thread_takes_is_told_to_come_again(d):
    d.step("2h")
    got = []

    def guess(i):
        a = Browser(d, f"203.0.113.{i}").login(f"ai{i}", "không phải đâu")
        got.append((a.status, a.headers.get("retry-after")))

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(40)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert {s for s, _ in got} == {401, 503}
    assert {r for s, r in got if s == 503} == {"5"}


def test_what_a_login_borrows_is_given_back(d):
    d.step("2h")
    for i in range(3):
        Browser(d).login(f"vay{i}", "không phải mật khẩu")
    with open(f"/proc/{d.process.pid}/status") as status:
        rss = next(int(line.split()[1]) for line in status
                   if line.startswith("VmRSS"))
    program = (BUILD / "hotlined").read_bytes()
    if b"asan" not in program and b"tsan" not in program:
        assert rss <= 24 * 1024, f"{rss} KiB"


# ---- The second factor ----

def test_a_code_is_asked_for_once_confirmed_and_good_once(d):
    b, word, secret = enrol(d, "truongnhom")
    assert Browser(d).login("truongnhom", word).status == 201  # not yet
    a = b.call("POST", "/v1/me/totp/confirm", {"code": "000000"})
    assert a.status == 422
    code = code_at(secret, d)
    assert b.call("POST", "/v1/me/totp/confirm",
                  {"code": code}).status == 204
    assert b.call("POST", "/v1/me/totp", {}).status == 409
    a = Browser(d).login("truongnhom", word)
    assert (a.status, a.json["code"]) == (401, "totp_needed")
    # Without the password nothing is told of the code.
    a = Browser(d).login("truongnhom", "không phải mật khẩu")
    assert (a.status, a.json["code"]) == (401, "login_refused")
    a = Browser(d).login("truongnhom", word, totp=code)
    assert (a.status, a.json["code"]) == (401, "login_refused"), "used"
    d.step("60s")
    late = code_at(secret, d, -1)
    a = Browser(d).login("truongnhom", word, totp=late)
    assert a.status == 201 and a.json["proof"] == "totp", a
    a = Browser(d).login("truongnhom", word, totp=late)
    assert a.status == 401
    d.ctl("member", "totp-reset", "truongnhom")
    assert alarms(d, "alarm_access_reset")
    assert Browser(d).login("truongnhom", word).status == 201


def test_agreeing_asks_for_the_code_where_one_is_enrolled(d):
    key = d.agency("truong1")
    r = d.api("POST", "/v1/referrals", {
        "kind": "abused", "source": {"channel": "phone",
                                     "received_at": d.now},
        "children": [{"name": "Trẻ Thử Nghiệm Một", "place": "Tổ Thử"}]},
        key=key)
    assert r.status == 201, r
    path = f"/v1/cases/{r.json['cases'][0]}"
    token = d.ctl("member", "token", "chutich")["token"]

    def agree(call):
        tag = d.api("GET", path, key=token).headers["etag"]
        return call("POST", path + "/steps/N07/agree",
                    {"acted_at": d.now, "agreed": False,
                     "reason": "Lý do thử."}, tag)

    def by_token(method, where, body, tag):
        return d.api(method, where, body, key=token,
                     headers={"If-Match": tag})

    a = agree(by_token)
    assert a.json.get("code") != "session_needed", a
    b, word, secret = enrol(d, "chutich")
    assert b.call("POST", "/v1/me/totp/confirm",
                  {"code": code_at(secret, d)}).status == 204

    def by_page(method, where, body, tag):
        return b.call(method, where, body, If_Match=tag)

    for call in (by_token, by_page):  # the page logged in before the code
        a = agree(call)
        assert (a.status, a.json["code"]) == (403, "session_needed"), a
    d.step("30s")
    assert b.login("chutich", word, totp=code_at(secret, d)).status == 201
    a = agree(by_page)
    assert a.json.get("code") not in ("session_needed", "csrf"), a
    assert a.status in (200, 404, 409), a


# ---- The safe ----

def test_a_code_from_the_safe_opens_once_and_wakes_everyone(d):
    password(d, "canbo")
    void = d.ctl("member", "break-glass")["items"]
    codes = d.ctl("member", "break-glass")["items"]
    assert [c["number"] for c in codes] == [1, 2]
    why = "Trưởng nhóm mất điện thoại."
    assert Browser(d).login("canbo2", break_glass=codes[0]["code"]).status \
        == 422, "a reason is needed"
    a = Browser(d).login("canbo2", break_glass=void[0]["code"], reason=why)
    assert a.status == 401
    b = Browser(d)
    typed = codes[0]["code"].lower().replace("-", " ")
    a = b.login("canbo2", break_glass=typed, reason=why)
    assert a.status == 201 and a.json["proof"] == "break_glass", a
    assert b.call("GET", "/v1/cases").status == 200
    a = Browser(d).login("canbo2", break_glass=codes[0]["code"], reason=why)
    assert a.status == 401, "once"
    d.step("2m")
    assert len(alarms(d, "alarm_break_glass")) == 1
    sent = "".join(p.read_text() for p in
                   (d.folder / "spool/out").glob("*"))
    assert why not in sent and "phong b" in sent.lower()
    raw = b"".join(p.read_bytes() for p in d.folder.glob("hotlined.db*"))
    assert why.encode() not in raw and codes[1]["code"].encode() not in raw
    assert d.ctl_raw("audit", "verify").returncode == 0
