"""What must arrive at the receivers, and what did.

A test says what it expects before it lets time pass, then settles:

    ledger.expect(channel="email", to="an@phuong.test", subject=re.compile("6"))
    ...
    ledger.settle()

settle() waits until everything expected has come, then stays quiet for a
moment, and fails on each message that is missing, late, early or unexpected.
"""
import re
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Message:
    """One message as a receiver got it."""

    channel: str
    to: str
    subject: str = ""
    text: str = ""
    id: str = ""
    headers: dict = field(default_factory=dict)
    data: object = None  # the parsed JSON body, if there was one
    raw: bytes = b""
    at: float = 0.0  # by the ledger's clock
    attempt: int = 0  # 1 for the first with this id on this channel

    def __str__(self):
        return f"{self.channel} to={self.to} id={self.id} at={self.at} " \
            f"subject={self.subject!r} text={self.text!r}"


def fits(want, got):
    """A pattern, a predicate, or the value itself."""
    if isinstance(want, re.Pattern):
        return bool(want.search(got or ""))
    if callable(want):
        return bool(want(got))
    return want == got


@dataclass
class Expectation:
    """times messages that match; after and by are in the ledger's clock."""

    match: dict
    times: int
    after: float = None
    by: float = None
    messages: list = field(default_factory=list)

    def takes(self, message):
        return all(fits(want, getattr(message, key))
                   for key, want in self.match.items())

    @property
    def message(self):
        return self.messages[0]

    def __str__(self):
        match = " ".join(f"{k}={getattr(v, 'pattern', v)!r}"
                         for k, v in self.match.items())
        return f"{match or 'anything'} (times={self.times}, " \
            f"after={self.after}, by={self.by})"


class Ledger:
    """Shared by all receivers of a test.

    now: the clock that stamps messages; the real one unless a test gives the
    daemon's test clock.  A second copy of a message that was already matched
    (same channel, address and id) is a repeat: a fault unless repeats=True.
    Messages whose text fits the pattern apart are nobody's expectation.
    """

    def __init__(self, now=time.monotonic, repeats=False, apart=None):
        self.now = now
        self.repeats = repeats
        self.apart = apart
        self.messages = []
        self._expected = []
        self._faults = []
        self._seen = {}
        self._changed = threading.Condition()
        self._last = time.monotonic()

    def expect(self, times=1, after=None, by=None, **match):
        """Await messages whose fields match (channel, to, subject, ...)."""
        unknown = set(match) - set(Message.__dataclass_fields__)
        if unknown:
            raise TypeError(f"no such field: {unknown}")
        expectation = Expectation(match, times, after, by)
        with self._changed:
            self._expected.append(expectation)
        return expectation

    def fault(self, what):
        """A receiver saw something that is wrong in itself."""
        with self._changed:
            self._faults.append(what)
            self._changed.notify_all()

    def add(self, message):
        """A receiver took a message."""
        with self._changed:
            message.at = self.now()
            key = (message.channel, message.to, message.id)
            message.attempt = self._seen.get(key, 0) + 1
            self._seen[key] = message.attempt
            self.messages.append(message)
            self._last = time.monotonic()
            if self.apart and self.apart.search(message.text or ""):
                pass
            elif message.attempt == 1 or not self.repeats or not message.id:
                self._match(message)
            self._changed.notify_all()
        return message

    def _match(self, message):
        for e in self._expected:
            if len(e.messages) < e.times and e.takes(message):
                e.messages.append(message)
                if e.after is not None and message.at < e.after:
                    self._faults.append(f"early: {message}; wanted {e}")
                if e.by is not None and message.at > e.by:
                    self._faults.append(f"late: {message}; wanted {e}")
                return
        self._faults.append(f"unexpected: {message}")

    def _missing(self):
        return [e for e in self._expected if len(e.messages) < e.times]

    def settle(self, timeout=10.0, quiet=0.3):
        """Fail unless exactly what was expected came; then start afresh."""
        start = time.monotonic()
        end = start + timeout
        with self._changed:
            while self._missing() and time.monotonic() < end:
                self._changed.wait(max(0.0, end - time.monotonic()))
            # Even when nothing was expected, listen for a moment.
            while (rest := max(start, self._last) + quiet
                   - time.monotonic()) > 0:
                self._changed.wait(rest)
            faults = self._faults + [f"missing: {e} got {len(e.messages)}"
                                     for e in self._missing()]
            self._expected, self._faults = [], []
        assert not faults, "\n".join(["the ledger is wrong:"] + faults)
