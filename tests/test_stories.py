"""Scripted stories: a case from its notification to the end, or as far as it
goes, with due instants worked out by hand.

tests/stories/*.tsv, one row a line, columns parted by tabs:

    time  verb  what  who or due  JSON or arithmetic

Civil times of +07:00; a row without a date is of the day above.  Acts (send,
do, agree, issue, oral, post, phoned, leave) are done at their time.  `due` rows say of
every clock of the case when it opens and is due, with the arithmetic; `alert` rows say of
every alert when it is raised; what is there besides fails.  `gate` says what is
unmet then, `lapse` what lapsed and whose leg it was, `fact` what became known.
"""
import json
import os
import re
import sqlite3
import time
from collections import namedtuple
from datetime import datetime

import pytest

from case_site import FULL, PAPER, RECIPIENTS, Site
from hotline import ROOT, Daemon, copy_of

STORIES = sorted((ROOT / "tests/stories").glob("*.tsv"))
Row = namedtuple("Row", "line at verb what who rest")
KINDS = {"violence", "exploitation", "sexual", "trafficking", "abandonment",
         "neglect", "other"}


def read(path):
    day, rows = None, []
    for n, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        time, verb, what, who, rest, *_ = line.split("\t") + [""] * 4
        found = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d)", time)
        assert found, f"{path.name}:{n}: {time!r} is no time"
        day = found[1] or day
        rows.append(Row(n, f"{day}T{found[2]}:00+07:00", verb, what, who,
                        rest))
    return rows


def marks(high, medium, low):
    return [{"item": f"{i + 1}", "part": "harm", "mark": m} for i, m in
            enumerate(["high"] * high + ["medium"] * medium + ["low"] * low)]


def activity(start, end):
    return {"what": "Hoạt động thử nghiệm", "start": start, "end": end,
            "body": "Đơn vị thử nghiệm", "person": "Người Thử Nghiệm",
            "provider": "Nơi cung cấp thử", "cost": 0, "fund": "budget"}


def body_of(row):
    """The JSON, with short forms of marks, plans, words and guests."""
    body = {"acted_at": row.at, **json.loads(row.rest or "{}")}
    if "marks" in body:
        body["items"] = marks(*body.pop("marks"))
    if "plan" in body:
        body["activities"] = [activity(*dates) for dates in body.pop("plan")]
    if row.what == "N16b":
        body["recipients"] = RECIPIENTS
    if "guests" in body:
        body["invited"] = [{"capacity": c, "name": f"Khách Thử Nghiệm {i}"}
                           for i, c in enumerate(body.pop("guests"))]
        body["minutes"] = "Biên bản thử nghiệm."
    return body


class Story:
    def __init__(self, site, rows):
        self.s, self.d, self.rows = site, site.d, rows
        self.codes, self.code = [], None

    def tell(self):
        for row in self.rows:
            if row.verb in ("due", "alert", "lapse"):
                continue
            if datetime.fromisoformat(row.at) > \
                    datetime.fromisoformat(self.d.now):
                self.d.step(row.at)
            getattr(self, row.verb)(row)

    def ok(self, row, a, status=200):
        assert a.status == status, f"line {row.line}: {a}"

    def send(self, row):
        body = json.loads(row.rest)
        received = body.pop("received", row.at)
        body.setdefault("children", [{"name": "Trẻ Thử Nghiệm Chuyện",
                                      "place": "Tổ Thử 1"}])
        a = self.d.api("POST", "/v1/referrals", {
            "kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": received}, **body},
            key=self.s.school)
        self.ok(row, a, 201)
        self.code = a.json["cases"][0]

    def act(self, row, path, body):
        who = row.who or "officer"
        reader = "lead" if who != "lead" else "officer"
        tag = self.s.read(self.code, reader).headers["etag"]
        return self.d.api("POST", f"/v1/cases/{self.code}/{path}", body,
                          key=self.s.keys[who], headers={"If-Match": tag})

    def do(self, row):
        self.ok(row, self.act(row, f"steps/{row.what}/done", body_of(row)))

    def agree(self, row):
        self.ok(row, self.act(row, f"steps/{row.what}/agree",
                              {"agreed": True, **body_of(row)}))

    def issue(self, row):
        self.ok(row, self.act(row, f"steps/{row.what}/done", {
            **body_of(row), "paper": {**PAPER, "date": row.at[:10]}}))

    def oral(self, row):
        self.ok(row, self.act(row, f"steps/{row.what}/oral", {
            "witness": "Người Chứng Thử Nghiệm", **body_of(row)}))

    def post(self, row):
        self.ok(row, self.act(row, row.what, body_of(row)))

    def phoned(self, row):
        """The one task of that body is recorded; called at the last column."""
        a = self.d.api("GET", "/v1/phone-tasks", key=self.s.keys[row.who])
        (task,) = [t for t in a.json["items"] if t["body"] == row.what]
        self.ok(row, self.d.api("POST", f"/v1/phone-tasks/{task['id']}/done", {
            "who": "Người Trực Thử Nghiệm", "rank": "Trực ban",
            "number": "0269 3111222", "called_at": row.rest,
            "paper": "31/UBND-VX"}, key=self.s.keys[row.who]))

    def leave(self, row):
        self.ok(row, self.d.api("POST", "/v1/leave", {
            "member": row.what, "from": row.at,
            "until": row.who.replace(" ", "T") + ":00+07:00"},
            key=self.s.keys["lead"]), 201)

    def gate(self, row):
        a = self.d.api("GET", f"/v1/cases/{self.code}/gate",
                       key=self.s.keys["lead"])
        unmet = sorted(u["step"] if u["id"] == "urgent" else u["id"]
                       for u in a.json["unmet"])
        assert unmet == sorted(row.what.split()), f"line {row.line}"

    def fact(self, row):
        facts = self.s.case(self.code, "lead")["facts"]
        assert facts[row.what] == row.who, f"line {row.line}: {facts}"

    def state(self, row):
        assert self.s.case(self.code, "lead")["state"] == row.what, row

    # ---- What must be there, and nothing else ----

    def expected(self, verb):
        return [r for r in self.rows if r.verb == verb]

    def check_clocks(self):
        clocks = self.s.case(self.code, "lead")["clocks"]
        there = sorted((k["opened_at"], k["step"] + (
            "/" + k["item"] if "item" in k else ""),
            k["due_at"][:16].replace("T", " ")) for k in clocks)
        assert there == sorted((r.at, r.what, r.who)
                               for r in self.expected("due"))
        lapsed = sorted((k["lapsed_at"], k["step"], k["lapse_leg"])
                        for k in clocks if "lapsed_at" in k)
        assert lapsed == sorted((r.at, r.what, r.who)
                                for r in self.expected("lapse"))

    def check_alerts(self):
        db = sqlite3.connect(copy_of(self.d))
        there = db.execute(
            "SELECT a.raised_at, coalesce(k.step, '-'), a.kind, a.rung"
            " FROM alert a LEFT JOIN clock k ON k.id = a.clock_id"
            " WHERE a.case_id IS NOT NULL OR k.news IS NOT NULL"
            " OR a.clock_id IS NULL")
        # Of the case, and alarms; the ward's own reports are another suite's.
        there = [f"{datetime.fromtimestamp(at / 1000):%Y-%m-%d %H:%M} "
                 f"{step} {kind} {rung}" for at, step, kind, rung in there]
        assert sorted(there) == sorted(
            f"{r.at[:16].replace('T', ' ')} {r.what} {r.who}"
            for r in self.expected("alert"))


@pytest.fixture(autouse=True, scope="module")
def civil_time():
    """The database is read in the stories' own time."""
    old = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Ho_Chi_Minh"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if old:
        os.environ["TZ"] = old
    time.tzset()


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_story(path):
    rows = read(path)
    with Daemon(procedure=FULL, at=rows[0].at) as d:
        # Who must be phoned agreed to nothing.
        if not any(r.verb == "phoned" for r in rows):
            d.outside("th111", "hotline", "0900000111")
            d.outside("so", "other", "0900000112")
        site = Site(d)
        story = Story(site, rows)
        story.tell()
        story.check_clocks()
        story.check_alerts()


def test_every_kind_and_every_risk_has_a_story():
    assert len(STORIES) >= 12
    texts = [p.read_text() for p in STORIES]
    for kind in KINDS:
        assert any(f'"abuse_kinds": ["{kind}"' in t for t in texts), kind
    for risk in ("low", "medium", "high"):
        assert any(f'"risk": "{risk}"' in t for t in texts), risk
