"""What a child's safe_contact forbids is used by no channel, whenever it is said."""
import pytest

from case_site import NOW
from casework import alone, s  # noqa: F401
from hotline import spool
from test_known_child import WHY, fresh


def told(s, code):
    """(who, channel) of every delivery of a case."""
    return {(d.get("member"), d["channel"]) for e in s.events(code)
            if e["act"] == "alert.raised" for d in e["deliveries"]}


def calls(s, code):
    """(those to the holder, those to others) of a case so far."""
    who = [d.get("member") for e in s.events(code)
           if e["act"] == "alert.raised" for d in e["deliveries"]]
    return who.count("canbo"), len(who) - who.count("canbo")


@pytest.mark.parametrize("safe", [
    {"never_to": ["0900 000 001"]},
    {"never": "Không gọi +84 900 000 001 ở nhà, cha trẻ nghe máy"},
])
def test_a_number_that_must_not_be_used_is_used_by_no_channel(alone, safe):
    """It is the holder's own here: somebody else is called instead."""
    s = alone
    code = s.open(children=[{"name": fresh(), "place": "Tổ Thử 1",
                             "safe_contact": {"how": "Qua cô giáo", **safe}}])
    plain = s.open()
    s.d.step("7h")
    assert ("canbo", "sms") in told(s, plain)
    assert "canbo" not in {who for who, _ in told(s, code)}
    assert {who for who, _ in told(s, code)} & {"truongnhom", "chutich"}
    # It is shown with the child to who may see it.
    assert s.case(code)["children"][0]["safe_contact"]["how"] == "Qua cô giáo"


@pytest.mark.parametrize("how", ["follow-up", "attach"])
def test_a_number_that_is_warned_of_later_is_used_no_more(alone, how):
    """The warning comes second: from whoever sends it, it counts."""
    s, name = alone, fresh()
    code = s.open(children=[{"name": name, "place": "Tổ Thử 1"}])
    more = {"kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": NOW},
            "children": [{"name": name, "place": "Tổ Thử 1",
                          "safe_contact": {"never_to": ["0900000001"]}}]}
    if how == "follow-up":
        a = s.d.api("POST", "/v1/referrals", {**more, "case_code": code},
                    key=s.school)
        assert a.status == 201, a
    else:
        del more["children"][0]["name"]
        a = s.d.api("POST", "/v1/referrals", more, key=s.station)
        b = s.post(code, "attach", {"referral": a.json["id"], "reason": WHY})
        assert b.status == 200, b
    s.d.step("1s")
    holder, others = calls(s, code)
    s.d.step("9h")
    assert calls(s, code)[0] == holder and calls(s, code)[1] > others


def test_a_corrected_safe_contact_is_obeyed(alone):
    s = alone
    code = s.open()
    child = s.case(code)["children"][0]["id"]
    tag = f'"{s.case(code)["version"]}"'
    a = s.d.api("PATCH", f"/v1/cases/{code}", {
        "child": child, "reason": WHY,
        "set": {"safe_contact": {"never_to": ["0900000001"]}}},
        key=s.keys["lead"], headers={"If-Match": tag})
    assert a.status == 200, a
    s.d.step("1s")
    holder, others = calls(s, code)
    s.d.step("9h")
    assert calls(s, code)[0] == holder and calls(s, code)[1] > others


def test_whoever_is_told_of_the_child_is_told_how_not_to_reach_it(s):
    """Chosen or not: a partner who calls that number endangers the child."""
    safe = {"how": "Qua cô giáo", "never": "Không gọi về nhà"}
    code = s.open(children=[{"name": fresh(), "place": "Tổ Thử 1",
                             "safe_contact": safe}])
    a = s.post(code, "refer", {
        "agency": "tramyte", "service": "Khám", "reason": WHY,
        "due_at": "2026-11-25T07:00:00+07:00",
        "share": [{"field": "name", "ground": "vital_interest"}]}, "lead")
    assert a.status == 201, a
    seen = s.d.api("POST", f"/v1/referrals/{a.json['id']}/accept", {},
                   key=s.station)
    child, = seen.json["shared"]["children"]
    assert set(child) == {"name", "safe_contact"}
    assert child["safe_contact"] == safe


# ---- Mail and chats; what waits already ----

def mailbox(s):
    """Mail and a chat, through a spool each, the holder's own."""
    s.d.write_channels([spool(s.d.folder / "spool", name)
                        for name in ("sms", "mail", "chat")])
    s.d.ctl("reload")


@pytest.mark.parametrize("channel,address,safe", [
    ("mail", "Can.Bo@example.vn", {"never_to": ["can.bo@EXAMPLE.vn "]}),
    ("mail", "can.bo@example.vn",
     {"never": "Đừng viết đến can.bo@example.vn. Cha trẻ đọc thư"}),
    ("chat", "Zl-CanBo_77", {"never_to": ["zl-canbo_77"]}),
    ("chat", "900123", {"never": "Không nhắn vào nhóm 900123"}),
])
def test_mail_and_chats_that_must_not_be_used_are_not(
        alone, channel, address, safe):
    """never_to with a mail address or a chat was taken, and not obeyed."""
    s = alone
    mailbox(s)
    s.d.ctl("member", "address", "canbo", channel, address, "--verified")
    code = s.open(children=[{"name": fresh(), "place": "Tổ Thử 1",
                             "safe_contact": safe}])
    plain = s.open()
    s.d.step("7h")
    assert {c for who, c in told(s, plain) if who == "canbo"} >= {"sms"}
    assert {c for who, c in told(s, code) if who == "canbo"} == {"sms"}


@pytest.mark.parametrize("only", [True, False])
def test_what_waits_already_heeds_a_warning(alone, only):
    """A row was there when the warning came: it must not leave after it."""
    s = alone
    folder = s.d.folder / "spool"
    s.d.write_channels([spool(folder, interval="60m"), spool(folder, "chat")])
    s.d.ctl("reload")
    if not only:
        s.d.ctl("member", "address", "canbo", "chat", "0900000077",
                "--verified")
    s.open()            # takes the channel for an hour
    name = fresh()
    code = s.open(children=[{"name": name, "place": "Tổ Thử 1"}])
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone", "received_at": NOW},
        "case_code": code, "children": [{
            "name": name, "place": "Tổ Thử 1",
            "safe_contact": {"never_to": ["0900000001"]}}]}, key=s.school)
    assert a.status == 201, a
    s.d.step("5h")
    sent = [p.read_text() for p in sorted((folder / "out").iterdir())]
    assert not [t for t in sent if code in t and "900000001" in t.split(
        "\n\n")[0]]
    why = [e["detail"]["why"] for e in s.events(code)
           if e["act"] == "delivery.cancelled"]
    assert "warned" in why
    assert ("canbo", "chat") in told(s, code) or only
    assert told(s, code) - {("canbo", "sms"), ("canbo", "chat")}
