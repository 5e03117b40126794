"""hotline-courier among the dead: names nobody resolves, ports that are mute.
"""
import os
import socket
import subprocess
import threading
import time

import pytest

from courier_fixtures import ledger, stops  # noqa: F401
from courier_rig import SECRET, Courier, http_conf, mail_conf, private
from receivers import HttpReceiver

# getaddrinfo(3) as it is on a network whose DNS servers do not answer.
DEAD_DNS = """
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>
int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");

	if (node != NULL && strstr(node, "dead.test") != NULL) {
		sleep(20);
		return EAI_AGAIN;
	}
	return real(node, service, hints, res);
}
"""


@pytest.fixture
def dead_dns(tmp_path, monkeypatch):
    library = tmp_path / "dead.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-x", "c", "-",
                    "-o", library], input=DEAD_DNS.encode(), check=True)
    monkeypatch.setitem(os.environ, "LD_PRELOAD", str(library))


def hook_conf(tmp_path, url, **more):
    return {"name": "webhook", "kind": "webhook", "allow_private": True,
            "timeout": "2s", "allow": [url],
            "secret_file": private(tmp_path / "secret", SECRET), **more}


@pytest.mark.plain
def test_dead_dns_holds_up_nobody(dead_dns, tmp_path, ledger, stops):
    """libcurl's resolver once held its loop for ten seconds."""
    server = HttpReceiver(ledger, "zalo", answer=(200, {}, b'{"ok":true}'))
    stops.append(server)
    token = private(tmp_path / "token", "t")
    courier = Courier(
        tmp_path, hook_conf(tmp_path, "https://dead.test/"),
        {**mail_conf(25), "server": "dead.test"},
        http_conf(server, secret_file=token))
    stops.append(courier)
    start = time.monotonic()
    dead = [courier.send("webhook", "https://dead.test/x") for _ in range(4)]
    dead += [courier.send("email", "an@phuong.test") for _ in range(4)]
    # While they hang, and again just when they are given up.
    for at in (0.2, 1.9, 2.0, 2.1, 2.2, 2.5):
        time.sleep(max(0, start + at - time.monotonic()))
        asked = time.monotonic()
        ledger.expect()
        assert courier.try_("zalo", "1")[0] == "accepted"
        assert time.monotonic() - asked < 1.2  # they hang for two seconds
    for id in dead:
        result = courier.result(id)
        assert (result["class"], result["code"]) == ("transient", 28)
    assert time.monotonic() - start < 5
    ledger.settle()
    # Nor does it hold up the end.
    courier.send("webhook", "https://dead.test/x")
    courier.send("email", "an@phuong.test")
    time.sleep(0.2)
    start = time.monotonic()
    assert courier.stop() == 0
    assert time.monotonic() - start < 6


@pytest.fixture
def mute(stops):
    """A port that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("tls", ["off", "required", "smtps"])
def test_a_mute_mail_server_is_transient(tls, mute, tmp_path, stops):
    courier = Courier(tmp_path, mail_conf(mute, tls))
    stops.append(courier)
    start = time.monotonic()
    assert courier.try_("email", "an@phuong.test") == ("transient", 28)
    assert time.monotonic() - start < 4


def test_a_mute_web_server(mute, tmp_path, stops):
    """Before TLS is up nothing was sent; in the clear it was."""
    url = f"https://127.0.0.1:{mute}/"
    courier = Courier(tmp_path, hook_conf(tmp_path, url))
    stops.append(courier)
    assert courier.try_("webhook", url) == ("transient", 28)


def test_answers_that_never_end_are_cut(tmp_path, ledger, stops):
    """One byte now and then keeps no attempt alive."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip():
        client, _ = listener.accept()
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
        while not over.wait(0.1):
            try:
                client.sendall(b"x")
            except OSError:
                break
        client.close()
    threading.Thread(target=drip, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    courier = Courier(tmp_path, hook_conf(tmp_path, url))
    stops.append(courier)
    start = time.monotonic()
    assert courier.try_("webhook", url) == ("ambiguous", 200)
    assert time.monotonic() - start < 4
    over.set()
    listener.close()
