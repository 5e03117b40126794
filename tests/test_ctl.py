"""hotlinectl against the real daemon."""
import os
import re
import sqlite3
import subprocess

import pytest

from hotline import BUILD, ROOT, Daemon, Refused, copy_of

VERBS = re.findall(r'^(?:VERB|LOCAL)\("([^"]+)"',
                   (ROOT / "daemon/ctl/verbs.def").read_text(), re.M)


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as d:
        d.agency("truong1", name="Trường Thử Nghiệm Số Một")
        d.member("an", "officer", "lead", name="Nguyễn Thử Nghiệm An",
                 sms="0900 000 001", duty=True)
        yield d


def ctl(*args, **env):
    return subprocess.run([BUILD / "hotlinectl", *args], capture_output=True,
                          text=True, env={**os.environ, **env}, timeout=30)


# ---- Words ----

def test_all_verbs_have_help():
    assert len(VERBS) > 30
    text = ctl("--help").stdout
    for verb in VERBS:
        done = ctl(*verb.split(), "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: hotlinectl {verb}")
        assert verb in text


def test_help_needs_neither_daemon_nor_arguments():
    assert ctl("case", "done", "--help", "--socket", "/nowhere") \
        .returncode == 0


@pytest.mark.parametrize("args,word", [
    ([], "say a verb"),
    (["bogus"], "no such verb"),
    (["agency", "bogus"], "no such verb"),
    (["agency", "add", "x"], "KIND"),
    (["agency", "add", "x", "school"], "--name"),
    (["agency", "add", "x", "school", "--name"], "--name"),
    (["agency", "add", "x", "school", "--name", "y", "--bogus"], "--bogus"),
    (["agency", "add", "x", "school", "--name", "y", "z"], "z"),
    (["agency", "add", "x", "school", "--quota", "many"], "--quota"),
    (["--bogus"], "verb"),
    (["referral", "record", "/nowhere", "--on-behalf-of", "x"], "/nowhere"),
    (["case", "done", "X", "N08", "--by", "an", "--set", "emergency"],
     "KEY=VALUE"),
])
def test_wrong_words_exit_2(args, word):
    done = ctl(*args)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stdout == "" or args == ["agency", "bogus"]


def test_no_daemon_exits_2():
    done = ctl("status", "--socket", "/nowhere/control.sock")
    assert done.returncode == 2
    assert "/nowhere/control.sock" in done.stderr


def test_socket_by_option_and_by_environment(daemon):
    path = str(daemon.socket)
    assert ctl("status", "--socket", path, HOTLINED_SOCKET="/nowhere") \
        .returncode == 0
    assert ctl("status", f"--socket={path}").returncode == 0
    assert ctl("status", HOTLINED_SOCKET=path).returncode == 0


def test_tables_for_people_json_for_scripts(daemon):
    text = daemon.ctl_raw("agency", "list").stdout.splitlines()
    assert text[0].split()[:3] == ["code", "kind", "name"]
    assert "Trường Thử Nghiệm Số Một" in text[1]
    # Columns line up although Vietnamese letters are several bytes long.
    assert text[0].index("state") == text[1].index("active")
    items = daemon.ctl("agency", "list")["items"]
    assert items[0]["code"] == "truong1"


@pytest.mark.parametrize("verb", [
    "status", "agency list", "key list truong1", "member list", "duty list",
    "procedure show", "clock get", "audit head"])
def test_what_only_reads_prints_json(daemon, verb):
    assert isinstance(daemon.ctl(*verb.split()), dict)


def test_a_problem_is_told_to_people(daemon):
    done = daemon.ctl_raw("agency", "add", "Trường", "palace", "--name", "")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "422" in done.stderr
    for pointer in ("/kind", "/name"):
        assert pointer in done.stderr


# ---- Agencies and keys ----

def test_an_agency_has_at_most_two_live_keys(daemon):
    first = daemon.agency("hai", "health")
    second = daemon.ctl("key", "add", "hai", "--sign")
    assert second["sign_secret"].startswith("whsec_")
    with pytest.raises(Refused) as refused:
        daemon.ctl("key", "add", "hai")
    assert refused.value.code == 1
    keys = daemon.ctl("key", "list", "hai")["items"]
    assert [k["is_signing"] for k in keys] == [False, True]
    daemon.ctl("key", "revoke", keys[0]["id"])
    third = daemon.ctl("key", "add", "hai")["key"]
    assert len({first, second["key"], third}) == 3


def test_a_key_is_shown_once(daemon):
    key = daemon.agency("ba", "police")
    secret = key.split("_")[3]
    for verb in ("agency list", "key list ba", "status"):
        assert secret not in daemon.ctl_raw(*verb.split()).stdout
    assert secret not in daemon.log()
    assert secret.encode() not in copy_of(daemon).read_bytes()


@pytest.mark.parametrize("args", [
    ("key", "add", "nobody"), ("agency", "stop", "nobody"),
    ("key", "revoke", "nothing"), ("key", "list", "nobody"),
    ("member", "token", "nobody"), ("member", "stop", "nobody"),
    ("member", "address", "nobody", "sms", "0900000009")])
def test_what_is_not_there_is_404(daemon, args):
    done = daemon.ctl_raw(*args)
    assert done.returncode == 1 and "404" in done.stderr


def test_a_code_is_taken_once(daemon):
    daemon.agency("bon")
    done = daemon.ctl_raw("agency", "add", "bon", "school", "--name", "x")
    assert done.returncode == 1 and "409" in done.stderr


def test_a_key_ends_after_it_begins(daemon):
    daemon.ctl("agency", "add", "nam", "school", "--name", "x")
    done = daemon.ctl_raw("key", "add", "nam", "--not-before",
                          "2027-01-01T00:00:00+07:00", "--not-after",
                          "2026-01-01T00:00:00+07:00")
    assert done.returncode == 1 and "/not_after" in done.stderr


def test_a_stopped_agency_is_listed_as_such(daemon):
    daemon.agency("sau")
    daemon.ctl("agency", "stop", "sau")
    states = {a["code"]: a["state"]
              for a in daemon.ctl("agency", "list")["items"]}
    assert states["sau"] == "stopped"


# ---- Members ----

def test_names_and_addresses_are_sealed(daemon):
    daemon.member("binh", "chairman", name="Trần Bí Mật Bình",
                  sms="0912345678")
    data = copy_of(daemon).read_bytes()
    for word in ("Trần Bí Mật Bình", "Tran Bi Mat Binh", "0912345678",
                 "84912345678"):
        assert word.encode() not in data
        assert word not in daemon.log()
    assert b"binh" in data  # the file is the right one


def test_a_member_is_found_by_blind_index(daemon):
    daemon.member("chi", "police", name="Lê Thử Chi", sms="0987654321")
    db = sqlite3.connect(copy_of(daemon))
    kinds = [k for (k,) in db.execute(
        "SELECT b.kind FROM blind b JOIN member m ON m.id = b.owner_id"
        " WHERE m.login = 'chi' AND b.owner_kind = 'member' ORDER BY kind")]
    assert kinds == ["name", "phone"]


def test_addresses_keep_their_order(daemon):
    daemon.member("dung", "officer", sms="0900000004")
    daemon.ctl("member", "address", "dung", "sms", "0900000005")
    db = sqlite3.connect(copy_of(daemon))
    rows = db.execute(
        "SELECT a.place, a.verified_at IS NOT NULL FROM address a"
        " JOIN member m ON m.id = a.member_id WHERE m.login = 'dung'"
        " ORDER BY a.place").fetchall()
    assert rows == [(1, 1), (2, 0)]


@pytest.mark.parametrize("args,pointer", [
    (("Giang", "--name", "x", "--role", "officer"), "/login"),
    (("giang", "--name", "x", "--role", "king"), "/roles"),
    (("giang", "--name", "x"), "/roles"),
    (("g iang", "--name", "x", "--role", "officer"), "/login")])
def test_members_are_checked(daemon, args, pointer):
    done = daemon.ctl_raw("member", "add", *args)
    assert done.returncode == 1 and pointer in done.stderr


def test_an_address_needs_a_channel_that_exists(daemon):
    done = daemon.ctl_raw("member", "address", "an", "pigeon", "x")
    assert done.returncode == 1 and "/channel" in done.stderr


def test_duty_and_leave(daemon):
    daemon.member("em", "officer")
    span = ("2026-12-01T00:00:00+07:00", "2026-12-02T00:00:00+07:00")
    daemon.ctl("duty", "add", "em", *span)
    daemon.ctl("leave", "add", "em", *span)
    listed = daemon.ctl("duty", "list")
    row = {"login": "em", "from_at": span[0], "until_at": span[1]}
    for rows in (listed["duty"], listed["leave"]):
        assert row in [{k: v for k, v in r.items() if k != "id"}
                       for r in rows]
    for wrong in (("em", *reversed(span)), ("nobody", *span),
                  ("em", "soon", span[1])):
        assert daemon.ctl_raw("duty", "add", *wrong).returncode == 1


# ---- Clock ----

def test_the_test_clock_stands_still_and_steps():
    with Daemon(at="2026-11-24T07:00:00+07:00") as d:
        assert d.ctl("clock", "get") == {
            "now": "2026-11-24T07:00:00+07:00", "is_test_clock": True}
        assert d.step("6h")["now"] == "2026-11-24T13:00:00+07:00"
        assert d.step("2026-11-24T14:30:00+07:00")["now"] \
            == "2026-11-24T14:30:00+07:00"
        d.set_clock("2026-11-24T20:00:00+07:00")
        assert d.ctl("clock", "get")["now"] == "2026-11-24T20:00:00+07:00"
        for wrong in (("--to", "2026-11-24T19:00:00+07:00"), ("soon",), ()):
            assert d.ctl_raw("clock", "step", *wrong).returncode == 1


def test_a_clock_step_in_days_counted_like_a_legal_term():
    """It is time that passes: it ended at midnight, a Sunday later still."""
    with Daemon(at="2026-11-24T07:00:00+07:00") as d:
        assert d.step("29d")["now"] == "2026-12-23T07:00:00+07:00"
        assert d.step("4d")["now"] == "2026-12-27T07:00:00+07:00"
        for term in ("2wd", "1w", "1mo", "now", "05-20"):
            assert d.ctl_raw("clock", "step", term).returncode == 1
        assert d.ctl("clock", "get")["now"] == "2026-12-27T07:00:00+07:00"


def test_a_real_clock_cannot_be_moved():
    with Daemon(at=None) as d:
        assert d.ctl("clock", "get")["is_test_clock"] is False
        for args in (("step", "6h"), ("set", "2026-11-24T20:00:00+07:00")):
            done = d.ctl_raw("clock", *args)
            assert done.returncode == 1 and "409" in done.stderr
