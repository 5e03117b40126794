"""Who decides, on the page: longer isolation, the vice chairman, conflicts."""
from case_site import NOW
from casework import WHY, approved, isolated, plan
from console_day import Day, s, site
from console_site import browser
from hotline import shared
from test_console_papers import photo

__all__ = ["browser", "photo", "s", "site"]
NAME = "Phan Thử Nghiệm Trùng Tên"
CONCLUDE = "Kết luận khẩn cấp hay không"
ENDS = "Hết hạn cách ly: chấm dứt, gia hạn hoặc hủy bỏ"


def test_a_longer_isolation_takes_a_competent_bodys_paper(s, browser):
    code = isolated(s)
    with Day(s, browser, "chutich") as p:
        p.approvals(code, ENDS)
        p.choose("#agree-decision", "extend")
        p.fill("#agree-days", "30")
        p.fill("#agree-reason", WHY)
        p.said("Tôi đồng ý", "Văn bản của Tòa án, cơ quan có thẩm quyền",
               kind="fault")
        p.fill("#agree-body", "Tòa án thử nghiệm")
        p.fill("#agree-number", "1/QĐ-TA")
        p.said("Tôi đồng ý", "Ngày văn bản yêu cầu", kind="fault")
        p.fill("#agree-date", s.d.now[:10])
        p.look("isolation-longer")
        p.button("English")
        p.wait("text=Paper of the court")
        p.look("isolation-longer-en")
        p.button("Tiếng Việt")
        p.said("Tôi đồng ý", "anh/chị đồng ý")
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.issue(ENDS)
    made, = s.case(code)["isolations"]
    # Thirty days after 24 November: the end of 24 December.
    assert made["is_beyond"]
    assert made["until_at"] == "2026-12-25T00:00:00+07:00"


def test_what_was_agreed_is_issued_with_its_scan(s, browser, photo):
    code = s.open()
    s.agree(code, "N07", emergency="no", reason=WHY, acted_at=s.d.now)
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.fill("#title", "Bản quét quyết định")
        p.do("file", at="#file", path=str(photo))
        p.button("Gửi vào hồ sơ")
        p.wait("text=Tài liệu đã nằm trong hồ sơ")
        d, = s.d.api("GET", f"/v1/cases/{code}/documents",
                     key=s.keys["officer"]).json["items"]
        p.begin(CONCLUDE, "Ghi nhận văn bản")
        p.look("issue-scan")
        p.button("Thôi")
        p.issue(CONCLUDE, scan=d["id"])
    assert s.case(code)["approvals"][-1]["state"] == "issued"
    body, = [e["body"] for e in s.events(code)
             if e.get("done", {}).get("step") == "N07" and
             "paper" in e.get("body", {})]
    assert body["paper"]["scan"] == d["id"]


def test_a_paper_is_not_issued_before_anybody_agreed(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.begin(CONCLUDE, "Ghi nhận văn bản")
        for field, text in (("number", "1"), ("signer", "X"), ("office", "Y"),
                            ("scan", "0" * 64)):
            p.fill(f"#step-{field}", text)
        p.fill("#step-date", s.d.now[:10])
        p.choose("#step-signature", "digital")
        p.said("Lưu vào hồ sơ", "", kind="fault")
    assert s.clocks(code)["N07"]["state"] == "open"


def test_the_vice_chairman_acts_only_while_the_chairman_is_away(s, browser):
    code = s.open()
    with Day(s, browser, "phochutich") as p:
        p.approvals(code, CONCLUDE)
        p.choose("#agree-emergency", "no")
        p.fill("#agree-reason", WHY)
        p.said("Tôi đồng ý", "", kind="fault")
        assert s.case(code)["approvals"] == []
        leave = s.d.ctl("leave", "add", "chutich", NOW,
                        "2027-11-25T07:00:00+07:00")
        p.said("Tôi đồng ý", "anh/chị đồng ý")
        p.wait("text=Thay chủ tịch: chủ tịch đang nghỉ")
        p.look("approvals-acting")
        s.d.ctl("leave", "remove", leave["id"])
    made, = s.case(code)["approvals"]
    assert (made["agreed_by"], made["acting_why"]) == ("phochutich", "leave")


def test_the_vice_chairman_acts_where_the_chairman_is_barred(s, browser):
    code = s.open()
    with Day(s, browser, "phochutich") as p:
        p.case(code)
        p.button("Xem ai đang bị ngăn")
        p.wait("text=Không ai bị ngăn")
        p.click("summary:text('Ngăn một người')")
        p.fill("#bar-member-member", "chutich")
        p.click("form:has(#bar-member-member) button")
        p.wait("#said :text('Đã ngăn')")
        p.look("bars-standing")
        p.agree(code, CONCLUDE, emergency="no", reason=WHY)
    with Day(s, browser, "chutich") as p:
        p.show(f"case/{code}")
        p.wait("text=Không có vụ việc này")
        p.show("approvals")
        p.wait("h2:has-text('Chờ quyết định')")
        assert code not in p.text("body")
    made, = s.case(code, "vice")["approvals"]
    assert (made["agreed_by"], made["acting_why"]) == ("phochutich", "barred")


def test_a_namesake_is_let_in_by_a_lead_and_the_chairman(s, browser):
    s.d.ctl("member", "set", "canbo2", "--name", NAME)
    code = s.open(alleged=[{"relation": "other", "name": NAME}])
    with Day(s, browser, "canbo2") as hit:
        hit.show(f"case/{code}")
        hit.wait("text=Không có vụ việc này")
        with Day(s, browser, "truongnhom") as p:
            p.show("lead")
            p.wait("h2#bars")
            p.look("lead-bars")
            p.said(f"Chỉ là trùng, cho xem lại: canbo2 {code}",
                   "Đã ghi nhận ý kiến")
            p.wait("text=Còn chờ một người nữa")
        hit.show(f"case/{code}")
        hit.wait("text=Không có vụ việc này")  # one is not enough
        with Day(s, browser, "chutich", "desk") as p:
            p.case(code)
            p.button("Xem ai đang bị ngăn")
            p.wait("text=tạm ngăn")
            p.look("bars")
            p.button("English")
            p.wait("text=provisional")
            p.look("bars-en")
            p.button("Tiếng Việt")
            p.said("Chỉ là trùng, cho xem lại: canbo2", "Đã ghi nhận ý kiến")
            p.wait("text=đã cho xem lại")
        hit.case(code)


def test_a_decision_goes_to_the_alleged_only_with_a_reason(s, browser):
    """The page says at whom it stopped, and takes the reason for it."""
    code = s.open(alleged=[{"relation": "kin", "name": "Bị Nêu Thử Nghiệm"}])
    approved(s, code=code)
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.begin("Gửi quyết định, kế hoạch")
        p.choose("#step-recipients-0-capacity", "agency")
        p.fill("#step-recipients-0-name", "Trung tâm thử nghiệm")
        p.click("form.step button:has-text('Thêm: ')")
        p.choose("#step-recipients-1-capacity", "kin")
        p.fill("#step-recipients-1-name", "Bị Nêu Thử Nghiệm")
        p.said("Lưu vào hồ sơ", "Người nhận 2", kind="fault")
        assert "bị cho là gây hại" in p.text("#said")
        # What was typed is there still, and the box for the reason is named.
        at = "#step-recipients-1-despite"
        label = p.text(f"label[for={at[1:]}]")
        assert "Lý do vẫn gửi" in label, label
        p.fill(at, "Điều 28.5: người phải thực hiện.")
        p.look("step-despite")
        p.button("English")
        p.wait(f"label[for={at[1:]}]:has-text('Why')")
        p.look("step-despite-en")
        p.button("Tiếng Việt")
        p.keep()
    act, = [e for e in s.events(code)
            if e.get("done", {}).get("step") == "N16b"]
    assert [r.get("despite") for r in act["body"]["recipients"]] == \
        [None, "Điều 28.5: người phải thực hiện."]


def test_an_activity_is_cancelled_with_a_reason(s, browser):
    code = approved(s)
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.click("summary:text('Không làm hoạt động này nữa') >> nth=0")
        p.fill("textarea[id^=cancel-] >> nth=0", WHY)
        p.look("activity-cancel")
        p.click("button:text('Hủy hoạt động') >> nth=0")
        p.wait("#said :text('Đã hủy hoạt động')")
    states = [a["state"] for a in plan(s, code)["activities"]]
    assert sorted(states) == ["cancelled", "planned"]


def test_who_is_involved_steps_back(s, browser):
    code = s.open()
    with Day(s, browser, "canbo") as p:
        p.case(code)
        p.click("summary:text('Tôi có liên quan')")
        p.look("recuse")
        p.said("Tôi rút khỏi vụ việc", "không còn tham gia")
        p.wait("text=Không có vụ việc này")
        assert p.count("h2#steps") == 0
    assert s.case(code)["assignee"] != "canbo"


def test_a_lead_sends_a_child_to_a_barred_agency_with_a_reason(s, browser):
    a = s.d.api("POST", "/v1/referrals", {
        "kind": "abused", "source": {"channel": "phone", "received_at": NOW},
        "children": [{"name": "Trẻ Thử Nghiệm Trường", "place": "Tổ 3"}],
        "alleged": [{"relation": "teacher", "agency": "truong1"}]},
        key=s.station)
    code, = a.json["cases"]

    def ask(p):
        p.case(code)
        p.click("text=Chuyển gửi mới")
        p.fill("#refer-agency", "truong1")
        p.fill("#refer-service", "Tư vấn")
        p.fill("#refer-reason", "Để thử.")
        p.fill("#refer-due_at", "2026-12-01T08:00")
        p.check("#share-name")
        p.choose("#ground-name", "vital_interest")

    with Day(s, browser, "canbo") as p:
        ask(p)
        assert p.count("#refer-conflict_reason") == 0
        p.said("Chuyển gửi", "không chuyển được", kind="fault")
    with Day(s, browser, "truongnhom") as p:
        ask(p)
        p.said("Chuyển gửi", "xung đột lợi ích", kind="fault")
        p.fill("#refer-conflict_reason", "Ban giám hiệu không liên quan.")
        p.look("refer-conflict")
        p.said("Chuyển gửi", "Đã chuyển gửi")
    out, = [r for r in s.case(code)["referrals"] if r["direction"] == "out"]
    assert out["state"] == "sent"
