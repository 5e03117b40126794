"""One notification, one lapse, one acknowledgement, one act, whatever breaks.

Each part is tried again until it is answered; a daemon that died is started
again.  For the storms that break things at one chosen point.
"""
import datetime
import time

import storm as storms
from tampered import Tampered

# The clock of the step has twelve hours: a minute is left of it.
USED = datetime.timedelta(hours=11, minutes=59)
# What breaks at one point is sound by the next rounds.
REACH_MS = 10 * storms.MINUTE


class Drill(storms.Storm):
    STICKY_TRIES = 4  # of what cannot succeed
    is_once = True  # what is broken

    def __init__(self, folder, **settings):
        super().__init__(folder, seed=1, **settings)
        self.deaths = []  # codes the daemon ended with
        self.round = 0
        self.tries = 20
        self.books.reach_ms = REACH_MS

    def trap(self, calls, *injects):
        """On the daemon that runs."""
        return Tampered(self.d, calls, *injects)

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

    def on_lost(self):
        """A part was not answered though it lives, and is tried again."""

    def insist(self, part):
        """Until it is answered: at most so many times."""
        why = None
        for _ in range(self.tries):
            process = self.d.process
            try:
                part()
                if process is not None:
                    self.books.sample(process.pid)
                return
            except storms.LOST as lost:
                why = lost
                if self.has_died(0.3):
                    self.d.start()
                else:
                    self.on_lost()
        raise AssertionError(f"never answered: {part.__name__}: {why!r}")

    def notify(self):
        key = f"drill-{self.round}"
        one = storms.notification(key)
        one["source"]["received_at"] = (self.at - USED).isoformat()
        self.code = self.send(key, one)["cases"][0]
        self.alert = None

    def acknowledge(self, *_):
        """What the lapse raised; again and again the same alert."""
        if self.alert is None:
            r = self.call("GET", "/v1/alerts?limit=200", key=self.token,
                          status=200)
            raised = [a["id"] for a in r.json["items"]
                      if a.get("case") == self.code]
            if not raised:
                raise ValueError(f"no alert of {self.code}: {r}")
            self.alert = raised[0]
        r = self.call("POST", f"/v1/alerts/{self.alert}/ack", key=self.token)
        if r.status != 200 and "already_acknowledged" not in r.text:
            raise ValueError(r)
        self.books.acked.add(self.alert)

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
        self.d.now = self.at.isoformat()  # if it must start before
        self.insist(self.go_on)
        self.insist(self.acknowledge)
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
