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
# Every letter of Vietnamese that a font may lack.
LETTERS = "ÀÁẢÃẠ ĂẰẮẲẴẶ ÂẦẤẨẪẬ Đ ÈÉẺẼẸ ÊỀẾỂỄỆ ÌÍỈĨỊ ÒÓỎÕỌ ÔỒỐỔỖỘ ƠỜỚỞỠỢ " \
    "ÙÚỦŨỤ ƯỪỨỬỮỰ ỲÝỶỸỴ"
LETTERS += " " + LETTERS.lower()
WRITER, SIGNER = "Người Lập Thử Nghiệm", "Người Ký Thử Nghiệm"
TODAY = "ngày 24 tháng 11 năm 2026"
ASSESSED = [("NGƯỜI ĐÁNH GIÁ", WRITER)]
CHAIRMAN = [("CHỦ TỊCH", SIGNER)]


class Paper:
    """What must be on one: its number, title, who signs, and some words."""

    def __init__(self, number, title, signs, *words, day=TODAY):
        self.number, self.title, self.signs = number, title, signs
        self.words, self.day = words, day

    def head(self):
        """The rows above the text."""
        return " ".join((
            "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM PHƯỜNG THỬ "
            "NGHIỆM Độc lập - Tự do - Hạnh phúc Số:", self.number,
            "Phường Thử Nghiệm,", self.day, self.title))


UNDATED = "ngày …… tháng …… năm ………"
PAPERS = {
    "M01": Paper(
        "….…./BC-UBND", "BÁO CÁO Tiếp nhận thông tin trẻ em",
        [("CÁN BỘ TIẾP NHẬN THÔNG TIN", LONG)], "BẢN NHÁP", "09/03/2017",
        "nữ", "1. Nguồn nhận thông tin", "2. Thông tin về trẻ em",
        "3. Thông tin về người cung cấp thông tin", "Điều 24",
        "Địa điểm xảy ra vụ việc:", "Tình trạng hiện tại của trẻ em:",
        "Hoàn cảnh gia đình:", day=UNDATED),
    "M02": Paper(
        "2/BC-UBND",
        "BÁO CÁO Đánh giá nguy cơ ban đầu, mức độ tổn hại của trẻ em",
        ASSESSED, "Tổng số", "Kết luận mức độ nguy cơ: Thấp"),
    "M03": Paper(
        "3/BC-UBND", "BÁO CÁO Thu thập thông tin, đánh giá nguy cơ cụ thể",
        ASSESSED, *(f"{n}) " for n in "abcdđegh"), "nguyện vọng của trẻ em",
        LETTERS),
    "M04": Paper(
        "4/KH-UBND", "KẾ HOẠCH Hỗ trợ, can thiệp trẻ em",
        [("TM. ỦY BAN NHÂN DÂN CHỦ TỊCH", SIGNER),
         ("NGƯỜI LẬP KẾ HOẠCH", WRITER)],
        "Mục tiêu: An toàn.", "Hoạt động, dịch vụ", "Nơi cung cấp"),
    "M05": Paper(
        "12/QĐ-UBND",
        "QUYẾT ĐỊNH Về việc phê duyệt kế hoạch hỗ trợ, can thiệp trẻ em",
        CHAIRMAN, "BẢN NHÁP", "QUYẾT ĐỊNH:", "Điều 1.", "Điều 2.", "Điều 3.",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG THỬ NGHIỆM Căn cứ Luật",
        "Việc thử một", "15.000", "24/12/2026"),
    "M06": Paper(
        "6/BC-UBND",
        "BÁO CÁO Rà soát, đánh giá tình trạng của trẻ em sau khi thực hiện "
        "kế hoạch hỗ trợ, can thiệp",
        ASSESSED, "a) Đánh giá mức độ tổn hại của trẻ em",
        "1.1. Mức độ tổn hại của trẻ em có còn nghiêm trọng không",
        "1.2. Khả năng tiếp cận trẻ em của đối tượng xâm hại",
        "1.3. Những trở ngại trong môi trường chăm sóc trẻ em đối với việc "
        "bảo đảm an toàn cho trẻ em",
        "b) Đánh giá khả năng tự bảo vệ, phục hồi của trẻ em", "Tổng số"),
    "M07": Paper(
        "12/QĐ-UBND",
        "QUYẾT ĐỊNH Về việc tạm thời cách ly trẻ em khỏi cha, mẹ, người chăm "
        "sóc và bố trí nơi tạm trú an toàn", CHAIRMAN,
        f"Điều 1. Tạm thời cách ly trẻ em {LONG}, sinh ngày 09/03/2017, khỏi "
        f"ông/bà {KIN}. Lý do: Căn cứ thử nghiệm.",
        "Điều 2. Bố trí nơi tạm trú an toàn: Nhà Thử Nghiệm. Người, cơ sở "
        "chăm sóc thay thế: Bà Thử Nghiệm. Thời hạn 7 ngày, kể từ ngày 24/11/2026.",
        "Điều 3. Công an, Trạm Y tế"),
    "N07": Paper(
        "12/QĐ-UBND", "QUYẾT ĐỊNH Về việc: Kết luận khẩn cấp hay không",
        CHAIRMAN, "Điều 1. Kết luận khẩn cấp: không. Lý do: Căn cứ thử "
        "nghiệm.", "Điều 2.", "Điều 3."),
    "N10": Paper(
        "12/QĐ-UBND", "QUYẾT ĐỊNH Về việc: Hết hạn cách ly: chấm dứt, gia hạn "
        "hoặc hủy bỏ", CHAIRMAN, "Điều 1. Gia hạn tạm thời cách ly trẻ em. Lý "
        "do: Căn cứ thử nghiệm.", "Điều 2. Thời hạn: 15 ngày.", "Điều 3."),
    "N14": Paper(
        "….…./BB-UBND",
        "BIÊN BẢN Họp xác định nhu cầu hỗ trợ, can thiệp của trẻ em",
        [("THƯ KÝ", "….….….….….…."), ("CHỦ TRÌ", "….….….….….….")],
        "Thời gian: " + TODAY, KIN, "đại diện khu dân cư"),
}
FILED = {
    "M02": {"risk": "low"}, "M03": {"state": LETTERS}, "M06": {},
    "M04": {"goal": "An toàn."},
    "M07": {"from_whom": KIN, "reason": "Căn cứ thử nghiệm.", "days": "7",
            "shelter": "Nhà Thử Nghiệm", "carer": "Bà Thử Nghiệm",
            "from_day": "2026-11-24", "grounds": "Căn cứ Luật Trẻ em.",
            "duty": "Công an, Trạm Y tế chịu trách nhiệm thi hành."}}
PLAN = [{"what": "Việc thử một", "start": "2026-11-25", "end": "2026-12-24",
         "body": "UBND phường", "person": LONG, "provider": "Trạm Y tế",
         "cost": 15000, "fund": "budget"}]
MINUTES = "Họp tại phường. " + "Thống nhất nội dung thử nghiệm. " * 120


@pytest.fixture(scope="module")
def code(s):
    """A case whose plan is approved, and so has a paper."""
    code = s.open(
        children=[{"name": LONG, "birth_date": "2017-03-09", "sex": "female",
                   "place": "Tổ Thử 1", "condition": PROBE,
                   "father": {"name": KIN}}],
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
    for form in ("M02", "M03", "M04", "M06"):
        fill_in(s, code, form)
    return code


@pytest.fixture(scope="module")
def isolated(s):
    """Another one, of a child who is harmed at home."""
    code = s.open(alleged=[{"relation": "parent"}])
    s.approve(code, "N09", decision="isolate", days=7, reason="Thử nghiệm.")
    s.approve(code, "N10", decision="extend", days=15,
              reason="Căn cứ thử nghiệm.")
    fill_in(s, code, "M07")
    return code


def fill_in(s, code, form):
    file(s, code, form, number=PAPERS[form].number.split("/")[0],
         officer=WRITER, signer=SIGNER, place_of="phường Thử Nghiệm",
         child_name=LONG, birth_date="2017-03-09", secrecy="Mật thử nghiệm.",
         recipients="- Nơi Nhận Thử Nghiệm;\n- Lưu: VT.", **FILED[form])


def file(s, code, form, **fields):
    """Written and filed by the officer."""
    a = s.d.api("PUT", f"/v1/cases/{code}/forms/{form}", {
        "state": "filed", "fields": [{"name": name, "text": text}
                                     for name, text in fields.items()]},
        key=s.keys["officer"], headers={"If-Match": '"0"'})
    assert a.status == 200, a


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


def boxes(path):
    """(page, left, top, right, word) of each, in points."""
    page, out = 0, []
    told = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True,
                          capture_output=True, text=True).stdout
    for line in told.splitlines():
        page += line.strip().startswith("<page ")
        if m := re.search(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)"'
                          r' yMax="[\d.-]+">(.*)<', line):
            out.append((page, *map(float, m.groups()[:3]), m[4]))
    return out


def rows(path):
    """The text of the first page, row by row."""
    row, out, last = [], [], None
    for page, left, top, _, word in sorted(boxes(path), key=lambda b: b[2]):
        if page > 1:
            continue
        if last is not None and top - last > 5:
            out += sorted(row)
            row = []
        row.append((left, word))
        last = top
    return " ".join(word for _, word in out + sorted(row))


def outside(path):
    """Words that are not wholly within the margins of an A4 page."""
    return [word for _, left, _, right, word in boxes(path)
            if left < 84 or right > 595 - 41]


def about(path):
    """What pdfinfo tells of the pages, and the fonts: whether each of them is
    in the file, with the letters that its shapes stand for."""
    told = subprocess.run(["pdfinfo", path], check=True, capture_output=True,
                          text=True).stdout
    rows = subprocess.run(["pdffonts", path], check=True, capture_output=True,
                          text=True).stdout.splitlines()[2:]
    return (int(re.search(r"Pages: +(\d+)", told)[1]),
            re.search(r"Page size: +.*\((A4)\)", told)[1],
            {(r.split()[-5], r.split()[-3]) for r in rows})


def check_pages(path):
    """A4, as many as there are, numbered at the top but for the first."""
    pages, size, fonts = about(path)
    assert size == "A4" and fonts == {("yes", "yes")}
    for n in range(1, pages + 1):
        first = min((box for box in boxes(path) if box[0] == n),
                    key=lambda box: box[2])
        assert (first[4] == str(n)) == (n > 1), (n, first)


def check_places(path):
    """Decree 30/2020: who issues it left of the country's name, the place and
    date below its motto, who receives it left of who signs."""
    def at(word):
        return next(box for box in boxes(path) if box[4] == word)
    committee, country, motto = at("ỦY"), at("CỘNG"), at("Độc")
    number, place = at("Số:"), at("Nghiệm,")
    assert committee[3] < country[1]
    assert abs(number[2] - place[2]) < 3 and number[3] < place[1]
    assert country[2] < motto[2] < place[2]
    assert at("Nơi")[1] < at("(Ký,")[1]
    names = {round(box[2]) for box in boxes(path) if box[4] in ("Lập", "Ký")}
    assert len(names) <= 1, "side by side"


SIGNED = """[...document.querySelectorAll(
    ".paper-bottom > div:not(.paper-to)")].map((d) => d.innerText)"""


def signed(p):
    """Blocks of signatures: the office, how it is signed, the name."""
    return [tuple(re.sub(r"\s+", " ", part).strip() for part in
                  block.split("(Ký, ghi rõ họ tên)"))
            for block in p.do("run", code=SIGNED)]


@pytest.fixture(scope="module")
def desk(s, browser):
    with open_home(s, browser, "desk") as p:
        yield p


@pytest.mark.parametrize("what", PAPERS)
def test_every_form_and_act_is_a_paper(s, desk, code, isolated, what):
    p, wanted = desk, PAPERS[what]
    show(s, p, isolated if what in ("M07", "N10") else code, what)
    assert signed(p) == wanted.signs
    path = pdf(p, f"paper-{what}")
    text, head = words(path), rows(path)
    assert wanted.head() in head, (wanted.head(), head)
    if what[0] == "M":
        assert f"Mẫu số {what[1:]} ỦY BAN" in head
    end = text[text.index("Mức độ bảo mật:"):]
    assert "Nơi nhận:" in end
    if what in FILED:
        assert "Mật thử nghiệm." in end and "- Nơi Nhận Thử Nghiệm;" in end
    for office, name in wanted.signs:
        assert name in end, (name, end)
        for word in office.split():
            assert word in end, (word, end)
    for one in wanted.words:
        assert one in text, (one, text)
    assert ("BẢN NHÁP" in text) == ("BẢN NHÁP" in wanted.words)
    assert outside(path) == []
    check_pages(path)
    check_places(path)
    assert TELLER["name"] not in text and TELLER["phone"] not in text
    # Nothing of the page around it.
    assert "Đăng xuất" not in text and "In hoặc lưu" not in text
    p.look(f"paper-{what}")


def test_a_vice_chairman_signs_in_the_chairmans_place(s, desk):
    """Decree 30/2020: as the form says, or the paper that was issued."""
    code, p = s.open(), desk
    file(s, code, "M04", goal="An toàn.", signer=SIGNER, officer=WRITER,
         capacity="vice_chairman")
    s.approve(code, "N07", emergency="no", reason="Thử nghiệm.",
              paper={**PAPER, "capacity": "vice_chairman"})
    show(s, p, code, "M04")
    assert signed(p) == [
        ("TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH", SIGNER),
        ("NGƯỜI LẬP KẾ HOẠCH", WRITER)]
    assert "Ký với tư cách" not in p.text("[data-paper=M04]")
    show(s, p, code, "N07")
    assert signed(p) == [("KT. CHỦ TỊCH PHÓ CHỦ TỊCH", SIGNER)]


def test_a_long_word_is_broken_by_the_paper(s, desk, code):
    show(s, desk, code, "M01")
    assert PROBE.replace(" ", "") in \
        words(pdf(desk, "paper-M01")).replace(" ", "")


def test_what_nobody_concluded_is_left_blank(s, desk):
    code, p = s.open(), desk
    show(s, p, code, "M02")
    text = words(pdf(p, "paper-blank"))
    assert "(Điều 32): ….…." in text and " 0 " not in text
    file(s, code, "M02", **{"risk": "high", "harm.1.1": "high"})
    p.do("goto", url=f"{s.url}#/")
    p.wait("h2#due")
    show(s, p, code, "M02")
    path = pdf(p, "paper-blank")
    text = words(path)
    assert "(Điều 32): không" in text and "BẢN NHÁP" not in text
    assert "Kết luận mức độ nguy cơ: Cao" in text
    text = words(path, "-layout")
    assert "Cao Trung bình Thấp" in text and "Tổng số 1 0 0" in text


def test_minutes_go_over_pages_and_nothing_is_lost(s, browser, code):
    with open_home(s, browser) as p:
        show(s, p, code, "N14")
        path = pdf(p, "paper-minutes")
        assert words(path).count("Thống nhất nội dung thử nghiệm.") == 120
        assert about(path)[0] == 2
        p.look("paper-minutes")
        p.do("goto", url=f"{s.url}#/case/{code}/print/N12")
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
