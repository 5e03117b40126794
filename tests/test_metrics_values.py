"""Each number of /metrics against what was done, counted by hand."""
import contextlib
import datetime
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from hotline import BUILD, START, Daemon
from tampered import Tampered
from test_metrics import daemon, scrape
from ward import BINH, body, ward

__all__ = ["daemon", "ward"]


def at(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def test_the_build_and_the_start_are_told(daemon):
    version = subprocess.run([BUILD / "hotlined", "--version"], text=True,
                             capture_output=True).stdout.split()[1]
    n = scrape(daemon)
    assert n[f'hotline_build_info{{version="{version}"}}'] == 1
    assert n["hotline_start_time_seconds"] == at(START)


def test_answers_and_connections_are_counted(daemon):
    answers = 'hotline_http_answers_total{status="%s"}'
    for path, kind in (("/healthz", "2xx"), ("/v1/me", "4xx")):
        before = scrape(daemon)
        for _ in range(3):
            assert str(daemon.api("GET", path).status)[0] == kind[0]
        after = scrape(daemon)
        more = {k: after[answers % k] - before[answers % k]
                for k in ("2xx", "3xx", "4xx", "5xx")}
        more["2xx"] -= 1  # the scrape before is an answer, too
        assert more == {"2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0, kind: 3}

    def connections():
        return scrape(daemon)["hotline_http_connections"]

    await_(lambda: connections() == 0)
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(socket.create_connection(
                ("127.0.0.1", daemon.port)))
        await_(lambda: connections() == 5)
    await_(lambda: connections() == 0)


def await_(what, seconds=10):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def batches(d):
    """(commits, of at most 2 jobs, of at most 8, of at most 32, jobs)"""
    n = scrape(d)
    name = "hotline_store_batch_jobs"
    return (n[name + "_count"],
            *(n[f'{name}_bucket{{le="{le}"}}'] for le in (2, 8, 32)),
            n[name + "_sum"])


def settled(d):
    """The same when nothing has been done for 300 ms."""
    seen = None
    while seen != (now := batches(d)):
        seen = now
        time.sleep(0.3)
    return now


def test_commits_and_their_sizes_are_counted(tmp_path):
    """Seven acts one after the other are seven commits; of sixteen at once
    the first is alone, and the rest, come while its sync took two seconds,
    share the second.  (A look of the schedule's may be a job of any.)"""
    with Daemon(tmp_path / "d") as d:
        key = d.member("binh", "chairman", sms="0900000001")
        code = d.api("POST", "/v1/referrals", body(),
                     key=d.agency("truong1")).json["cases"][0]
        d.step("0s")

        def act():  # a look at a case is an act: it stands in the chain
            assert d.api("GET", f"/v1/cases/{code}", key=key).status == 200

        act()
        before = settled(d)
        for _ in range(7):
            act()
        between = settled(d)
        *commits, jobs = (b - a for a, b in zip(before, between))
        assert commits == [7, 7, 7, 7] and 7 <= jobs <= 14
        trap = Tampered(d, "fdatasync", "fdatasync:delay_enter=2s:when=1")
        threads = [threading.Thread(target=act) for _ in range(16)]
        threads[0].start()
        time.sleep(0.5)
        for t in threads[1:]:
            t.start()
        for t in threads:
            t.join()
        trap.release()
        *commits, jobs = (b - a for a, b in zip(between, settled(d)))
        assert commits == [2, 1, 1, 2] and 16 <= jobs <= 20


def test_the_files_are_measured(tmp_path):
    with Daemon(tmp_path / "d") as d:
        key = d.member("dung", "officer")
        d.restart()  # what was in the log is in the file
        db = d.folder / "hotlined.db"
        wal = db.with_name("hotlined.db-wal")
        n = scrape(d)
        assert n["hotline_database_bytes"] == db.stat().st_size > 200_000
        before = wal.stat().st_size
        assert n["hotline_wal_bytes"] == before
        assert d.api("PATCH", "/v1/me", {"quiet": "21:00-06:00"},
                     key=key).status == 200
        n = scrape(d)
        assert n["hotline_wal_bytes"] == wal.stat().st_size > before
        fs = os.statvfs(db)
        assert abs(n["hotline_disk_free_bytes"]
                   - fs.f_bavail * fs.f_frsize) < 1 << 30


def test_a_full_disk_and_a_broken_one_are_told(tmp_path):
    with Daemon(tmp_path / "d") as d:
        key = d.agency("truong1")
        kinds = ("taken", "refused", "full", "failed")

        def intake():
            n = scrape(d)
            return [n[f'hotline_intake_total{{result="{k}"}}'] for k in kinds]

        assert d.api("POST", "/v1/referrals", body(), key=key).status == 201
        assert intake() == [1, 0, 0, 0]
        trap = Tampered(d, "pwrite64", "pwrite64:error=ENOSPC:when=1+")
        assert d.api("POST", "/v1/referrals", body(), key=key).status == 503
        assert scrape(d)["hotline_disk_full"] == 1
        ready = d.watch("/readyz?verbose")
        assert (ready.status, ready.json["status"]) == (503, "disk full")
        assert ready.json["disk_full"] is True
        assert d.watch("/healthz").status == 200  # it is alive
        trap.release()
        assert intake() == [1, 0, 1, 0]
        await_(lambda: scrape(d)["hotline_disk_full"] == 0)
        # The last row of the chain is damaged: nothing can be added to it.
        d.stop()
        db = sqlite3.connect(d.folder / "hotlined.db")
        db.execute("UPDATE event SET hash = zeroblob(3) WHERE seq ="
                   " (SELECT max(seq) FROM event)")
        db.commit()
        db.close()
        d.start()
        assert intake() == [0, 0, 0, 0]  # since the start
        assert d.api("POST", "/v1/referrals", body(), key=key).status == 500
        assert intake() == [0, 0, 0, 1]


def test_clocks_cases_and_the_calendar_by_the_hour(ward):
    """Two cases at 07:00 of 24 November: of one the emergency is denied."""
    w = ward(channels={}).staff()
    codes = [w.refer()["cases"][0] for _ in range(2)]
    open_, over = "hotline_clocks_open", "hotline_clocks_overdue"

    def clocks():
        n = scrape(w.d)
        return [n[f'{name}{{urgent="{u}"}}'] for name in (open_, over)
                for u in ("yes", "no")]

    assert scrape(w.d)["hotline_cases_open"] == 2
    assert clocks() == [2, 0, 0, 0]
    case = w.d.api("GET", f"/v1/cases/{codes[0]}", key=w.people["cuong"])
    done = w.d.api("POST", f"/v1/cases/{codes[0]}/steps/N08/done",
                   {"acted_at": w.d.now, "emergency": "no",
                    "reason": "Lý do thử."}, w.people["cuong"],
                   headers={"If-Match": case.headers["etag"]})
    assert done.status == 200, done
    assert clocks() == [1, 1, 0, 0]
    w.d.set_clock("2026-11-24T18:59:59.999+07:00")
    assert clocks() == [1, 1, 0, 0]
    w.d.set_clock("2026-11-24T19:00:00+07:00")  # twelve hours
    assert clocks() == [1, 1, 1, 0]
    # Five working days from Tuesday end on Tuesday at midnight.
    w.d.set_clock("2026-12-02T00:00:00+07:00")
    assert clocks() == [1, 1, 1, 1]
    # The calendar of the tests ends with 2027.
    n = scrape(w.d)
    assert n["hotline_calendar_left_seconds"] == 394 * 86400
    assert n["hotline_calendar_alarm"] == 0
    w.d.set_clock("2027-11-02T12:00:00+07:00")
    n = scrape(w.d)
    assert n["hotline_calendar_left_seconds"] == 59 * 86400
    assert n["hotline_calendar_alarm"] == 1
    # Who asks for the reasons is told the same numbers.
    settled(w.d)  # the schedule fires what the clock passed over
    n = scrape(w.d)
    ready = w.d.watch("/readyz?verbose").json
    told = {"calendar_days_left": n["hotline_calendar_left_seconds"] / 86400,
            "clocks_overdue": sum(clocks()[2:]),
            "oldest_unsent_s": n["hotline_outbox_oldest_seconds"] // 1,
            "courier_up": bool(n["hotline_courier_up"]), "disk_full": False,
            "wal_bytes": n["hotline_wal_bytes"],
            "audit_seq": n["hotline_audit_events"]}
    assert {name: ready[name] for name in told} == told
    assert set(ready) == {"status", "disk_free_bytes", *told}


def test_attempts_are_counted_by_channel_and_result(ward):
    """Mail is refused, put off, taken and dropped; the modem takes all."""
    w = ward(channels={"email": {}, "sms": {}},
             settings={"digest_above": 100}).staff(
        an={"email": "an@phuong.test"})
    results = ("accepted", "transient", "permanent", "ambiguous")

    def deliveries(channel):
        n = scrape(w.d)
        return [n.get(f'hotline_deliveries_total{{channel="{channel}",'
                      f'result="{r}"}}', 0) for r in results]

    assert deliveries("email") == deliveries("sms") == [0, 0, 0, 0]
    for nth, (behaviour, mail) in enumerate((
            ("451 4.3.0 later", [0, 1, 0, 0]),
            ("550 5.1.1 nobody", [0, 1, 1, 0]),
            ("drop", [0, 1, 1, 1]), (None, [1, 1, 1, 1])), 1):
        w.smtp.behave(behaviour)
        if behaviour is None:
            w.expect("an@phuong.test")
        elif behaviour[0] == "5":
            w.expect(BINH), w.expect(BINH)  # who is next; and an alarm
        w.refer()
        await_(lambda nth=nth: sum(deliveries("email")) == nth)
        assert deliveries("email") == mail
    w.quiet()
    assert deliveries("email") == [1, 1, 1, 1]
    assert deliveries("sms") == [2, 0, 0, 0]


def test_what_was_cared_for_is_told(tmp_path):
    """Backup, integrity check, heartbeat and the chain: when, and how far."""
    (tmp_path / "backups").mkdir()
    key = subprocess.run([BUILD / "hotlinectl", "backup", "key",
                          tmp_path / "safe.key"], text=True,
                         capture_output=True).stdout
    with Daemon(tmp_path / "d", settings={
            "backup_folder": str(tmp_path / "backups"),
            "backup_recipient": re.search('"(.*)"', key)[1]}) as d:
        times = {f"hotline_{what}_time_seconds" for what in (
            "backup", "integrity", "heartbeat")}
        n = scrape(d)
        assert {n[name] for name in times} == {0}
        d.set_clock("2026-11-24T08:00:00+07:00")
        d.ctl("backup")
        d.set_clock("2026-11-24T09:00:00.250+07:00")
        d.ctl("integrity")
        d.set_clock("2026-11-24T10:00:00+07:00")
        n = scrape(d)
        assert n["hotline_backup_time_seconds"] == \
            at("2026-11-24T08:00:00+07:00")
        assert n["hotline_integrity_time_seconds"] == \
            at("2026-11-24T09:00:00.250+07:00")
        assert n["hotline_heartbeat_time_seconds"] == 0
        before = n["hotline_audit_events"]
        assert before == d.ctl("audit", "head")["seq"]
        d.agency("truong1")
        assert scrape(d)["hotline_audit_events"] == \
            d.ctl("audit", "head")["seq"] > before


def test_the_courier_is_seen_to_go_and_come(tmp_path):
    with Daemon(tmp_path / "d") as d:
        await_(lambda: scrape(d)["hotline_courier_up"] == 1)
        (child,) = pathlib.Path(
            f"/proc/{d.process.pid}/task/{d.process.pid}/children"
        ).read_text().split()
        os.kill(int(child), signal.SIGSTOP)  # a stopped one is connected
        assert scrape(d)["hotline_courier_up"] == 1
        os.kill(int(child), signal.SIGKILL)
        await_(lambda: scrape(d)["hotline_courier_up"] == 0)
        await_(lambda: scrape(d)["hotline_courier_up"] == 1)
