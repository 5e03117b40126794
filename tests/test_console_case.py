"""The page of one case: steps, what is protected, notes, doing a step."""
import pytest

from console_site import browser, s
from test_console import open_home

__all__ = ["browser", "s"]
PROBE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
KIN = "Trần Hoàng Thử Nghiệm Phương Uyên Công Tằng Tôn Nữ Kiểm Thử Dài"
TOLD = "Nội dung được bảo vệ của trẻ."


@pytest.fixture(scope="module")
def code(s):
    """A case whose every field is a probe or long."""
    return s.open(
        children=[{"name": PROBE, "age": 9, "sex": "female", "place": PROBE,
                   "condition": PROBE, "father": {"name": KIN},
                   "safe_contact": {"how": PROBE}}],
        alleged=[{"relation": "parent", "name": KIN + " " + PROBE}],
        narrative=TOLD + PROBE, informant={"name": "Người Báo Thử Nghiệm"})


def open_case(s, browser, code, size="phone"):
    p = open_home(s, browser, size)
    p.do("goto", url=f"{s.url}#/case/{code}")
    p.wait("h2#steps")
    return p


def acts(s, code):
    a = s.d.api("GET", f"/v1/cases/{code}/timeline?limit=500",
                key=s.keys["boss"])
    return [e["act"] for e in a.json["items"]]


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_case_tells_steps_law_and_time(s, browser, code, size):
    running = [k for k in s.case(code)["clocks"] if k["state"] == "open"]
    with open_case(s, browser, code, size) as p:
        text = p.text("#main")
        assert f"({len(running)})" in p.text("h2#steps")
        for k in running:
            assert k["name"] in text
        assert "Căn cứ: NĐ56" in text and "còn" in text
        assert "Mẫu 02" in text or "Mẫu 2" in text
        p.look("case-vi")
        p.button("English")
        p.wait("text=Source: NĐ56")
        p.look("case-en")


def test_what_is_protected_is_read_on_demand_and_recorded(s, browser, code):
    before = acts(s, code).count("case.read")
    with open_case(s, browser, code) as p:
        assert TOLD not in p.text("body") and KIN not in p.text("#main")
        assert acts(s, code).count("case.read") == before
        p.button("Xem thông tin được bảo vệ")
        p.wait(".told")
        text = p.text("#main")
        assert TOLD + PROBE in text and KIN in text
        assert p.count("#main img") == p.count("#main script") == 0
        assert acts(s, code).count("case.read") == before + 1
        p.look("case-revealed-vi")
        p.button("Ẩn lại")
        assert TOLD not in p.text("body")


def test_who_told_it_needs_a_right_and_a_reason(s, browser, code):
    with open_case(s, browser, code) as p:
        p.button("Xem thông tin được bảo vệ")
        p.wait("#reason")
        assert "Người Báo Thử Nghiệm" not in p.text("body")
        p.fill("#reason", "Cần hỏi thêm để bảo vệ trẻ.")
        p.button("Xem người báo tin")
        p.wait("#said p")
        # Only the lead and who took it in may.
        assert p.count("#said .fault") == 1
        assert "Người Báo Thử Nghiệm" not in p.text("body")
    assert "informant.opened" not in acts(s, code)


def test_a_note_is_kept_as_it_was_written(s, browser, code):
    with open_case(s, browser, code) as p:
        p.fill("#note", PROBE)
        p.button("Lưu ghi chú")
        p.wait("#said .said")
        assert p.do("run", code="document.querySelector('#note').value") == ""
        p.button("Xem thông tin được bảo vệ")
        p.wait(".told")
    a = s.d.api("GET", f"/v1/cases/{code}/notes", key=s.keys["officer"])
    assert [n["text"] for n in a.json["items"]] == [PROBE]


def test_a_step_is_done_from_the_page(s, browser, code):
    def state():
        one, = [k for k in s.case(code)["clocks"] if k["step"] == "N05"]
        return one["state"]
    assert state() == "open"
    with open_case(s, browser, code) as p:
        p.button("Ghi nhận đã làm: Kiểm tra tính xác thực")
        p.wait("form.step")
        # What a clock of a phone says is not what the daemon's says.
        p.fill("#step-acted_at", s.d.now[:16])
        p.choose("#step-verified", "yes")
        p.look("case-step-vi")
        p.button("Lưu vào hồ sơ")
        p.wait("#said p")
        assert "Đã lưu vào hồ sơ" in p.text("#said")
        when = f"{s.d.now[11:16]}, Thứ Ba, 24/11/2026"
        told = p.text("ol.events li:has-text('Kiểm tra tính xác thực')")
        assert told.startswith(when) and told.endswith("cán bộ"), told
    assert state() == "done"


def test_what_happened_is_read_on_page_by_page(s, browser):
    code = s.open()
    for n in range(50):
        a = s.d.api("POST", f"/v1/cases/{code}/notes", {"text": f"Thử {n}."},
                    key=s.keys["officer"])
        assert a.status == 201, a
    with open_case(s, browser, code) as p:
        first = p.text("ol.events")
        assert p.count("ol.events li") == 50
        assert "Xem diễn biến" in p.text("ol.events li")
        assert "Thêm ghi chú · cán bộ" in p.text("ol.events li >> nth=1")
        assert "Mở vụ việc" not in first
        p.button("Xem thêm")
        p.wait("ol.events li >> nth=50")
        assert p.text("ol.events").startswith(first)
        assert p.text("ol.events").count("Thêm ghi chú · cán bộ") == 50
        p.wait("ol.events li:has-text('Mở vụ việc')")
        p.look("case-events-vi")


def test_who_looks_often_takes_one_line_of_what_happened(s, browser):
    code = s.open()
    with open_case(s, browser, code) as p:
        p.wait("ol.events li")
        p.do("reload", at="ol.events li")
        p.do("reload", at="ol.events li")
        assert "Xem diễn biến (3 lần)" in p.text("ol.events li")
        assert "Xem diễn biến" not in p.text("ol.events li >> nth=1")


def test_an_instant_is_told_as_people_here_read_it(s, browser):
    with open_case(s, browser, s.codes[0]) as p:
        assert "09:00, Thứ Ba, 24/11/2026" in p.text("dl.facts")
        p.button("English")
        p.wait("text=Received")
        assert "09:00, Tuesday, 24/11/2026" in p.text("dl.facts")


def test_what_was_wrong_is_told_at_the_step(s, browser, code):
    with open_case(s, browser, code) as p:
        p.button("Ghi nhận đã làm: Kết nối Công an")
        p.wait("form.step")
        p.fill("#step-acted_at", "2030-01-01T08:00")
        p.button("Lưu vào hồ sơ")
        p.wait("#said .fault")
        assert "tương lai" in p.text("#said")
        assert p.count("form.step") == 1


def test_a_case_that_is_not_yours_is_not_there(s, browser):
    with open_home(s, browser) as p:
        p.do("goto", url=f"{s.url}#/case/ZZZZ-ZZZZ")
        p.wait("#main .fault")
        assert "Không có vụ việc này" in p.text("#main")
        p.look("case-missing-vi")
