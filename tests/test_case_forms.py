"""Forms Mau 01-07 of a case: sealed, versioned, drafts that are replaced."""
import pytest

from casework import pointers, s, said  # noqa: F401
from hotline import copy_of

KIN = "Điều kín của biểu mẫu thử nghiệm."


def put(s, code, form, fields, version=0, state="draft", who="officer"):
    return s.d.api("PUT", f"/v1/cases/{code}/forms/{form}", {
        "state": state, "fields": [{"name": n, "text": t}
                                   for n, t in fields.items()]},
        key=s.keys[who], headers={"If-Match": f'"{version}"'})


def get(s, code, form="", who="officer"):
    where = f"/v1/cases/{code}/forms" + (f"/{form}" if form else "")
    a = s.d.api("GET", where, key=s.keys[who])
    assert a.status == 200, a
    return a


def fields(a):
    return {f["name"]: f["text"] for f in a.json["fields"]}


def test_a_draft_is_replaced_and_what_was_filed_stays(s):
    code = s.open()
    assert get(s, code).json["items"] == []
    a = put(s, code, "M02", {"conclusion": "Nháp thứ nhất."})
    assert (a.status, a.json["version"], a.headers["etag"]) == (200, 1, '"1"')
    first = a.json["id"]
    a = put(s, code, "M02", {"conclusion": "Nháp thứ hai.", "place": "Tổ 1"},
            1)
    assert (a.json["id"], a.json["version"]) == (first, 2)
    assert fields(get(s, code, "M02")) == {"conclusion": "Nháp thứ hai.",
                                           "place": "Tổ 1"}
    a = put(s, code, "M02", {"conclusion": "Đã ký."}, 2, "filed")
    assert (a.json["id"], a.json["version"]) == (first, 3)
    a = put(s, code, "M02", {"conclusion": "Đánh giá lại."}, 3, who="lead")
    assert a.json["version"] == 4 and a.json["id"] != first
    now = get(s, code, "M02")
    assert (now.headers["etag"], now.json["state"], now.json["author"]) == \
        ('"4"', "draft", "truongnhom")
    old = get(s, code, first)
    assert (old.json["state"], old.json["version"]) == ("filed", 3)
    assert fields(old) == {"conclusion": "Đã ký."}
    listed = get(s, code).json["items"]
    assert [(f["form"], f["version"], f["state"]) for f in listed] == \
        [("M02", 4, "draft"), ("M02", 3, "filed")]
    assert "fields" not in listed[0]


def test_who_has_not_read_the_newest_overwrites_nothing(s):
    code = s.open()
    put(s, code, "M03", {"a": "Của tôi."})
    said(put(s, code, "M03", {"a": "Của người khác."}, 0, who="lead"), 412,
         "stale_version")
    a = s.d.api("PUT", f"/v1/cases/{code}/forms/M03",
                {"state": "draft", "fields": []}, key=s.keys["officer"])
    assert a.status == 428
    assert fields(get(s, code, "M03")) == {"a": "Của tôi."}


def test_what_is_wrong_is_told(s):
    code = s.open()
    said(put(s, code, "M99", {"a": "x"}), 404, "not_found")
    said(s.d.api("GET", f"/v1/cases/{code}/forms/M02",
                 key=s.keys["officer"]), 404, "not_found")
    assert pointers(put(s, code, "M02", {"Tên": "x"})) == {"/fields/0/name"}
    assert pointers(put(s, code, "M02", {"a": ""})) == {"/fields/0/text"}
    assert pointers(put(s, code, "M02", {"a": "x"}, state="signed")) == \
        {"/state"}
    twice = {"state": "draft", "fields": [{"name": "a", "text": "x"}] * 2}
    assert pointers(s.d.api("PUT", f"/v1/cases/{code}/forms/M02", twice,
                            key=s.keys["officer"],
                            headers={"If-Match": '"0"'})) == \
        {"/fields/1/name"}
    many = {f"f{n}": "x" for n in range(301)}
    assert pointers(put(s, code, "M02", many)) == {"/fields"}
    assert get(s, code).json["items"] == []


def test_a_form_of_another_case_is_not_there(s):
    code, other = s.open(), s.open()
    made = put(s, other, "M02", {"a": "Của vụ khác."}).json["id"]
    said(s.d.api("GET", f"/v1/cases/{code}/forms/{made}",
                 key=s.keys["officer"]), 404, "not_found")
    said(put(s, code, made, {"a": "x"}), 404, "not_found")


def test_each_look_and_saving_is_in_the_log_and_nothing_is_readable(s):
    code = s.open()
    made = put(s, code, "M02", {"conclusion": KIN}).json["id"]
    put(s, code, "M02", {"conclusion": KIN}, 1, "filed")
    get(s, code, "M02", who="lead")
    get(s, code, who="lead")
    acts = [(e["act"], e["object_id"], e.get("detail")) for e in
            s.events(code) if e["act"].startswith("form.")]
    assert acts[:3] == [
        ("form.saved", made, {"form": "M02", "version": 1}),
        ("form.filed", made, {"form": "M02", "version": 2}),
        ("form.read", made, {})]
    assert [a for a, _, _ in acts[3:]] == ["form.list"]
    read = s.d.api("GET", f"/v1/cases/{code}/readers", key=s.keys["boss"])
    assert {"form.read", "form.list"} <= {r["act"] for r in
                                          read.json["items"]}
    assert KIN not in str(s.events(code))
    with open(copy_of(s.d), "rb") as db:
        assert KIN.encode() not in db.read()
    seen = s.d.ctl("case", "forms", code)["items"]
    assert [(f["form"], f["state"], f["author"]) for f in seen] == \
        [("M02", "filed", "canbo")] and "fields" not in seen[0]


def test_a_merged_case_brings_its_forms(s):
    kept, gone = s.open(), s.open()
    put(s, gone, "M02", {"a": "Của vụ gộp."})
    a = s.post(kept, "merge", {"case": gone, "reason": "Cùng một trẻ."},
               "lead")
    assert a.status == 200, a
    assert fields(get(s, kept, "M02")) == {"a": "Của vụ gộp."}
    # The draft of the other is no draft of this one: it stays.
    assert put(s, kept, "M02", {"a": "Của vụ chính."}, 1).status == 200
    assert [f["version"] for f in get(s, kept).json["items"]] == [2, 1]


@pytest.mark.parametrize("who,status", [
    ("officer", 200), ("lead", 200), ("boss", 200), ("police", 404)])
def test_who_may_write(s, who, status):
    code = s.open()
    assert put(s, code, "M02", {"a": "x"}, who=who).status == status


def test_to_the_barred_there_is_no_form(s):
    code = s.open()
    made = put(s, code, "M02", {"a": "x"}).json["id"]
    s.d.ctl("case", "bar", code, "--member", "canbo2")
    for case in (code, "ZZZZ-ZZZZ"):
        for form in ("", "/M02", f"/{made}"):
            said(s.d.api("GET", f"/v1/cases/{case}/forms{form}",
                         key=s.keys["other"]), 404, "not_found")
        said(put(s, case, "M02", {"a": "y"}, 1, who="other"), 404,
             "not_found")
    assert fields(get(s, code, "M02")) == {"a": "x"}
