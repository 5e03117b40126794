"""Every page in both languages and sizes, with long names and 200 cases: the
pictures are in the build's folder, to be looked at; what a program can see of
them (console_site.Page.look) is seen here."""
import pytest

from case_site import FULL, PAPER
from console_site import LONG, SIZES, Page, browser, s as site
from hotline import Daemon
from login_site import password
from test_console_print import MINUTES, PLAN, TELLER
from refer_phone import Site as School

__all__ = ["browser", "site"]
KIN = "Lê " + LONG  # no member: those would be barred
OTHER = {"vi": "English", "en": "Tiếng Việt"}
OFFICE = "Trường Tiểu học và Trung học cơ sở Thử Nghiệm Phường Kiểm Thử Số Hai"
UNFOLD = "document.querySelectorAll('#main details').forEach(d => d.open = true)"
# Of whom, what it is called, the address, what is there then, and what is
# clicked or unfolded before it is looked at.
PAGES = (
    ("canbo", "home", "#/", "h2#due"),
    ("canbo", "search", "#/search", "form", "form button[type=submit]"),
    ("canbo", "case-unfolded", "#/case/{code}", "h2#steps", UNFOLD),
    ("canbo", "push", "#/push", "#main > p.help"),
    ("canbo", "duty", "#/duty", "button[aria-expanded]",
     "button[aria-expanded] >> nth=0", UNFOLD),
    ("canbo", "ward", "#/ward", "h2#reports"),
    ("canbo", "print-M01", "#/case/{code}/print/M01", "[data-paper=M01]"),
    ("canbo", "print-M05", "#/case/{code}/print/M05", "[data-paper=M05]"),
    ("canbo", "print-N14", "#/case/{code}/print/N14", "[data-paper=N14]"),
    ("truongnhom", "lead-unfolded", "#/lead", "h2#load", UNFOLD),
    ("chutich", "approvals", "#/approvals", "h2",
     "#main li.card button >> nth=0"),
    ("quantri", "admin-unfolded", "#/admin", "h2#agencies", UNFOLD),
    ("quantri", "admin-agency", "#/admin", "h2#agencies",
     "#agencies ~ ul > li > p > button"),
)


def rich_case(s):
    """With papers, people and everything that has a long name."""
    code = s.open(
        children=[{"name": LONG, "birth_date": "2017-03-09", "sex": "female",
                   "place": "Tổ dân phố Thử Nghiệm 1", "condition": MINUTES,
                   "father": {"name": KIN}, "mother": {"name": KIN}}],
        narrative=MINUTES[:900], informant=TELLER)
    marks = [{"item": "1", "part": "harm", "mark": "low"}]
    s.do(code, "N06", "officer", risk="low", items=marks)
    s.approve(code, "N07", emergency="no", reason="Căn cứ thử nghiệm.")
    s.do(code, "N13", "officer", risk="low", items=marks)
    s.do(code, "N14", minutes=MINUTES, invited=[
        {"capacity": "resident", "name": KIN, "came": True}])
    s.do(code, "N15", "officer", goal="An toàn.", activities=PLAN)
    s.approve(code, "N16", paper={**PAPER, "signer": LONG})
    return code


@pytest.fixture(scope="module")
def s(site):
    d = site.d
    d.member("quantri", "admin", sms="0900000008")
    d.agency("truong2", "school", name=OFFICE)
    for login in ("canbo", "truongnhom", "chutich", "quantri", "canbo2"):
        d.ctl("member", "set", login, "--name", LONG)
    site.words = {who: password(d, who) for who in
                  ("canbo", "truongnhom", "chutich", "quantri")}
    for n in range(10):  # a case a child
        site.open(children=[{"name": f"Trẻ Thử Nghiệm {n} {i}"}
                            for i in range(20)], narrative="Thử.")
    site.code = rich_case(site)
    return site


def both_sizes(p, name):
    for size in SIZES:
        p.resize(size)
        p.do("run", code="scrollTo(0, 0)")  # what sticks is at its place
        p.look(name)


def prepare(p, what):
    if what == UNFOLD:
        p.do("run", code=what)
    else:
        p.click(what)


@pytest.mark.parametrize("who", ["canbo", "truongnhom", "chutich", "quantri"])
def test_the_pages_of_a_role(s, browser, who):
    wrong = []
    with Page(browser, s.url) as p:
        p.login(who, s.words[who])
        p.wait("h2#due")
        for language in OTHER:
            for _, name, at, there, *more in (x for x in PAGES if x[0] == who):
                if more:  # not as the last language left it
                    p.do("goto", url=f"{s.url}#/push")
                    p.wait("h1")
                p.do("goto", url=s.url + at.format(code=s.code))
                p.wait(there)
                for what in more:
                    prepare(p, what)
                try:
                    both_sizes(p, f"page-{name}-{language}")
                except AssertionError as error:
                    wrong.append(f"{name} {language} {p.size}: "
                                 f"{str(error)[:500]}")
            p.button(OTHER[language])
    assert wrong == [], "\n".join(wrong)


def test_the_pages_of_nobody(s, browser):
    with Page(browser, s.url) as p:
        for language in OTHER:
            both_sizes(p, f"page-login-{language}")
            p.button(OTHER[language])


def test_the_pages_of_a_school(s, browser):
    with Daemon(procedure=FULL, settings={
            "duty_phone": "0900 000 000", "agency_quota": 100000}) as d:
        school = School(d)
        d.agency("truong2", "school", name=OFFICE)
        made = d.ctl("link", "add", "truong2", "--until", "2027-01-15")
        school_pages(browser, f"{school.base}/refer#{made['key']}")


def school_pages(browser, link):
    with Page(browser, link) as p:
        for language in OTHER:
            both_sizes(p, f"page-refer-{language}")
            p.button(OTHER[language])
        p.check("[name=who][value=other]")
        for at, text in (("narrative", MINUTES[:300]), ("name", LONG),
                         ("place", OFFICE), ("your_name", LONG)):
            p.fill(f"#{at}", text)
        for language in OTHER:
            both_sizes(p, f"page-refer-filled-{language}")
            p.button(OTHER[language])
        p.click("form button.main")
        p.wait(".receipt")
        for language in OTHER:
            both_sizes(p, f"page-receipt-{language}")
            p.button(OTHER[language])
