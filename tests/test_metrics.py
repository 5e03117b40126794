"""/metrics, /healthz and /readyz."""
import contextlib
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

from hotline import ROOT, Daemon, copy_of
from ward import AN, LINK, ward

__all__ = ["ward"]
LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (-?[0-9.]+)\Z")
ROW = re.compile(r'^(?:NUMBER|SECONDS|FAMILY)\((\w+), "(\w+)"', re.M)
RULES = ROOT / "conf/prometheus/hotlined.rules.yml"
promtool = pytest.mark.skipif(shutil.which("promtool") is None,
                              reason="no promtool (package prometheus)")


def scrape(d):
    """{name or name{labels}: value}"""
    answer = d.watch("/metrics")
    assert answer.status == 200, answer
    assert answer.text.endswith("\n")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, labels, value = LINE.match(line).groups()
            found[name + (f"{{{labels}}}" if labels else "")] = float(value)
    return found


def names():
    """Every series name that a row of metrics.def makes."""
    for kind, name in ROW.findall((ROOT / "daemon/metrics.def").read_text()):
        yield name
        if kind == "histogram":
            yield from (name + "_bucket", name + "_sum", name + "_count")


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as d:
        yield d


@promtool
def test_promtool_finds_nothing_to_complain_about(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    done = subprocess.run(["promtool", "check", "metrics"],
                          input=w.d.watch("/metrics").text, text=True,
                          capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_row_is_there(daemon):
    have = {re.sub(r"\{.*", "", name) for name in scrape(daemon)}
    rows = {name for kind, name in ROW.findall(
        (ROOT / "daemon/metrics.def").read_text()) if kind != "histogram"}
    assert rows - have == {"hotline_deliveries_total"}  # nothing was sent
    assert "hotline_store_batch_jobs_bucket" in have


def test_a_referral_an_alert_and_its_answer_are_counted(ward):
    w = ward().staff()
    told = w.expect(AN)
    w.refer()
    w.quiet()
    assert w.d.api("POST", "/v1/referrals", {}, key=w.key).status == 422
    w.d.api("POST", "/v1/referrals", {}, key="hla_x")
    n = scrape(w.d)
    assert n['hotline_intake_total{result="taken"}'] == 1
    assert n['hotline_intake_total{result="refused"}'] == 2
    assert n['hotline_http_answers_total{status="4xx"}'] == 2
    assert n["hotline_cases_open"] == 1
    assert n['hotline_clocks_open{urgent="yes"}'] >= 1
    assert n['hotline_clocks_overdue{urgent="yes"}'] == 0
    assert n['hotline_alerts_open{urgent="yes"}'] == 1
    assert n['hotline_alerts_day{state="open"}'] == 1
    assert n['hotline_deliveries_total{channel="sms",result="accepted"}'] == 1
    assert n["hotline_courier_up"] == 1
    assert n["hotline_store_batch_jobs_count"] >= 8
    assert n["hotline_store_batch_jobs_sum"] >= \
        n["hotline_store_batch_jobs_count"]
    w.d.step("4m")
    assert w.link("POST", LINK.search(told.message.text)[1])[0] == 200
    w.d.step("1m")  # what happened this millisecond is told by the next one
    for _ in range(2):  # twice: nothing is counted twice
        n = scrape(w.d)
        acks = "hotline_alert_ack_latency_seconds"
        assert n[acks + "_count"] == 1
        assert 239 <= n[acks + "_sum"] <= 241
        assert n[acks + '_bucket{le="120"}'] == 0
        assert n[acks + '_bucket{le="300"}'] == 1
        assert n[acks + '_bucket{le="+Inf"}'] == 1
    assert n['hotline_alerts_open{urgent="yes"}'] == 0
    assert n['hotline_alerts_day{state="acked"}'] == 1


def test_what_waits_and_what_is_overdue_is_told(ward):
    w = ward(settings={"courier_program": "/bin/false"}).staff()
    w.refer()
    until = time.monotonic() + 10  # the alert follows the answer
    while (n := scrape(w.d))["hotline_outbox_waiting"] == 0:
        assert time.monotonic() < until
    assert n["hotline_courier_up"] == 0 and n["hotline_outbox_waiting"] == 1
    w.d.set_clock("2026-11-24T20:00:00+07:00")
    n = scrape(w.d)
    assert n["hotline_outbox_oldest_seconds"] == 13 * 3600
    assert n['hotline_clocks_overdue{urgent="yes"}'] >= 1
    assert w.d.watch("/readyz").status == 503
    assert w.d.api("GET", "/readyz").json["status"] == "alerts do not leave"
    assert w.d.watch("/healthz").status == 200


def test_ready_verbose(daemon):
    for answer in (daemon.watch("/readyz?verbose"),
                   daemon.api("GET", "/readyz?verbose")):
        assert answer.status == 200, answer
        assert answer.json["status"] == "ready"
        assert answer.json["oldest_unsent_s"] == 0
        assert answer.json["disk_free_bytes"] > 0
        assert answer.json["disk_full"] is False
        assert answer.json["calendar_days_left"] > 60


def test_each_listener_serves_its_own(daemon):
    assert daemon.api("GET", "/metrics").status == 404
    assert daemon.admin("GET", "/metrics").status == 404
    for path in ("/v1/openapi.json", "/v1/admin/status", "/v1/me"):
        assert daemon.watch(path).status == 404, path
    assert daemon.watch("/metrics", "POST").status == 405


def test_no_listener_if_the_address_is_empty():
    with Daemon(settings={"metrics_listen": ""}) as d:
        assert d.metrics_port == 0
        assert d.api("GET", "/healthz").status == 200


def test_a_taken_port_does_not_keep_the_ward_from_starting(daemon):
    with Daemon(settings={"metrics_port": daemon.metrics_port}) as d:
        assert d.api("GET", "/healthz").status == 200
        assert "no metrics" in d.log()


def test_no_label_tells_of_a_person_or_a_case(ward):
    w = ward().staff()
    w.expect(AN)
    code = w.refer()
    w.quiet()
    text = w.d.watch("/metrics").text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels == {"channel", "result", "status", "state", "urgent", "le",
                      "version"}
    for secret in ("Thử Nghiệm", "truong1", AN[3:], str(code)):
        assert secret not in text


def plans(d, files, names):
    """{name: how SQLite runs that query}, of daemon/queries_FILE.def."""
    text = "".join((ROOT / f"daemon/queries_{f}.def").read_text()
                   for f in files)
    queries = {name: "".join(re.findall(r'"((?:\\.|[^"\\])*)"', parts))
               for name, parts in re.findall(
        r'QUERY\((\w+),\s*((?:"(?:\\.|[^"\\])*"\s*)+)\)', text)}
    with contextlib.closing(sqlite3.connect(copy_of(d))) as db:
        return {name: " ".join(row[3] for row in db.execute(
            "EXPLAIN QUERY PLAN " + re.sub(r"\$(\d+)", r"?\1", queries[name]),
            (0,) * len(set(re.findall(r"\$\d+", queries[name])))))
            for name in names}


def test_the_store_is_not_held_up(daemon):
    """Every query of a scrape walks an index that holds only open rows, or
    those of a day: 100,000 closed cases cost it nothing."""
    wanted = {"WATCH_CLOCKS": "clock_open", "WATCH_OVERDUE": "clock_open",
              "WATCH_ALERTS": "alert_open", "WATCH_DAY": "alert_raised",
              "WATCH_CASES": "cases_assignee",
              "WATCH_WAITING": "delivery_unsent",
              "WATCH_ACKS": "alert_acked",
              "OUTBOX_OLDEST": "delivery_unsent"}
    for name, plan in plans(daemon, ["watch", "store"], wanted).items():
        assert f"INDEX {wanted[name]}" in plan, (name, plan)


def test_a_digest_of_thousands_does_not_hold_up_the_store(daemon):
    """Page by page in the order of its index: it was read and sorted whole for
    each page, three seconds for 6,000 alerts that waited for the courier."""
    plan = plans(daemon, ["alert"], ["DIGEST_MEMBERS"])["DIGEST_MEMBERS"]
    assert "INDEX delivery_digest (digest=? AND id>?)" in plan
    assert "TEMP" not in plan
