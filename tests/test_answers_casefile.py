"""What hotlinectl asks about case files, asked by HTTP: every answer is held
against the contract."""
from casework import s  # noqa: F401

WHY = {"by": "truongnhom", "reason": "Lý do thử nghiệm."}


def admin(s, method, code, what, body=None, status=200):
    a = s.d.admin(method, f"/v1/admin/cases/{code}/{what}", body)
    assert a.status == status, a
    return a.json


def test_the_admin_records_for_members_on_the_phone(s):
    code, other = s.open(), s.open()
    child = s.case(code)["children"][0]["id"]
    note = admin(s, "POST", code, "notes", {"by": "canbo", "text": "Thử."},
                 201)["id"]
    admin(s, "POST", code, f"notes/{note}/correct",
          {**WHY, "text": "Thử lại."}, 201)
    admin(s, "POST", code, "correct",
          {**WHY, "child": child, "set": {"sex": "male"}})
    link = admin(s, "POST", code, "links",
                 {**WHY, "case": other, "kind": "sibling"}, 201)["id"]
    assert admin(s, "GET", code, "links")["items"][0]["link"] == link
    admin(s, "POST", code, f"links/{link}/end", WHY, 204)
    admin(s, "POST", code, "attach", {**WHY, "referral": s.receipt["id"]})
    made = admin(s, "POST", code, "split", {**WHY, "child": {"age": 3}}, 201)
    assert s.case(made["code"])["state"] == "open"


def test_the_admin_sees_who_and_when(s):
    code = s.open()
    for what in ("notes", "corrections", "readers"):
        shown = admin(s, "GET", code, what)["items"]
        assert "Trẻ Thử" not in str(shown)


def test_the_admin_merges_and_takes_apart(s):
    kept, gone = s.open(), s.open()
    assert admin(s, "POST", kept, "merge", {**WHY, "case": gone})["code"] \
        == kept
    assert admin(s, "POST", gone, "unmerge", WHY)["state"] == "open"
