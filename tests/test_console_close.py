"""From opened to closed by taps on the page: every step, every paper."""
from console_day import Day, s, site
from console_site import browser

__all__ = ["browser", "s", "site"]
WHO = "Người Thử Nghiệm Một"
MARKS = {"harm.1.1": "low", "protection.2.1": "low", "risk": "low",
         "conclusion": "Kết luận thử nghiệm."}
ACTIVITY = {"what": "Tư vấn thử nghiệm", "body": "Trạm Y tế", "person": WHO,
            "provider": "Trung tâm thử", "start": "2026-11-25",
            "end": "2026-12-18", "cost": "0", "fund": "budget"}


def urgent_steps(p, boss, code):
    """The first day: the police, the truth, the danger."""
    p.case(code)
    p.step("Kết nối Công an", who=WHO, rank="Đại úy", number="0900 111 222",
           called_at=p.s.d.now[:16], paper="1/BB")
    p.step("Kiểm tra tính xác thực", verified="yes")
    p.file(code, 2, **MARKS)
    boss.agree(code, "Kết luận khẩn cấp hay không", emergency="no",
               reason="Căn cứ thử nghiệm.")
    p.case(code)
    p.issue("Kết luận khẩn cấp hay không")
    boss.case(code)
    boss.step("Báo cáo đột xuất lên Sở Y tế")


def plan_steps(p, boss, code):
    p.file(code, 3, **MARKS)
    boss.case(code)
    boss.begin("Họp xác định nhu cầu")
    boss.button("Thêm: Người được mời")
    for n, (who, came) in enumerate((("team", True), ("agency", False))):
        boss.choose(f"#step-invited-{n}-capacity", who)
        boss.fill(f"#step-invited-{n}-name", f"{WHO} {n}")
        if came:
            boss.check(f"#step-invited-{n}-came")
    boss.fill("#step-minutes", "Biên bản thử nghiệm.")
    boss.look("close-meeting")
    boss.keep()
    p.file(code, 4, goal="Trẻ an toàn.",
           **{f"activities.1.{k}": v for k, v in ACTIVITY.items()})
    boss.agree(code, "Phê duyệt kế hoạch")
    p.case(code)
    p.issue("Phê duyệt kế hoạch")
    p.begin("Gửi quyết định, kế hoạch")
    p.choose("#step-recipients-0-capacity", "agency")
    p.fill("#step-recipients-0-name", "Trung tâm thử nghiệm")
    p.keep()


def what_is_missing(p):
    p.button("Xem còn thiếu gì để kết thúc")
    p.wait("section:has(#end) .level")
    return p.text("section:has(#end)")


def end_steps(p, boss, code):
    p.step("Thực hiện từng hoạt động của kế hoạch", result="Đã xong.")
    p.step("Thăm, theo dõi", place="home", child_seen=True, findings="Ổn.")
    p.file(code, 6, **MARKS)
    boss.case(code)
    boss.begin("Kết thúc hoặc lập kế hoạch mới")
    boss.choose("#step-next", "close")
    boss.choose("#step-reason", "founded")
    # A case is closed when the child is safe.
    boss.said("Lưu vào hồ sơ", "không còn nguy cơ", kind="fault")
    boss.check("#step-no_more_risk")
    boss.check("#step-is_stable")
    boss.look("close-decide")
    boss.keep()
    p.case(code)
    p.step("Phản hồi cho nơi chuyển, Tổng đài 111", outcome="closing")
    p.step("Lưu hồ sơ, nhập cơ sở dữ liệu trẻ em quốc gia",
           reference="QG-2026-0001")


def test_each_step_to_closing(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p, \
            Day(s, browser, "chutich", "desk") as boss:
        urgent_steps(p, boss, code)
        plan_steps(p, boss, code)
        told = what_is_missing(p)
        for duty, advice in (
                ("Quyết định kết thúc sau rà soát", "Chủ tịch mở vụ việc"),
                ("Hoạt động của kế hoạch chưa xong", "hủy, kèm lý do"),
                ("Chưa rà soát", "Viết Mẫu 06")):
            assert duty in told and advice in told
        p.look("close-unmet")
        p.button("English")
        p.wait("text=The end is decided after the review")
        p.look("close-unmet-en")
        p.button("Tiếng Việt")
        p.button("Đến bước này: Thực hiện từng hoạt động của kế hoạch")
        p.wait("#step-result")
        p.button("Thôi")
        end_steps(p, boss, code)
        assert "Đã đủ điều kiện kết thúc" in what_is_missing(p)
        assert p.count("#close-reason") == 0  # an officer asks who decides
        boss.case(code)
        what_is_missing(boss)
        boss.fill("#close-acted_at", s.d.now[:16])
        boss.choose("#close-reason", "no_risk")
        boss.said("Kết thúc vụ việc", "khác với lý do", kind="fault")
        assert s.case(code)["state"] == "open"
        boss.choose("#close-reason", "founded")
        boss.look("close-clear")
        boss.said("Kết thúc vụ việc", "Đã kết thúc")
        done = s.case(code)
        assert (done["state"], done["close_reason"]) == ("closed", "founded")
        boss.look("closed")
        # Opened again, it is decided anew.
        boss.click("summary:text('Mở lại vụ việc')")
        boss.fill("#reopen-acted_at", s.d.now[:16])
        boss.fill("#reopen-reason", "Có tin mới.")
        boss.said("Mở lại", "Đã mở lại")
    acts = [e["act"] for e in s.events(code)]
    assert acts.index("case.closed") < acts.index("case.reopened")
    assert s.case(code)["state"] == "open"
