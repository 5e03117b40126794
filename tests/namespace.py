"""A network of its own for a storm: nothing but the loopback, and our DNS.

What its thread makes from then on is in it: sockets, threads, processes.
"""
import contextlib
import ctypes
import ipaddress
import os
import pathlib
import socket
import subprocess
import threading

import pytest

CLONE_NEWNET = 0x40000000
NXDOMAIN = b"\x81\x83"


def _libc(name, *args):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*args) != 0:
        raise OSError(ctypes.get_errno(), name)


@contextlib.contextmanager
def own_network():
    """Into a new one, and back; skips where that may not be."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _libc("unshare", CLONE_NEWNET)
    except OSError as why:
        os.close(before)
        pytest.skip(f"STORM NOT RUN: no network namespace: {why}")
    try:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield
    finally:
        _libc("setns", before, CLONE_NEWNET)
        os.close(before)


def nameservers():
    """Those that a name is asked of here, as resolv.conf(5) has it."""
    lines = pathlib.Path("/etc/resolv.conf").read_text().splitlines()
    return [ipaddress.ip_address(words[1]) for words in map(str.split, lines)
            if len(words) > 1 and words[0] == "nameserver"] \
        or [ipaddress.ip_address("127.0.0.1")]


class Dns:
    """All nameservers at once: no name of .invalid exists, to all other
    questions they are mute.  Only in a network of its own."""

    def __init__(self):
        self.refused = self.unheard = 0
        self.sockets = []
        for address in nameservers():
            if not address.is_loopback:
                subprocess.run(["ip", "addr", "add", str(address), "dev",
                                "lo"], check=True)
            s = socket.socket(socket.AF_INET if address.version == 4
                              else socket.AF_INET6, socket.SOCK_DGRAM)
            s.bind((str(address), 53))
            self.sockets.append(s)
            threading.Thread(target=self._serve, args=(s,),
                             daemon=True).start()

    def _serve(self, s):
        while True:
            try:
                question, whence = s.recvfrom(4096)
            except OSError:
                return
            if b"\x07invalid\x00" in question[12:]:
                self.refused += 1
                end = question.index(b"\x00", 12) + 5
                s.sendto(question[:2] + NXDOMAIN + b"\0\1\0\0\0\0\0\0"
                         + question[12:end], whence)
            else:
                self.unheard += 1

    def stop(self):
        for s in self.sockets:
            s.close()
