"""Partners of every kind: told neutrally, they answer, or silence climbs."""
import re

import pytest

from hotline import spool, whole_timeline
from ledger import Ledger
from receivers import SmtpReceiver, WebhookReceiver
from refer_site import NAME, PARTNERS, Site, text_of
from transfer_site import no_emergency, ok

SECRET = "whsec_" + "dGjhu25naGnhu4dtdGjhu61uZ2hp4buHbXRo4but"
PERSONAL = [NAME, "Thử Nghiệm Một", "Tổ Thử", "Lời kể", "Tình trạng", "Mẹ Thử",
            "Người Báo", "0988000001", "Khám sức khỏe", "Lý do thử", "abused",
            "xâm hại"]
ASKED = ("phường Thử Nghiệm: có yêu cầu phối hợp chờ quý cơ quan, mã {id}, "
         "còn 1 giờ. Hãy mở bằng khóa của cơ quan để xem và trả lời. "
         "Xác nhận đã nhận tin: {link} hoặc trả lời OK {code}")


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


@pytest.fixture
def told(tmp_path):
    """A ward that reaches one partner by webhook and one by mail."""
    ledger = Ledger()
    web = WebhookReceiver(ledger, SECRET)
    mail = SmtpReceiver(ledger)
    with Site(settings={"ward_name": "phường Thử Nghiệm",
                        "public_url": "https://trucban.example.vn"}) as s:
        secret = s.d.folder / "webhook.secret"
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
        s.d.write_channels([
            spool(s.d.folder / "spool"),
            {"name": "webhook", "kind": "webhook", "interval": "now",
             "allow": [web.url + "/"], "secret_file": "webhook.secret",
             "allow_private": True},
            {"name": "email", "kind": "email", "server": "127.0.0.1",
             "port": mail.port, "tls": "off", "from": "ward@example.vn",
             "interval": "now", "allow_private": True}])
        s.d.ctl("reload")
        for code, channel, to in (("hopmail", "email", "a@truong.example.vn"),
                                  ("hopweb", "webhook", web.url + "/hook")):
            s.keys[code] = s.d.agency(code, "school")
            s.d.ctl("agency", "address", code, channel, to, "--verified")
        s.ledger = ledger
        yield s
    web.stop()
    mail.stop()


@pytest.mark.parametrize("agency,channel", [("hopweb", "webhook"),
                                            ("hopmail", "email")])
def test_what_a_partner_is_told_is_neutral_to_the_word(told, agency, channel):
    """By webhook and by mail: exactly this, and nothing of the child."""
    s = told
    code = s.open()
    came = s.ledger.expect(channel=channel)
    out = s.refer(code, agency)
    s.ledger.settle()
    assert came.message.subject == "[phường Thử Nghiệm] Yêu cầu phối hợp"
    wanted = re.escape(ASKED).replace(re.escape("{id}"), re.escape(out))
    wanted = wanted.replace(
        re.escape("{link}"), r"https://trucban\.example\.vn/a/[A-Za-z0-9_-]+")
    wanted = wanted.replace(re.escape("{code}"), "[A-Z0-9]{6}")
    said = " ".join(came.message.text.split())
    assert re.fullmatch(wanted, said), said
    everything = came.message.raw.decode("utf-8", "replace") + said \
        + came.message.subject
    assert [p for p in [*PERSONAL, code] if p in everything] == []


# ---- School, Sở Y tế, 111 and the others ----

@pytest.mark.parametrize("agency", PARTNERS)
def test_every_partner_accepts_and_completes(s, agency):
    code = s.open()
    out = s.refer(code, agency)
    path = f"/v1/referrals/{out}"
    taken = ok(s.call(agency, "POST", f"{path}/accept"))
    assert taken["shared"]["children"][0]["name"] == NAME
    assert s.clock(code, "P01") is None
    assert s.clock(code, "P02", out)["due_at"] == "2026-11-27T16:00:00+07:00"
    done = ok(s.call(agency, "POST", f"{path}/complete",
                     {"outcome": "Đã làm xong."}))
    assert done["state"] == "completed" and s.clock(code, "P02") is None
    (mine,) = [r for r in s.case(code)["referrals"] if r["id"] == out]
    assert mine["updates"][0]["body"]["outcome"] == "Đã làm xong."
    for other in set(PARTNERS) - {agency}:
        assert s.call(other, "GET", path).status == 404
    late = s.call(agency, "POST", f"{path}/refuse", {"reason": "Muộn."})
    assert late.json["code"] == "state_conflict"


@pytest.mark.parametrize("agency", PARTNERS)
def test_every_partner_refuses_and_the_lead_hears_at_once(s, agency):
    """Not after a rung, not in a digest: in the second of the answer."""
    code = s.open()
    out = s.refer(code, agency)
    bare = s.call(agency, "POST", f"/v1/referrals/{out}/refuse", {})
    assert bare.status == 422 and "/reason" in text_of(bare)
    ok(s.call(agency, "POST", f"/v1/referrals/{out}/refuse",
              {"reason": "Không có người."}))
    at = s.d.now
    s.d.step("1m")
    raised = [e["alert"] for e in s.events(code)
              if e.get("alert", {}).get("kind") == "referral_refused"]
    assert [a["raised_at"] for a in raised] == [at]
    assert s.told(code, "referral_refused") == ["truongnhom"]
    assert any(code in t for t in s.texts("lead"))
    assert s.clock(code, "P01") is None


# ---- Silence ----

def rang(s, code, clock):
    """When who was called about a clock, in order."""
    return [(e["alert"]["raised_at"][8:16], sorted(
        d.get("member") or d.get("agency") for d in e["deliveries"]))
        for e in whole_timeline(s.d, code, s.keys["boss"])
        if e.get("alert") and e["detail"]["clock"] == clock["id"]]


def test_silence_without_an_emergency_climbs_to_the_end():
    """The ladder "referral": the partner at once, the holder after 8 hours, lead
    and chairman after a day and daily, 111 after three days and daily.  When it
    falls due all who were called by then hear it once more."""
    with Site() as s:
        s.d.ctl("agency", "contact", "th111", "--who", "Người Thử Nghiệm",
                "--on", "2026-01-01", "--paper", "7/BB")
        code = no_emergency(s)
        out = s.refer(code)
        clock = s.clock(code, "P01", out)
        assert clock["due_at"] == "2026-11-26T00:00:00+07:00"
        s.d.step("2026-11-28T08:00:00+07:00")
        heads, last = ["chutich", "truongnhom"], ["chutich", "th111"]
        climbed = [
            ("24T07:00", ["tramyte"]), ("24T15:00", ["canbo"]),
            ("25T07:00", heads), ("26T00:00", ["tramyte"]),
            ("26T00:00", ["canbo"]), ("26T00:00", heads),
            ("26T07:00", heads), ("27T07:00", last), ("28T07:00", last)]
        assert rang(s, code, clock) == climbed
        assert s.clock(code, "P01", out)["lapse_leg"] == "partner"
        ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
        s.d.step("2d")
        assert rang(s, code, clock) == climbed
