"""Sabotage: defects of one line, and which harness catches each.

    tests/sabotage.py [NAME ...]      (none: all of them)

The build switch is a copy of the tree: each defect is put into the one under
BUILD/sabotage, built there, and its harness run on that build, so that nothing
of it can be in the product.  Each harness first passes on the sound copy; then
one that passes still, or ends in any other way than finding something, has no
teeth.  The table of who caught what is printed and kept with the reports.
"""
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()


@dataclasses.dataclass
class Defect:
    name: str
    file: str
    right: str  # stands there once
    wrong: str
    harness: str  # a unit program, a fuzzer, or pytest arguments
    env: dict = dataclasses.field(default_factory=dict)


LIVES = "tests/test_simulation.py"
PROGRAMS = ("hotlined", "hotline-courier", "hotlinectl", "simulation")
FUZZERS = [
    ("faults and a conf", "daemon/conf.c",
     "if (faults->n == before)", "if (faults->n >= before)", "conf"),
    ("faults and channels", "daemon/channels.c",
     "if (faults->n == before)", "if (faults->n >= before)", "channels"),
    ("faults and a procedure", "daemon/procedure_load.c",
     "if (faults->n > held)", "if (faults->n < held)", "procedure"),
    ("days begin elsewhere", "daemon/calendar.c",
     "return day * DAY - c->offset_min * MINUTE;",
     "return day * DAY + c->offset_min * MINUTE;", "calendar"),
    ("refused without a word", "daemon/procedure_when.c",
     'return wrong(&c, "a \')\'");', "return false;", "when"),
    ("a body that says nothing", "daemon/mau01.c",
     "check_sender(body, by_agency, faults);\n"
     "\treturn faults->n == before;",
     "check_sender(body, by_agency, faults);\n\treturn faults->n >= before;",
     "referral"),
    ("a body of another length", "daemon/http_gate.c",
     "g->body_left -= (int64_t)n;", "g->body_left -= 1;", "gate"),
    ("a packet that is a list", "daemon/packets.c",
     "if (json_is_object(msg))", "if (msg != NULL)", "frames"),
    ("a migration is left out", "daemon/store_migrate.c",
     "size_t i = from; i < NELEM", "size_t i = from + 1; i < NELEM",
     "migrate"),
    ("a key of no agency", "daemon/token.c",
     "return token_code_ok(t->code);", "return true;", "parsers"),
    ("a 2xx that is refused", "daemon/courier/judge.c",
     "if (a->status < 300)\n\t\tj->class = ACCEPTED;",
     "if (a->status < 250)\n\t\tj->class = ACCEPTED;", "replies"),
    ("half an answer is a yes", "daemon/courier/http_rules.c",
     "if (!a->is_whole)", "if (a->status == 0)", "answers"),
]
DEFECTS = [
    Defect("answer without a commit", "daemon/store_batch.c",
           'how = store_outcome(s, store_control(s, COMMIT), "commit");\n'
           "\t\t/* Whether", "/* Whether", "unit_store"),
    Defect("answer before the commit", "daemon/store_batch.c",
           'how = store_outcome(s, store_control(s, COMMIT), "commit");\n'
           "\t\t/* Whether",
           "for (size_t i = 0; i < *n; i++)\n"
           "\t\t\tif (v[i]->done != NULL)\n"
           "\t\t\t\tv[i]->done(v[i]->arg, v[i]->how), v[i]->done = NULL;\n"
           "\t\tsleep(1);\n"
           '\t\thow = store_outcome(s, store_control(s, COMMIT), "commit");\n'
           "\t\t/* Whether", "unit_store_fault"),
    Defect("NORMAL sync", "daemon/store_open.c",
           "PRAGMA synchronous = FULL;", "PRAGMA synchronous = NORMAL;",
           "tests/test_cut.py -k ext4", {"CUTS": "12"}),
    Defect("go on after a failed sync", "daemon/store_query.c",
           "return rc == SQLITE_IOERR_FSYNC ||", "return rc == SQLITE_IOERR_FSYNC + 1 ||",
           "unit_store_fault"),
    Defect("no exclusive lock", "daemon/store_open.c",
           "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA locking_mode = NORMAL",
           "unit_store_open"),
    Defect("a full disk takes intake", "daemon/store_batch.c",
           "is_put_off(v[i]) && atomic_load(&s->full)",
           "is_put_off(v[i]) && v[i] == NULL", "unit_store_full"),
    Defect("a trial is kept", "daemon/store_batch.c",
           "\t\t(void)store_control(s, ROLLBACK);\n\t(void)store_run",
           "\t\t(void)store_control(s, COMMIT);\n\t(void)store_run",
           "unit_store_full"),
    Defect("what left from memory is forgotten", "daemon/outbox_memory.c",
           "h.r.is_told = true;\n\tadd(m, h);",
           "h.r.is_told = true;\n\tadd(m, h);\n\tm->n--;",
           "unit_memory"),
    Defect("no UNIQUE over (clock, rung, round)", "daemon/sql/001-base.sql",
           "    UNIQUE (clock_id, rung, round)\n", "    CHECK (1)\n",
           "tests/test_sabotage.py -k unique"),
    Defect("no UNIQUE over source_ref", "daemon/sql/001-base.sql",
           "CREATE UNIQUE INDEX referral_source", "CREATE INDEX referral_source",
           "tests/test_sabotage.py -k unique"),
    Defect("sent before it is sent", "daemon/outbox.c",
           "o->link == NULL || !courier_link_send(o->link, packet)",
           "o->link == NULL", "unit_clocks"),
    Defect("an old lease's result counts", "daemon/outbox_result.c",
           "if (!d.is_leased || d.epoch != r->epoch)", "if (!d.is_leased)",
           "unit_outbox"),
    Defect("a new id on each attempt", "daemon/outbox_packet.c",
           '"do", "send", "id", d->id,', '"do", "send", "id", d->alert_id,',
           "tests/test_courier.py tests/test_alerts.py"),
    Defect("a digest has its leader's own id", "daemon/outbox_packet.c",
           "\tif (is_digest)\n\t\tadd_digest_id", "\tif (d->id[0] == 0)\n"
           "\t\tadd_digest_id", "unit_outbox_answer"),
    Defect("lost backoff", "daemon/delivery.c",
           "return pause > asked ? pause : asked;", "return pause * 0;",
           "unit_delivery"),
    Defect("Retry-After is ignored", "daemon/delivery.c",
           "return pause > asked ? pause : asked;", "return pause;",
           "unit_delivery"),
    Defect("a refused message ends it", "daemon/delivery.c",
           "v.widens = !a->is_widened;", "v.widens = false;",
           "unit_delivery"),
    Defect("< for <= at due", "daemon/ladder.c",
           "trigger_at(s, c, i) <= now", "trigger_at(s, c, i) < now",
           "unit_ladder"),
    Defect("lapsed a minute early", "daemon/ladder.c",
           "c->due_at - s->warns[i] : c->due_at;",
           "c->due_at - s->warns[i] : c->due_at - 60000;", "unit_clocks"),
    Defect("acknowledged for ever", "daemon/ladder.c",
           "c->climb_at = now + l->ack_holds;",
           "c->climb_at = 0 * (now + l->ack_holds);",
           "unit_ladder"),
    Defect("an acknowledgement stops nothing", "daemon/ladder.c",
           "c->is_acked = true;\n\tc->climb_at", "c->climb_at",
           "unit_ladder"),
    Defect("a lapse leaves no trace", "daemon/clock_rows.c",
           "if (k->has_lapsed)", "if (k->id[0] != 0)",
           "tests/test_calls.py", {"CALLS": "1"}),
    Defect("Saturday is a working day", "daemon/calendar.c",
           "weekday != 0 && weekday != 6 &&", "weekday != 0 &&",
           "unit_calendar"),
    Defect("a bar is skipped", "daemon/allow.c",
           "if (o->is_barred || !may_do(s, a, o))",
           "if (!may_do(s, a, o))", "unit_allow"),
    Defect("anybody's referral is read", "daemon/allow.c",
           "{BY_AGENCY, NO_ROLE, ACTION_referral_read, NEED_OWN}",
           "{BY_AGENCY, NO_ROLE, ACTION_referral_read, NEED_NOTHING}",
           "unit_allow"),
    Defect("an allow is skipped", "handlers/http_case.c",
           "if (allow(&r->subject, what, &o, SEE_thing))",
           "if (r != NULL)", "tests/test_access.py"),
    Defect("a barred person is told", "daemon/people.c",
           "\t\tif (c->is_barred)\n", "\t\tif (c->is_barred && c->is_away)\n",
           "tests/test_bars.py"),
    Defect("a key that is over is taken", "daemon/auth.c",
           "|| now >= k->not_after)", "|| k->not_after < 0)",
           "tests/test_keys.py"),
    Defect("the GET of a link acknowledges", "handlers/routes.def",
           'ROUTE(GET,\t"/a/{}",\t\t\tANYONE,\tREAD,\tlink_get)',
           'ROUTE(GET,\t"/a/{}",\t\t\tANYONE,\tACT,\tlink_post)\n'
           'ROUTE(PUT,\t"/a/{}",\t\t\tANYONE,\tREAD,\tlink_get)',
           "tests/test_alerts.py"),
    Defect("a name in the log", "daemon/http_exchange.c",
           "\tlog_debug(\"request answered id=%s",
           "\tlog_debug(\"%s\", json_dumps(x->request.body, JSON_ENCODE_ANY));\n"
           "\tlog_debug(\"request answered id=%s", "tests/test_canary.py"),
    Defect("a name in an alert", "daemon/outbox_packet.c",
           'messages_make(c->messages, c->conf->language, &t, &subject, &text);',
           'messages_make(c->messages, c->conf->language, &t, &subject, &text);\n'
           '\ttext = xasprintf("Trẻ Thử Nghiệm Một");',
           "tests/test_sabotage.py -k message"),
    Defect("a link that never ends", "daemon/queries_alert.def",
           "d.token_hash = $1 AND d.expires_at > $2",
           "d.token_hash = $1 AND 0 < $2", "tests/test_sabotage.py -k link"),
    Defect("another body, the same key", "daemon/idem.c",
           "n != HASH_SIZE || memcmp(hash, i->hash, n) != 0",
           "n != HASH_SIZE || hash == NULL", "tests/test_referral.py"),
    Defect("the receipt's digest is another's", "daemon/intake_referral.c",
           "hash_of(in->raw, in->raw_len, digest);",
           "hash_of(in->raw, in->raw_len / 2, digest);",
           "tests/test_referral.py"),
    Defect("the chain is not chained", "daemon/audit.c",
           "hash_add(&h, prev, HASH_SIZE);", "hash_add(&h, prev, 0);",
           "tests/test_kill.py -k clean"),
    Defect("a sealed value may be moved", "daemon/seal.c",
           'xasprintf("%s|%s|%s|%lld", at->table, at->column, at->row,',
           'xasprintf("%s|%s|%s|%lld", at->table, at->column, "",',
           "unit_seal"),
    Defect("two Content-Lengths", "daemon/http_head.c",
           "if (h->seen & bit)", "if ((h->seen & bit) && bit != LENGTH)",
           "unit_gate"),
    Defect("the control socket is everybody's", "daemon/http_listen.c",
           "umask(0117)", "umask(0111)", "tests/test_sabotage.py -k socket"),
    Defect("no commit, a whole life", "daemon/store_batch.c",
           'how = store_outcome(s, store_control(s, COMMIT), "commit");\n'
           "\t\t/* Whether", "/* Whether", LIVES, {"SEEDS": "4"}),
    Defect("NORMAL sync, a whole life", "daemon/store_open.c",
           "PRAGMA synchronous = FULL;", "PRAGMA synchronous = NORMAL;",
           LIVES, {"SEEDS": "6"}),
    Defect("an early lapse, a whole life", "daemon/ladder.c",
           "c->due_at - s->warns[i] : c->due_at;",
           "c->due_at - s->warns[i] : c->due_at - 60000;", LIVES,
           {"SEEDS": "4"}),
    Defect("no chain, a whole life", "daemon/audit.c",
           "hash_add(&h, prev, HASH_SIZE);", "hash_add(&h, prev, 0);", LIVES,
           {"SEEDS": "4"}),
    *(Defect(f"fuzz: {name}", file, right, wrong, f"fuzz_{subject}")
      for name, file, right, wrong, subject in FUZZERS),
]


def is_same(a, b):
    return b.is_file() and a.read_bytes() == b.read_bytes()


def copy_tree(to):
    """What is tracked.  What differs gets the time of now: what was left of a
    defect is older than what was built with it, and would stay built."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True,
                           capture_output=True).stdout.split(b"\0")
    for name in filter(None, (f.decode() for f in files)):
        if not (ROOT / name).is_file() or is_same(ROOT / name, to / name):
            continue
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    modules = ROOT / "tests/node_modules"
    if modules.exists() and not (to / "tests/node_modules").exists():
        (to / "tests/node_modules").symlink_to(modules)


def build(tree, targets=()):
    """True, or what the compiler says; no targets: all of them."""
    for command in (["cmake", "-S", ".", "-B", "build", "-G", "Ninja"],
                    ["ninja", "-C", "build", *targets]):
        done = subprocess.run(command, cwd=tree, capture_output=True,
                              text=True)
        if done.returncode != 0:
            return (done.stdout + done.stderr)[-1500:]
    return True


def relink(defect, program, folder):
    """A program of BUILD with the defect in it: one object is compiled, and
    linked before the libraries that hold the sound one."""
    source = folder / pathlib.Path(defect.file).name
    source.write_text((ROOT / defect.file).read_text().replace(
        defect.right, defect.wrong))
    how = next(c for c in json.loads(
        (BUILD / "compile_commands.json").read_text())
        if c["file"] == str(ROOT / defect.file))
    words = shlex.split(how["command"])
    words[words.index("-o") + 1] = str(source.with_suffix(".o"))
    words[words.index("-c") + 1] = str(source)
    subprocess.run(words, cwd=how["directory"], check=True)
    asked = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", program],
                           check=True, capture_output=True, text=True)
    words = [w for w in shlex.split(asked.stdout.splitlines()[-1])
             if w not in (":", "&&")]
    out = words.index("-o") + 1
    words[out:out + 1] = [str(folder / program),
                          str(source.with_suffix(".o"))]
    subprocess.run(words, cwd=BUILD, check=True)


def has_found(defect, code, text):
    """Whether it ended as a harness does that found something: a failed test
    (pytest's 1, no error of its own), a failed assertion, a crash."""
    if defect.harness.startswith("unit_"):
        return code != 0 and "[  FAILED  ]" in text
    if defect.harness.startswith("fuzz_"):
        return code < 0
    return code == 1 and "hotlined did not start" not in text


def run_harness(tree, defect):
    """Whether it found something, and the first line that says what; None: it
    passed."""
    env = {**os.environ, **defect.env, "BUILD": "build", "SABOTAGED": "1"}
    if defect.harness.startswith("unit_"):
        command = [tree / "build" / defect.harness]
    elif defect.harness.startswith("fuzz_"):  # its corpus, replayed
        subject = defect.harness.removeprefix("fuzz_")
        command = [tree / "build" / defect.harness,
                   *(tree / "tests/fuzz/corpus" / subject).iterdir()]
    else:
        command = ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p",
                   "no:cacheprovider", *defect.harness.split()]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True,
                              text=True, env=env, timeout=300,
                              errors="replace")
    except subprocess.TimeoutExpired:
        return False, "it hangs"
    if done.returncode == 0:
        return None
    text = done.stdout + done.stderr
    words = ("[  FAILED  ] test", "FAILED tests", "E   ", "fatal:")
    lines = [line.strip() for line in text.splitlines()
             if line.strip().startswith(words)]
    return (has_found(defect, done.returncode, text),
            lines[0] if lines else f"code {done.returncode}")


def try_one(tree, defect):
    """A row of the table."""
    path = tree / defect.file
    sound = path.read_text()
    assert sound.count(defect.right) == 1, defect.name
    path.write_text(sound.replace(defect.right, defect.wrong))
    try:
        built = build(tree, PROGRAMS if defect.harness.startswith("tests/")
                      else [defect.harness])
        caught = run_harness(tree, defect) if built is True else None
    finally:
        path.write_text(sound)
    if built is not True:
        return defect, "NOT BUILT", built.splitlines()[-1]
    has_teeth, said = caught or (False, "it passes")
    return defect, "caught" if has_teeth else "NOT CAUGHT", said


def baseline(tree, todo):
    """The harnesses that complain where nothing is wrong, and of what."""
    unsound = {}
    for d in {(d.harness, *d.env.items()): d for d in todo}.values():
        if (how := run_harness(tree, d)) is not None:
            unsound[d.harness] = f"fails on the sound build: {how[1]}"
            print(d.harness, unsound[d.harness], flush=True)
    return unsound


def table(rows):
    yield f"{'defect':44} {'':10} {'harness':38} what it said"
    for defect, how, said in rows:
        yield f"{defect.name:44} {how:10} {defect.harness:38} {said[:90]}"


def main(names):
    todo = [d for d in DEFECTS if not names or d.name in names]
    tree = BUILD / "sabotage"
    tree.mkdir(parents=True, exist_ok=True)
    copy_tree(tree)
    built = build(tree)
    if built is not True:
        sys.exit(built)
    unsound, rows = baseline(tree, todo), []
    for defect in todo:
        why = unsound.get(defect.harness)
        rows.append((defect, "NOT SOUND", why) if why
                    else try_one(tree, defect))
        print(list(table(rows))[-1], flush=True)
    caught = sum(r[1] == "caught" for r in rows)
    found = [f"{d.name}: {how}: {said}" for d, how, said in rows
             if how != "caught"]
    report.write("sabotage", {"defects": len(rows), "caught": caught}, found,
                 table(rows))
    return 1 if found or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
