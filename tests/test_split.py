"""A second child of a case gets a case of its own."""
import json

from case_site import MARKS, NOW
from casework import at, pointers, s, said  # noqa: F401

WHY = "Lý do thử nghiệm."


def open_steps(s, code):
    return {k["step"] for k in s.case(code)["clocks"]
            if k["state"] == "open"}


def test_a_second_child_gets_a_case_with_all_that_runs(s):
    code = s.open(alleged=[{"relation": "parent", "name": "Cha Thử Nghiệm"}])
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    s.do(code, "N06", "officer", risk="high", items=MARKS)
    a = s.post(code, "split", {"reason": WHY, "child": {
        "name": "Trẻ Thử Nghiệm Thứ Hai", "age": 4}}, "lead")
    assert a.status == 201, a
    fresh = s.case(a.json["code"])
    assert fresh["incident"] == s.case(code)["incident"]
    assert [c["name"] for c in fresh["children"]] == \
        ["Trẻ Thử Nghiệm Thứ Hai"]
    assert [p["name"] for p in fresh["persons"]] == ["Cha Thử Nghiệm"]
    assert fresh["t0_at"] == s.case(code)["t0_at"]
    assert fresh["facts"]["risk"] == "high"
    assert s.read(fresh["code"], "other").status == 404
    # All that runs here runs there, and the child itself is still to be
    # looked at.
    assert open_steps(s, code) <= open_steps(s, fresh["code"])
    assert "N06" in open_steps(s, fresh["code"])
    assert at(fresh["t0_at"]) == at(NOW)
    # No receipt tells of it.
    r = s.d.api("GET", f"/v1/referrals/{s.receipt['id']}", key=s.school)
    assert fresh["code"] not in r.text


def test_what_cannot_be_split(s):
    code = s.open()
    assert pointers(s.post(code, "split", {"reason": WHY}, "lead")) == \
        {"/child"}
    assert pointers(s.post(code, "split", {"child": {"age": 40}}, "lead")) \
        == {"/child/age", "/reason"}
    said(s.post(code, "split", {"child": {}, "reason": WHY}, "officer"), 403,
         "forbidden")
    s.close_unfounded(code)
    said(s.post(code, "split", {"child": {}, "reason": WHY}, "lead"), 409,
         "state_conflict")


def test_hotlinectl_splits(s):
    code = s.open()
    made = s.d.ctl("case", "split", code, "-", "--by", "truongnhom",
                   text=json.dumps({"reason": WHY, "child": {"age": 3}}))
    assert s.case(made["code"])["children"][0]["age"] == 3
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
