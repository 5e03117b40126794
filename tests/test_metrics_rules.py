"""The Prometheus rules and the Grafana dashboard shipped over /metrics: every
rule is seen to fire and seen to be quiet, and asks for series that a daemon
at work does tell."""
import dataclasses
import json
import re
import shutil
import subprocess

import pytest

from hotline import ROOT
from test_metrics import RULES, scrape
from ward import AN, ward

__all__ = ["ward"]
BOARD = ROOT / "conf/grafana/hotlined.json"
UP = 'up{job="hotlined"}'
DAY = 86400
promtool = pytest.mark.skipif(shutil.which("promtool") is None,
                              reason="no promtool (package prometheus)")


@dataclasses.dataclass
class Case:
    """At first (a minute before: not yet) hot series fire with these labels
    and this summary; quiet ones, the nearest that must not, never do."""
    first: int  # minutes
    hot: dict
    quiet: dict
    labels: dict
    summary: str
    step: int = 1  # minutes between two samples; first is in minutes


PAGE, WARN = {"severity": "page"}, {"severity": "warn"}
URGENT = {**PAGE, "urgent": "yes"}
# Series as promtool writes them: value x how often more, or from+step x n.
CASES = {
    "HotlinedDown": Case(
        12, {UP: "1x9 0x50"}, {UP: "1x9 0x1 1x50"},
        {**PAGE, "job": "hotlined"},
        "hotlined does not answer: the ward takes no notifications and calls "
        "nobody"),
    "HotlinedUrgentClockOverdue": Case(
        15, {'hotline_clocks_overdue{urgent="yes"}': "0x9 2x50"},
        {'hotline_clocks_overdue{urgent="yes"}': "0x9 2x4 0x50",
         'hotline_clocks_overdue{urgent="no"}': "7x60"}, URGENT,
        "2 urgent clocks are past their limit"),
    "HotlinedUrgentAlertUnanswered": Case(
        70, {'hotline_alerts_open{urgent="yes"}': "0x9 1x90"},
        {'hotline_alerts_open{urgent="yes"}': "0x9 1x59 0x50",
         'hotline_alerts_open{urgent="no"}': "3x150"}, URGENT,
        "urgent alerts have been open for an hour"),
    "HotlinedAlertsDoNotLeave": Case(
        17, {"hotline_outbox_oldest_seconds": "0x9 0+60x50"},
        {"hotline_outbox_oldest_seconds": "0x9 300x50"}, PAGE,
        "an alert has waited 7m 0s without one attempt"),
    "HotlinedCourierDown": Case(
        12, {"hotline_courier_up": "1x9 0x50"},
        {"hotline_courier_up": "1x9 0x1 1x50"}, PAGE,
        "hotline-courier is not connected"),
    "HotlinedChannelFails": Case(
        16, {'hotline_deliveries_total{channel="sms",result="transient"}':
             "0x9 0+1x50",
             'hotline_deliveries_total{channel="sms",result="accepted"}':
             "7x60"},
        {'hotline_deliveries_total{channel="sms",result="transient"}':
         "0x9 0+1x50",
         'hotline_deliveries_total{channel="sms",result="accepted"}':
         "0+1x60",
         'hotline_deliveries_total{channel="email",result="permanent"}':
         "0x9 5x50",
         'hotline_deliveries_total{channel="email",result="accepted"}':
         "0x60"},
        {**WARN, "channel": "sms"}, "channel sms takes nothing"),
    "HotlinedDiskFull": Case(
        10, {"hotline_disk_full": "0x9 1x50"}, {"hotline_disk_full": "0x60"},
        PAGE, "disk full: intake is refused"),
    "HotlinedDiskLow": Case(
        20, {"hotline_disk_free_bytes": "9e9x9 999999999x50"},
        {"hotline_disk_free_bytes": "9e9x9 1000000000x60"}, WARN,
        "less than 1 GB is free beside the database"),
    "HotlinedWalGrows": Case(
        20, {"hotline_wal_bytes": "4096x9 268435457x50"},
        {"hotline_wal_bytes": "4096x9 268435456x60"}, WARN,
        "the write-ahead log is not moved into the database"),
    # 36 hours are 216 times 10 minutes, two weeks 2016 times; then "for".
    "HotlinedNoBackup": Case(
        2180, {"hotline_backup_time_seconds": "0x300"},
        {"hotline_backup_time_seconds": "0x143 86400x216"}, WARN,
        "no whole backup for 36 hours", 10),
    "HotlinedNoIntegrityCheck": Case(
        20280, {"hotline_integrity_time_seconds": "0x350"},
        {"hotline_integrity_time_seconds": "0x167 604800x336"}, WARN,
        "no clean integrity check for two weeks", 60),
    "HotlinedCalendarEnds": Case(
        10, {"hotline_calendar_left_seconds":
             f"{60 * DAY}x9 {59 * DAY}x50"},
        {"hotline_calendar_left_seconds": f"{60 * DAY}x60"}, WARN,
        "the calendar of working days ends in 59d 0h 0m 0s"),
    "HotlinedIntakeFails": Case(
        10, {'hotline_intake_total{result="full"}': "0x9 1x50"},
        {'hotline_intake_total{result="full"}': "3x60",
         'hotline_intake_total{result="failed"}': "0x60",
         'hotline_intake_total{result="refused"}': "0+9x60",
         'hotline_intake_total{result="taken"}': "0+9x60"},
        {**PAGE, "result": "full"}, "notifications were turned away (full)"),
    "HotlinedSilent": Case(
        14, {'hotline_heartbeat_time_seconds{ward="99999"}':
             "0+60x10 600x20"},
        {'hotline_heartbeat_time_seconds{ward="99999"}': "0+60x60",
         'hotline_heartbeat_time_seconds{ward="00000"}': "0x60"},
        {**PAGE, "ward": "99999"}, "three heartbeats are missing"),
}


def series(values):
    return [{"series": name, "values": v} for name, v in values.items()]


def minutes(values, step):
    """How long the longest of these series is."""
    return step * (max(sum(int(part.split("x")[1]) + 1 for part in v.split())
                       for v in values.values()) - 1)


def test_every_rule_has_its_case():
    rules = re.findall(r"^ *- alert: (\w+)$", RULES.read_text(), re.M)
    assert sorted(rules) == sorted(CASES) and len(rules) == 14


@promtool
@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_when_it_should_and_only_then(tmp_path, name):
    c = CASES[name]
    fires = [{"exp_labels": c.labels,
              "exp_annotations": {"summary": c.summary}}]
    quiet, step = minutes(c.quiet, c.step), f"{c.step}m"
    test = tmp_path / "test.json"
    # Whatever YAML reads, it reads as JSON.
    test.write_text(json.dumps({
        "rule_files": [str(RULES)], "evaluation_interval": step, "tests": [
            {"interval": step, "name": "hot", "input_series": series(c.hot),
             "alert_rule_test": [
                 {"eval_time": f"{c.first - c.step}m", "alertname": name},
                 {"eval_time": f"{c.first}m", "alertname": name,
                  "exp_alerts": fires}]},
            {"interval": step, "name": "quiet",
             "input_series": series(c.quiet), "alert_rule_test": [
                 {"eval_time": f"{m}m", "alertname": name}
                 for m in range(0, quiet + 1, max(c.step, quiet // 60 // 10 * 10))]}]}))
    done = subprocess.run(["promtool", "test", "rules", test],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
def test_promtool_takes_the_rules():
    done = subprocess.run(["promtool", "check", "rules", RULES],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "14 rules found" in done.stdout


# ---- What they ask for, a daemon tells ----

def selectors(text):
    """(series, {label: test}) for each that an expression asks for."""
    for name, inside in re.findall(r"\b(hotline_\w+)(?:\{(.*?)\})?", text):
        yield name, {
            label: lambda got, op=op, want=want:
            (op in ("=", "=~")) == bool(re.fullmatch(want, got))
            for label, op, want in re.findall(r'(\w+)(=~|!~|!=|=)"(.*?)"',
                                              inside)}


def expressions(path):
    """Of the rules file, or of the dashboard; and the labels they sum by."""
    text = path.read_text()
    if path == RULES:
        return re.findall(r"expr: (?:\|\n)?((?:.|\n)*?)\n +(?:for|labels):",
                          text)
    return [target["expr"] for panel in json.loads(text)["panels"]
            for target in panel["targets"]]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """[(series, labels)] of a daemon that has sent an alert."""
    from ward import Ward
    w = Ward(tmp_path_factory.mktemp("told") / "d")
    try:
        w.staff()
        w.expect(AN)
        w.refer()
        w.quiet()
        return [(key.partition("{")[0], dict(re.findall(r'(\w+)="(.*?)"', key)))
                for key in scrape(w.d)]
    finally:
        w.d.stop()
        w.close()


@pytest.mark.parametrize("path", [RULES, BOARD], ids=["rules", "dashboard"])
def test_every_series_asked_for_is_told(told, path):
    asked = [(e, *s) for e in expressions(path) for s in selectors(e)]
    assert len(asked) >= (13 if path == RULES else 25)
    for expr, name, tests in asked:
        found = [labels for series, labels in told if series == name and all(
            label in labels and test(labels[label])
            for label, test in tests.items())]
        assert found, (expr, name)
        for by in re.findall(r"by \(([\w, ]+)\)", expr):
            assert set(by.split(", ")) <= set(found[0]), expr


def test_what_nobody_tells_is_noticed(told):
    """The proof that the one above can fail."""
    for expr in ("hotline_typo_total", 'hotline_alerts_open{urgent="maybe"}',
                 'hotline_intake_total{outcome="full"}'):
        (name, tests), = selectors(expr)
        assert not [1 for series, labels in told if series == name and all(
            label in labels and test(labels[label])
            for label, test in tests.items())], expr


# ---- The dashboard ----

def test_the_dashboard_is_well_made():
    board = json.loads(BOARD.read_text())
    assert board["title"] and board["uid"] and board["schemaVersion"] >= 36
    assert [v["name"] for v in board["templating"]["list"]] == ["datasource"]
    ids = [p["id"] for p in board["panels"]]
    assert len(set(ids)) == len(ids) >= 12
    taken = set()
    for panel in board["panels"]:
        assert panel["type"] in ("timeseries", "stat") and panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        g = panel["gridPos"]
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"])
                 for y in range(g["y"], g["y"] + g["h"])}
        assert g["x"] + g["w"] <= 24 and not cells & taken
        taken |= cells
        assert panel["targets"]
        for target in panel["targets"]:
            assert re.search(r"\bhotline_\w+", target["expr"])


def test_every_metric_is_on_the_dashboard():
    text = BOARD.read_text()
    rows = set(re.findall(r'^(?:NUMBER|SECONDS|FAMILY)\(\w+, "(\w+)"',
                          (ROOT / "daemon/metrics.def").read_text(), re.M))
    shown = {n for n in rows if n in text}
    assert rows - shown == {"hotline_calendar_alarm", "hotline_audit_events",
                            "hotline_heartbeat_sequence"}
