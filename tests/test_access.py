"""Who may do what, written by hand: every route by every kind of caller, then
random probes (PROBES=100000).  What is not yours answers like what is not there."""
import itertools
import os
import random
import re
import time
import uuid

import pytest

import documents
from access_table import TABLE, of_link
from hotline import ROOT, Daemon

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
NOW = "2026-11-24T07:00:00+07:00"
NOT_THERE = "ZZZZ-ZZZZ"
numbers = itertools.count(1)
NO_ID = "01a20ada-2c00-7000-8000-000000000000"

ROUTES = set(re.findall(
    r'^(?:ROUTE|LOOP|SLOW)\((\w+),\s*"([^"]+)",\s*(\w+)',
    (ROOT / "handlers/routes.def").read_text(), re.M))

LATER = "2027-06-01T07:00:00+07:00"
SPAN = {"from": LATER, "until": "2027-06-02T07:00:00+07:00"}
CALLERS = ["nobody", "badkey", "sender", "agency", "holder", "officer", "lead",
           "barred", "police", "admin", "form"]
def rows():
    for line in TABLE.strip().splitlines():
        method, path, *codes = line.split()
        assert len(codes) == len(CALLERS) - 1, line
        codes = [int(c) for c in codes]
        yield method, path, codes + [of_link(method, path, codes[0])]


ROWS = list(rows())


def template(path):
    """As routes.def writes it."""
    path = re.sub("/rotations/[a-z]+$", "/rotations/{}", path.split("?")[0])
    path = re.sub(r"/(N0[47]|7|worker\.mjs|parts/1)(?=/|$)",
                  lambda m: "/parts/{}" if "parts" in m[1] else "/{}", path)
    return re.sub(r"\{\w*\}", "{}", path)


class Site:
    def __init__(self, d):
        self.d = d
        m = d.member
        self.key = {
            "nobody": None,
            "badkey": "hla_truong1_" + "0" * 32 + "_x_00000000",
            "sender": d.agency("truong1", "school"),
            "agency": d.agency("tramyte", "health"),
            "holder": m("canbo", "officer", duty=True, sms="0900000001"),
            "officer": m("canbo2", "officer", sms="0900000002"),
            "lead": m("truongnhom", "lead", sms="0900000003"),
            "barred": m("bicam", "lead", sms="0900000004",
                        name="Người Thử Nghiệm Bị Cấm"),
            "police": m("congan", "police", sms="0900000005"),
            "admin": m("quantri", "admin", sms="0900000006"),
            "form": d.link("truong1", quota=1000)["key"],
        }

    def call(self, method, path, caller, body=None, **headers):
        return self.d.api(method, path, body, key=self.key[caller],
                          headers=headers)

    def referral(self, **more):
        r = self.call("POST", "/v1/referrals", "sender", {
            "kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": NOW},
            "alleged": [{"relation": "team_member",
                         "name": "Người Thử Nghiệm Bị Cấm"}], **more})
        assert r.status == 201, r
        return r.json

    def tag(self, code):
        c = self.d.admin("GET", f"/v1/admin/cases/{code}")
        return f'"{c.json["version"]}"'

    def refer(self, code):
        a = self.call("POST", f"/v1/cases/{code}/refer", "lead",
                      self.bodies()["refer"], **{"If-Match": self.tag(code)})
        assert a.status == 201, a
        return a.json["id"]

    def bodies(self):
        return {
            "referrals": {
                "kind": "unknown", "narrative": "Nội dung thử nghiệm.",
                "source": {"channel": "phone", "received_at": NOW}},
            "updates": {"text": "Tin thêm."},
            "withdraw": {"source_ref": "khong-co"},
            "refuse": {"reason": "Lý do thử."},
            "complete": {"outcome": "Kết quả thử."},
            "done": {"acted_at": NOW},
            "risk": {"acted_at": NOW, "risk": "low", "reason": "Lý do thử."},
            "close": {"acted_at": NOW, "reason": "unfounded"},
            "reopen": {"acted_at": NOW, "reason": "Lý do thử."},
            "assign": {"member": "canbo2", "reason": "Lý do thử."},
            "bars": {"member": "congan"},
            "notes": {"text": "Ghi chú thử."},
            "correct": {"text": "Ghi chú thử.", "reason": "Lý do thử."},
            "informant": {"reason": "Lý do thử."},
            "documents": {"title": "Biên bản thử nghiệm", "size": 5},
            "merge": {"case": NOT_THERE, "reason": "Lý do thử."},
            "unmerge": {"reason": "Lý do thử."},
            "links": {"case": NOT_THERE, "kind": "sibling",
                      "reason": "Lý do thử."},
            "end": {"reason": "Lý do thử."},
            "attach": {"referral": NO_ID, "reason": "Lý do thử."},
            "split": {"child": {}, "reason": "Lý do thử."},
            "me": {"quiet": "22:00-06:00"},
            "session": {"login": f"khongco{next(numbers)}",
                        "password": "x"},
            "password": {"old": "sai", "new": "sáu con mèo mun"},
            "confirm": {"code": "000000"},
            "duty": {"member": "congan", **SPAN},
            "chinh": {"unit": "week", "first": LATER, "members": ["canbo"]},
            "swaps": {"with": "canbo2", **SPAN},
            "leave": SPAN,
            "team": {"number": "12/QĐ-UBND", "date": "2026-07-01",
                     "members": [{"member": "canbo", "office": "officer"}]},
            "reports": {"report": "N01", "item": "1"},
            "addresses": {"channel": "sms", "address": "0900000099"},
            "verify": {"code": "K7Q2MX"},
            "transfer": {"agency": "tramyte"},
            "whereabouts": {"acted_at": NOW, "contact": "kept"},
            "refer": {"agency": "tramyte", "service": "Khám",
                      "reason": "Lý do thử.",
                      "due_at": "2026-11-25T07:00:00+07:00"},
        }

    def refused(self):
        self.call("POST", "/v1/referrals", "sender", {})
        items = self.call("GET", "/v1/refused", "lead").json["items"]
        return items[-1]["id"]

    def document(self, code):
        return documents.send(self.d, code, self.key["lead"], documents.PDF)

    def bar(self, code):
        return self.d.ctl("case", "bars", code)["items"][0]["id"]

    def pages(self, path, caller):
        """All items of a list."""
        while path:
            a = self.call("GET", path, caller)
            assert a.status == 200, a
            yield from a.json["items"]
            link = a.headers.get("link")
            path = link[1:link.index(">")] if link else None

    def alert(self, code):
        """An alert of the case; its clock fires after the case was opened."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for i in self.pages("/v1/alerts?limit=200", "holder"):
                if i["case"] == code:
                    return i["id"]
            time.sleep(0.02)
        raise AssertionError("no alert was raised")


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        d.member("truoc", "chairman", sms="0900000007")
        d.ctl("team", "set", "-", "--number", "1", "--date", "2026-01-01",
              text='{"members": [{"member": "truoc", "office": "chairman"}]}')
        yield Site(d)


def test_the_table_has_every_route():
    mine = {(m, template(p)) for m, p, _ in ROWS}
    all_ = {(m, p) for m, p, who in ROUTES if who not in ("ADMIN", "OFFICE")}
    assert mine == all_


@pytest.mark.parametrize("method,path,codes", ROWS,
                         ids=[f"{m} {p}" for m, p, _ in ROWS])
def test_every_route_by_every_caller(s, method, path, codes):
    for caller, code in zip(CALLERS, codes):
        r = s.referral()  # afresh: what is done once cannot be done again
        case = r["cases"][0]
        names = {"in": r["id"], "case": case, "token": "A" * 22,
                 "none": NOT_THERE}
        if "{out}" in path:
            names["out"] = s.refer(case)
        if "{refused}" in path:
            names["refused"] = s.refused()
        if "{document}" in path:
            names["document"] = s.document(case)
        if "{alert}" in path:
            names["alert"] = s.alert(case)
        if "{bar}" in path:
            names["bar"] = s.bar(case)
        body = s.bodies().get(path.split("/")[-1])
        if path == "/v1/referrals" and body and caller in CALLERS[4:-1]:
            body["on_behalf_of"] = "truong1"
        headers = {"If-Match": s.tag(case)} if "/v1/cases/" in path else {}
        a = s.call(method, path.format(**names), caller,
                   body if method in ("POST", "PATCH", "PUT") else None,
                   **headers)
        assert a.status == code, (caller, a)
        if code in (401, 403, 404):
            assert "Thử Nghiệm" not in a.text and case not in a.text


ADMIN = sorted((m, p) for m, p, who in ROUTES if who == "ADMIN")


@pytest.mark.parametrize("method,path", ADMIN)
def test_admin_calls_are_not_there_on_the_network(s, method, path):
    for caller in CALLERS:
        a = s.call(method, path.replace("{}", "x"), caller)
        assert (a.status, a.json["code"]) == (404, "not_found"), (caller, a)


def test_the_control_socket_is_no_member(s):
    code = s.referral()["cases"][0]
    for path in (f"/v1/cases/{code}", "/v1/cases", "/v1/me",
                 "/v1/referrals"):
        assert s.d.admin("GET", path).status == 401


def without_id(a):
    body = dict(a.json)
    body.pop("request_id")
    headers = {k: v for k, v in a.headers.items()
               if k not in ("date", "ratelimit", "x-request-id")}
    return a.status, body, headers


def test_not_yours_is_not_there(s):
    r = s.referral()
    code = r["cases"][0]
    pairs = [
        ("barred", "GET", "/v1/cases/{}", code, NOT_THERE, None),
        ("barred", "GET", "/v1/cases/{}/timeline", code, NOT_THERE, None),
        ("police", "GET", "/v1/cases/{}", code, NOT_THERE, None),
        ("barred", "GET", "/v1/cases/{}/documents", code, NOT_THERE, None),
        ("barred", "POST", "/v1/cases/{}/documents", code, NOT_THERE,
         {"title": "x", "size": 5}),
        ("barred", "GET", f"/v1/cases/{{}}/documents/{s.document(code)}"
         "/content", code, NOT_THERE, None),
        ("barred", "POST", "/v1/cases/{}/recuse", code, NOT_THERE, {}),
        ("barred", "POST", "/v1/cases/{}/assign", code, NOT_THERE,
         {"member": "canbo"}),
        ("barred", "GET", "/v1/cases/{}/bars", code, NOT_THERE, None),
        ("barred", "POST", "/v1/cases/{}/bars", code, NOT_THERE,
         {"member": "canbo"}),
        ("barred", "POST", f"/v1/cases/{{}}/bars/{s.bar(code)}/clear", code,
         NOT_THERE, {}),
        ("barred", "PATCH", "/v1/cases/{}", code, NOT_THERE, {}),
        ("barred", "GET", "/v1/cases/{}/corrections", code, NOT_THERE, None),
        ("barred", "GET", "/v1/cases/{}/notes", code, NOT_THERE, None),
        ("barred", "POST", "/v1/cases/{}/notes", code, NOT_THERE,
         {"text": "Thử."}),
        ("barred", "GET", "/v1/cases/{}/readers", code, NOT_THERE, None),
        ("barred", "POST", "/v1/cases/{}/informant", code, NOT_THERE,
         {"reason": "Thử."}),
        ("barred", "POST", "/v1/cases/{}/merge", code, NOT_THERE,
         {"case": NOT_THERE, "reason": "Thử."}),
        ("barred", "POST", "/v1/cases/{}/links", code, NOT_THERE,
         {"case": NOT_THERE, "kind": "sibling", "reason": "Thử."}),
        ("barred", "POST", "/v1/cases/{}/attach", code, NOT_THERE,
         {"referral": NO_ID, "reason": "Thử."}),
        ("barred", "POST", "/v1/cases/{}/unmerge", code, NOT_THERE,
         {"reason": "Thử."}),
        ("barred", "POST", "/v1/cases/{}/split", code, NOT_THERE,
         {"child": {}, "reason": "Thử."}),
        ("agency", "GET", "/v1/referrals/{}", r["id"], NO_ID, None),
        ("agency", "POST", "/v1/referrals/{}/updates", r["id"], NO_ID,
         {"text": "x"}),
        ("agency", "POST", "/v1/referrals/{}/accept", r["id"], NO_ID, {}),
        ("barred", "POST", "/v1/alerts/{}/ack", s.alert(code), NO_ID, {}),
    ]
    for caller, method, path, there, nowhere, body in pairs:
        mine, none = (s.call(method, path.format(x), caller, body,
                             **{"If-Match": '"1"'}) for x in (there, nowhere))
        assert mine.status == 404, (caller, path, mine)
        assert without_id(mine) == without_id(none), (caller, path)


def test_the_barred_find_it_in_no_list_or_count(s):
    code = s.referral()["cases"][0]
    for path in (f"/v1/{x}?limit=200" for x in ("cases", "clocks", "alerts")):
        assert code in str(list(s.pages(path, "holder")))
        assert code not in str(list(s.pages(path, "barred")))


# ---- Random probes ----

DECIDERS = {"lead", "boss", "barred"}
CASE_CALLS = [("GET", "", "read"), ("GET", "/timeline", "read"),
              ("GET", "/documents", "read"),
              ("POST", "/steps/N04/done", "act"), ("POST", "/assign", "assign"),
              ("GET", "/gate", "read"), ("POST", "/risk", "risk"),
              ("POST", "/steps/N07/agree", "agree"),
              ("POST", "/close", "close"), ("POST", "/reopen", "close"),
              ("POST", "/refer", "refer")]


def oracle(caller, what, case):
    """200 (whatever success is), 403 or 404; by hand from the design."""
    if caller in ("sender", "agency", "form"):
        return 403
    if caller in case["barred"]:
        return 404
    sees = caller in DECIDERS or caller == case["holder"] or \
        (caller in ("officer", "holder") and not case["confidential"])
    if not sees:
        return 404
    may = {"read": True,
           "risk": True,
           "agree": caller == "boss",
           "assign": caller in DECIDERS,
           "close": caller in DECIDERS,
           "refer": caller in DECIDERS or caller == case["holder"],
           "act": caller == case["holder"] or
           caller in ("lead", "barred")}[what]
    return 200 if may else 403


def make_cases(s, rng):
    cases = []
    for i in range(12):
        named = i % 3 == 0
        confidential = i % 4 == 1
        holder = rng.choice(["holder", "officer", "lead"])
        r = s.call("POST", "/v1/referrals", "sender", {
            "kind": "at_risk", "narrative": "Nội dung thử nghiệm.",
            "confidential": confidential,
            "source": {"channel": "phone", "received_at": NOW},
            "alleged": [{"relation": "other", "name":
                         "Người Thử Nghiệm Bị Cấm" if named else "Ai Đó"}]})
        assert r.status == 201, r
        code = r.json["cases"][0]
        login = {"holder": "canbo", "officer": "canbo2",
                 "lead": "truongnhom"}[holder]
        a = s.call("POST", f"/v1/cases/{code}/assign", "lead",
                   {"member": login, "reason": "Lý do thử."},
                   **{"If-Match": s.tag(code)})
        assert a.status == 200, a
        cases.append({"code": code, "holder": holder, "id": r.json["id"],
                      "confidential": confidential,
                      "barred": {"barred"} if named else set()})
    return cases


def probe_case(s, rng, cases):
    caller = rng.choice(CALLERS[2:])
    case = rng.choice(cases)
    method, tail, what = rng.choice(CASE_CALLS)
    # Never let it succeed: a stale version is told after allow() alone.
    a = s.call(method, f"/v1/cases/{case['code']}{tail}", caller, {}
               if method == "POST" else None, **{"If-Match": '"0"'})
    right = oracle(caller, what, case)
    got = 200 if a.status in (200, 412) else a.status
    # Whose step it is is asked after the version: 412 is all we see of it.
    if what == "act" and right == 403 and a.status == 412:
        got = 403
    assert got == right, (caller, what, case, a)


def probe_referral(s, rng, cases):
    caller = rng.choice(["sender", "agency", "form", "nobody", "holder"])
    case = rng.choice(cases)
    a = s.call("GET", f"/v1/referrals/{case['id']}", caller)
    right = {"nobody": 401, "holder": 403, "agency": 404, "form": 403,
             "sender": 404 if case["confidential"] else 200}[caller]
    assert a.status == right, (caller, case, a)


def probe_nonsense(s, rng, cases):
    caller = rng.choice(CALLERS)
    method, path, _ = rng.choice(ROWS)
    wild = rng.choice([NOT_THERE, NO_ID, str(uuid.UUID(int=rng.getrandbits(
        128))), "x", "..%2f", "%00", "A" * 200, "'--", "%F0%9F%92%A9"])
    a = s.call(method, re.sub(r"\{\w+\}", wild, path), caller,
               {} if method == "POST" else None)
    if "{" in path:
        assert a.status in (400, 401, 403, 404, 422), (path, wild, a)
    assert a.status < 500, (path, wild, a)


def test_random_probes_find_no_leak(s):
    print("seed", seed := random.randrange(1 << 32))
    rng = random.Random(seed)
    cases = make_cases(s, rng)
    for _ in range(int(os.environ.get("PROBES", "1000"))):
        rng.choice([probe_case, probe_case, probe_referral,
                    probe_nonsense])(s, rng, cases)
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
