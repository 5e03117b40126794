"""Load for the storms: a ward at work while something breaks it.

An agency notifies, repeats and adds; the team reads, acknowledges, does steps
and refers; another agency accepts and completes; time passes.  What a fault
interrupts is tried again.  Everything that was answered is in the books.
"""
import datetime
import http.client
import json
import os
import pathlib
import random
import subprocess
import threading
import time

import auditor
import canary
import hotline
import receivers

SEED = int(os.environ.get("SEED", random.randrange(1 << 31)))
LOST = (OSError, http.client.HTTPException, hotline.Refused, ValueError)
MINUTE = 60000


class Sink:
    """The receivers' book: an id on the wire, how often it came, and when
    first by that clock, if there is one."""

    def __init__(self, books, now=None):
        self.books, self.lock, self.now = books, threading.Lock(), now

    def add(self, message):
        with self.lock:
            seen = self.books.received
            seen[message.id] = seen.get(message.id, 0) + 1
            if self.now is not None:
                self.books.arrived.setdefault(message.id, self.now())
            self.books.texts.append(message.raw + message.text.encode()
                                    + message.subject.encode())

    def fault(self, text):
        self.books.fault(text)


def notification(key, received_at=hotline.START):
    return {"kind": "unknown",
            "source": {"channel": "phone", "received_at": received_at},
            "children": [{"name": f"Trẻ Thử {key}", "place": canary.STREET,
                          "condition": canary.NAME}],
            "narrative": f"{canary.NAME}, {canary.PHONE}",
            "source_ref": key}


def backups(folder):
    """Settings with which backups are made into a folder of that one."""
    (folder / "backups").mkdir(parents=True)
    line = subprocess.run(
        [hotline.BUILD / "hotlinectl", "backup", "key", folder / "safe.key"],
        capture_output=True, text=True, check=True).stdout
    return {"backup_folder": str(folder / "backups"),
            "backup_recipient": line.split('"')[1]}


class Storm:
    def __init__(self, folder, seed=SEED, **settings):
        self.books = auditor.Books()
        self.seed = seed
        self.at = self.was_at = datetime.datetime.fromisoformat(hotline.START)
        self.web = receivers.HttpReceiver(Sink(
            self.books, lambda: self.at.timestamp() * 1000))
        self.channels = [{
            "name": "http", "kind": "http", "interval": "now",
            "dedupes": True, "allow_private": True,
            "url": self.web.url + "/",
            "body": '{"to":"{to}","text":"{text}","id":"{id}"}'}]
        self.d = hotline.Daemon(folder=folder, channels=self.channels,
                                settings={"agency_quota": 100000,
                                          "log_level": "info", **settings})
        self.path = self.d.folder / self.d.settings["database"]
        self.key = self.d.agency("truong1", "school")
        self.station = self.d.agency("tramyte", "health")
        self.token = self.d.member("canbo", "officer", duty=True, http="1")
        self.d.member("truongnhom", "lead", http="2")
        self.boss = self.d.member("chutich", "chairman", http="3")
        self.aims = {}
        self.received_at = hotline.START  # of what is told next
        self.over = threading.Event()
        work = [self.post] * 3 + [self.add, self.acknowledge, self.act,
                                  self.refer, self.answer, self.pass_time]
        self.threads = [threading.Thread(target=self.guard, args=(f, n))
                        for n, f in enumerate(work)]

    def guard(self, work, n):
        """Do it again and again; what a fault interrupts is tried again."""
        dice = random.Random(self.seed + n)
        turn = 0
        while not self.over.is_set():
            try:
                work(f"{n}-{turn}", dice)
                turn += 1
            except LOST:
                time.sleep(0.02)
            except AssertionError as wrong:  # an answer against the contract
                self.books.fault(str(wrong)[:2000])
                return

    # ---- What an agency does ----

    def call(self, method, path, body=None, key=None, status=None, **more):
        """The answer; ValueError unless it has that status."""
        r = self.d.api(method, path, body, key=key, timeout=5, **more)
        if r.status >= 400:
            self.books.texts.append(r.raw)
        if status is not None and r.status != status:
            raise ValueError(r)
        return r

    def send(self, key, one):
        """A notification; its receipt."""
        raw = json.dumps(one, ensure_ascii=False)
        self.books.send(key, key, raw.encode())
        r = self.call("POST", "/v1/referrals", raw, self.key, 201, idem=key)
        self.books.receipt(key, r.json)
        return r.json

    def post(self, key, dice):
        one = notification(key, self.received_at)
        for again in range(1 + (dice.random() < 0.2)):  # the same receipt
            self.send(key, one)

    def add(self, key, dice):
        time.sleep(0.03)
        if not self.books.receipts:
            return
        # Tried again it is the same request: of a key that stands for
        # another one every further try would be refused.
        receipt = self.aims.setdefault(
            key, dice.choice(list(self.books.receipts.values())))
        r = self.call("POST", receipt["links"]["updates"],
                      {"text": canary.NAME}, self.key, 201, idem=key)
        self.books.updates.add(r.json["id"])

    # ---- What the team does ----

    def acknowledge(self, _, dice):
        time.sleep(0.05)
        alerts = self.call("GET", "/v1/alerts", key=self.token,
                           status=200).json["items"]
        if not alerts:
            return
        alert = dice.choice(alerts)["id"]
        r = self.call("POST", f"/v1/alerts/{alert}/ack", key=self.token)
        if r.status == 200:
            self.books.acked.add(alert)

    def some_case(self, dice):
        """A case of a receipt, as the chairman reads it; and its tag."""
        if not self.books.receipts:
            raise ValueError("no case yet")
        receipt = dice.choice(list(self.books.receipts.values()))
        r = self.call("GET", f"/v1/cases/{receipt['cases'][0]}",
                      key=self.boss, status=200)
        return r.json, {"If-Match": r.headers["etag"]}

    def act(self, key, dice):
        time.sleep(0.05)
        case, tag = self.some_case(dice)
        evidence = f"KHO-{key}-{case['code']}"  # a case's step is done once
        r = self.call("POST", f"/v1/cases/{case['code']}/steps/N08/done",
                      {"acted_at": case["received_at"], "evidence": evidence,
                       "emergency": dice.choice(["yes", "no"]),
                       "note": canary.NAME}, self.boss, headers=tag)
        if r.status == 200:
            self.books.acts.add(evidence)

    def conclude(self, code):
        """The urgent step of a case is done; only its close is left."""
        path, evidence = f"/v1/cases/{code}", f"KHO-{code}"
        case = self.call("GET", path, key=self.boss, status=200)
        self.call("POST", f"{path}/steps/N08/done", {
            "acted_at": case.json["received_at"], "evidence": evidence,
            "emergency": "no", "reason": "Không khẩn cấp."}, self.boss, 200,
            headers={"If-Match": case.headers["etag"]})
        self.books.acts.add(evidence)

    def refer(self, _, dice):
        time.sleep(0.1)
        case, tag = self.some_case(dice)
        r = self.call("POST", f"/v1/cases/{case['code']}/refer",
                      {"agency": "tramyte", "service": "Khám",
                       "reason": canary.NAME,
                       "due_at": "2027-06-01T07:00:00+07:00"},
                      self.boss, 201, headers=tag)
        self.books.referred[r.json["id"]] = "sent"

    def answer(self, key, dice):
        time.sleep(0.05)
        todo = [i for i, s in self.books.referred.items() if s != "completed"]
        if not todo:
            return
        one = dice.choice(todo)
        if self.books.referred[one] == "sent":
            r = self.call("POST", f"/v1/referrals/{one}/accept", {},
                          self.station, idem=f"n-{one}")
            if r.status == 200:
                self.books.referred[one] = "accepted"
        else:
            r = self.call("POST", f"/v1/referrals/{one}/complete",
                          {"outcome": canary.NAME}, self.station,
                          idem=f"x-{one}")
            if r.status == 200:
                self.books.referred[one] = "completed"

    # ---- Time ----

    def go_on(self):
        """The daemon's clock comes to at; no alert may be later than that."""
        self.d.now = self.at.isoformat()
        self.d.ctl("clock", "step", "--to", self.d.now)
        # After a fault the daemon starts at the instant that was wanted.
        span = (self.at - self.was_at) / datetime.timedelta(milliseconds=1)
        self.books.late_ms = max(self.books.late_ms or MINUTE, span)
        self.was_at = self.at

    def pass_time(self, *_, span=datetime.timedelta(minutes=5)):
        process = self.d.process
        self.at = self.was_at + span
        self.go_on()
        head = self.d.ctl("audit", "head")
        self.books.anchors[head["seq"]] = head["hash"]
        if process is not None:  # if it is still that one, it is all there
            self.books.sample(process.pid)
        time.sleep(0.1)

    # ---- What must hold no name ----

    def copy(self):
        """A copy of the file and, where there is a folder for it, a sealed
        backup: the auditor reads all that lies beside the database."""
        a = self.d.admin("POST", "/v1/admin/audit/copy")
        assert a.status == 200, a
        if "backup_folder" in self.d.settings:
            assert pathlib.Path(self.d.ctl("backup")["path"]).exists()

    def addresses(self):
        """Of every request that it made, and of every link that it gave."""
        yield from (f"{r['path']} {r['headers']}" for r in self.web.requests)
        yield from (str(r["links"]) for r in self.books.receipts.values())

    # ---- The storm ----

    def begin(self):
        for t in self.threads:
            t.start()

    def calm(self):
        """No more load."""
        time.sleep(0.5)
        self.over.set()
        for t in self.threads:
            t.join()

    def settle(self):
        """Ten quiet minutes of the test clock, then a clean end; the instant
        before which all alerts must have left."""
        settled_before = self.at.timestamp() * 1000
        self.at += datetime.timedelta(minutes=10)
        self.d.step(self.at.isoformat())
        self.d.stop()
        return settled_before

    def end(self):
        """Whatever became of the test, nothing of it stays up."""
        self.over.set()
        self.d.stop(check=False)
        self.web.stop()

    def audit(self):
        """Settle, and all violations."""
        settled_before = self.settle()
        self.books.texts += [a.encode() for a in self.addresses()]
        return auditor.audit(self.path, self.books, hotline.BUILD,
                             settled_before, {self.d.folder})

    def counts(self):
        b = self.books
        return {"seed": self.seed, "receipts": len(b.receipts),
                "updates": len(b.updates), "acts": len(b.acts),
                "acknowledged": len(b.acked), "referred": len(b.referred),
                "completed": sum(s == "completed"
                                 for s in list(b.referred.values())),
                "messages": sum(list(b.received.values())),
                "distinct": len(b.received), "anchors": len(b.anchors)}
