"""kill -9 at random moments under load: nothing lost, nothing doubled.

KILLS=n and SEED=n choose another storm; the seed is printed.
"""
import datetime
import http.client
import os
import random
import threading
import time

import pytest

import auditor
import hotline
import receivers

KILLS = int(os.environ.get("KILLS", 50))
SEED = int(os.environ.get("SEED", random.randrange(1 << 31)))
LOST = (OSError, http.client.HTTPException, hotline.Refused, ValueError)


class Sink:
    """The receivers' book: an id on the wire, and how often it came."""

    def __init__(self, books):
        self.books, self.lock = books, threading.Lock()

    def add(self, message):
        with self.lock:
            seen = self.books.received
            seen[message.id] = seen.get(message.id, 0) + 1

    def fault(self, text):
        self.books.fault(text)


class Storm:
    def __init__(self, folder):
        self.books = auditor.Books()
        self.web = receivers.HttpReceiver(Sink(self.books))
        channel = {
            "name": "http", "kind": "http", "interval": "now",
            "dedupes": True, "allow_private": True,
            "url": self.web.url + "/",
            "body": '{"to":"{to}","text":"{text}","id":"{id}"}'}
        self.d = hotline.Daemon(folder=folder, channels=[channel],
                                settings={"agency_quota": 100000,
                                          "log_level": "info"})
        self.key = self.d.agency("truong1", "school")
        self.token = self.d.member("canbo", "officer", duty=True, http="1")
        self.d.member("truongnhom", "lead", http="2")
        self.d.member("chutich", "chairman", http="3")
        self.over = threading.Event()
        self.at = datetime.datetime.fromisoformat(self.d.now)
        self.threads = [threading.Thread(target=self.guard, args=(f, n))
                        for n, f in enumerate([self.post] * 4 +
                                              [self.acknowledge, self.pass_time])]

    def guard(self, work, n):
        """Do it again and again; what a kill interrupts is tried again."""
        dice = random.Random(SEED + n)
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

    def post(self, key, dice):
        self.books.sent.add(key)
        r = self.d.api("POST", "/v1/referrals", {
            "kind": "unknown", "source": {"channel": "phone",
                                          "received_at": hotline.START},
            "children": [{"name": f"Trẻ Thử {key}", "place": "Tổ thử"}],
            "source_ref": key}, key=self.key, idem=key, timeout=5)
        if r.status != 201:
            raise ValueError(r)
        self.books.receipt(key, r.json)
        if dice.random() < 0.2:  # ask again: the same receipt
            again = self.d.api("POST", "/v1/referrals", {
                "kind": "unknown", "source": {
                    "channel": "phone", "received_at": hotline.START},
                "children": [{"name": f"Trẻ Thử {key}", "place": "Tổ thử"}],
                "source_ref": key}, key=self.key, idem=key, timeout=5)
            if again.status == 201:
                self.books.receipt(key, again.json)

    def acknowledge(self, _, dice):
        alerts = self.d.api("GET", "/v1/alerts", key=self.token,
                            timeout=5).json["items"]
        if alerts:
            self.d.api("POST", f"/v1/alerts/{dice.choice(alerts)['id']}/ack",
                       key=self.token, timeout=5)
        time.sleep(0.05)

    def pass_time(self, *_):
        self.at += datetime.timedelta(minutes=5)
        self.d.now = self.at.isoformat()
        self.d.ctl("clock", "step", "--to", self.d.now)
        time.sleep(0.1)

    def blow(self):
        dice = random.Random(SEED)
        for t in self.threads:
            t.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.05, 0.6))
            self.d.kill9()
            self.d.start()
        time.sleep(0.5)
        self.over.set()
        for t in self.threads:
            t.join()

    def end(self):
        """Whatever became of the test, nothing of it stays up."""
        self.over.set()
        self.d.stop(check=False)
        self.web.stop()

    def settle(self):
        """Ten quiet minutes of the test clock, then a clean end."""
        settled_before = self.at.timestamp() * 1000
        self.at += datetime.timedelta(minutes=10)
        self.d.step(self.at.isoformat())
        self.d.stop()
        return settled_before


@pytest.fixture
def storm(tmp_path):
    storm = Storm(tmp_path)
    yield storm
    storm.end()


@pytest.mark.parametrize("kills", [KILLS])
def test_kill_nine_loses_and_doubles_nothing(storm, tmp_path, kills):
    storm.blow()
    settled_before = storm.settle()
    books = storm.books
    print(f"seed={SEED} kills={kills} receipts={len(books.receipts)} "
          f"messages={sum(books.received.values())} "
          f"distinct={len(books.received)}")
    assert len(books.receipts) >= kills, "too little load to prove anything"
    assert len(books.received) >= kills // 2, "too few alerts left"
    assert auditor.audit(tmp_path / "hotlined.db", books, hotline.BUILD,
                         settled_before) == []


def test_the_auditor_bites(storm, tmp_path):
    """A receipt, a message and a request that never were, and a row gone."""
    import sqlite3
    storm.post("one", random.Random(1))
    storm.d.step("1m")
    storm.settle()
    books, path = storm.books, tmp_path / "hotlined.db"
    far = 1 << 60
    assert auditor.audit(path, books, hotline.BUILD, 0) == []
    books.receipts["two"] = {"id": "none", "digest": "00", "cases": ["none"]}
    books.received["none"] = 1
    books.sent.clear()
    db = sqlite3.connect(path)
    db.execute("UPDATE alert SET raised_at = due_at - 1")
    db.execute("UPDATE delivery SET accepted_at = NULL")
    db.execute("UPDATE event SET act = 'nothing' WHERE seq = 3")
    db.commit()
    db.close()
    found = " ".join(auditor.audit(path, books, hotline.BUILD, far))
    for invariant in ("I1 ", "I3 ", "I6 ", "I7 ", "I8 ", "I9 "):
        assert invariant in found
