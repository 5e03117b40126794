"""Every text that the API takes is a probe, and every page shows it as text.

Notifications, updates, agencies and members are filled as the document of the
API says, steps and forms by the tables below: each free text is a probe with a
number of its own; what the API refuses is left out.  Then every role visits every
page: no dialog, no broken policy, no element of a probe, and each probe stands
somewhere as it was written, or its name is in UNSEEN.
"""
import re
import time

import pytest

import documents
from case_site import FULL, NOW, Site
from console_day import MODULE
from console_site import Page, browser, has_console
from hotline import Daemon, shared
from login_site import password
from openapi_check import document, resolve

__all__ = ["browser"]
# What of a notification is no free text, or would make it another case.
FIXED = {"/kind": "abused", "/source/received_at": NOW, "/source/channel": "phone",
         "/alleged/0/relation": "other", "/children/0/birth_date": "2017-03-09"}
LEFT = {"/case_code", "/on_behalf_of", "/alleged/0/agency",
        "/children/0/safe_contact/never_to"}
# What no page shows: what is matched only, and a choice of which papers show
# the words that they know.
UNSEEN = (r"referral/(source_ref|forwarded_by)|M0[57]/sex|"
          r"M0[457]/capacity")
P = object()  # a probe, of 200 letters at most
CALL = {"who": P, "rank": P, "number": "0900111222", "paper": P,
        "called_at": NOW}
PAPER = {"number": P, "date": "2026-11-24", "signer": P, "office": P,
         "signature": "hand", "scan": "0" * 64}
MARKS = [{"item": "1", "part": "harm", "mark": "low"}]
PLAN = {"what": P, "start": "2026-11-25", "end": "2026-12-18", "body": P,
        "person": P, "provider": P, "cost": 1, "fund": "budget"}
STEPS = [
    ("N04", "done", "officer", {"call": CALL, "note": P}),
    ("N05", "done", "officer", {"verified": "yes", "note": P}),
    ("N06", "done", "officer", {"risk": "low", "items": MARKS,
                                "conclusion": P}),
    ("N07", "agree", "boss", {"agreed": False, "reason": P}),
    ("N07", "agree", "boss", {"agreed": True, "emergency": "no", "reason": P,
                              "measures": P}),
    ("N07", "done", "officer", {"paper": PAPER}),
    ("N13", "done", "officer", {"risk": "low", "items": MARKS,
                                "conclusion": P}),
    ("N14", "done", "boss", {"minutes": P, "invited": [
        {"capacity": "resident", "name": P, "came": True}]}),
    ("N15", "done", "officer", {"goal": P, "activities": [PLAN]}),
    ("N16", "agree", "boss", {"agreed": True}),
    ("N16", "done", "officer", {"paper": PAPER}),
    ("N16b", "done", "officer", {"recipients": [
        {"capacity": "agency", "name": P}]}),
    ("N18", "done", "officer", {"place": "home", "child_seen": True,
                                "findings": P}),
    ("N19", "done", "officer", {"risk": "low", "items": MARKS}),
    ("N20", "done", "boss", {"next": "repeat", "explanation": P}),
    ("N21", "done", "officer", {"call": CALL, "outcome": "in_progress"}),
]


class Probes:
    def __init__(self):
        self.texts = {}  # where: what was written there
        self.n = 0

    def add(self, where, most=200):
        self.n = n = self.n + 1
        for text in (f"\"'><script>alert({n})</script>"
                     f"<img src=x onerror=alert({n})>",
                     f"<img src=x onerror=alert({n})>", f"<i id=xss{n}>"):
            if len(text) <= most:
                self.texts[where] = text
                return text
        return None

    def of(self, where, schema, at=""):
        """What a schema lets in, each free text a probe."""
        schema = resolve(schema)
        if at in FIXED or at in LEFT:
            return FIXED.get(at)
        if schema.get("type") == "object":
            made = {k: self.of(where, s, f"{at}/{k}")
                    for k, s in schema.get("properties", {}).items()}
            return {k: v for k, v in made.items() if v is not None} or None
        if schema.get("type") == "array":
            one = self.of(where, schema["items"], f"{at}/0")
            return None if one is None else [one]
        if schema.get("type") == "string" and not {
                "enum", "pattern", "format"} & schema.keys():
            return self.add(where + at, schema.get("maxLength", 60))
        return None

    def put(self, where, template):
        """A table's row, each P a probe."""
        if template is P:
            return self.add(where)
        if isinstance(template, dict):
            return {k: self.put(f"{where}/{k}", v)
                    for k, v in template.items()}
        if isinstance(template, list):
            return [self.put(f"{where}/{i}", v)
                    for i, v in enumerate(template)]
        return template

    def drop(self, where, body, pointer):
        """The API does not take it there."""
        self.texts.pop(where + pointer, None)
        *way, last = pointer.strip("/").split("/")
        for part in way:
            body = body[int(part) if isinstance(body, list) else part]
        body.pop(last, None)


class Probed(Site):
    def __init__(self, d):
        super().__init__(d)
        self.probes = Probes()

    def send(self, where, path, schema, key):
        whole = document()["components"]["schemas"][schema]
        body = self.probes.of(where, whole)
        a = self.d.api("POST", path, body, key=key)
        if a.status == 422:
            for e in a.json["errors"]:
                self.probes.drop(where, body, e["pointer"])
            a = self.d.api("POST", path, body, key=key)
        assert a.status in (200, 201, 202), (where, a)
        return a.json

    def act(self, where, code, what, who, template):
        a = self.post(code, what, self.probes.put(where, template), who)
        assert a.status in (200, 201, 204), (where, a)
        return a.json

    def work(self, code):
        for n, (step, how, who, body) in enumerate(STEPS):
            self.act(f"{n}/{step}", code, f"steps/{step}/{how}", who,
                     {"acted_at": NOW, **body})

    def around(self, code):
        """Notes, papers, other bodies."""
        key = self.keys["officer"]
        a = self.d.api("POST", f"/v1/cases/{code}/notes",
                       {"text": self.probes.add("note")}, key=key)
        assert a.status == 201, a
        a = self.d.api("POST", f"/v1/cases/{code}/notes/{a.json['id']}/correct",
                       {"text": self.probes.add("note/corrected"),
                        "reason": self.probes.add("note/reason")}, key=key)
        assert a.status in (200, 201), a
        documents.send(self.d, code, key, documents.PDF,
                       title=self.probes.add("document"))
        for n, (how, body) in enumerate((("refuse", {"reason": P}),
                                         ("accept", {}))):
            out = self.act(f"out/{n}", code, "refer", "officer", {
                "agency": "tramyte", "service": P, "reason": P,
                "due_at": "2027-01-05T08:00:00+07:00",
                "share": shared("name")})
            a = self.d.api("POST", f"/v1/referrals/{out['id']}/{how}",
                           self.probes.put(f"out/{n}/{how}", body),
                           key=self.station)
            assert a.status == 200, a
        a = self.d.api("POST", f"/v1/referrals/{out['id']}/complete",
                       {"outcome": self.probes.add("out/outcome")},
                       key=self.station)
        assert a.status == 200, a


@pytest.fixture(scope="module")
def s():
    if not has_console():
        pytest.skip("CONSOLE NOT TESTED: built with CONSOLE=OFF")
    ward = "phường <img src=x onerror=alert(0)>"
    with Daemon(procedure=FULL, settings={
            "agency_quota": 100000, "ward_name": ward,
            "duty_phone": "0900 000 000"}) as d:
        s = Probed(d)
        s.probes.texts["ward"] = ward
        d.member("quantri", "admin", sms="0900000008")
        s.words = {who: password(d, who) for who in
                   ("canbo", "truongnhom", "chutich", "quantri")}
        for who in (*s.words, "canbo2", "phochutich", "congan"):
            d.ctl("member", "set", who, "--name",
                  s.probes.add(f"member/{who}", 100))
        d.ctl("agency", "add", "coquan", "other", "--name",
              s.probes.add("agency"))
        made = s.send("referral", "/v1/referrals", "ReferralInput", s.school)
        s.code, = made["cases"]
        s.send("update", f"/v1/referrals/{made['id']}/updates", "UpdateInput",
               s.school)
        s.work(s.code)
        s.around(s.code)
        yield s


# The page's address, and what is there when it has come.
ROLES = {"canbo": "desk", "truongnhom": "phone", "chutich": "phone",
         "quantri": "desk"}
# Of each page what is there when it has come; a fault: it is not for this role.
THERE = {"": "h2#due", "lead": "h2#load", "approvals": "h2:has-text('Chờ')",
         "admin": "h2#members", "search": "#search-code", "push": "h1",
         "case": "h2#steps", "form": "h1:has-text('Mẫu 0{}')",
         "print": "[data-paper='{}']"}
PRESS = ("Xem thông tin được bảo vệ", "Xem danh sách tài liệu",
         "Xem ai đang bị ngăn", "Xem còn thiếu gì để kết thúc",
         "Xem người báo tin")
TEXT = """{
  for (const d of document.querySelectorAll("details")) d.open = true;
  [document.body.innerText, ...[...document.querySelectorAll("input,textarea")]
    .map((e) => e.value)].join("\\n");
}"""
OURS = "img, script:not([src]), [onerror], [id^=xss]"


def pages(s, who):
    """All of them; forms and papers, alike for everybody, once all seven."""
    at = f"#/case/{s.code}"
    some = range(1, 8) if who == "canbo" else (4,)
    return ["#/", "#/lead", "#/approvals", "#/admin", "#/search", "#/push", at,
            *(f"{at}/form/{n}" for n in some),
            *(f"{at}/print/M0{n}" for n in some),
            *(f"{at}/print/{step}" for step in ("N07", "N14", "N16"))]


class Reader:
    """What was read on all pages."""

    def __init__(self):
        self.seen = ""

    def read(self, p, what):
        text = p.do("run", code=TEXT)
        assert p.count(OURS) == 0, what
        assert p.do("faults") == [], what
        self.seen += text + "\n"


def press(p, reader, name):
    at = f'role=button[name="{name}"]'
    if p.count(at) == 0:
        return
    if name == "Xem người báo tin":
        p.fill("#reason", "Cần hỏi thêm.")
    p.click(at)
    p.wait("#said p")
    p.gone("button:disabled")
    reader.read(p, name)


def visit(s, p, reader, at):
    p.do("goto", url=f"{s.url}{at}")
    page, _, rest = at.removeprefix("#/").removeprefix("case/").partition("/")
    what, _, n = rest.partition("/")
    there = THERE[what or (page if page in THERE else "case")].format(n)
    p.wait(f"{there}, #main .fault")
    p.gone("h1:has-text('Đang mở')")
    reader.read(p, at)
    for name in PRESS:
        press(p, reader, name)
    # Agencies and what waits for the chairman open one by one.
    for n in range(p.count("main button[aria-expanded=false]")):
        p.click("main button[aria-expanded=false] >> nth=0")
        p.wait("main button[aria-expanded=true]")
        p.gone("button:disabled")
        reader.read(p, at)


def find(s, p, reader):
    """By the probe that is a child's name."""
    p.do("goto", url=f"{s.url}#/search")
    p.wait("#search-name")
    p.fill("#search-name", s.probes.texts["referral/children/0/name"])
    p.click("form[role=search] button[type=submit]")
    p.wait("h2#found, #said .fault")
    reader.read(p, "found")


def fill_forms(s, p):
    """All seven, every field a probe."""
    kinds = p.do("run", code=f"import({MODULE.format('forms.mjs')})"
                 ".then((m) => "
                 "Object.fromEntries(Object.entries(m.FORMS).map(([key, f]) => "
                 "[key, m.fieldsOf(f).filter((x) => !['check', 'rows']"
                 ".includes(x.kind) && !x.mark).map((x) => x.name)])))")
    for key, names in kinds.items():
        fields = [{"name": n, "text": s.probes.add(f"{key}/{n}")}
                  for n in names]
        if key == "M04":
            fields += [{"name": f"activities.1.{n}",
                        "text": s.probes.add(f"{key}/activities/{n}")}
                       for n in PLAN]
        a = s.d.api("PUT", f"/v1/cases/{s.code}/forms/{key}",
                    {"state": "filed", "fields": fields},
                    key=s.keys["officer"], headers={"If-Match": '"0"'})
        assert a.status in (200, 201), a


def test_every_text_of_every_page_stays_text(s, browser):
    s.url = f"http://127.0.0.1:{s.d.port}/"
    reader = Reader()
    for who, size in ROLES.items():
        with Page(browser, s.url, size) as p:
            p.login(who, s.words[who])
            p.wait("h2#due")
            if who == "canbo":
                fill_forms(s, p)
            for at in pages(s, who):
                visit(s, p, reader, at)
            find(s, p, reader)
    # A ward's name stands at the head of papers in capitals.
    seen = reader.seen.lower()
    gone = [where for where, text in s.probes.texts.items()
            if text.lower() not in seen and not re.fullmatch(UNSEEN, where)]
    assert gone == [], "\n".join(gone)


def test_what_a_school_writes_stays_text(s, browser):
    """On /refer: every field, before it is sent and after, and when it comes
    back because something is wrong."""
    made = s.d.ctl("link", "add", "truong1", "--until", "2027-01-15")
    reader = Reader()
    with Page(browser, f"http://127.0.0.1:{s.d.port}/refer#{made['key']}") as p:
        p.check("[name=who][value=other]")
        p.click("summary")
        fields = p.do("run", code="[...document.querySelectorAll('textarea,"
                      "input:not([type]),input[type=text],input[type=tel]')]"
                      ".map((e) => [e.id, e.maxLength])")
        assert len(fields) > 5
        texts = [(at, s.probes.add(f"refer/{at}", most if most > 0 else 200))
                 for at, most in fields]
        for at, text in texts:
            p.fill(f"#{at}", text)
        p.button("English")
        p.wait("html[lang=en]")
        reader.read(p, "refer")
        assert all(text in reader.seen for _, text in texts)
        p.click("form button.main")
        p.wait(".receipt, .wrong")
        reader.read(p, "refer sent")
        for at in [at for at, _ in texts if p.count(f"#{at}-fault")]:
            p.fill(f"#{at}", "0900111222")
        if p.count(".wrong"):
            p.click("form button.main")
            p.wait(".receipt")
        reader.read(p, "receipt")


def test_what_became_an_element_is_found(s, browser):
    """Else the test above could not fail."""
    url = f"http://127.0.0.1:{s.d.port}/"
    with Page(browser, url) as p:
        p.do("run", code="document.body.append(Object.assign(new Image(), "
                         "{ src: 'https://x.test/', id: 'xss1' }))")
        assert p.count(OURS) == 1
        for _ in range(50):
            found = p.do("faults")
            if found:
                break
            time.sleep(0.1)
        assert "Content Security Policy" in " ".join(found)
