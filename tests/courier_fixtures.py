"""Fixtures and helpers of the suites that drive hotline-courier."""
import pytest

from courier_rig import SECRET, Courier, private
from receivers import Ledger, WebhookReceiver


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def stops():
    """Stopped in reverse order at the end."""
    things = []
    yield things
    for thing in reversed(things):
        thing.stop()


def webhook(tmp_path, stops, ledger, certificate=None, secrets=SECRET,
            **more):
    server = WebhookReceiver(ledger, SECRET, certificate=certificate)
    stops.append(server)
    courier = Courier(tmp_path, {
        "name": "webhook", "kind": "webhook", "allow_private": True,
        "timeout": "2s", "allow": [server.url + "/hook/"],
        "secret_file": private(tmp_path / "secret", secrets), **more})
    stops.append(courier)
    return server, courier
