"""Power cuts: the database on a file system on a disk that can fail.

image <- cutdisk (FUSE) <- loop device <- ext4 or xfs <- database.  After a cut
the image holds what was synced, and of the rest nothing or a random half; the
file system repairs itself from it as after a real cut.
"""
import os
import signal
import subprocess
import time

import pytest

import compiled

SIZES = {"ext4": "600M", "xfs": "600M"}  # sparse


def sh(*args, check=True):
    done = subprocess.run([str(a) for a in args], capture_output=True,
                          text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{args}: {done.stdout}{done.stderr}")
    return done


class CutDisk:
    def __init__(self, folder, kind="ext4"):
        if os.geteuid() != 0:
            pytest.skip("POWER CUTS NOT TESTED: root is needed")
        compiled.need(f"mkfs.{kind}", "fusermount3", "losetup")
        self.folder, self.kind = folder, kind
        folder.mkdir(parents=True)
        self.program = compiled.program("cutdisk.c", folder / "cutdisk",
                                        ["fuse3"])
        self.image, self.mount = folder / "image", folder / "mount"
        self.fuse, self.report = folder / "fuse", folder / "report"
        self.process = self.loop = None
        for d in (self.mount, self.fuse):
            d.mkdir()
        sh("truncate", "-s", SIZES[kind], self.image)
        sh(f"mkfs.{kind}", "-q", self.image)

    def wait_for_disk(self):
        until = time.monotonic() + 5
        while not (self.fuse / "disk").exists():
            if time.monotonic() > until or self.process.poll() is not None:
                pytest.skip("POWER CUTS NOT TESTED: no FUSE here")
            time.sleep(0.01)

    def power_on(self, mode, seed):
        """mode: none, or subset: what survives of the unsynced."""
        self.report.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [self.program, self.image, mode, str(seed), self.fuse,
             self.report], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.wait_for_disk()
        for _ in range(20):
            done = sh("losetup", "-f", "--show", self.fuse / "disk",
                      check=False)
            if done.returncode == 0:
                break
            time.sleep(0.05)
        else:
            pytest.skip("POWER CUTS NOT TESTED: no loop device: "
                        + done.stderr.strip())
        self.loop = done.stdout.strip()
        sh("mount", self.loop, self.mount)

    def cut(self):
        self.process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + 10
        while not self.report.exists() or not self.report.read_text():
            assert time.monotonic() < until, "the cut did not come"
            time.sleep(0.002)

    def take_away(self):
        """Nobody has a file open on it any more."""
        if self.loop is not None:
            sh("umount", "-l", self.mount, check=False)
            sh("losetup", "-d", self.loop, check=False)
            self.loop = None
        if self.process is not None:
            sh("fusermount3", "-u", "-z", self.fuse, check=False)
            self.process.kill()
            self.process.wait()
            self.process = None

    def plain(self):
        """Mount the image itself, as after the last cut."""
        self.loop = sh("losetup", "-f", "--show", self.image).stdout.strip()
        sh("mount", self.loop, self.mount)
