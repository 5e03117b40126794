"""On the page of a case what is no step done by its own hand: orders by word of
mouth and from outside, transfers between wards, answers taken by phone, marks of
a form that has no screen, risk, where a child is, calling the next level."""
import itertools
from contextlib import contextmanager

import pytest

from case_site import FULL, Site
from casework import WHY
from console_day import Day, s as day, site
from console_site import browser
from hotline import Daemon, shared
from login_site import password

__all__ = ["browser", "day", "site"]
CALL = {"who": "Người Trực Thử Nghiệm", "rank": "Giám đốc",
        "number": "0269 3111222", "paper": "31/SYT-TE"}
refs = itertools.count(1)


@pytest.fixture(scope="module")
def s(day):
    day.ward = day.d.agency("xaben", "ward")
    return day


def name(s, code, step):
    return s.clocks(code)[step]["name"]


def unfold(p, step, what):
    """Under a step, a way that is not its button."""
    p.click(f"li.card:has(h3:text-is('{step}')) summary:has-text('{what}')")


def called(s, p, prefix):
    """The telephone call that it was heard in."""
    for field, text in CALL.items():
        p.fill(f"#{prefix}-{field}", text)
    p.fill(f"#{prefix}-called_at", s.d.now[:16])


def answer(p, step):
    p.button(f"Ghi nhận đã làm: {step}")
    p.wait("form.step")


def both_looks(p, shot, english):
    p.look(f"{shot}-vi")
    p.button("English")
    p.wait(f"text={english}")
    p.look(f"{shot}-en")
    p.button("Tiếng Việt")


@contextmanager
def calm(at="2026-11-24T07:00:00+07:00"):
    """A team whose alerts are few."""
    with Daemon(procedure=FULL, settings={"public_url": ""}, at=at) as d:
        s = Site(d)
        s.url = f"http://127.0.0.1:{d.port}/"
        s.words = {"canbo": password(d, "canbo")}
        yield s


def test_a_call_that_is_owed_is_recorded(browser):
    """Nobody of that body reads what we write: somebody has to phone."""
    with calm() as s:
        code = s.open()
        s.d.step("61m")
        with Day(s, browser, "canbo") as p:
            p.click("#alerts ~ ul a:has-text('Cuộc gọi, báo cáo của phường')")
            p.wait("h2:has-text('Cuộc gọi phải thực hiện (1)')")
            p.click(f"button[aria-label^='Ghi cuộc gọi'][aria-label$='{code}']")
            p.wait("#phone-who")
            both_looks(p, "phone", "Save the call")
            called(s, p, "phone")
            p.fill("#phone-number", "không")
            p.said("Lưu cuộc gọi", "phải là số điện thoại", kind="fault")
            p.fill("#phone-number", CALL["number"])
            p.said("Lưu cuộc gọi", "Đã ghi cuộc gọi")
            assert "Không có cuộc gọi nào" in p.text("#main")
        assert s.d.ctl("phone", "list")["items"] == []


def test_a_report_that_was_sent_is_recorded(browser):
    with calm("2027-03-31T07:00:00+07:00") as s:
        s.d.step("2027-04-02T00:00:00+07:00")
        with Day(s, browser, "canbo") as p:
            p.click("a:has-text('Cuộc gọi, báo cáo của phường')")
            p.wait("h2:has-text('Báo cáo phải gửi (1)')")
            p.button("Ghi đã gửi: Báo cáo 6 tháng 2027")
            p.fill("#report-acted_at", s.d.now[:16])
            p.fill("#report-evidence", "12/BC-UBND")
            both_looks(p, "ward", "Save as sent")
            p.said("Lưu báo cáo đã gửi", "Đã ghi báo cáo đã gửi")
            assert "Không có báo cáo nào" in p.text("#main")
        made, = s.d.ctl("report", "list")["items"]
        assert (made["report"], made["state"]) == ("R01", "done")


def test_an_oral_order_is_followed_by_its_paper(s, browser):
    code = s.open(alleged=[{"relation": "parent"}])
    step = name(s, code, "N09")
    with Day(s, browser, "canbo") as p:
        p.case(code)
        unfold(p, step, "ra lệnh miệng")
        p.fill("#oral-N09-acted_at", s.d.now[:16])
        p.fill("#oral-N09-ordered_by", "chutich")
        p.fill("#oral-N09-witness", "chutich")
        p.choose("#oral-N09-decision", "isolate")
        p.fill("#oral-N09-reason", WHY)
        p.said("Ghi nhận lệnh miệng", "Người chứng kiến", kind="fault")
        p.fill("#oral-N09-witness", "Người Thử Nghiệm Ba")
        both_looks(p, "act-oral", "Record the order")
        p.said("Ghi nhận lệnh miệng", "Còn phải ban hành văn bản")
        made, = s.case(code)["approvals"]
        assert (made["state"], made["agreed_by"]) == ("ordered", "chutich")
        assert s.clocks(code)["N09"]["state"] == "done"
        paper, = [k for k in s.case(code)["clocks"] if k["state"] == "open"
                  and k["kind"] == "paper"]
        p.issue(paper["name"])
    assert s.clocks(code)[paper["step"]]["state"] == "done"


def test_the_authority_outside_decides_where_nobody_here_can(s, browser):
    code = s.open()
    step = name(s, code, "N07")

    def decide(p):
        p.case(code)
        unfold(p, step, "Cấp trên quyết định thay")
        p.fill("#outside-N07-acted_at", s.d.now[:16])
        called(s, p, "outside-N07-call")
        p.choose("#outside-N07-emergency", "no")
        p.fill("#outside-N07-reason", WHY)

    with Day(s, browser, "canbo") as p:
        decide(p)
        p.said("Ghi nhận quyết định của cấp trên", "", kind="fault")
        assert s.case(code)["approvals"] == []
        for who in ("chutich", "phochutich"):
            a = s.d.api("POST", f"/v1/cases/{code}/bars", {"member": who},
                        key=s.keys["lead"])
            assert a.status == 204, a
        decide(p)
        both_looks(p, "act-outside", "Record what was decided")
        p.said("Ghi nhận quyết định của cấp trên", "Còn phải ghi văn bản")
        p.issue(step)
    made, = s.case(code, "lead")["approvals"]
    assert (made["state"], made["acting_why"]) == ("issued", "outside")


def handed_over(s):
    """Another ward gives us a case."""
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Lời kể thử nghiệm.",
        "transfer": True, "source_ref": f"XB-{next(refs)}",
        "source": {"channel": "phone", "received_at": s.d.now}}, key=s.ward)
    assert a.status == 201, a
    return a.json["cases"][0]


def state(s, code, direction="in"):
    one, = [r for r in s.case(code)["referrals"]
            if r["direction"] == direction]
    return one.get("answer") or one["state"]


def test_a_lead_takes_on_a_case_from_another_ward(s, browser):
    code = handed_over(s)
    ask, tell = (f"{text}" for text in (
        name(s, code, "P03"),
        "Báo cho phường, xã kia: đã tiếp nhận, từ chối hay rút lại"))
    with Day(s, browser, "truongnhom") as p:
        p.case(code)
        answer(p, ask)
        p.choose("#step-answer", "accepted")
        both_looks(p, "act-transfer-in", "Answer")
        p.keep()
        assert state(s, code) == "accepted"
        answer(p, tell)
        called(s, p, "step")
        p.keep()
    clocks = s.clocks(code)
    assert (clocks["P03"]["state"], clocks["P04"]["state"]) == ("done", "done")


def test_a_lead_refuses_a_case_with_a_reason(s, browser):
    code = handed_over(s)
    step = name(s, code, "P03")
    with Day(s, browser, "canbo") as p:  # not theirs to give away
        p.case(code)
        answer(p, step)
        p.choose("#step-answer", "accepted")
        p.said("Lưu vào hồ sơ", "", kind="fault")
        assert s.clocks(code)["P03"]["state"] == "open"
    with Day(s, browser, "truongnhom") as p:
        p.case(code)
        answer(p, step)
        p.choose("#step-answer", "refused")
        p.said("Lưu vào hồ sơ", "cần lý do", kind="fault")
        p.fill("#step-reason", "Trẻ không cư trú ở đây.")
        p.keep()
    assert state(s, code) == "refused"


def test_a_case_goes_to_another_ward_and_is_answered_by_phone(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.click("summary:has-text('Không thuộc địa bàn')")
        p.fill("#whereabouts-acted_at", s.d.now[:16])
        p.said("Ghi nhận nơi ở, liên lạc", "", kind="fault")
        p.choose("#whereabouts-area", "outside")
        p.fill("#whereabouts-note", "Thôn thuộc xã bên.")
        both_looks(p, "act-whereabouts", "Record where the child is")
        p.said("Ghi nhận nơi ở, liên lạc", "Đã ghi nhận nơi ở")
        p.wait("h3:has-text('Chuyển ngay vì không thuộc địa bàn')")
        p.click("text=Chuyển gửi mới")
        assert p.count("#refer-transfer") == 0
    with Day(s, browser, "truongnhom") as p:
        p.case(code)
        p.click("text=Chuyển gửi mới")
        p.check("#refer-transfer")
        assert p.count("#refer-service") == p.count("#refer-due_at") == 0
        p.fill("#refer-agency", "xaben")
        p.fill("#refer-reason", "Trẻ ở xã bên.")
        p.check("#share-place")
        p.choose("#ground-place", "legal_duty")
        both_looks(p, "act-transfer-out", "Transfer the case")
        p.said("Chuyển vụ việc", "cho đến khi nơi kia tiếp nhận")
        assert state(s, code, "out") == "sent"
        answer(p, "Trả lời yêu cầu phối hợp")
        p.choose("#step-answer", "accepted")
        p.said("Lưu vào hồ sơ", "cần ghi ai trả lời", kind="fault")
        called(s, p, "step")
        p.keep()
    assert [k["step"] for k in s.case(code)["clocks"]
            if k["state"] == "open"] == ["N23c"]


def test_a_service_is_accepted_and_completed_by_phone(s, browser):
    code = s.open()
    a = s.post(code, "refer", {
        "agency": "tramyte", "service": "Khám", "reason": "Thử.",
        "due_at": "2026-12-05T07:00:00+07:00", "share": shared("name")})
    assert a.status == 201, a
    with Day(s, browser, "canbo") as p:
        p.case(code)
        answer(p, "Trả lời yêu cầu phối hợp")
        p.choose("#step-answer", "accepted")
        called(s, p, "step")
        p.look("act-answer")
        p.keep()
        answer(p, "Cung cấp dịch vụ được yêu cầu")
        p.fill("#step-outcome", "Đã khám, không thương tích.")
        called(s, p, "step")
        p.keep()
    assert state(s, code, "out") == "completed"


def test_a_child_in_alternative_care_is_followed_with_mau_13(s, browser):
    code = s.open()
    s.do(code, "N05", "officer", acted_at=s.d.now, verified="yes",
         placement="yes")
    step = name(s, code, "N22")
    with Day(s, browser, "canbo") as p:
        p.case(code)
        assert "Mẫu 13" in p.text(f"li.card:has(h3:text-is('{step}'))")
        p.begin(step)
        p.choose("#step-risk", "low")
        p.fill("#step-items-0-item", "1.1")
        p.choose("#step-items-0-mark", "low")
        p.click("form.step button:has-text('Thêm: ')")
        p.fill("#step-items-1-item", "1.2")
        p.choose("#step-items-1-mark", "medium")
        p.fill("#step-conclusion", "Trẻ được chăm sóc tốt.")
        both_looks(p, "act-mau13", "Number of the item")
        p.keep()
        # Mẫu 02 is a screen: it is not copied here.
        assert p.count("button[aria-label='Ghi nhận đã làm: "
                       "Đánh giá nguy cơ ban đầu']") == 0
    assert s.clocks(code)["N22"]["state"] == "done"
    body, = [e["body"] for e in s.events(code)
             if e.get("done", {}).get("step") == "N22"]
    assert body["counts"] == {"high": 0, "medium": 1, "low": 1}


def test_risk_is_changed_and_the_next_level_called(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.click("summary:has-text('Thay đổi mức nguy cơ')")
        p.fill("#risk-acted_at", s.d.now[:16])
        p.choose("#risk-risk", "high")
        p.fill("#risk-reason", WHY)
        p.look("act-risk")
        p.said("Ghi nhận mức nguy cơ", "Đã ghi nhận mức nguy cơ")
        assert p.count("summary:has-text('Báo lên cấp trên ngay')") == 0
    with Day(s, browser, "truongnhom") as p:
        p.case(code)
        p.click("summary:has-text('Báo lên cấp trên ngay')")
        p.choose("#escalate-step", "N04")
        p.fill("#escalate-reason", WHY)
        p.look("act-escalate")
        p.said("Báo ngay", "Đã báo lên cấp trên")
    assert s.case(code)["facts"]["risk"] == "high"
    assert "escalate" in [e["done"]["kind"] for e in s.events(code)
                          if "done" in e]
