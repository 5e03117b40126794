"""strace on a running daemon: a system call fails, or kills it."""
import pathlib
import shutil
import subprocess
import time

import pytest


class Tampered:
    """injects: what strace does to calls, such as "unlink:error=EIO:when=3";
    pid: of another process than the daemon's own."""

    def __init__(self, d, calls, *injects, pid=None):
        if shutil.which("strace") is None:
            pytest.skip("CALLS NOT TAMPERED WITH: strace is missing")
        self.trace = d.folder / "strace"
        pid = pid or d.process.pid
        tamper = [f"--inject={what}" for what in injects]
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", self.trace, "-e", f"trace={calls}",
             *tamper, "-p", str(pid)],
            stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            self.strace.wait()
            pytest.skip(f"CALLS NOT TAMPERED WITH: {line.strip()}")
        self.hold(pid)

    def hold(self, pid):
        """The line comes before the last thread is held: wait for that."""
        until = time.monotonic() + 5
        tasks = pathlib.Path(f"/proc/{pid}/task")
        while time.monotonic() < until:
            try:
                states = [p.read_text() for p in tasks.glob("*/status")]
            except OSError:
                return
            if all("TracerPid:\t0" not in s for s in states):
                return
            time.sleep(0.005)

    def release(self):
        """The daemon runs on by itself; what was seen."""
        self.strace.terminate()
        try:
            self.strace.wait(10)
        except subprocess.TimeoutExpired:  # as one of them is dying
            self.strace.kill()
            self.strace.wait()
        return self.trace.read_text()
