"""The made-up child's name in all that is written while a case is worked on.

Plans, approvals, oral orders, meetings, reasons, bars, referrals on and what
is kept to be repeated: searched in what leaves over metrics, heartbeats, mail,
backups, what the admin sees, and in every file.
"""
import re
import time

import pytest

import documents
import hotline
from canary import NAME, PHONE, STREET, found_in
from case_site import FULL, MARKS, NOW, PAPER, Site
from casework import ACTIVITY, invite
from test_canary import referral
from test_heartbeat import Outside, channel

WORDS = f"{NAME}, {STREET}, {PHONE}"
ADMIN_READS = ("", "/timeline", "/plan", "/gate", "/why", "/bars",
               "/documents")


@pytest.fixture
def site(tmp_path):
    line = hotline.subprocess.run(
        [hotline.BUILD / "hotlinectl", "backup", "key", tmp_path / "safe"],
        capture_output=True, text=True, check=True).stdout
    outside, backups = Outside(), tmp_path / "backups"
    backups.mkdir()
    folder = tmp_path / "d"
    d = hotline.Daemon(
        folder=folder, procedure=FULL, channels=[
            hotline.spool(folder / "spool", interval="now"),
            channel(outside.url)],
        settings={"heartbeat_channel": "heartbeat", "heartbeat_every": "200ms",
                  "backup_folder": str(backups), "agency_quota": 100000,
                  "backup_recipient": re.search('"(.*)"', line)[1]})
    yield Site(d), outside
    d.stop(check=False)
    outside.stop()


def well(answer, status=200):
    assert answer.status == status, answer
    return answer


def opened(s):
    made = well(s.d.api("POST", "/v1/referrals", referral(), key=s.school),
                201)
    return made.json["cases"][0]


def decide(s, code):
    """Assessments, an oral order, isolation, a meeting and a plan."""
    paper = {**PAPER, "signer": NAME, "office": STREET}
    well(s.ask(code, "N09", "oral", "officer", ordered_by="chutich",
               witness=NAME, decision="isolate", reason=WORDS, note=WORDS))
    s.do(code, "N06", "officer", risk="high", items=MARKS, note=WORDS)
    s.do(code, "N09p", "officer", paper=paper, note=WORDS)
    s.do(code, "N08", measures=WORDS, note=WORDS)
    s.do(code, "N13", "officer", risk="high", items=MARKS, note=WORDS)
    s.do(code, "N14", note=WORDS, minutes=WORDS,
         invited=invite(("team", STREET), ("carer", STREET))["invited"])
    s.do(code, "N15e", "officer", note=WORDS, activities=[
        {**ACTIVITY, "what": WORDS, "body": NAME, "person": NAME,
         "provider": NAME}])
    s.approve(code, "N16", note=WORDS, paper=paper)
    s.approve(code, "N10", decision="end", reason=WORDS, paper=paper)
    well(s.post(code, "plan/activities/1", {
        "acted_at": NOW, "reason": WORDS, "cancel": True}, "officer"))


def hand_on(s, code):
    """What is told to others: given on, sent on, barred, cleared."""
    sent = well(s.post(code, "refer", {
        "agency": "tramyte", "service": NAME, "reason": WORDS,
        "due_at": "2026-11-25T07:00:00+07:00", "share": hotline.shared("name", "place")},
        "officer"), 201)
    path = f"/v1/referrals/{sent.json['id']}"
    for _ in range(2):  # the answer is kept, sealed, to be repeated
        taken = well(s.d.api("POST", path + "/accept", key=s.station,
                             idem="nhan-1"))
        assert NAME in taken.text
    well(s.d.api("POST", path + "/complete", {"outcome": WORDS},
                 key=s.station))
    well(s.post(code, "assign", {"member": "canbo2", "reason": WORDS}))
    well(s.post(code, "risk", {"acted_at": NOW, "risk": "medium",
                               "reason": WORDS, "note": WORDS}, "other"), 200)
    well(s.post(code, "escalate", {"reason": WORDS}), 204)
    well(s.d.api("POST", f"/v1/cases/{code}/recuse", key=s.keys["other"]),
         204)


def keep(s, code):
    """A document that names the child, read, and a search for it."""
    file = documents.PDF + WORDS.encode() * 9
    document = documents.send(s.d, code, s.keys["officer"], file, NAME)
    got = well(documents.content(s.d, code, s.keys["lead"], document))
    assert got.raw == file
    found = well(s.d.api("POST", "/v1/cases/search", {"name": NAME,
                                                      "phone": PHONE},
                         key=s.keys["lead"]))
    return [got.headers, found.text]


def test_the_work_on_a_case_leaves_no_canary(site, tmp_path):
    s, outside = site
    code = opened(s)
    decide(s, code)
    shown = keep(s, code)
    hand_on(s, code)
    refused = s.d.api("POST", "/v1/referrals", referral(kind=NAME),
                      key=s.school)
    assert refused.status == 422
    s.d.step("13h")
    told = [s.d.admin("GET", f"/v1/admin/cases/{code}{what}")
            for what in ADMIN_READS]
    told += [s.d.admin("GET", f"/v1/admin/{what}") for what in (
        "cases", "alerts", "refused", "duty/sheet", "status", "reports")]
    told += [refused, s.d.watch("/metrics"),
             s.d.api("GET", "/v1/alerts", key=s.keys["lead"])]
    for answer in told:
        assert answer.status in (200, 422), answer
    s.d.ctl("backup")
    s.d.ctl_raw("audit", "verify", check=True)
    n = len(outside.requests)
    until = time.monotonic() + 10
    while len(outside.requests) == n and time.monotonic() < until:
        time.sleep(0.02)

    dirty = found_in("a file's headers, a search", repr(shown).encode())
    for i, answer in enumerate(told):
        dirty += found_in(f"answer {i}", answer.raw
                          + repr(answer.headers).encode())
    assert len(outside.requests) > n, "no heartbeat"
    for beat in outside.requests:
        dirty += found_in("a heartbeat", repr(beat).encode())
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert any(p.parent.name == "backups" for p in files)
    assert any(p.name.endswith("-wal") for p in files)
    for path in files:
        dirty += found_in(path.relative_to(tmp_path), path.read_bytes())
    assert dirty == []
