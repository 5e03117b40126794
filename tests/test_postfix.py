"""Alerts by mail through a mail server that others wrote: Postfix takes them
over STARTTLS and relays them, unchanged, to the ledger's receiver."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

import hotline
import receivers

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = /tmp
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:{sink}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_loglevel = 1
smtpd_recipient_restrictions = permit_mynetworks, reject
smtp_tls_security_level = none
smtp_host_lookup = native
"""
MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Book:
    def __init__(self):
        self.messages = []

    def add(self, message):
        self.messages.append(message)

    def fault(self, text):
        raise AssertionError(text)


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


@pytest.fixture
def mail():
    if os.getuid() != 0 or shutil.which("postfix") is None:
        pytest.skip("SKIPPED LOUDLY: needs root and postfix")
    book = Book()
    sink = receivers.SmtpReceiver(book)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
    folder.chmod(0o755)
    certificate = receivers.Certificate(folder / "tls")
    port = receivers.free_port()
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "main.cf").write_text(MAIN.format(
        folder=folder, sink=sink.port, cert=certificate.cert,
        key=certificate.key))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    run = ["postfix", "-c", folder]
    subprocess.run([*run, "start"], check=True, capture_output=True)
    log = folder / "log"
    try:
        assert wait_for(lambda: answers(port)), log.read_text()
        yield book, port, certificate, log
    finally:
        subprocess.run([*run, "stop"], capture_output=True)
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_an_alert_goes_through_postfix(mail, tmp_path):
    book, port, certificate, log = mail
    channel = {"name": "email", "kind": "email", "server": "localhost",
               "port": port, "tls": "required", "from": "truc@phuong.test",
               "interval": "now", "allow_private": True,
               "ca_file": str(certificate.cert)}
    with hotline.Daemon(folder=tmp_path / "d", channels=[channel]) as d:
        key = d.agency("truong1", "school")
        d.member("canbo", "officer", duty=True, email="canbo@phuong.test")
        receipt = d.api("POST", "/v1/referrals", {
            "kind": "unknown", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": hotline.START}},
            key=key)
        code = receipt.json["cases"][0]
        d.step("1m")
        assert wait_for(lambda: book.messages), \
            log.read_text() + d.log()[-2000:]
        message = book.messages[0]
        assert message.to == "canbo@phuong.test"
        assert code in message.subject and code in message.text
        assert message.headers["Auto-Submitted"] == "auto-generated"
        delivery = d.ctl("alert", "list", "--all")["items"]
        assert delivery, "the alert is on record"
    assert "TLS connection established" in log.read_text()
