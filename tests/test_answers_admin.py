"""Admin calls that other suites make through hotlinectl, which shows no status:
here by HTTP, so that each answer is held against openapi.json."""
import pathlib
import shutil

import pytest

from case_site import FULL, NOW, Site
from casework import approved
from hotline import Daemon
from login_site import enrol

WHY = "Căn cứ thử nghiệm."
RECIPIENT = "a7" * 32
NEXT_KEY = "5c" * 32


@pytest.fixture(scope="module")
def s(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backups")
    with Daemon(procedure=FULL, settings={
            "agency_quota": 100000, "backup_recipient": RECIPIENT,
            "backup_folder": str(folder)}) as d:
        yield Site(d)


def good(s, method, path, status, body=None):
    a = s.d.admin(method, "/v1/admin/" + path, body)
    assert a.status == status, a
    return a.json


def test_what_a_member_says_on_the_phone(s):
    code = s.open(alleged=[{"relation": "parent"}])
    by = {"by": "canbo", "acted_at": NOW}
    good(s, "POST", f"cases/{code}/risk", 200,
         {**by, "risk": "high", "reason": WHY})
    assert s.case(code)["facts"]["risk"] == "high"
    good(s, "POST", f"cases/{code}/steps/N09/oral", 200, {
        **by, "ordered_by": "chutich", "witness": "Người Thử Nghiệm Ba",
        "decision": "isolate"})
    good(s, "POST", f"cases/{code}/assign", 200, {
        "by": "truongnhom", "member": "canbo2", "reason": WHY})
    assert s.case(code)["assignee"] == "canbo2"


def test_an_activity_is_changed_on_the_phone(s):
    code = approved(s)
    told = good(s, "POST", f"cases/{code}/plan/activities/2", 200,
                {"by": "canbo", "reason": WHY, "cancel": True})
    assert told["activities"][1]["state"] == "cancelled"
    assert "what" not in told["activities"][1]


def test_the_end_of_a_case_and_its_return(s):
    code = s.open()
    s.unfounded(code)
    s.do(code, "N20", next="close", reason="unfounded")
    s.do(code, "N21", "officer")
    good(s, "POST", f"cases/{code}/close", 200,
         {"by": "chutich", "acted_at": NOW, "reason": "unfounded"})
    assert s.case(code)["state"] == "closed"
    good(s, "POST", f"cases/{code}/reopen", 200,
         {"by": "truongnhom", "acted_at": NOW, "reason": WHY})
    assert s.case(code)["state"] == "open"


def test_reports(s):
    made = good(s, "POST", "reports", 201,
                {"report": "D01", "item": "YC-1", "by": "canbo"})
    good(s, "POST", f"reports/{made['id']}/done", 200, {
        "by": "chutich", "acted_at": NOW, "evidence": "12/BC-THU"})


def test_ways_to_log_in(s):
    asked = good(s, "POST", "members/canbo/password", 202)
    assert asked["password"]
    s.d.approve(asked["change"])
    enrol(s.d, "canbo2")
    s.d.approve(good(s, "POST", "members/canbo2/totp-reset", 202)["change"])
    assert len(good(s, "POST", "break-glass", 202)["items"]) == 2


def test_backups_and_the_integrity_of_a_copy(s):
    told = good(s, "POST", "backup", 200)
    assert told["recipient"] == RECIPIENT
    shutil.rmtree(pathlib.Path(told["path"]).parent)
    good(s, "POST", "backup/done", 204,
         {"name": "thu.hlb", "bytes": 4096, "seq": 1})
    assert good(s, "POST", "integrity", 200,
                {"is_whole": True, "events": 7})["events"] == 7


def test_a_new_master_key(s):
    """The file of the key is what hotlinectl replaces first."""
    before = good(s, "GET", "master-key", 200)
    (s.d.folder / "master.key").write_text(NEXT_KEY + "\n")
    made = good(s, "POST", "master-key", 202,
                {"version": before["version"] + 1, "key": NEXT_KEY})
    assert made["version"] == before["version"] + 1
