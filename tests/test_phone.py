"""Bodies outside that nobody agreed to be written to with are phoned."""
import pytest

from hotline import Refused
from test_ladders import answer, until
from ward import BINH, CUONG, ward

__all__ = ["ward"]
CALL = {"who": "Người Trực Thử Nghiệm", "rank": "Trực ban",
        "number": "0269 3111222", "called_at": "2026-11-24T07:00:00+07:00",
        "paper": "31/UBND-VX"}
# One step that lapses after an hour and ends outside at once.
SMALL = """
procedure = {
  id = "phone"; version = 1; names = { vi = "Quy trình thử"; en = "Test"; };
  ladders = ( { id = "news"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["holder", "lead"]; repeat = "10d"; } ); },
  { id = "news_lead"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "10d"; } ); },
  { id = "alarm"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["lead"]; repeat = "10d"; } ); },
  { id = "phone_task"; urgent = true; ack_holds = "30m";
    rungs = ( { after = "0m"; who = ["last"]; repeat = "15m"; repeats = 1; },
      { after = "30m"; who = ["lead"]; repeat = "30m"; } ); },
  { id = "out"; urgent = true; ack_holds = "1d";
    rungs = ( { after = "0m"; who = ["outside:hotline"]; repeat = "1h"; } ); }
  );
  steps = ( { id = "N08"; vi = "Can thiệp khẩn cấp"; en = "Emergency";
    role = "chairman"; kind = "conclude"; opens = ["received"];
    limit = "1h"; start = "t0"; ladder = "out"; basis = "law";
    source = "D56 26.3"; leg = "chairman"; },
  { id = "N20"; vi = "Kết thúc"; en = "Close"; role = "chairman";
    kind = "close"; opens = ["N08.done"]; limit = "5wd"; start = "event";
    ladder = "out"; basis = "proposal"; source = "D56 30.1";
    leg = "chairman"; } );
};
"""


@pytest.fixture
def w(ward, tmp_path):
    path = tmp_path / "procedures" / "phone.conf"
    path.parent.mkdir()
    path.write_text(SMALL)
    return ward(procedure=path).staff()


def tasks(w, who="binh"):
    a = w.d.api("GET", "/v1/phone-tasks", key=w.people[who])
    assert a.status == 200, a
    return a.json["items"]


def done(w, id_, by="binh", **more):
    return w.d.api("POST", f"/v1/phone-tasks/{id_}/done", {**CALL, **more},
                   key=w.people[by])


def one_task(w, minute=60, to=CUONG):
    """A case whose rung outside becomes a task at that minute."""
    code = w.refer()["cases"][0]
    w.quiet()
    told, = until(w, minute, to)
    (task,) = tasks(w)
    return code, task, told


def test_an_outside_rung_becomes_a_task_that_climbs_until_recorded(w):
    """The chairman, the last who can be reached, phones; then the lead."""
    code, task, told = one_task(w)
    assert task == {"id": task["id"], "body": "hotline", "case": code,
                    "opened_at": "2026-11-24T08:00:00+07:00"}
    assert w.d.ctl("phone", "list")["items"] == [task]
    assert w.d.admin("GET", "/v1/admin/phone-tasks").json["items"] == [task]
    assert "Trẻ" not in told.message.text and code in told.message.text
    until(w, 75, CUONG)
    until(w, 90, BINH)
    # An acknowledgement makes it rest, not end.
    again, = until(w, 120, BINH)
    answer(w, again)
    assert tasks(w) == [task]
    until(w, 150, CUONG)
    a = done(w, task["id"], called_at="2026-11-24T09:30:00+07:00")
    assert (a.status, a.json["state"]) == (200, "done"), a
    assert not tasks(w) and not w.d.ctl("phone", "list")["items"]
    assert done(w, task["id"]).status == 409
    # The body knows: it is not phoned again while this clock goes on.
    w.d.step("6h")
    w.quiet()
    assert not tasks(w)
    act, = [e for e in w.d.api(
        "GET", f"/v1/cases/{code}/timeline", key=w.people["binh"])
        .json["items"] if e["act"] == "phone_task.done"]
    assert act["actor_kind"] == "member"


def test_who_is_barred_does_not_phone_nor_know(w):
    code = w.refer()["cases"][0]
    w.quiet()
    a = w.d.api("POST", f"/v1/cases/{code}/bars", {"member": "cuong"},
                key=w.people["binh"])
    assert a.status == 204
    w.expect(BINH)  # that somebody is kept away
    w.quiet()
    until(w, 60, BINH)
    (task,) = tasks(w)
    assert not tasks(w, "cuong")
    assert done(w, task["id"], "cuong").status == 404
    a = w.d.admin("POST", f"/v1/admin/phone-tasks/{task['id']}/done",
                  {**CALL, "by": "cuong"})
    assert a.status == 404, a
    a = w.d.admin("POST", f"/v1/admin/phone-tasks/{task['id']}/done",
                  {**CALL, "by": "an"})
    assert a.status == 200, a


def test_the_record_is_whole(w):
    _, task, _ = one_task(w)
    for wrong in ({"who": ""}, {"number": "x"}, {"paper": ""}, {"more": 1},
                  {"called_at": "2026-11-24T08:00:01+07:00"}):
        assert done(w, task["id"], **wrong).status == 422, wrong
    assert done(w, "x").status == 404
    a = w.d.admin("POST", f"/v1/admin/phone-tasks/{task['id']}/done",
                  {**CALL, "by": "cuong", "paper": ""})
    assert a.status == 422, a
    assert tasks(w) == [task]
    a = w.d.ctl("phone", "done", task["id"], "--by", "an", "--who",
                CALL["who"], "--rank", CALL["rank"], "--number",
                CALL["number"], "--at", CALL["called_at"], "--paper", "31/UB")
    assert a["state"] == "done"


def test_with_an_agreed_contact_the_body_is_written_to(w):
    w.d.outside("th111", "hotline", "0900000111")
    code = w.refer()["cases"][0]
    w.quiet()
    until(w, 60, "0900000111")
    assert not tasks(w)
    row, = [i for i in w.d.ctl("agency", "list")["items"]
            if i["code"] == "th111"]
    assert row["contact_on"] == "2025-11-01"
    assert code


def test_an_address_that_nobody_agreed_to_is_not_written_to(w):
    w.d.ctl("agency", "add", "th111", "hotline", "--name", "Tổng đài Thử")
    w.d.ctl("agency", "address", "th111", "sms", "0900000111", "--verified")
    one_task(w)


def test_the_barred_are_not_phoned_either(w):
    """If all of the kind are barred nobody may tell them; people hear of it."""
    w.d.ctl("agency", "add", "th111", "hotline", "--name", "Tổng đài Thử")
    code = w.refer()["cases"][0]
    w.quiet()
    w.expect(BINH)
    a = w.d.api("POST", f"/v1/cases/{code}/bars", {"agency": "th111"},
                key=w.people["binh"])
    assert a.status == 204
    w.quiet()
    until(w, 60, BINH)  # the alarm that nobody could be called
    assert not tasks(w)


def test_the_contact_waits_for_a_second_person_and_is_not_to_come(w):
    w.d.ctl("agency", "add", "th111", "hotline", "--name", "Tổng đài Thử")
    assert w.people["binh"] and w.people["cuong"]
    w.d.second_person = False
    args = ("agency", "contact", "th111", "--who", "Giám đốc", "--paper", "7")
    with pytest.raises(Refused, match="tương lai"):
        w.d.ctl(*args, "--on", "2026-11-25")
    with pytest.raises(Refused, match="404"):
        w.d.ctl("agency", "contact", "khong", *args[3:], "--on", "2026-11-24")
    a = w.d.ctl(*args, "--on", "2026-11-24")
    assert a["state"] == "pending"
    w.expect(BINH)
    w.quiet()
