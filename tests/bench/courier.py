"""The courier alone, fed through its socket, against libcurl's multi interface
pushing to the same sink."""
import tempfile
import time

import rig
from courier_rig import SECRET, Courier, private

PARALLEL = 16


def pushes(courier, url, n):
    """Pushes a second, 16 in the courier's hands at any time."""
    sent = done = 0
    started = time.monotonic()
    while done < n:
        while sent < n and sent - done < PARALLEL:
            sent += 1
            courier.send("webhook", url)
        answer = courier.hear()
        assert answer is not None, courier.log
        if answer["is"] == "result":
            assert answer["class"] == "accepted", answer
            done += 1
    return n / (time.monotonic() - started)


def measure(table, form):
    sink = rig.bare_null()
    url = f"http://127.0.0.1:{sink.port}/hook/"
    with tempfile.TemporaryDirectory() as folder:
        channel = {"name": "webhook", "kind": "webhook",
                   "allow_private": True, "allow": [url],
                   "secret_file": private(
                       rig.pathlib.Path(folder) / "secret", SECRET)}
        courier = Courier(folder, channel, level="warn")
        ours, theirs, fresh = [], [], []
        for _ in range(form.rounds):
            ours.append(pushes(courier, url + "1", form.pushes))
            push = (rig.BUILD / "bench_push", url + "1", form.pushes)
            theirs.append(float(rig.run(*push)))
            fresh.append(float(rig.run(*push, "fresh")))
        memory = rig.resident_mib(courier.process.pid)
        courier.stop()
    sink.stop()
    r = rig.median([a / b for a, b in zip(ours, theirs)])
    table.row("courier, 16 parallel / (c) curl multi",
              f"{r:.2f} x ({rig.median(ours):.0f}/s)", ">= 0.5 x", r >= 0.5)
    r = rig.median([a / b for a, b in zip(ours, fresh)])
    table.row("courier / curl multi, a connection each", f"{r:.2f} x", "",
              None)
    table.row("resident memory of the courier", f"{memory:.1f} MiB",
              "<= 16 MiB", memory <= 16)
