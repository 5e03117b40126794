"""What nobody does for a member: hotlinectl with their own personal token."""
import json
import re

import pytest

from casework import NO, s, said  # noqa: F401
from hotline import ROOT

CALL = {"who": "Người Trả Lời Thử", "rank": "Giám đốc",
        "number": "0269 000 0009", "paper": "5/SYT"}


# ---- Every call has a verb ----

# Who needs no verb: what they call, they call with something else.
NOT_MEMBERS = {
    "ANYONE": "probes, browsers and phones, without a login",
    "WATCHER": "Prometheus and probes, on a listener of their own",
    "AGENCY": "an agency's own system, with its key",
}
LOGIN = "the login itself: a browser's session, never a script's"
BROWSER = "a browser subscribes itself"
BROWSER_NEWS = "what a page listens to while it is open; curl -N reads it"


def other(verb):
    return f"hotlinectl {verb}"


# Calls of members without a verb of their own path: why, or which verb does it.
WITHOUT = {
    ("DELETE", "/v1/session"): LOGIN, ("POST", "/v1/me/password"): LOGIN,
    ("POST", "/v1/me/totp"): LOGIN, ("POST", "/v1/me/totp/confirm"): LOGIN,
    ("GET", "/v1/push"): BROWSER, ("GET", "/v1/events"): BROWSER_NEWS,
    ("GET", "/v1/me"): other("member list"),
    ("PATCH", "/v1/me"): other("member set"),
    ("GET", "/v1/me/addresses"): other("member addresses"),
    ("POST", "/v1/me/addresses"): other("member address"),
    ("POST", "/v1/me/addresses/{}/code"): other("address code"),
    ("POST", "/v1/me/addresses/{}/verify"): other("address verify"),
    ("DELETE", "/v1/me/addresses/{}"): other("address remove"),
    ("PATCH", "/v1/cases/{}"): other("case correct"),
    ("POST", "/v1/cases/{}/documents"): other("document add"),
    ("GET", "/v1/cases/{}/documents/{}"): other("document get"),
    ("PUT", "/v1/cases/{}/documents/{}/parts/{}"): other("document add"),
    ("GET", "/v1/cases/{}/documents/{}/content"): other("document get"),
    ("PUT", "/v1/duty/rotations/{}"): other("rotation set"),
    ("DELETE", "/v1/duty/rotations/{}"): other("rotation remove"),
    ("POST", "/v1/duty/swaps"): other("swap add"),
    ("DELETE", "/v1/duty/swaps/{}"): other("swap remove"),
    ("GET", "/v1/leave"): other("duty list"),
    ("POST", "/v1/alerts/{}/ack"): other("alert ack"),
}


# Of these an admin's twin shows no sealed word: a verb of the member's own.
SEALED = [f"/v1/cases/{{}}{rest}" for rest in (
    "", "/timeline", "/plan", "/corrections", "/notes", "/documents", "/bars")]


def verbs():
    """{(method, path)} of verbs.def, and the words of every verb."""
    text = (ROOT / "daemon/ctl/verbs.def").read_text()
    rows = re.findall(r'^(?:VERB|TABLE|OWN)\("([^"]+)",\s*"(\w+)",\s*"([^"]+)"',
                      text, re.M)
    words = set(re.findall(r'^\w+\("([^"]+)",', text, re.M))
    return {(m, p) for _, m, p in rows}, words


def test_every_call_has_a_verb_or_a_reason():
    """Three acts of members had none, and nothing said why."""
    rows = re.findall(
        r'^(?:ROUTE|LOOP|SLOW)\((\w+),\s*"([^"]+)",\s*(\w+)',
        (ROOT / "handlers/routes.def").read_text(), re.M)
    routes = {(m, p) for m, p, who in rows}
    wanted = {(m, p) for m, p, who in rows if who not in NOT_MEMBERS}
    calls, words = verbs()
    local = "".join(p.read_text() for p in (ROOT / "daemon/ctl").glob("*.c"))

    def has_verb(method, path):
        twin = path.replace("/v1/", "/v1/admin/", 1)
        return {(method, path), (method, twin)} & calls \
            or path.startswith("/v1/admin/") and f'"{path}"' in local
    assert len(wanted) > 100
    assert {r for r in wanted if not has_verb(*r)} == set(WITHOUT)
    assert calls - routes == set()
    assert {("GET", p) for p in SEALED} <= calls
    named = {why[len("hotlinectl "):] for why in WITHOUT.values()
             if why.startswith("hotlinectl ")}
    assert named - words == set()


# ---- The token ----

@pytest.fixture
def own(s, tmp_path):
    """own(who, words...): a verb with the token of who, from a file."""
    def run(who, *args, text=None, mode=0o600, **more):
        path = tmp_path / f"{who}.token"
        path.write_text(s.keys.get(who, who) + "\n")
        path.chmod(mode)
        done = s.d.ctl_raw(*args, "--token-file", path, "--json", text=text,
                           **more)
        return done.returncode, json.loads(done.stdout or "null"), done.stderr
    return run


def test_a_token_is_needed_and_only_its_owner_may_read_it(s, own):
    code = s.open()
    done = s.d.ctl_raw("case", "recuse", code)
    assert done.returncode == 2 and "--token-file FILE" in done.stderr
    rc, _, why = own("other", "case", "recuse", code, mode=0o640)
    assert rc == 2 and "others may read it" in why
    rc, _, why = own("hlm_khong_co", "case", "recuse", code)
    assert rc == 1 and "401" in why
    assert s.read(code, "other").status == 200
    # Without a token the socket's caller is no member.
    said(s.d.admin("POST", f"/v1/cases/{code}/recuse"), 401, "unauthorized")


def test_a_member_recuses_themselves_by_hotlinectl(s, own):
    code = s.open()
    assert own("other", "case", "recuse", code)[0] == 0
    assert s.read(code, "other").status == 404
    assert [e["actor_kind"] for e in s.events(code)
            if e["act"] == "bar.added"] == ["member"]


def test_a_member_reads_what_is_due_by_hotlinectl(s, own):
    code = s.open()
    rc, every, why = own("lead", "case", "due", "--limit", "200")
    assert rc == 0 and code in {k["case"] for k in every["items"]}, why
    assert own("lead", "case", "due", "--mine")[1] == {"items": []}
    rc, mine, _ = own("officer", "case", "due", "--mine", "--steps", "N05")
    assert rc == 0 and {k["step"] for k in mine["items"]} == {"N05"}


def test_two_members_clear_a_namesake_by_hotlinectl(s, own):
    s.d.ctl("member", "add", "trungten", "--name", "Người Trùng Tên Thử",
            "--role", "officer")
    code = s.open(alleged=[{"relation": "other",
                            "name": "Người Trùng Tên Thử"}])
    bar, = [b["id"] for b in s.case(code)["bars"]]
    for who, state in (("lead", "provisional"), ("boss", "cleared")):
        rc, answer, why = own(who, "case", "unbar", code, bar)
        assert (rc, answer["state"]) == (0, state), why


def test_the_chairman_agrees_by_hotlinectl(s, own):
    code = s.open()
    args = ("--set", "agreed=true", "--set", f"acted_at={s.d.now}",
            "--set", "emergency=no", "--set", "reason=Trẻ an toàn.")
    assert own("officer", "case", "agree", code, "N07", *args)[0] == 1
    rc, _, why = own("boss", "case", "agree", code, "N07", *args)
    assert rc == 0, why
    assert [p["state"] for p in s.case(code)["approvals"]] == ["agreed"]


def test_what_the_authority_outside_said_is_recorded_by_hotlinectl(s, own):
    code = s.open()
    for login in ("chutich", "phochutich"):
        s.d.ctl("case", "bar", code, "--member", login)
    said_so = {"acted_at": s.d.now, **NO, "call": {**CALL,
                                                  "called_at": s.d.now}}
    rc, _, why = own("officer", "case", "outside", code, "N07", "-",
                     text=json.dumps(said_so))
    assert rc == 0, why
    assert [(p["state"], p["acting_why"])
            for p in s.case(code, "lead")["approvals"]] == \
        [("agreed", "outside")]


def test_names_are_looked_up_from_a_file_and_read_as_oneself(s, own):
    name = "Trẻ Thử Nghiệm Tra Cứu"
    code = s.open(children=[{"name": name, "place": "Tổ Thử 1"}],
                  informant={"name": "Người Báo Thử", "phone": "0988000007"})
    rc, found, _ = own("officer", "case", "search", "-",
                       text=json.dumps({"name": name}))
    assert (rc, [i["code"] for i in found["items"]]) == (0, [code])
    rc, case, _ = own("officer", "case", "read", code)
    assert (rc, case["children"][0]["name"]) == (0, name)
    rc, who, why = own("lead", "case", "informant", code, "--reason", "Thử.")
    assert rc == 0 and "Người Báo Thử" in json.dumps(who, ensure_ascii=False)


def test_what_is_sealed_is_read_as_oneself(s, own):
    """The admin's verbs showed that there is a note, never what it says."""
    name = "Trẻ Thử Nghiệm Ghi Chú"
    code = s.open(children=[{"name": name, "place": "Tổ Thử 1"}])
    s.d.ctl("case", "note", code, "--by", "canbo", "--text", "Lời ghi thử.")
    s.do(code, "N05", "officer", verified="yes", note="Lý do thử.")
    child = s.case(code)["children"][0]["id"]
    s.d.ctl("case", "correct", code, "-", "--by", "canbo", text=json.dumps(
        {"child": child, "set": {"place": "Tổ Thử 2"}, "reason": "Nhầm."}))
    for words, says in ((["note", "list"], "Lời ghi thử."),
                        (["correction", "list"], "Tổ Thử 1"),
                        (["timeline", "show"], "Lý do thử."),
                        (["bar", "list"], "items"),
                        (["document", "list"], "items")):
        more = ["--limit", "500", "--open"] if words[0] == "timeline" else []
        rc, answer, why = own("boss", *words, code, *more)
        assert rc == 0, why
        assert says in json.dumps(answer, ensure_ascii=False), words
    assert own("officer", "plan", "show", code)[0] in (0, 1)


def test_a_form_is_saved_and_read_by_hotlinectl(s, own):
    code = s.open()
    rc, saved, why = own("officer", "form", "save", code, "M02", "-",
                         text=json.dumps({"state": "draft", "fields": [
                             {"name": "o", "text": "Lời thử."}]}))
    assert rc == 0, why
    rc, read, why = own("officer", "form", "show", code, "M02")
    assert rc == 0 and "Lời thử." in json.dumps(
        read, ensure_ascii=False), why


def test_a_change_is_approved_by_hotlinectl(s, own):
    s.d.second_person = False
    try:
        asked = s.d.ctl("member", "add", "moi", "--name", "Người Mới Thử",
                        "--role", "officer")
    finally:
        s.d.second_person = True
    rc, done, why = own("lead", "change", "approve", asked["change"])
    assert (rc, done["state"]) == (0, "approved"), why
