"""A made-up child's name in every sealed field: it is found nowhere.

Searched as NFC, NFD, without marks, base64 at all three alignments and hex, in
messages, logs, errors, URLs as logged, database, WAL, reserve, copy and spool.
"""
import base64
import pathlib
import unicodedata
import urllib.parse

import pytest

import hotline
import receivers
from canary import NAME, PERSONAL_ID, PHONE, STREET, found_in


def person(**more):
    return {"name": NAME, "phone": PHONE, "address": STREET, "job": NAME,
            **more}


def referral(**more):
    return {
        "kind": "abused", "abuse_kinds": ["sexual"], "risk": "high",
        "source": {"channel": "phone", "received_at": hotline.START},
        "children": [{
            "name": NAME, "birth_date": "2018-03-04", "sex": "female",
            "personal_id": PERSONAL_ID, "place": STREET, "condition": NAME,
            "expected_harm": NAME, "father": person(), "mother": person(),
            "carer": person(relation="kin"), "family": NAME,
            "ethnicity": NAME, "language": NAME,
            "safe_contact": {"how": PHONE, "when": NAME, "never": NAME}}],
        "alleged": [{"relation": "parent", "name": NAME, "phone": PHONE,
                     "agency": STREET}],
        "actions_taken": NAME, "narrative": f"{NAME}, {STREET}, {PHONE}",
        "informant": {"name": NAME, "phone": PHONE, "address": STREET,
                      "notes": NAME}, "forwarded_by": NAME, **more}


def wrong_calls(d, key, token, code):
    """Canaries where they do not belong; each answer is an error."""
    quoted = urllib.parse.quote(NAME)
    odd = referral()
    odd["children"][0][NAME] = NAME
    odd["kind"] = NAME
    odd["children"][0]["father"] = NAME
    odd["risk"] = PHONE
    yield d.api("POST", "/v1/referrals", odd, key=key)
    yield d.api("POST", "/v1/referrals", {NAME: PHONE}, key=key)
    yield d.api("POST", "/v1/referrals", '{"narrative": "' + NAME, key=key)
    yield d.api("POST", "/v1/referrals", referral(), key=NAME.encode().hex())
    yield d.api("GET", f"/v1/referrals/{quoted}", key=key)
    yield d.api("GET", f"/v1/cases/{quoted}", key=token)
    yield d.api("GET", f"/{quoted}?q={quoted}")
    yield d.api("GET", f"/a/{quoted}")
    yield d.api("POST", f"/v1/cases/{code}/steps/{quoted}/done",
                {"conclusion": NAME}, key=token)
    yield d.api("POST", f"/v1/cases/{code}/steps/N08/done",
                {NAME: NAME, "acted_at": NAME}, key=token)


def live_a_day(d, key, token, boss):
    """Everything that touches sealed fields; returns what must be clean."""
    answers = []
    first = d.api("POST", "/v1/referrals", referral(source_ref="THU-1"),
                  key=key)
    assert first.status == 201, first
    code = first.json["cases"][0]
    again = d.api("POST", "/v1/referrals", referral(), key=key)
    assert again.status == 201, again
    update = d.api("POST", f"/v1/referrals/{first.json['id']}/updates",
                   {"text": f"{NAME} {STREET}"}, key=key)
    assert update.status in (200, 201, 204), update
    answers += [first, again, update]
    answers.append(d.api("GET", f"/v1/referrals/{first.json['id']}", key=key))
    answers += wrong_calls(d, key, token, code)
    for wrong in answers[-10:]:
        assert wrong.status >= 400, wrong
    read = d.api("GET", f"/v1/cases/{code}", key=token)
    assert NAME in read.text, "the holder must be able to read the name"
    done = d.api("POST", f"/v1/cases/{code}/steps/N08/done",
                 {"emergency": "yes", "note": f"{NAME} {STREET}",
                  "acted_at": hotline.START}, key=boss,
                 headers={"If-Match": read.headers.get("etag", "*")})
    answers.append(done)
    d.step("13h")
    answers.append(d.api("GET", "/v1/alerts", key=token))
    answers.append(d.api("GET", "/v1/cases", key=token))
    answers.append(d.admin("GET", "/v1/admin/cases"))
    answers.append(d.admin("GET", f"/v1/admin/cases/{code}/timeline"))
    answers.append(d.api("GET", "/readyz?verbose=1"))
    answers.append(d.watch("/metrics"))
    answers.append(d.admin("GET", "/v1/admin/duty/sheet"))
    return answers


class Book:
    def __init__(self):
        self.raw = []

    def add(self, message):
        self.raw.append(message.raw + message.text.encode()
                        + message.subject.encode())

    def fault(self, text):
        raise AssertionError(text)


@pytest.fixture
def ward(tmp_path):
    book = Book()
    smtp = receivers.SmtpReceiver(book)
    d = hotline.Daemon(folder=tmp_path / "d", channels=[
        {"name": "email", "kind": "email", "server": "127.0.0.1",
         "port": smtp.port, "tls": "off", "from": "a@phuong.test",
         "interval": "now", "allow_private": True},
        hotline.spool(tmp_path / "d" / "spool", interval="now")])
    yield d, book
    d.stop(check=False)
    smtp.stop()


def test_the_canary_is_nowhere(ward, tmp_path):
    d, book = ward
    key = d.agency("truong1", "school")
    token = d.member("canbo", "officer", duty=True, sms="0900000001")
    d.member("truongnhom", "lead", email="lead@phuong.test")
    boss = d.member("chutich", "chairman", email="boss@phuong.test")
    answers = live_a_day(d, key, token, boss)
    d.ctl_raw("audit", "verify", check=True)
    made = d.admin("POST", "/v1/admin/audit/copy")
    assert made.status < 300, made
    copy = pathlib.Path(made.json["path"])

    dirty = []
    for i, answer in enumerate(answers):
        head = repr(answer.headers).encode()
        dirty += found_in(f"answer {i} {answer.status}", answer.raw + head)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert any(p.name.endswith("-wal") for p in files)
    assert copy in files
    for path in files:
        dirty += found_in(path.relative_to(tmp_path), path.read_bytes())
    assert book.raw, "no mail left, so nothing was proved"
    for i, raw in enumerate(book.raw):
        dirty += found_in(f"mail {i}", raw)
    assert any("spool" in str(p) for p in files), "no spool file left"
    assert dirty == []
    d.stop()
    for path in (tmp_path / "d").rglob("*"):
        if path.is_file():
            assert found_in(path.name, path.read_bytes()) == []


def test_the_search_bites():
    for shift in range(3):
        hidden = base64.b64encode(b"x" * shift + NAME.encode() + b"yz")
        assert found_in("a planted file", hidden), shift
    assert found_in("hex", NAME.encode().hex().encode())
    assert found_in("nfd", unicodedata.normalize("NFD", NAME).encode())
    assert found_in("plain", b"tre thu dac biet hoang yen")
    assert found_in("phone", b"+84987650123")
    assert not found_in("clean", b"Tr\xe1\xba\xbb Th\xe1\xbb\xad")
