"""Every call of the document is answered once as it should be, and the answer
is what the document says (openapi_check looks at each)."""
import re

import pytest

import openapi_check
from hotline import ROOT, Daemon, shared

MAU01 = {"kind": "abused", "abuse_kinds": ["violence"], "risk": "high",
         "narrative": "Nội dung thử nghiệm.",
         "source": {"channel": "phone",
                    "received_at": "2026-11-24T06:40:00+07:00"},
         "children": [{"name": "Trẻ Thử Nghiệm Một", "age": 7,
                       "place": "Tổ 1", "mother": {"name": "Mẹ Thử"}}],
         "alleged": [{"relation": "parent", "name": "Cha Thử"}]}


@pytest.fixture(scope="module")
def world():
    """A ward with a team, an agency and one case; calls were made."""
    with Daemon(procedure=ROOT / "conf/procedures/vn-nd56-2017.conf") as d:
        d.key = d.agency("truong1")
        d.an = d.member("an", "officer", duty=True, sms="0900000001")
        d.lan = d.member("lan", "lead", sms="0900000002")
        d.hung = d.member("hung", "chairman", sms="0900000003")
        d.receipt = d.api("POST", "/v1/referrals", MAU01, key=d.key).json
        d.code = d.receipt["cases"][0]
        yield d


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer


def agreed(d, answer):
    """It waited for a second person, who approves; the id of what is there."""
    return d.approve(ok(answer, 202).json["change"]).get("made")


def test_service(world):
    ok(world.api("GET", "/healthz"))
    ok(world.api("GET", "/readyz"))
    document = ok(world.api("GET", "/v1/openapi.json")).json
    assert document == openapi_check.document()


def test_agency(world):
    d, key = world, world.key
    self = d.receipt["links"]["self"]
    ok(d.api("GET", "/v1/referrals", key=key))
    etag = ok(d.api("GET", self, key=key)).headers["etag"]
    same = d.api("GET", self, key=key, headers={"If-None-Match": etag})
    assert (same.status, same.raw) == (304, b"")
    ok(d.api("POST", d.receipt["links"]["updates"], {"text": "Thêm."},
             key=key), 201)


def match(d, token):
    answer = ok(d.api("GET", f"/v1/cases/{d.code}", key=token))
    return {"If-Match": answer.headers["etag"]}


def test_member(world):
    d, code = world, world.code
    assert ok(d.api("GET", "/v1/me", key=d.an)).json["login"] == "an"
    ok(d.api("GET", "/v1/cases", key=d.lan))
    ok(d.api("GET", f"/v1/cases/{code}/timeline", key=d.an))
    ok(d.api("POST", f"/v1/cases/{code}/assign",
             {"member": "an", "reason": "Lý do thử."},
             key=d.lan, headers=match(d, d.lan)))
    ok(d.api("POST", f"/v1/cases/{code}/steps/N05/done",
             {"acted_at": d.now, "verified": "yes", "evidence": "BB-1"},
             key=d.an, headers=match(d, d.an)))
    timeline = ok(d.api("GET", f"/v1/cases/{code}/timeline", key=d.an)).json
    assert any("done" in e for e in timeline["items"])


def test_referral_out(world):
    d = world
    body = {"agency": "truong1", "service": "Tư vấn", "reason": "Thử nghiệm",
            "due_at": "2026-12-01T00:00:00+07:00", "share": shared("age")}
    for end in ({"accept": {}, "complete": {"outcome": "Xong"}},
                {"refuse": {"reason": "Không có người"}}):
        out = ok(d.api("POST", f"/v1/cases/{d.code}/refer", body, key=d.lan,
                       headers=match(d, d.lan)), 201).json
        for act, words in end.items():
            ok(d.api("POST", f"/v1/referrals/{out['id']}/{act}", words,
                     key=d.key))
    ok(d.api("GET", "/v1/referrals?direction=out", key=d.key))


def test_refused(world):
    d = world
    bad = d.api("POST", "/v1/referrals", {**MAU01, "risk": "?"}, key=d.key)
    assert bad.status == 422
    items = ok(d.api("GET", "/v1/refused", key=d.lan)).json["items"]
    one = ok(d.api("GET", f"/v1/refused/{items[0]['id']}", key=d.lan)).json
    assert "Trẻ Thử Nghiệm Một" in one["body"]
    ok(d.admin("GET", "/v1/admin/refused"))


def test_alerts(world):
    d = world
    d.step("1m")
    items = ok(d.api("GET", "/v1/alerts", key=d.lan)).json["items"]
    text = "".join(p.read_text()
                   for p in sorted((d.folder / "spool/out").iterdir()))
    tokens = re.findall(r"/a/([0-9a-f]{32})", text)
    pages = [d.api("GET", f"/a/{t}") for t in tokens]
    assert {p.status for p in pages} <= {200, 410}
    token = next(t for t, p in zip(tokens, pages) if p.status == 200)
    ok(d.api("POST", f"/a/{token}", b"", headers={
        "Content-Type": "application/x-www-form-urlencoded"}))
    assert d.api("GET", f"/a/{token}").status == 410
    assert d.api("GET", "/a/" + "0" * 32).status == 404
    answers = [d.api("POST", f"/v1/alerts/{a['id']}/ack", key=d.lan).status
               for a in items]
    assert 200 in answers


def test_admin_people(world):
    d = world
    ok(d.admin("POST", "/v1/admin/agencies",
               {"code": "tam", "kind": "health", "name": "Trạm"}), 201)
    key = ok(d.admin("POST", "/v1/admin/agencies/tam/keys",
                     {"sign": True}), 201).json
    agreed(d, d.admin("POST", "/v1/admin/agencies/tam/addresses",
                      {"channel": "sms", "address": "0900000008"}))
    agreed(d, d.admin("PUT", "/v1/admin/agencies/tam/contact",
                      {"who": "Trưởng trạm", "agreed_on": "2026-11-01",
                       "paper": "7/BB"}))
    ok(d.admin("GET", "/v1/admin/agencies"))
    ok(d.admin("GET", "/v1/admin/agencies/tam/keys"))
    ok(d.admin("POST", f"/v1/admin/keys/{key['id']}/revoke"), 204)
    links = "/v1/admin/agencies/tam/links"
    link = ok(d.admin("POST", links, {"until": "2027-01-15"}), 201).json
    new = ok(d.admin("POST", f"/v1/admin/links/{link['id']}/renew",
                     {"until": "2027-05-31", "quota": 5}), 201).json
    ok(d.admin("POST", f"/v1/admin/links/{link['id']}/revoke"), 204)
    assert len(ok(d.admin("GET", links)).json["items"]) == 2
    sent = ok(d.api("POST", "/v1/referrals", MAU01, key=new["key"]), 201).json
    ok(d.api("GET", f"/v1/receipts/{sent['id']}",
             headers={"Receipt-Secret": sent["secret"]}))
    ok(d.admin("POST", "/v1/admin/agencies/tam/stop"), 204)
    agreed(d, d.admin("POST", "/v1/admin/members", {
        "login": "mai", "name": "Mai Thử", "roles": ["officer"]}))
    ok(d.admin("POST", "/v1/admin/members/mai/tokens"), 201)
    agreed(d, d.admin("POST", "/v1/admin/members/mai/addresses",
                      {"channel": "sms", "address": "0900000007"}))
    later = ok(d.admin("PATCH", "/v1/admin/members/mai",
                       {"roles": ["officer", "lead"]}), 202).json["change"]
    mine = ok(d.api("POST", "/v1/me/addresses", {
        "channel": "sms", "address": "0900000033"}, key=d.an), 202).json
    assert len(ok(d.api("GET", "/v1/changes", key=d.lan)).json["items"]) == 2
    ok(d.api("POST", f"/v1/changes/{mine['change']}/withdraw", key=d.an))
    ok(d.admin("GET", "/v1/admin/changes"))
    ok(d.admin("POST", f"/v1/admin/changes/{later}/withdraw"))
    ok(d.admin("GET", "/v1/admin/members"))
    ok(d.admin("POST", "/v1/admin/members/mai/stop"), 204)


def code_sent(d, phone):
    """The newest code in a message to a phone."""
    d.step("2m")
    out = sorted((d.folder / "spool/out").iterdir())
    text = [p.read_text() for p in out if phone in p.read_text()][-1]
    return re.search(r"OK ([2-9A-HJ-NP-Z]{6})", text)[1]


def test_addresses(world):
    d = world
    ok(d.api("PATCH", "/v1/me", {"quiet": "22:00-06:00"}, key=d.an))
    mine = {"channel": "sms", "address": "0900000031"}
    made = agreed(d, d.api("POST", "/v1/me/addresses", mine, key=d.an))
    ok(d.api("GET", "/v1/me/addresses", key=d.an))
    path = f"/v1/me/addresses/{made}"
    ok(d.api("POST", path + "/code", key=d.an), 204)
    code = {"code": code_sent(d, "84900000031")}
    ok(d.api("POST", path + "/verify", code, key=d.an), 204)
    ok(d.api("DELETE", path, key=d.an), 204)
    ok(d.admin("PATCH", "/v1/admin/members/an", {"languages": ["bdq"]}), 204)
    made = agreed(d, d.admin("POST", "/v1/admin/members/an/addresses",
                             {"channel": "sms", "address": "0900000032"}))
    ok(d.admin("GET", "/v1/admin/members/an/addresses"))
    path = f"/v1/admin/addresses/{made}"
    ok(d.admin("POST", path + "/code"), 204)
    code = {"code": code_sent(d, "84900000032")}
    ok(d.admin("POST", path + "/verify", code), 204)
    ok(d.admin("DELETE", path), 204)


def test_duty(world):
    """The same calls for a lead and on the control socket."""
    d = world
    span = {"from": "2027-12-01T00:00:00+07:00",
            "until": "2027-12-02T00:00:00+07:00"}
    rotation = {"unit": "day", "first": span["from"], "members": ["an"]}
    team = {"number": "12/QĐ-UBND", "date": "2026-07-01",
            "members": [{"member": "lan", "office": "lead"}]}
    ok(d.api("GET", "/v1/leave", key=d.an))
    for call, duty, rotations, swaps, team_path, leave in (
            (d.admin, "/v1/admin/duty", "/v1/admin/rotations",
             "/v1/admin/swaps", "/v1/admin/team", "/v1/admin/leave"),
            (lambda m, p, body=None: d.api(m, p, body, key=d.lan), "/v1/duty",
             "/v1/duty/rotations", "/v1/duty/swaps", "/v1/team",
             "/v1/leave")):
        who = {**span, "member": "an"}
        made = [ok(call("POST", p, who), 201).json["id"]
                for p in (duty, leave)]
        swap = ok(call("POST", swaps, {**who, "with": "hung"}), 201)
        assert call("DELETE", f"{swaps}/{swap.json['id']}").status == 409
        ok(call("PUT", rotations + "/chinh", rotation), 204)
        ok(call("GET", duty))
        ok(call("GET", duty + "/gaps"))
        ok(call("PUT", team_path, team))
        ok(call("GET", team_path))
        asked = [ok(d.api("POST", "/v1/duty/swaps", {**span, "with": "hung"},
                          key=d.an), 201).json["id"] for _ in range(3)]
        ok(call("DELETE", f"{swaps}/{asked[0]}"), 204)
        ok(d.api("POST", f"/v1/duty/swaps/{asked[1]}/accept", key=d.hung), 204)
        ok(d.api("POST", f"/v1/duty/swaps/{asked[2]}/refuse", key=d.hung), 204)
        ok(call("DELETE", rotations + "/chinh"), 204)
        for path, id_ in zip((duty, leave), made):
            ok(call("DELETE", f"{path}/{id_}"), 204)


def test_admin_daemon(world):
    d = world
    ok(d.admin("GET", "/v1/admin/status"))
    ok(d.admin("GET", "/v1/admin/audit/head"))
    ok(d.admin("GET", "/v1/admin/procedure"))
    ok(d.admin("POST", "/v1/admin/audit/copy"))
    ok(d.admin("GET", "/v1/admin/clock"))
    d.now = ok(d.admin("POST", "/v1/admin/clock", {"step": "1m"})).json["now"]
    ok(d.admin("POST", "/v1/admin/reload"))


def test_admin_case(world):
    d, code = world, world.code
    made = ok(d.admin("POST", "/v1/admin/referrals", {
        **MAU01, "on_behalf_of": "truong1", "recorded_by": "lan"}), 201).json
    ok(d.admin("GET", "/v1/admin/cases"))
    ok(d.admin("GET", f"/v1/admin/cases/{code}"))
    ok(d.admin("GET", f"/v1/admin/cases/{code}/timeline"))
    ok(d.admin("POST", f"/v1/admin/cases/{made['cases'][0]}/steps/N05/done",
               {"by": "an", "evidence": "DT-1"}))
    ok(d.admin("POST", f"/v1/admin/cases/{made['cases'][0]}/bars",
               {"agency": "truong1"}), 204)
    ok(d.admin("GET", "/v1/admin/alerts?all=1"))
    d.step("1m")
    found = False
    for path in sorted((d.folder / "spool/out").iterdir(), reverse=True):
        text = path.read_text()
        if "84900000001" in text:
            spoken = re.search(r"OK ([2-9A-Z]{6})", text)[1]
            found = found or d.admin(
                "POST", "/v1/admin/alerts/ack",
                {"code": spoken, "by_phone": "an"}).status == 200
    assert found


def test_bars(world):
    d, path = world, f"/v1/cases/{world.code}/bars"
    r = ok(d.api("POST", "/v1/referrals", {
        **MAU01, "case_code": d.code, "alleged": [
            {"relation": "other", "name": "Mai Thử"}]}, key=d.key), 201).json
    assert d.code in r["cases"]
    ok(d.api("POST", path, {"agency": "tam"}, key=d.lan), 204)
    bar = next(b for b in ok(d.api("GET", path, key=d.lan)).json["items"]
               if b.get("member") == "mai")
    ok(d.api("POST", f"{path}/{bar['id']}/clear", {}, key=d.lan))
    ok(d.admin("GET", f"/v1/admin/cases/{d.code}/bars"))


def test_ladders_and_drills(world):
    d, code = world, world.code
    ok(d.api("GET", f"/v1/cases/{code}/why", key=d.an))
    ok(d.api("POST", f"/v1/cases/{code}/escalate", {"reason": "Gấp."},
             key=d.lan), 204)
    ok(d.admin("GET", f"/v1/admin/cases/{code}/why"))
    ok(d.admin("POST", f"/v1/admin/cases/{code}/escalate",
               {"by": "lan", "reason": "Gấp."}), 204)
    ok(d.api("POST", "/v1/heartbeat", {}, key=d.key, idem=False), 204)
    ok(d.admin("POST", "/v1/admin/agencies/truong1/heartbeat",
               {"within": "24h"}), 204)
    ok(d.admin("POST", "/v1/admin/drills", {"member": "an"}), 201)
    ok(d.admin("GET", "/v1/admin/drills"))


def test_recuse_comes_last(world):
    ok(world.api("POST", f"/v1/cases/{world.code}/recuse", key=world.an), 204)
    assert world.api("GET", f"/v1/cases/{world.code}",
                     key=world.an).status == 404
