"""Forms Mẫu 01-07 on the page: written, kept sealed, filed, steps done."""
import time

import pytest

from console_site import LONG, browser, s
from test_console import open_home
from test_console_case import KIN, PROBE

__all__ = ["browser", "s"]


@pytest.fixture(scope="module")
def code(s):
    return s.open(
        children=[{"name": LONG, "birth_date": "2017-03-09", "sex": "female",
                   "place": PROBE, "condition": "Có vết bầm.",
                   "father": {"name": KIN, "age": 40}}],
        alleged=[{"relation": "parent", "name": KIN}],
        narrative="Nội dung thử nghiệm.",
        informant={"name": "Người Báo Thử Nghiệm", "phone": "0911000111"})


def open_form(s, browser, code, n, size="phone"):
    p = open_home(s, browser, size)
    p.do("goto", url=f"{s.url}#/case/{code}/form/{n}")
    p.wait("form h2")
    return p


def form(s, code, key):
    a = s.d.api("GET", f"/v1/cases/{code}/forms/{key}", key=s.keys["boss"])
    assert a.status == 200, a
    return a.json["state"], {f["name"]: f["text"] for f in a.json["fields"]}


def clock(s, code, step):
    return next(k["state"] for k in s.case(code)["clocks"]
                if k["step"] == step)


def value(p, at):
    return p.do("run", code=f"document.getElementById('{at}').value")


def show(s, p, code, n):
    p.do("goto", url=f"{s.url}#/case/{code}/form/{n}")
    p.wait(f"h1:has-text('Mẫu 0{n}')")
    p.wait("form h2")


@pytest.mark.parametrize("size,language,forms", [
    ("phone", "vi", range(1, 8)), ("desk", "en", (1, 4))])
def test_every_form_is_fit_to_be_filled(s, browser, code, size, language,
                                        forms):
    with open_home(s, browser, size) as p:
        if language == "en":
            p.button("English")
            p.wait("text=Due next")
        for n in forms:
            show(s, p, code, n)
            assert value(p, "child_name") == LONG
            assert value(p, "birth_date") == "2017-03-09"
            p.look(f"form-{n}-{language}")


def test_a_case_links_to_its_forms(s, browser, code):
    with open_home(s, browser) as p:
        p.do("goto", url=f"{s.url}#/case/{code}")
        p.click("summary:text('Mẫu 01 đến Mẫu 07')")
        p.click("section:has(#forms) >> text='Viết' >> nth=1")
        p.wait("form h2")
        assert "Mẫu 02" in p.text("h1")
        p.click(f"text=Về vụ việc {code}")
        # And from the step that asks for it.
        p.click("section:has(#steps) >> text=Viết Mẫu 02")
        p.wait("form h2")


def test_a_draft_is_kept_by_the_daemon_and_found_on_another_phone(
        s, browser):
    code = s.open()
    with open_form(s, browser, code, 3) as p:
        p.fill("[name=needs]", "Cần gặp bác sĩ. " + PROBE)
        assert "CHƯA lưu" in p.text("#sheet-state")
        p.button("Lưu bản nháp")
        p.wait("#said .said")
        assert form(s, code, "M03")[0] == "draft"
        # What is left unsaved when the page is left is saved, too.
        p.fill("[name=child_view]", "Con muốn ở với bà.")
        p.do("goto", url=f"{s.url}#/")
        p.wait("h2#due")
    with open_form(s, browser, code, 3, "desk") as p:
        assert value(p, "needs") == "Cần gặp bác sĩ. " + PROBE
        assert value(p, "child_view") == "Con muốn ở với bà."
        assert "do canbo lưu" in p.text("#sheet-state")


def test_a_form_is_filed_and_its_step_done(s, browser):
    code = s.open()
    assert clock(s, code, "N06") == "open"
    with open_form(s, browser, code, 2) as p:
        for item in ("harm.1.1", "harm.1.2", "protection.2.1"):
            p.choose(f'[id="{item}"]', "high")
        p.choose('[id="protection.2.2"]', "low")
        assert "Cao: 2 · Trung bình: 0 · Thấp: 0" in p.text("#main")
        p.choose("#risk", "high")
        p.fill("#conclusion", "Đề nghị áp dụng biện pháp khẩn cấp.")
        p.fill("#sheet-acted", s.d.now[:16])
        p.button("Lưu chính thức vào hồ sơ")
        p.wait("#said .said")
        assert "ghi nhận bước" in p.text("#said")
        assert "Bản chính thức" in p.text("#sheet-state")
        p.look("form-filed-vi")
    assert clock(s, code, "N06") == "done"
    assert s.case(code)["facts"]["risk"] == "high"
    state, text = form(s, code, "M02")
    assert (state, text["harm.1.1"], text["conclusion"]) == \
        ("filed", "high", "Đề nghị áp dụng biện pháp khẩn cấp.")


def test_a_plan_is_submitted_row_by_row(s, browser):
    code = s.open()
    s.do(code, "N06", "officer", risk="low", items=[
        {"item": "1", "part": "harm", "mark": "low"}])
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    with open_form(s, browser, code, 4) as p:
        p.fill("#goal", "Trẻ được an toàn.")
        p.button("Thêm hoạt động")
        p.button("Thêm hoạt động")
        for n in (1, 2, 3):
            for name, text in (("what", f"Việc thử {n}"), ("body", "UBND"),
                               ("person", LONG), ("provider", "Trạm Y tế"),
                               ("start", "2026-11-25"), ("end", "2026-12-25"),
                               ("cost", str(n * 1000))):
                p.fill(f'[id="activities.{n}.{name}"]', text)
            p.choose(f'[id="activities.{n}.fund"]', "budget")
        p.look("form-plan-vi")
        p.button("Bỏ hoạt động 2")
        p.fill("#sheet-acted", s.d.now[:16])
        p.button("Lưu chính thức vào hồ sơ")
        p.wait("#said .said")
    assert clock(s, code, "N15") == "done"
    a = s.d.api("GET", f"/v1/cases/{code}/plan", key=s.keys["boss"])
    assert [(x["what"], x["cost"]) for x in a.json["activities"]] == \
        [("Việc thử 1", 1000), ("Việc thử 3", 3000)]


def test_a_refused_step_leaves_a_draft_and_says_why(s, browser):
    code = s.open()
    with open_form(s, browser, code, 2) as p:
        p.choose("#risk", "low")
        p.fill("#conclusion", "Chưa chấm mục nào.")
        p.fill("#sheet-acted", s.d.now[:16])
        p.button("Lưu chính thức vào hồ sơ")
        p.wait("#said .fault")
        assert "mức đánh giá" in p.text("#said")
        p.look("form-refused-vi")
    assert form(s, code, "M02")[0] == "draft"
    assert clock(s, code, "N06") == "open"


def test_mau_01_mends_what_the_case_says_of_the_child(s, browser):
    code = s.open()
    with open_form(s, browser, code, 1) as p:
        p.fill("#child_name", "Trẻ Thử Nghiệm Viết Đúng")
        p.fill("#age", "8")
        p.button("Lưu chính thức vào hồ sơ")
        p.wait("#said .said")
    child, = s.case(code)["children"]
    assert (child["name"], child["age"]) == ("Trẻ Thử Nghiệm Viết Đúng", 8)
    assert form(s, code, "M01")[0] == "filed"


def test_two_who_write_at_once_lose_nothing(s, browser):
    code = s.open()
    with open_form(s, browser, code, 6) as p:
        a = s.d.api("PUT", f"/v1/cases/{code}/forms/M06", {
            "state": "draft", "fields": [
                {"name": "conclusion", "text": "Của người khác."}]},
            key=s.keys["lead"], headers={"If-Match": '"0"'})
        assert a.status == 200, a
        p.fill("#conclusion", "Của tôi.")
        p.button("Lưu bản nháp")
        p.wait("#said .fault")
        assert "người khác vừa lưu" in p.text("#said")
        p.look("form-stale-vi")
        assert form(s, code, "M06")[1]["conclusion"] == "Của người khác."
        p.button("Lưu bản của tôi")
        p.wait("#said .said")
    assert form(s, code, "M06")[1]["conclusion"] == "Của tôi."


def test_what_was_written_offline_is_put_back_and_saves_itself(s, browser):
    code = s.open()
    # The draft is saved after 15 s: here sooner.
    first = """const later = setTimeout;
    globalThis.setTimeout = (f, ms) => later(f, ms === 15000 ? 300 : ms);"""
    with open_home(s, browser, first=first) as p:
        show(s, p, code, 3)
        p.do("offline", on=True)
        p.fill("[name=needs]", "Viết lúc mất mạng.")
        p.wait("#said .fault")
        assert "CHƯA" in p.text("#said")
        p.do("goto", url=f"{s.url}#/")
        p.wait("h2#due")
        p.do("offline", on=False)
        show(s, p, code, 3)
        assert value(p, "needs") == "Viết lúc mất mạng."
        assert "CHƯA lưu" in p.text("#said")
        p.look("form-put-back-vi")
        p.fill("[name=factors]", "Thêm một ý.")
        p.wait("text=Bản nháp do canbo lưu")
    text = form(s, code, "M03")[1]
    assert (text["needs"], text["factors"]) == \
        ("Viết lúc mất mạng.", "Thêm một ý.")


KEPT = """(async () => {
  const dbs = await indexedDB.databases();
  const texts = [];
  for (const name of await caches.keys())
    for (const r of await (await caches.open(name)).keys())
      texts.push(new URL(r.url).pathname);
  const keys = (store) => Array.from({ length: store.length },
    (_, i) => store.key(i));
  return { local: keys(localStorage), session: keys(sessionStorage),
    dbs: dbs.length, caches: texts };
})()"""


def test_nothing_personal_stays_after_logout(s, browser):
    code = s.open(children=[{"name": KIN, "place": "Tổ Thử 1"}])
    with open_form(s, browser, code, 3) as p:
        p.fill("[name=needs]", "Điều rất riêng.")
        p.button("Đăng xuất")
        p.wait("text=Anh/chị đã đăng xuất")
        kept = p.do("run", code=KEPT)
        assert set(kept["local"]) <= {"language"}
        assert (kept["session"], kept["dbs"]) == ([], 0)
        assert not [c for c in kept["caches"] if c.startswith("/v1")]
        body = p.do("run", code="document.documentElement.outerHTML")
        assert KIN not in body and "Điều rất riêng" not in body
        assert code not in body
        p.do("run", code="history.back()")
        p.wait("#login")
        assert KIN not in p.text("body")
    # It was saved before the session ended.
    assert form(s, code, "M03")[1]["needs"] == "Điều rất riêng."
