"""Papers of a case: printed to PDF by the browser and read back."""
import re
import shutil
import subprocess

import pytest

from case_site import PAPER
from console_site import LONG, SHOTS, browser, s
from login_site import password
from test_console import open_home
from test_console_case import KIN, PROBE

__all__ = ["browser", "s"]
TELLER = {"name": "Người Báo Tin Thử Nghiệm", "phone": "0911000111"}
HEAD = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN", "PHƯỜNG THỬ NGHIỆM", "Nơi nhận:"]
BODIES = {
    "M01": ["BÁO CÁO", "Tiếp nhận thông tin trẻ em", "09/03/2017", "nữ",
            "Điều 24", "NGƯỜI TIẾP NHẬN THÔNG TIN"],
    "M02": ["Đánh giá nguy cơ ban đầu", "Tổng số", "Thấp", "BẢN NHÁP"],
    "M03": ["đánh giá nguy cơ cụ thể", "nguyện vọng của trẻ em"],
    "M04": ["KẾ HOẠCH", "Hoạt động, dịch vụ", "Nơi cung cấp"],
    "M05": ["QUYẾT ĐỊNH:", "Điều 1.", "12/QĐ-UBND", "ngày 24 tháng 11 năm 2026",
            "Người Ký Thử Nghiệm", "Việc thử một", "15.000", "24/12/2026"],
    "M06": ["Rà soát", "Tổng số"],
    "M07": ["QUYẾT ĐỊNH:", "tạm thời cách ly", "TM. ỦY BAN NHÂN DÂN"],
}
PLAN = [{"what": "Việc thử một", "start": "2026-11-25", "end": "2026-12-24",
         "body": "UBND phường", "person": LONG, "provider": "Trạm Y tế",
         "cost": 15000, "fund": "budget"}]
MINUTES = "Họp tại phường. " + "Thống nhất nội dung thử nghiệm. " * 120


@pytest.fixture(scope="module")
def code(s):
    """A case whose plan is approved, and so has a paper."""
    code = s.open(
        children=[{"name": LONG, "birth_date": "2017-03-09", "sex": "female",
                   "place": "Tổ Thử 1", "condition": PROBE, "father": {"name": KIN}}],
        narrative="Nội dung thử nghiệm.", informant=TELLER)
    s.do(code, "N06", "officer", risk="low", items=[
        {"item": "1", "part": "harm", "mark": "low"}])
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    s.do(code, "N13", "officer", risk="low", items=[
        {"item": "1", "part": "harm", "mark": "low"}])
    s.do(code, "N14", minutes=MINUTES, invited=[
        {"capacity": "resident", "name": KIN, "came": True}])
    s.do(code, "N15", "officer", goal="An toàn.", activities=PLAN)
    s.approve(code, "N16", paper=PAPER)
    return code


def show(s, p, code, what):
    p.do("goto", url=f"{s.url}#/case/{code}/print/{what}")
    p.wait(f"[data-paper={what}]")


def pdf(p, name):
    if shutil.which("pdftotext") is None:
        pytest.skip("PAPERS NOT TESTED: pdftotext is missing")
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.pdf"
    p.do("pdf", path=str(path))
    return path


def words(path, *how):
    text = subprocess.run(["pdftotext", *how, path, "-"], check=True,
                          capture_output=True, text=True).stdout
    # A new page begins with its number.
    return re.sub(r"\s+", " ", re.sub(r"\f\d+", " ", text))


def outside(path):
    """Words that are not wholly within the margins of an A4 page."""
    page, out = None, []
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True,
                           capture_output=True, text=True).stdout
    for line in boxes.splitlines():
        if m := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            page = [float(x) for x in m.groups()]
            assert abs(page[0] - 595) < 2 and abs(page[1] - 842) < 2
        if m := re.search(r'xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)"'
                          r' yMax="[\d.-]+">(.*)<', line):
            if float(m[1]) < 84 or float(m[2]) > page[0] - 41:
                out.append(m[3])
    assert page is not None
    return out


def test_every_form_is_a_paper(s, browser, code):
    with open_home(s, browser, "desk") as p:
        for what, texts in BODIES.items():
            show(s, p, code, what)
            path = pdf(p, f"paper-{what}")
            text = words(path)
            for one in HEAD + texts:
                assert one in text, (what, one, text)
            assert LONG in text or "…" in text
            if what == "M01":  # which the paper breaks where it must
                assert PROBE.replace(" ", "") in text.replace(" ", "")
            assert outside(path) == [], what
            assert TELLER["name"] not in text and TELLER["phone"] not in text
            # Nothing of the page around it.
            assert "Đăng xuất" not in text and "In hoặc lưu" not in text
            p.look(f"paper-{what}")


def test_what_nobody_concluded_is_left_blank(s, browser):
    code = s.open()
    with open_home(s, browser, "desk") as p:
        show(s, p, code, "M02")
        text = words(pdf(p, "paper-blank"))
        assert "(Điều 32): ….…." in text and " 0 " not in text
        a = s.d.api("PUT", f"/v1/cases/{code}/forms/M02", {
            "state": "filed", "fields": [
                {"name": "risk", "text": "high"},
                {"name": "harm.1.1", "text": "high"}]},
            key=s.keys["officer"], headers={"If-Match": '"0"'})
        assert a.status == 200, a
        p.do("goto", url=f"{s.url}#/")
        p.wait("h2#due")
        show(s, p, code, "M02")
        path = pdf(p, "paper-blank")
        text = words(path)
        assert "(Điều 32): không" in text and "BẢN NHÁP" not in text
        assert "Kết luận mức độ nguy cơ: Cao" in text
        text = words(path, "-layout")
        assert "Cao Trung bình Thấp" in text and "Tổng số 1 0 0" in text


def test_minutes_and_a_decision_are_papers(s, browser, code):
    with open_home(s, browser) as p:
        show(s, p, code, "N14")
        path = pdf(p, "paper-minutes")
        text = words(path)
        for one in HEAD + ["BIÊN BẢN", KIN, "đại diện khu dân cư", "CHỦ TRÌ"]:
            assert one in text, (one, text)
        assert text.count("Thống nhất nội dung thử nghiệm.") == 120
        assert outside(path) == []
        p.look("paper-minutes")
        show(s, p, code, "N07")
        text = words(pdf(p, "paper-decision"))
        for one in HEAD + ["QUYẾT ĐỊNH", "Kết luận khẩn cấp", "không",
                           "Căn cứ thử nghiệm.", "12/QĐ-UBND",
                           "Người Ký Thử Nghiệm"]:
            assert one in text, (one, text)
        p.look("paper-decision")
        p.do("goto", url=f"{s.url}#/case/{code}/print/N09")
        p.wait(".fault")
        assert "Chưa có văn bản" in p.text("#main")


def test_the_informant_is_printed_only_if_chosen(s, browser, code):
    with open_home(s, browser) as p:
        # The officer who holds the case may not know.
        show(s, p, code, "M01")
        p.click("summary:text('In cả người báo tin')")
        p.fill("#reason", "Để thử.")
        p.button("Đưa người báo tin vào bản in")
        p.wait(".fault")
        assert TELLER["name"] not in p.text("body")
        p.button("Đăng xuất")
        p.wait("#login")
        p.login("truongnhom", password(s.d, "truongnhom"))
        p.wait("h2#due")
        show(s, p, code, "M01")
        assert TELLER["name"] not in p.text("body")
        p.click("summary:text('In cả người báo tin')")
        p.fill("#reason", "Cần gặp lại người báo tin.")
        p.button("Đưa người báo tin vào bản in")
        p.wait(f"text={TELLER['name']}")
        assert TELLER["phone"] in words(pdf(p, "paper-M01-informant"))
    assert "informant.opened" in [e["act"] for e in s.events(code)]
