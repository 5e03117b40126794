"""Simulated years of a ward: notifications come in by chance, people act in
time, late, or not before somebody calls them; the test clock goes from event
to event.  All by the real daemon; the ledger is audited at the end.
"""
import heapq
import http.client
import itertools
import json
import pathlib
import random
import shutil
import tempfile
import uuid
from datetime import datetime, timedelta

import auditor
from case_site import FULL, MARKS, PAPER
from hotline import BUILD, ROOT, START, Daemon, UnixConnection, spool

BEGIN = datetime.fromisoformat(START)
MINUTE = timedelta(minutes=1)


def calendars(folder, years):
    """The shipped years, and plain ones after them."""
    folder.mkdir()
    for path in (ROOT / "conf/calendar").glob("*.conf"):
        (folder / path.name).write_text(path.read_text())
    for year in range(2028, BEGIN.year + years + 3):
        (folder / f"{year}.conf").write_text(
            f'year = {year}; holidays = ( "{year}-01-03" );\n')
    return folder


class Line:
    """One connection that stays open; no answer is checked but its status."""

    def __init__(self, connection, key=None):
        self.connection = connection
        self.key = key

    def __call__(self, method, path, body=None, wanted=200, **headers):
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != wanted:
            raise AssertionError(f"{method} {path}: {answer.status} "
                                 f"{text.decode()}")
        return json.loads(text) if text else None


class Years:
    """n cases over that many days, from BEGIN on."""

    def __init__(self, days, n, seed=20261124):
        self.days, self.n = days, n
        self.random = random.Random(seed)
        self.books = auditor.Books()
        self.todo = []
        self.order = itertools.count()
        self.now = BEGIN
        self.closed = self.asked = self.reported = 0
        memory = pathlib.Path("/dev/shm")
        self.folder = pathlib.Path(tempfile.mkdtemp(
            prefix="hotlined-years-",
            dir=memory if memory.is_dir() else None))
        try:
            self.d = self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    # ---- The ward ----

    def start(self):
        years = self.days // 365 + 1
        d = Daemon(
            self.folder / "d", procedure=FULL,
            channels=[spool(self.folder / "d/spool", interval="now",
                            replies=False)],
            settings={"calendar": str(
                calendars(self.folder / "calendar", years)),
                "agency_quota": 100000, "log_level": "info"})
        until = BEGIN + timedelta(days=self.days + 400)
        for i, (login, role) in enumerate((
                ("canbo", "officer"), ("canbo2", "officer"),
                ("truongnhom", "lead"), ("chutich", "chairman"),
                ("phochutich", "vice_chairman"))):
            d.member(login, role, sms=f"09000000{i:02}", token=False)
        # They agreed to be written to, or somebody would have to phone them.
        d.outside("th111", "hotline", "0900000111")
        d.outside("so", "other", "0900000112")
        # For all the years: a new one would wait for a second person.
        self.tokens = {
            login: d.ctl("member", "token", login, "--not-after",
                         until.isoformat())["token"]
            for login in ("truongnhom", "chutich")}
        for login in ("canbo", "canbo2"):
            d.ctl("duty", "add", login, START, until.isoformat())
        self.admin = Line(UnixConnection(d.socket, 600))
        self.agency = self.line(d, d.agency("tongdai", "hotline"))
        self.lead, self.boss = self.line(d, None), self.line(d, None)
        return d

    def renew(self):
        """Keys and tokens end; whoever hands them out is in time."""
        self.lead.key = self.tokens["truongnhom"]
        self.boss.key = self.tokens["chutich"]
        if self.days > 300:
            keys = self.d.ctl("key", "list", "tongdai")["items"]
            for k in keys[:-1]:
                if "revoked_at" not in k:
                    self.d.ctl("key", "revoke", k["id"])
            self.agency.key = self.d.ctl("key", "add", "tongdai")["key"]

    def line(self, d, key):
        return Line(http.client.HTTPConnection("127.0.0.1", d.port,
                                               timeout=60), key)

    # ---- Time ----

    def at(self, when, what, *args):
        heapq.heappush(self.todo, (when, next(self.order), what, args))

    def after(self, minutes, what, *args):
        self.at(self.now + minutes * MINUTE, what, *args)

    def go_to(self, when):
        self.now = when
        self.admin("POST", "/v1/admin/clock", {"to": when.isoformat()})

    def run(self):
        for day in range(0, self.days + 1, 60):
            self.at(BEGIN + timedelta(days=day), self.renew)
        for day in range(5, self.days + 1, 10):
            self.at(BEGIN + timedelta(days=day), self.send_reports)
        for day in range(20, self.days + 1, 90):
            self.at(BEGIN + timedelta(days=day), self.ask)
        for _ in range(self.n):
            self.at(BEGIN + timedelta(
                minutes=self.random.randrange(self.days * 1440)), self.call)
        while self.todo:
            when, _, what, args = heapq.heappop(self.todo)
            if when > self.now:
                self.go_to(when)
            what(*args)
        self.go_to(BEGIN + timedelta(days=self.days + 30))

    # ---- What people do ----

    def call(self):
        """A notification; some were long on their way."""
        key, ref = str(uuid.uuid4()), f"S-{len(self.books.sent)}"
        way = self.random.choice((0, 1, 5, 30, 30, 45, 900))
        self.books.sent.add(ref)
        receipt = self.agency("POST", "/v1/referrals", {
            "kind": self.random.choice(("abused", "at_risk")),
            "source": {"channel": "phone",
                       "received_at": (self.now - way * MINUTE).isoformat()},
            "children": [{"name": f"Trẻ Thử Nghiệm Số {ref}",
                          "place": "Tổ Thử Nghiệm"}],
            "source_ref": ref}, 201, **{"Idempotency-Key": key})
        self.books.receipt(key, receipt)
        pace = self.random.choices((1, 8, 40), (75, 20, 5))[0]
        for code in receipt["cases"]:
            self.after(10 * pace, self.ack, code)
            self.after(30 * pace, self.look_into, code, pace)

    def ack(self, code):
        """The holder takes what rings."""
        for a in self.lead("GET", "/v1/alerts?limit=200")["items"]:
            if a.get("case") == code:
                self.lead("POST", f"/v1/alerts/{a['id']}/ack", {})
                return

    def version(self, who, code):
        return {"If-Match": f'"{who("GET", f"/v1/cases/{code}")["version"]}"'}

    def do(self, code, step, who=None, how="done", **body):
        who = who or self.lead
        who("POST", f"/v1/cases/{code}/steps/{step}/{how}",
            {"acted_at": self.now.isoformat(), **body},
            **self.version(who, code))

    def look_into(self, code, pace):
        self.do(code, "N04")
        self.do(code, "N05", verified="no")
        self.do(code, "N06", risk="low", items=MARKS)
        self.after(30 * pace, self.conclude, code, pace)

    def conclude(self, code, pace):
        self.do(code, "N07", self.boss, "agree", agreed=True, emergency="no",
                reason="Căn cứ thử nghiệm.")
        self.do(code, "N07", paper=PAPER)
        self.after(60 * pace, self.close, code)

    def close(self, code):
        self.do(code, "N20", self.boss, next="close", reason="unfounded")
        self.do(code, "N21")
        self.boss("POST", f"/v1/cases/{code}/close",
                  {"acted_at": self.now.isoformat(), "reason": "unfounded"},
                  **self.version(self.boss, code))
        self.closed += 1

    def ask(self):
        """Somebody asks what is known of them."""
        self.asked += 1
        self.lead("POST", "/v1/reports", {
            "report": "D01", "item": f"DS-{self.asked}"}, 201)

    def send_reports(self):
        """Every ten days: some are late, all are sent."""
        for r in self.lead("GET", "/v1/reports?state=open")["items"]:
            self.boss("POST", f"/v1/reports/{r['id']}/done", {})
            self.reported += 1

    # ---- The ledger ----

    def received(self):
        """The files that the courier left for the modem, by their ids."""
        self.books.received = {
            p.name: 1 for p in (self.folder / "d/spool/out").iterdir()}

    def remove(self):
        self.d.stop(check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def audit(self):
        settled = int((self.now - timedelta(days=1)).timestamp() * 1000)
        self.d.stop()
        self.received()
        return auditor.audit(self.folder / "d/hotlined.db", self.books, BUILD,
                             settled)
