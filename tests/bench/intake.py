"""The figures of POST /v1/referrals, and of reading beside it."""
import pathlib
import subprocess
import tempfile

import rig


def rate(x):
    return x["rate"]


def p99(x):
    return x["post"]["p99"]


def per_intake(ours, n):
    """Rows and bytes that one intake leaves in the file."""
    rows, size = ours.rows()
    ours.load(n)
    more_rows, more_size = ours.rows()
    return (more_rows - rows) / n, (more_size - size) / n


def size_of_row(rows, size):
    """Bytes of filling that make the bare rows as heavy as ours: a row has
    its id twice, its instant twice, and heads."""
    return max(8, round(size / rows) - 130)


def against_peers(table, ours, peers, form):
    for p in peers:
        got = rig.in_turn([ours, p], form.rounds, form.requests // 2)
        r = rig.ratio(got[ours], got[p], rate)
        table.row(f"intake / {p.name}, five rows", f"{r:.2f} x "
                  f"({rig.median([x['rate'] for x in got[p]]):.0f}/s)",
                  ">= 2 x", r >= 2)
        p.stop()


def say(table, name, runs):
    """Rate, latencies and pages an intake: medians of the runs."""
    def of(get):
        return rig.median([get(x) for x in runs])
    table.say(f"  {name:<24} {of(rate):8.0f}/s"
              f"  p50 {of(lambda x: x['post']['p50']) / 1e3:.1f} ms"
              f"  p99 {of(p99) / 1e3:.1f} ms"
              f"  {of(lambda x: x['kib']) / 4:.1f} pages written")


def intake(table, ours, form):
    """Ours against the ceilings, in turn; how we wrote it."""
    rows, size = per_intake(ours, form.requests)
    rows = round(rows)
    null, five = rig.bare_null(), rig.bare_rows(5, 250)
    same = rig.bare_rows(rows, size_of_row(rows, size))
    servers = [ours, same, five, null]
    commits, jobs = ours.commits()
    got = rig.in_turn(servers, form.rounds, form.requests)
    commits, jobs = (b - a for a, b in zip((commits, jobs), ours.commits()))
    for s in servers:
        say(table, s.name, got[s])
    kept = same.db.stat().st_size / sum(y["post"]["n"] for y in got[same])
    table.say(f"  hotlined keeps {rows} rows, {size / 1024:.1f} KiB an intake;"
              f" (b) keeps {kept / 1024:.1f} KiB")
    r = rig.ratio(got[ours], got[same], rate)
    table.row("intake / (b) same rows and bytes", f"{r:.2f} x", ">= 0.65 x",
              r >= 0.65)
    r = rig.ratio(got[ours], got[same], p99)
    table.row("intake p99 / (b)", f"{r:.2f} x", "<= 1.5 x", r <= 1.5)
    r = rig.ratio(got[ours], got[five], rate)
    table.row("intake / (b5) five rows", f"{r:.2f} x", ">= 0.3 x", r >= 0.3)
    r = rig.ratio(got[ours], got[null], rate)
    table.row("intake / (a) empty answer", f"{r:.3f} x", "", None)
    n = sum(x["post"]["n"] for x in got[ours])
    table.row("intakes per commit, 64 connections", f"{n / commits:.1f}",
              ">= 16", n / commits >= 16)
    for s in (null, five, same):
        s.stop()
    return rows, size_of_row(rows, size)


def alone(table, ours, shape, form):
    """One connection against one durable transaction after the other."""
    mine, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(form.rounds):
            mine.append(ours.load(form.single, posters=1)["post"]["p50"])
            us = rig.run(rig.BUILD / "bench_bare", "loop",
                         pathlib.Path(folder) / f"db{i}", *shape,
                         form.single).split()
            theirs.append(rig.median(map(int, us)))
    r = rig.median([a / b for a, b in zip(mine, theirs)])
    table.row("one connection p50 / (d) bare loop",
              f"{r:.2f} x ({rig.median(mine) / 1e3:.1f} ms)", "<= 3 x", r <= 3)


def reading(table, ours, form):
    """GET of a receipt while 64 post."""
    ours.load(300, ids_out=ours.folder / "ids")
    ratios = []
    for _ in range(form.rounds):
        x = ours.load(form.requests, getters=2)
        ratios.append(x["get"]["p99"] / x["post"]["p99"])
    r = rig.median(ratios)
    table.row("GET beside 64 posters, p99 / POST p99", f"{r:.2f} x",
              "<= 0.6 x", r <= 0.6)


def measure(table, form):
    ours = rig.Ours()
    try:
        shape = intake(table, ours, form)
        alone(table, ours, shape, form)
        reading(table, ours, form)
        against_peers(table, ours, rig.peers(table), form)
    except subprocess.CalledProcessError as e:
        raise AssertionError(f"{e.cmd}: {e.stderr}") from e
    finally:
        ours.stop()
