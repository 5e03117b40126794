"""One notification, one lapse, one act, whatever breaks on the way.

Each part is tried again until it is answered; a daemon that died is started
again.  For the storms that break things at one chosen point.
"""
import datetime
import time

import storm as storms

# The clock of the step has twelve hours: a minute is left of it.
USED = datetime.timedelta(hours=11, minutes=59)


class Drill(storms.Storm):
    def __init__(self, folder, **settings):
        super().__init__(folder, seed=1, **settings)
        self.deaths = []  # codes the daemon ended with
        self.round = 0
        self.tries = 20

    def has_died(self, seconds=0):
        """Notes it, if so."""
        if self.d.process is None:
            return True  # noted before
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
        """Until it is answered: at most so many times."""
        why = None
        for _ in range(self.tries):
            try:
                return part()
            except storms.LOST as lost:
                why = lost
                if self.has_died(0.3):
                    self.d.start()
        raise AssertionError(f"never answered: {part.__name__}: {why!r}")

    def notify(self):
        key = f"drill-{self.round}"
        one = storms.notification(key)
        one["source"]["received_at"] = (self.at - USED).isoformat()
        self.books.sent.add(key)
        r = self.call("POST", "/v1/referrals", one, self.key, 201, idem=key)
        self.books.receipt(key, r.json)
        self.code = r.json["cases"][0]

    def lapse(self):
        self.d.ctl("clock", "step", "--to", self.d.now)

    def conclude(self):
        r = self.call("GET", f"/v1/cases/{self.code}", key=self.boss,
                      status=200)
        evidence = f"KHO-{self.round}-{self.code}"
        if all(k["state"] != "open" for k in r.json["clocks"]
               if k["step"] == "N08"):
            return  # an earlier try, whose answer was lost
        self.call("POST", f"/v1/cases/{self.code}/steps/N08/done",
                  {"acted_at": r.json["received_at"], "evidence": evidence,
                   "emergency": "yes"}, self.boss, 200,
                  headers={"If-Match": r.headers["etag"]})
        self.books.acts.add(evidence)

    def run(self):
        """One round, with a notification of its own."""
        self.round += 1
        self.insist(self.notify)
        self.at += datetime.timedelta(minutes=2)
        self.d.now = self.at.isoformat()
        self.insist(self.lapse)
        self.insist(self.conclude)

    def finish(self):
        """A clean stop if it still can; then a start, and all violations."""
        if not self.has_died():
            self.d.process.terminate()
            self.deaths.append(self.d.process.wait(20))
            self.d.process = None
        self.d.start()
        time.sleep(0.05)
        return self.audit()
