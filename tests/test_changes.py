"""A new member, role, address or way to log in waits for a second person."""
import sqlite3

import pytest

from hotline import ROOT, Daemon, Refused, copy_of
from login_site import Browser, alarms, code_at, enrol, password

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"


@pytest.fixture
def d():
    """A lead, a chairman, an officer; nothing is approved by itself."""
    with Daemon(procedure=FULL) as d:
        d.member("canbo", "officer", sms="0900000001")
        d.member("truongnhom", "lead", sms="0900000002")
        d.member("chutich", "chairman", sms="0900000003")
        d.second_person = False
        yield d


def acts(d, like):
    """Acts of the audit chain, in order."""
    with sqlite3.connect(copy_of(d)) as c:
        return [row[0] for row in c.execute(
            "SELECT act FROM event WHERE act LIKE ? ORDER BY seq", (like,))]


def waiting(d):
    return [(i["kind"], i["about"]) for i in d.ctl("change", "list")["items"]]


def say(d, who, change, what="approve"):
    return d.api("POST", f"/v1/changes/{change}/{what}", key=d.tokens[who])


def said(a, status, code):
    assert (a.status, a.json["code"]) == (status, code), a


def ask(d, *args):
    a = d.ctl(*args)
    assert a["state"] == "pending", a
    return a["change"]


def asked(d, who="chutich"):
    """What waits, as those see it who approve."""
    a = d.api("GET", "/v1/changes", key=d.tokens[who])
    assert a.status == 200, a
    return [i["asked"] for i in a.json["items"]]


def told(d):
    """What admins did of which the leads are told."""
    d.step("1s")
    return {a["subject"] for a in alarms(d, "alarm_admin_act")}


def members(d):
    return {i["login"]: i for i in d.ctl("member", "list")["items"]}


def test_until_two_can_approve_an_admin_does_it_alone():
    """And the record says so; from then on it never comes back."""
    with Daemon(procedure=FULL) as d:
        d.second_person = False
        d.member("truongnhom", "lead", sms="0900000002")
        assert "change" not in d.ctl(
            "member", "add", "chutich", "--name", "Chủ tịch", "--role",
            "chairman")
        # Two hold the offices, but only one of them can log in.
        assert "change" not in d.ctl("member", "address", "chutich", "sms",
                                     "0900000003", "--verified")
        assert not waiting(d) and not alarms(d, "alarm_change")
        d.ctl("member", "token", "chutich")
        # Member, address and token of each.
        assert acts(d, "change.%") == ["change.alone"] * 6 \
            + ["change.guarded"]
        ask(d, "member", "add", "moi", "--name", "Mới", "--role", "officer")
        d.ctl("member", "stop", "chutich")
        ask(d, "member", "add", "nua", "--name", "Nữa", "--role", "officer")
        d.restart()
        ask(d, "member", "add", "ba", "--name", "Ba", "--role", "officer")


def test_a_new_member_is_void_until_approved(d):
    change = ask(d, "member", "add", "moi", "--name", "Người Mới Thử Nghiệm",
                 "--role", "officer,lead")
    assert waiting(d) == [("member_add", "moi")]
    assert "moi" not in members(d)
    with pytest.raises(Refused, match="404"):
        d.ctl("member", "token", "moi")
    d.step("1s")
    told = alarms(d, "alarm_change")
    assert len(told) == 1 and told[0]["deliveries"] == 1
    text = "".join(p.read_text() for p in (d.folder / "spool/out").iterdir())
    assert "Người Mới" not in text and "moi" not in text.split()
    said(say(d, "canbo", change), 403, "forbidden")
    assert asked(d) == [{"name": "Người Mới Thử Nghiệm",
                         "roles": ["officer", "lead"]}]
    a = say(d, "chutich", change)
    assert (a.status, a.json["state"], a.json["about"]) \
        == (200, "approved", "moi"), a
    assert asked(d) == []
    assert members(d)["moi"]["roles"] == "officer lead"
    said(say(d, "truongnhom", change), 409, "state_conflict")
    assert not waiting(d)
    # It was told, and goes on until a human answers.
    assert alarms(d, "alarm_change")


def test_roles_wait_and_the_rest_does_not(d):
    d.ctl("member", "set", "canbo", "--language", "vie,jra", "--quiet",
          "22:00-06:00")
    assert told(d) == {"member_set"}
    change = ask(d, "member", "set", "canbo", "--role", "officer,lead")
    assert members(d)["canbo"]["roles"] == "officer"
    said(say(d, "canbo", change), 403, "forbidden")
    assert say(d, "truongnhom", change).status == 200
    assert members(d)["canbo"]["roles"] == "officer lead"


def test_an_address_that_waits_leaves_the_old_one_in_force(d):
    change = ask(d, "member", "address", "truongnhom", "sms", "0911111111",
                 "--verified")
    assert members(d)["truongnhom"]["addresses"] == 1
    assert asked(d) == [{"channel": "sms", "address": "0911111111",
                         "verified": True}]
    assert "0911111111" not in d.ctl_raw("change", "list", "--json").stdout
    d.step("1s")
    sent = [p.read_text() for p in (d.folder / "spool/out").iterdir()]
    assert sent and all("900000002" in t for t in sent)
    # About oneself one does not approve.
    said(say(d, "truongnhom", change), 403, "second_person")
    a = say(d, "chutich", change)
    assert a.status == 200 and a.json["made"]
    assert members(d)["truongnhom"]["addresses"] == 2


def test_ones_own_new_address_waits_and_is_proved_after(d):
    a = d.api("POST", "/v1/me/addresses",
              {"channel": "sms", "address": "0911111111"},
              key=d.tokens["truongnhom"])
    assert a.status == 202, a
    d.step("1s")
    sent = [p.read_text() for p in (d.folder / "spool/out").iterdir()]
    assert not any("911111111" in t for t in sent)
    said(say(d, "truongnhom", a.json["change"]), 403, "second_person")
    assert say(d, "chutich", a.json["change"]).status == 200
    d.step("1s")
    sent = [p.read_text() for p in (d.folder / "spool/out").iterdir()]
    assert any("911111111" in t for t in sent), "the code was sent"
    assert members(d)["truongnhom"]["addresses"] == 1, "not proved yet"


def test_an_outside_bodys_address_waits(d):
    d.agency("th111", "hotline")
    change = ask(d, "agency", "address", "th111", "sms", "0911111111",
                 "--verified")
    row, = d.ctl("agency", "list")["items"]
    assert row["addresses"] == 0
    assert say(d, "truongnhom", change).status == 200
    row, = d.ctl("agency", "list")["items"]
    assert row["addresses"] == 1


def test_a_reset_that_waits_locks_nobody_out(d):
    d.second_person = True
    word = password(d, "truongnhom")
    b = Browser(d)
    assert b.login("truongnhom", word).status == 201
    d.second_person = False
    reset = d.ctl("member", "password", "truongnhom")
    assert asked(d) == [{}], "no hash, no salt"
    assert b.me().status == 200, "the session goes on"
    assert Browser(d).login("truongnhom", word).status == 201
    assert Browser(d).login("truongnhom", reset["password"]).status == 401
    assert say(d, "chutich", reset["change"]).status == 200
    assert b.me().status == 401
    d.step("1h")
    assert Browser(d).login("truongnhom", word).status == 401
    assert Browser(d).login("truongnhom", reset["password"]).status == 201


def test_a_second_factor_stays_until_its_reset_is_approved(d):
    d.second_person = True
    b, word, secret = enrol(d, "truongnhom")
    d.second_person = False
    assert b.call("POST", "/v1/me/totp/confirm",
                  {"code": code_at(secret, d)}).status == 204
    change = ask(d, "member", "totp-reset", "truongnhom")
    a = Browser(d).login("truongnhom", word)
    said(a, 401, "totp_needed")
    assert say(d, "chutich", change).status == 200
    assert Browser(d).login("truongnhom", word).status == 201


def test_an_admin_cannot_become_somebody_who_approves(d):
    """A token or password of a lead waits, too; the first one of an officer
    who was approved does not."""
    asked = d.ctl("member", "token", "truongnhom")
    assert asked["state"] == "pending"
    assert d.api("GET", "/v1/me", key=asked["token"]).status == 401
    assert say(d, "chutich", asked["change"]).status == 200
    assert d.api("GET", "/v1/me", key=asked["token"]).status == 200
    d.second_person = True
    d.ctl("member", "add", "moi", "--name", "Mới", "--role", "officer")
    d.ctl("member", "add", "phu", "--name", "Phụ", "--role", "lead,admin")
    d.second_person = False
    assert "change" not in d.ctl("member", "token", "moi")
    assert d.ctl("member", "token", "moi")["state"] == "pending"
    first = d.ctl("member", "token", "phu")
    assert first["state"] == "pending"
    assert say(d, "chutich", first["change"]).status == 200
    # Who is an admin, too, may be who asked.
    change = ask(d, "member", "set", "canbo", "--role", "officer,union")
    a = d.api("POST", f"/v1/changes/{change}/approve", key=first["token"])
    said(a, 403, "second_person")


def test_withdrawn_and_expired_ones_are_void(d):
    change = ask(d, "member", "set", "canbo", "--role", "lead")
    d.ctl("change", "withdraw", change)
    said(say(d, "truongnhom", change), 409, "state_conflict")
    assert not waiting(d) and not alarms(d, "alarm_change")
    mine = d.api("POST", "/v1/me/addresses",
                 {"channel": "sms", "address": "0911111111"},
                 key=d.tokens["canbo"]).json["change"]
    other = ask(d, "member", "set", "canbo", "--role", "lead")
    said(say(d, "canbo", other, "withdraw"), 404, "not_found")
    assert say(d, "canbo", mine, "withdraw").status == 200
    assert say(d, "truongnhom", other, "withdraw").json["state"] \
        == "withdrawn"
    late = ask(d, "member", "set", "canbo", "--role", "lead")
    d.step("167h")
    assert waiting(d) == [("member_set", "canbo")]
    d.step("2h")
    assert not waiting(d) and not alarms(d, "alarm_change")
    said(say(d, "truongnhom", late), 409, "state_conflict")
    states = [i["state"] for i in d.ctl("change", "list", "--all")["items"]]
    assert states == ["expired", "withdrawn", "withdrawn", "withdrawn"]
    assert members(d)["canbo"]["roles"] == "officer"
    said(say(d, "truongnhom", "x"), 404, "not_found")


def test_what_no_longer_fits_is_told_and_waits_on(d):
    """The login was taken while it waited."""
    one = ask(d, "member", "add", "moi", "--name", "Một", "--role", "officer")
    two = ask(d, "member", "add", "moi", "--name", "Hai", "--role", "police")
    assert say(d, "chutich", one).status == 200
    assert acts(d, "change.%")[-3:] == ["change.asked", "change.asked",
                                        "change.approved"]
    said(say(d, "chutich", two), 409, "conflict")
    assert waiting(d) == [("member_add", "moi")]


def test_a_code_from_the_safe_frees_who_is_alone(d):
    """Of two one is gone; the other lost the password: everybody is told."""
    asked = d.ctl("member", "break-glass")
    codes = asked["items"]
    assert say(d, "chutich", asked["change"]).status == 200
    d.ctl("member", "stop", "chutich")
    asked = d.ctl("member", "password", "truongnhom")
    said(say(d, "truongnhom", asked["change"]), 403, "second_person")
    b = Browser(d)
    a = b.login("truongnhom", break_glass=codes[0]["code"], reason="Mất")
    assert a.status == 201, a
    a = b.call("POST", f"/v1/changes/{asked['change']}/approve", {})
    assert a.status == 200, a
    assert alarms(d, "alarm_break_glass")
    assert Browser(d).login("truongnhom", asked["password"]).status == 201


def test_an_admin_alone_makes_no_codes_that_open(d):
    """With one of them anybody would log in as the lead and approve."""
    d.second_person = True
    old = d.ctl("member", "break-glass")["items"]
    d.second_person = False
    made = d.ctl("member", "break-glass")
    assert waiting(d) == [("break_glass", "99999")] and asked(d) == [{}]
    b = Browser(d)

    def login(code):
        return b.login("truongnhom", break_glass=code["code"], reason="Mất")

    assert login(made["items"][0]).status == 401
    assert login(old[0]).status == 201
    d.step("1h")
    assert say(d, "chutich", made["change"]).status == 200
    assert login(old[1]).status == 401
    d.step("1h")
    assert login(made["items"][1]).status == 201


@pytest.mark.parametrize("field,value", [("name", "Tên Khác Thử Nghiệm"),
                                         ("phone", "0911 222 333")])
def test_what_bars_are_found_by_waits(d, field, value):
    """Who is alleged could else have another name before the case comes."""
    change = ask(d, "member", "set", "canbo", f"--{field}", value)
    assert asked(d) == [{field: value}]
    assert say(d, "truongnhom", change).status == 200


def test_the_leads_are_told_what_an_admin_does_alone(d):
    """Whatever could silence a ladder, or let somebody in."""
    span = ("2026-11-25T07:00:00+07:00", "2026-11-26T07:00:00+07:00")
    done = set()

    def does(act, *args, **more):
        answer = d.ctl(*args, **more)
        done.add(act)
        assert told(d) == done, act
        return answer

    d.ctl("agency", "add", "truong1", "school", "--name", "Trường Thử")
    key = does("key.add", "key", "add", "truong1")
    does("key.revoke", "key", "revoke", key["id"])
    does("agency.heartbeat", "agency", "heartbeat", "truong1", "--within",
         "3m")
    does("agency.stop", "agency", "stop", "truong1")
    duty = does("duty.add", "duty", "add", "canbo", *span)
    does("duty.remove", "duty", "remove", duty["id"])
    leave = does("leave.add", "leave", "add", "chutich", *span)
    does("leave.remove", "leave", "remove", leave["id"])
    does("rotation.set", "rotation", "set", "chinh", "--unit", "week",
         "--first", span[0], "--members", "canbo")
    does("rotation.remove", "rotation", "remove", "chinh")
    does("swap.agreed", "swap", "add", "canbo", "truongnhom", *span)
    swap = d.api("POST", "/v1/duty/swaps", {"with": "chutich", "from": span[0],
                                            "until": span[1]},
                 key=d.tokens["canbo"]).json
    assert told(d) == done
    does("swap.withdrawn", "swap", "remove", swap["id"])
    does("team.set", "team", "set", "-", "--number", "1", "--date",
         "2026-11-01",
         text='{"members": [{"member": "canbo", "office": "officer"}]}')
    does("member_set", "member", "set", "canbo", "--quiet", "22:00-06:00")
    # The first way in of one who was approved without: as them they can read.
    d.second_person = True
    d.ctl("member", "add", "moi", "--name", "Mới", "--role", "officer")
    d.ctl("member", "add", "nua", "--name", "Nữa", "--role", "officer")
    d.second_person = False
    does("token", "member", "token", "moi")
    does("password", "member", "password", "nua")
    does("daemon.reload", "reload")
    address = d.ctl("member", "addresses", "canbo")["items"][0]["id"]
    does("address.remove", "address", "remove", address)
    does("member.stop", "member", "stop", "canbo")
    # Of what a member does with their own login nobody is told.
    a = d.api("POST", "/v1/leave", {"from": span[0], "until": span[1]},
              key=d.tokens["chutich"])
    assert a.status == 201 and told(d) == done


def test_the_leads_are_told_when_an_admin_changes_duty_as_a_member(d):
    """By the calls of the page, which leads use too and are not told of."""
    span = {"from": "2026-11-25T07:00:00+07:00",
            "until": "2026-11-26T07:00:00+07:00"}
    d.second_person = True
    d.member("quantri", "admin", sms="0900000008")
    d.second_person = False
    seen = told(d)
    turns = {"unit": "week", "first": span["from"], "members": ["canbo"]}

    def does(who, method, path, body=None):
        a = d.api(method, f"/v1/{path}", body, key=d.tokens[who])
        assert a.status < 300, a
        return told(d) - seen, a.json and a.json.get("id")

    assert does("truongnhom", "PUT", "duty/rotations/chinh", turns)[0] == set()
    assert does("quantri", "POST", "leave", span)[0] == set(), "their own"
    done = {"rotation.set"}
    assert does("quantri", "PUT", "duty/rotations/chinh", turns)[0] == done
    done |= {"rotation.remove"}
    assert does("quantri", "DELETE", "duty/rotations/chinh")[0] == done
    now, duty = does("quantri", "POST", "duty", {"member": "quantri", **span})
    assert now == done | {"duty.add"} - seen, "instead of the others"
    now, _ = does("quantri", "DELETE", f"duty/{duty}")
    assert now == done | {"duty.add", "duty.remove"} - seen
    done = now | {"leave.add"}
    assert does("quantri", "POST", "leave", {"member": "canbo", **span})[0] \
        == done
