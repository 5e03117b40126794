"""What a program tells systemd, heard where $NOTIFY_SOCKET points."""
import contextlib
import os
import socket
import time


class Manager:
    """Listens where $NOTIFY_SOCKET points."""

    def __init__(self, folder):
        self.path = folder / "notify.sock"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.said = []

    def env(self, watchdog_ms=None):
        env = {**os.environ, "NOTIFY_SOCKET": str(self.path)}
        if watchdog_ms:
            env["WATCHDOG_USEC"] = str(watchdog_ms * 1000)
        return env

    def hear(self, word, seconds=20):
        """The next message that has the word."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                self.said.append(self.socket.recv(4096).decode())
            except TimeoutError:
                break
            if word in self.said[-1]:
                return self.said[-1]
        raise AssertionError(f"{word} did not come: {self.said}")

    def is_silent(self, word, seconds):
        with contextlib.suppress(AssertionError):
            self.hear(word, seconds)
            return False
        return True

    def drain(self, seconds):
        """Forget what is said within that time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.is_silent("", until - time.monotonic())
