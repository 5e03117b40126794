"""One notification, one lapse, one act, whatever breaks on the way.

Each part is tried again until it is answered; a daemon that died is started
again.  For the storms that break things at one chosen point.
"""
import datetime
import random
import time

import storm as storms

# Twelve hours less a minute before the daemon's clock starts.
HEARD = "2026-11-23T19:01:00+07:00"


class Drill(storms.Storm):
    def __init__(self, folder, **settings):
        super().__init__(folder, seed=1, **settings)
        self.deaths = []  # codes the daemon ended with

    def has_died(self, seconds=0):
        """Notes it, if so."""
        try:
            code = self.d.process.wait(seconds) if seconds \
                else self.d.process.poll()
        except Exception:
            return False
        if code is None:
            return False
        self.deaths.append(code)
        self.d.process = None
        return True

    def insist(self, part):
        """Until it is answered: at most twenty times."""
        why = None
        for _ in range(20):
            try:
                return part()
            except storms.LOST as lost:
                why = lost
                if self.has_died(0.3):
                    self.d.start()
        raise AssertionError(f"never answered: {part.__name__}: {why!r}")

    def notify(self):
        one = storms.notification("one")
        one["source"]["received_at"] = HEARD
        self.books.sent.add("one")
        r = self.call("POST", "/v1/referrals", one, self.key, 201, idem="one")
        self.books.receipt("one", r.json)

    def lapse(self):
        self.d.now = (self.was_at + datetime.timedelta(minutes=2)).isoformat()
        self.at = datetime.datetime.fromisoformat(self.d.now)
        self.d.ctl("clock", "step", "--to", self.d.now)

    def conclude(self):
        before = len(self.books.acts)
        self.act("one", random.Random(1))
        if len(self.books.acts) == before and not self.is_concluded():
            raise ValueError("not done yet")

    def is_concluded(self):
        case, _ = self.some_case(random.Random(1))
        return all(k["state"] != "open" for k in case["clocks"]
                   if k["step"] == "N08")

    def run(self):
        for part in (self.notify, self.lapse, self.conclude):
            self.insist(part)

    def finish(self):
        """A clean stop if it still can; then a start, and all violations."""
        if not self.has_died():
            self.d.process.terminate()
            self.deaths.append(self.d.process.wait(20))
            self.d.process = None
        self.d.start()
        time.sleep(0.05)
        return self.audit()
