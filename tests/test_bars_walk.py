"""Every route of routes.def, walked by who is barred from a case."""
import re

import pytest

import documents
from hotline import ROOT
from referral_site import (body, case, child, fresh, ok, open_site, post,
                           timeline)

NOW = "2026-11-24T07:00:00+07:00"
SUSPECT = "Phan Thử Nghiệm Cán Bộ"


@pytest.fixture(scope="module")
def s():
    s = open_site()
    s.suspect = s.d.member("canbo3", "officer", "lead", sms="0900000007",
                           name=SUSPECT)
    s.d.ctl("member", "add", "giaovien", "--name", "Giáo Viên Thử Nghiệm",
            "--role", "officer,lead", "--agency", "truong1")
    s.teacher = s.d.ctl("member", "token", "giaovien")["token"]
    s.form = s.d.link("truong1", quota=1000)["key"]
    with s.d:
        yield s


ROWS = re.findall(r'^(\w+)\((\w+),\s*"([^"]+)",\s*(\w+)',
                  (ROOT / "handlers/routes.def").read_text(), re.M)
# Who may call and is nobody: asked by everyone, or of another suite.
OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
        ("GET", "/v1/openapi.json"), ("POST", "/v1/session"),
        ("GET", "/a/{}"), ("POST", "/a/{}"), ("GET", "/v1/receipts/{}"),
        ("GET", "/"), ("GET", "/refer"), ("GET", "/console/{}"),
        ("GET", "/console/{}/{}")}
# A list answers with what is in it only if it is asked for a whole page.
QUERIES = {"/v1/referrals": "?direction=in&limit=200",
           "/v1/referrals/reconciliation": "?day=2026-11-24",
           "/v1/cases": "?limit=200", "/v1/alerts": "?limit=200",
           "/v1/clocks": "?limit=200",
           "/v1/changes": "?all=yes", "/v1/events": "?once=yes"}


def walk(key):
    """Every route that somebody with this kind of key may call."""
    kinds = ("MEMBER", "EITHER") if key.startswith("hlm_") \
        else ("AGENCY", "EITHER")
    for _, method, path, who in ROWS:
        if who in kinds:
            yield method, path


def test_every_route_is_walked_by_somebody():
    """A new kind of row, of caller, or an open route must be thought of."""
    assert {row for row, *_ in ROWS} == {"ROUTE", "LOOP", "SLOW"}
    assert {who for *_, who in ROWS} \
        == {"AGENCY", "MEMBER", "EITHER", "ADMIN", "OFFICE", "ANYONE",
            "WATCHER"}
    assert {(m, p) for _, m, p, who in ROWS
            if who in ("ANYONE", "WATCHER")} == OPEN
    text = (ROOT / "handlers/routes.def").read_text()
    assert len(ROWS) == sum(
        1 for line in text.splitlines() if re.match(r"[A-Z]+\(", line))


def fill(path, names, read=False):
    """The path with what it asks for of the case."""
    parts = path.split("/")
    for i, part in enumerate(parts):
        if part == "{}":
            before = parts[i - 1]
            parts[i] = {"steps": "N04", "parts": "1"}.get(
                before, names.get(before, names["id"]))
    return "/".join(parts) + (QUERIES.get(path, "") if read else "")


def sent(path, code, r):
    """What a call asks for, with what can name the case in it."""
    bodies = {"merge": {"case": code, "reason": "Thử."},
              "links": {"case": code, "kind": "sibling", "reason": "Thử."},
              "attach": {"referral": r["id"], "reason": "Thử."},
              "withdraw": {"source_ref": "SR-1"},
              "search": {"code": code}, "notes": {"text": "Thử."},
              "reports": {"report": "N01", "item": code},
              "updates": {"text": "Thử."}, "refuse": {"reason": "Thử."},
              "complete": {"outcome": "Thử."},
              "whereabouts": {"acted_at": NOW, "contact": "kept"},
              "informant": {"reason": "Thử."},
              "risk": {"acted_at": NOW, "risk": "low", "reason": "Thử."},
              "bars": {"member": "canbo"},
              "assign": {"member": "canbo", "reason": "Thử."},
              "escalate": {"step": "N04", "reason": "Thử."},
              "transfer": {"agency": "th111"},
              "documents": {"title": "Thử", "size": 5}}
    return bodies.get(path.split("/")[-1], {})


def test_no_route_tells_the_barred_of_the_case(s):
    """As a namesake's member, an agency, and a member who works there."""
    name = fresh()
    own = ok(post(s, body(children=[child(name)])))["cases"][0]
    r = ok(post(s, body(children=[child(name)], transfer=True,
                        source_ref="SR-1", alleged=[
        {"relation": "teacher", "agency": "truong1", "name": SUSPECT}])))
    code = r["cases"][0]
    c = case(s, code)
    out = ok(s.d.api("POST", f"/v1/cases/{code}/refer", {
        "agency": "th111", "service": "Tư vấn", "reason": "Để thử.",
        "due_at": "2026-12-01T00:00:00+07:00"}, key=s.boss,
        headers={"If-Match": f'"{c["version"]}"'}))
    document = documents.send(s.d, code, s.boss, documents.PDF)
    events = timeline(s, code)
    alert = next(i["id"] for i in ok(
        s.d.api("GET", "/v1/alerts?limit=200", key=s.boss), 200)["items"]
        if i.get("case") == code)
    ids = {e["object_id"] for e in events if e["object_kind"] in
           ("case", "clock", "alert", "act", "child", "person")}
    secrets = {code, r["incident_code"], r["id"], out["id"], document, *ids}
    names = {"cases": code, "alerts": alert, "referrals": r["id"],
             "bars": c["bars"][0]["id"], "documents": document,
             "id": r["id"]}
    walked = 0
    for key in (s.suspect, s.teacher, s.school, s.form):
        for method, path in walk(key):
            where = fill(path, names, method == "GET")
            a = s.d.api(method, where,
                        sent(path, code, r) if method != "GET" else None,
                        key=key, headers={"If-Match": "*"})
            told = {x for x in secrets if x in a.text and x not in where}
            assert not told, (method, where, a)
            assert key != s.form or a.status in (201, 403, 422), (where, a)
            if method == "GET" and path in QUERIES:
                assert a.status in (200, 403), (where, a)
            if "{}" in path and a.status < 300:
                # Only what is not of the case: a refused body, a report.
                assert "cases" not in path and "referrals" not in path, a
            walked += 1
    assert walked > 30
    assert own not in secrets
    # What they sent at the case moved nothing of it: not even a withdrawal.
    assert ok(s.d.api("GET", f"/v1/cases/{code}", key=s.boss), 200)[
        "state"] == "open"
    assert {k["step"] for k in case(s, code)["clocks"]
            if k["state"] == "open"} >= {"N04", "N08"}


def test_naming_a_barred_case_in_a_call_is_naming_none(s):
    """From a case of one's own, to one that is there and one that is not."""
    r = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "teacher", "agency": "truong1", "name": SUSPECT}]),
        key=s.hotline))
    own = ok(post(s, body(children=[child(fresh())]),
                  key=s.hotline))["cases"][0]
    none = {"id": "01a20ada-2c00-7000-8000-000000000000"}
    for key in (s.suspect, s.teacher):
        for method, path in walk(key):
            if not sent(path, "", none) or path.count("{}") > 1:
                continue
            where = fill(path, {"cases": own, "id": own}, method == "GET")
            if "/cases" not in where and "reports" not in where:
                continue
            told = []
            for code, of in ((r["cases"][0], r), ("ZZZZ-ZZZZ", none)):
                if not {code, of["id"]} & set(sent(path, code, of).values()):
                    continue
                a = s.d.api(method, where, sent(path, code, of), key=key,
                            headers={"If-Match": "*"})
                a.json.pop("request_id", None)
                told.append((a.status, a.json))
            assert not told or told[0] == told[1], (where, told)


def test_no_route_tells_the_barred_of_the_other_half(s):
    """Barred from one of two merged cases, walked on the other."""
    kept = ok(post(s, body(children=[child(fresh())])))
    code = kept["cases"][0]
    gone = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "teacher", "agency": "truong1", "name": SUSPECT}]),
        key=s.hotline))["cases"][0]
    note = ok(s.d.api("POST", f"/v1/cases/{code}/notes", {"text": "Thử."},
                      key=s.boss))["id"]
    link = ok(s.d.api("POST", f"/v1/cases/{code}/links",
                      {"case": ok(post(s, body()))["cases"][0],
                       "kind": "household", "reason": "Để thử."},
                      key=s.boss))["id"]
    ok(s.d.api("POST", f"/v1/cases/{code}/merge",
               {"case": gone, "reason": "Để thử."}, key=s.boss,
               headers={"If-Match": "*"}), 200)
    ids = {e["object_id"] for e in timeline(s, code) if e["object_kind"] in
           ("case", "clock", "alert", "act", "child", "person", "note")}
    secrets = {code, gone, kept["incident_code"], note, link, *ids}
    walked = 0
    for here in (code, gone):
        names = {"cases": here, "notes": note, "links": link,
                 "bars": case(s, code)["bars"][0]["id"], "id": kept["id"]}
        for key in (s.suspect, s.teacher):
            for method, path in walk(key):
                if "/cases" not in path:
                    continue
                where = fill(path, names)
                a = s.d.api(method, where,
                            {} if method in ("POST", "PATCH") else None,
                            key=key, headers={"If-Match": "*"})
                told = {x for x in secrets if x in a.text and x not in where}
                assert not told, (method, where, a)
                assert "{}" not in path or a.status == 404, (where, a)
                walked += 1
    assert walked > 100


@pytest.fixture(scope="module")
def team():
    s = open_site()
    s.d.member("phochutich", "vice_chairman", sms="0900000005")
    s.d.member("phu", "officer", sms="0900000008", name="Người phụ")
    s.d.ctl("agency", "address", "th111", "sms", "0900000009", "--verified")
    s.d.ctl("agency", "contact", "th111", "--who", "Giám đốc Thử Nghiệm",
            "--on", "2026-11-01", "--paper", "7/BB")
    with s.d:
        yield s


@pytest.mark.parametrize("hit,told", [
    ((), "truongnhom"),
    (("truongnhom",), "chutich"),
    (("truongnhom", "chutich"), "phochutich"),
    (("truongnhom", "chutich", "phochutich"), "th111"),
])
def test_a_hit_is_told_to_the_first_who_is_none(team, hit, told):
    """Lead, chairman, vice chairman, then the rung outside; never the hit."""
    s = team
    r = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "official", "name": f"Người {h}"}
        for h in (*hit, "phụ")]), key=s.hotline))
    code = r["cases"][0]
    reader = s.officer
    assert {b["member"] for b in case(s, code, reader)["bars"]} \
        == {*hit, "phu"}
    s.d.step("1s")
    events = ok(s.d.api("GET", f"/v1/cases/{code}/timeline", key=reader),
                200)["items"]
    first = next(e for e in events if e.get("alert", {}).get("kind") == "bar"
                 and e["deliveries"])
    assert [d.get("member") or d.get("agency") for d in first["deliveries"]] \
        == [told]
