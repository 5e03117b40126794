"""What is written about a case: notes, corrections, informants, readers."""

import json
import sqlite3

import pytest

from case_site import NOW
from casework import pointers, s, said  # noqa: F401
from hotline import copy_of

TELLER = {"name": "Người Báo Thử Nghiệm", "phone": "0911000111"}
WHY = "Lý do thử nghiệm."


def get(s, code, what, who="boss", status=200):
    a = s.d.api("GET", f"/v1/cases/{code}/{what}", key=s.keys[who])
    assert a.status == status, a
    return a.json.get("items", a.json)


def send(s, code, what, body, who="lead", status=201):
    a = s.d.api("POST", f"/v1/cases/{code}/{what}", body, key=s.keys[who])
    assert a.status == status, a
    return a.json


def patch(s, code, body, who="officer", tag=None):
    tag = tag or f'"{s.case(code)["version"]}"'
    return s.d.api("PATCH", f"/v1/cases/{code}", body, key=s.keys[who],
                   headers={"If-Match": tag})


# ---- Notes ----

def test_a_note_keeps_author_time_and_what_was_corrected(s):
    code = s.open()
    first = send(s, code, "notes", {"text": "Ghi sai thử."}, "officer")["id"]
    second = send(s, code, f"notes/{first}/correct",
                  {"text": "Ghi đúng thử.", "reason": WHY}, "lead")["id"]
    old, new = get(s, code, "notes")
    assert (old["id"], old["author"], old["text"]) == \
        (first, "canbo", "Ghi sai thử.")
    assert new == {"id": second, "author": "truongnhom", "corrects": first,
                   "text": "Ghi đúng thử.", "reason": WHY,
                   "made_at": new["made_at"]}
    acts = [(e["act"], e["object_id"]) for e in s.events(code)
            if e["object_kind"] == "note"]
    assert acts == [("note.added", first), ("note.corrected", second)]


def test_a_note_is_sealed_and_the_admin_sees_who_and_when(s):
    code = s.open()
    said_by = s.d.ctl("case", "note", code, "--by", "canbo", "--text",
                      "Điều kín thử nghiệm")["id"]
    shown = s.d.ctl("case", "notes", code)["items"]
    assert [(n["id"], n["author"]) for n in shown] == [(said_by, "canbo")]
    assert "text" not in shown[0]
    assert get(s, code, "notes")[0]["text"] == "Điều kín thử nghiệm"
    with open(copy_of(s.d), "rb") as db:
        assert "Điều kín".encode() not in db.read()


def test_members_on_the_phone_correct_by_hotlinectl(s):
    code = s.open()
    note = s.d.ctl("case", "note", code, "--by", "canbo", "--text", "Sai")
    s.d.ctl("case", "note-correct", code, note["id"], "--by", "canbo",
            "--text", "Đúng", "--reason", WHY)
    assert [n["text"] for n in get(s, code, "notes")] == ["Sai", "Đúng"]
    child = s.case(code)["children"][0]["id"]
    s.d.ctl("case", "correct", code, "-", "--by", "canbo", text=json.dumps(
        {"child": child, "reason": WHY, "set": {"sex": "male"}}))
    assert s.case(code)["children"][0]["sex"] == "male"
    assert get(s, code, "corrections")[0]["by"] == "canbo"


def test_a_note_corrects_only_notes_of_its_case(s):
    code, other = s.open(), s.open()
    note = send(s, other, "notes", {"text": "Của vụ khác."})["id"]
    body = {"text": "Thử.", "reason": WHY}
    said(s.d.api("POST", f"/v1/cases/{code}/notes/{note}/correct", body,
                 key=s.keys["lead"]), 404, "not_found")
    assert pointers(s.d.api("POST", f"/v1/cases/{code}/notes", {},
                            key=s.keys["lead"])) == {"/text"}
    said(s.d.api("POST", f"/v1/cases/{code}/notes", {"text": "Thử."},
                 key=s.keys["police"]), 404, "not_found")


# ---- Corrections ----

def test_a_field_is_corrected_and_its_history_kept(s):
    code = s.open(children=[{"name": "Trẻ Thử Nghiệm Viết Sai", "age": 7,
                             "place": "Tổ Thử 1"}])
    child = s.case(code)["children"][0]
    a = patch(s, code, {"child": child["id"], "reason": WHY, "set": {
        "name": "Trẻ Thử Nghiệm Viết Đúng", "age": None, "sex": "female"}})
    assert a.status == 200, a
    now = s.case(code)
    assert now["version"] == a.json["version"]
    mended = now["children"][0]
    assert mended == {"id": child["id"], "name": "Trẻ Thử Nghiệm Viết Đúng",
                      "sex": "female", "place": "Tổ Thử 1"}
    rows = {x["field"]: x for x in get(s, code, "corrections")}
    assert {f: (x.get("old"), x.get("new")) for f, x in rows.items()} == {
        "name": ("Trẻ Thử Nghiệm Viết Sai", "Trẻ Thử Nghiệm Viết Đúng"),
        "age": (7, None), "sex": (None, "female")}
    assert {(x["by"], x["object"], x["object_id"], x["reason"])
            for x in rows.values()} == {("canbo", "child", child["id"], WHY)}
    hidden = s.d.ctl("case", "corrections", code)["items"]
    assert {x["field"] for x in hidden} == {"name", "age", "sex"}
    assert all("old" not in x and "new" not in x and "reason" not in x
               for x in hidden)


def test_the_chain_holds_after_a_correction_and_tells_a_forged_one(s):
    """The first event of a child stands for words that were corrected."""
    code = s.open()
    child = s.case(code)["children"][0]["id"]
    for name in ("Trẻ Thử Nghiệm Hai", "Trẻ Thử Nghiệm Ba"):
        assert patch(s, code, {"child": child, "reason": WHY, "set": {
            "name": name}}).status == 200
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
    mine = copy_of(s.d)
    with sqlite3.connect(mine) as c:
        seq, = c.execute("SELECT max(seq) FROM event WHERE object_id = ? AND"
                         " digest IS NOT NULL", (child,)).fetchone()
        c.execute("UPDATE child SET body_sealed = (SELECT body_sealed FROM"
                  " child WHERE id <> ?1 LIMIT 1) WHERE id = ?1", (child,))
    done = s.d.ctl_raw("audit", "verify", mine)
    assert done.returncode == 1 and f"row {seq}:" in done.stderr, done


def test_a_corrected_name_is_found_under_both_spellings(s):
    code = s.open(children=[{"name": "Trẻ Thử Nghiệm Tên Cũ",
                             "place": "Tổ Thử 1"}])
    child = s.case(code)["children"][0]["id"]
    assert patch(s, code, {"child": child, "reason": WHY, "set": {
        "name": "Trẻ Thử Nghiệm Tên Mới"}}).status == 200
    for name in ("Cũ", "Mới"):
        again = s.open(children=[{"name": f"Trẻ Thử Nghiệm Tên {name}",
                                  "place": "Tổ Thử 2"}])
        assert code in {d["code"] for d in s.case(again)["duplicates"]}, name


def test_a_corrected_name_of_the_alleged_bars_whom_it_fits(s):
    s.d.ctl("member", "add", "trungten", "--name", "Người Trùng Tên Thử",
            "--role", "officer")
    code = s.open(alleged=[{"relation": "other", "name": "Ghi Sai Tên Thử"}])
    assert s.case(code)["bars"] == []
    who, = [p for p in s.case(code)["persons"] if p["role"] == "alleged"]
    assert patch(s, code, {"person": who["id"], "reason": WHY, "set": {
        "name": "Người Trùng Tên Thử"}}).status == 200
    bar, = s.case(code)["bars"]
    assert (bar["member"], bar["state"], bar["ground"]) == \
        ("trungten", "provisional", "name")


def test_a_parent_is_corrected_with_the_child_who_names_them(s):
    code = s.open(children=[{"name": "Trẻ Thử Nghiệm", "place": "Tổ Thử 1",
                             "mother": {"name": "Mẹ Viết Sai Thử"}}])
    mother, = [p for p in s.case(code)["persons"] if p["role"] == "mother"]
    a = patch(s, code, {"person": mother["id"], "reason": WHY,
                        "set": {"name": "Mẹ Viết Đúng Thử"}})
    assert a.status == 200, a
    assert s.case(code)["children"][0]["mother"]["name"] == \
        "Mẹ Viết Đúng Thử"
    row, = get(s, code, "corrections")
    assert (row["object"], row["old"]) == ("person", "Mẹ Viết Sai Thử")


def test_what_cannot_be_corrected_says_why(s):
    code, other = s.open(), s.open()
    child = s.case(code)["children"][0]["id"]
    theirs = s.case(other)["children"][0]["id"]
    assert pointers(patch(s, code, {"child": child, "reason": WHY, "set": {
        "name": 7, "personal_id": "12", "father": {"name": "Cha"},
        "ghost": "x"}})) == {"/set/name", "/set/personal_id", "/set/father",
                             "/set"}
    assert pointers(patch(s, code, {"child": child, "set": {}})) == \
        {"/reason", "/set"}
    assert pointers(patch(s, code, {"reason": WHY, "set": {"name": "x"}})) \
        == {""}
    said(patch(s, code, {"child": theirs, "reason": WHY,
                         "set": {"name": "x"}}), 404, "not_found")
    said(patch(s, code, {"child": child, "reason": WHY,
                         "set": {"name": "x"}}, tag='"0"'), 412,
         "stale_version")
    assert get(s, code, "corrections") == []


def test_the_school_corrects_and_reads_no_alleged(s):
    """Who works there may be the one: the field is not theirs to see."""
    s.keys["teacher"] = s.d.member("giaovien", "school", sms="0900000031")
    code = s.open(alleged=[{"relation": "other", "name": "Tên Thử Nghiệm"}])
    a = s.post(code, "assign", {"member": "giaovien", "reason": WHY}, "lead")
    assert a.status == 200, a
    who, = [p for p in s.case(code)["persons"] if p["role"] == "alleged"]
    change = {"person": who["id"], "reason": WHY, "set": {"name": "Khác"}}
    said(patch(s, code, change, "teacher"), 404, "not_found")
    assert patch(s, code, change, "lead").status == 200
    assert get(s, code, "corrections", "teacher") == []
    assert len(get(s, code, "corrections", "lead")) == 1


# ---- The informant ----

def opened(s, code, who, status=200, body=None):
    a = s.d.api("POST", f"/v1/cases/{code}/informant",
                {"reason": WHY} if body is None else body, key=s.keys[who])
    assert a.status == status, a
    return a.json


def test_the_informant_is_opened_by_the_lead_with_a_reason(s):
    code = s.open(informant=TELLER)
    one, = opened(s, code, "lead")["items"]
    assert one["informant"] == TELLER
    assert one["referral"] == s.receipt["id"]
    for who in ("officer", "other", "boss", "vice"):
        assert opened(s, code, who, 403)["code"] == "forbidden"
    opened(s, code, "police", 404)
    opened(s, code, "lead", 422, {})
    e, = [e for e in s.events(code) if e["act"] == "informant.opened"]
    act, = [x for x in s.events(code) if x["object_id"] == e["detail"]["act"]]
    assert act["body"] == {"reason": WHY}


def test_the_informant_is_nowhere_else(s):
    code = s.open(informant=TELLER)
    send(s, code, "notes", {"text": "Không có tên người báo."})
    opened(s, code, "lead")
    for who in ("officer", "lead", "boss"):
        for what in ("", "/timeline", "/notes", "/corrections", "/readers",
                     "/gate", "/why"):
            a = s.d.api("GET", f"/v1/cases/{code}{what}", key=s.keys[who])
            assert a.status in (200, 403), a
            assert TELLER["name"] not in a.text, (who, what)
            assert TELLER["phone"] not in a.text, (who, what)
    assert s.case(code)["referrals"][0]["has_informant"] is True


def test_who_took_it_in_may_open_the_informant(s):
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "on_behalf_of": "truong1", "informant": TELLER,
        "source": {"channel": "phone", "received_at": NOW},
        "narrative": "Nội dung thử nghiệm."}, key=s.keys["other"])
    assert a.status == 201, a
    code = a.json["cases"][0]
    assert opened(s, code, "other")["items"][0]["informant"] == TELLER
    opened(s, code, "officer", 403)


def test_without_a_lead_the_deputies_may_open_the_informant(s):
    code = s.open(informant=TELLER)
    s.d.ctl("case", "bar", code, "--member", "truongnhom")
    opened(s, code, "lead", 404)
    assert opened(s, code, "boss")["items"][0]["informant"] == TELLER
    opened(s, code, "officer", 403)


# ---- Who read it ----

def test_the_holder_sees_who_read_the_case(s):
    code = s.open()
    s.case(code, "other")
    s.d.ctl("case", "show", code)
    seen = [(x["who"], x["act"]) for x in get(s, code, "readers", "officer")
            if x["actor_kind"] == "member"]
    assert seen[0] == ("canbo", "case.readers")  # this look, too
    assert ("canbo2", "case.read") in seen
    assert "admin" in {x["actor_kind"] for x in
                       s.d.ctl("case", "readers", code)["items"]}
    get(s, code, "readers", "other", 403)
    get(s, code, "readers", "lead")
    get(s, code, "readers", "police", 404)


@pytest.mark.parametrize("table", ["note", "correction"])
def test_rows_of_the_file_are_never_changed(s, table):
    """No query of ours deletes or updates them."""
    from hotline import ROOT
    for f in (ROOT / "daemon").glob("queries*.def"):
        text = f.read_text()
        assert f"UPDATE {table} " not in text
        assert f"DELETE FROM {table} " not in text
