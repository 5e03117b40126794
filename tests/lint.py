#!/usr/bin/python3
"""Hold the house's own rules: arrows, walls, sizes, banned calls, layout.

Run as `tests/lint.py`; prints one line a finding and exits 1 if there is any.
The same rules run as pytest cases through test_lint.py.
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOP = {"daemon", "handlers", "conf", "systemd", "tests", "CMakeLists.txt",
       "README.md"}

# Which files may include a library's header (P: path prefix or exact path).
WALLS = {
    "sqlite3.h": ("daemon/store",),
    "event2/http": ("daemon/http",),
    "evhttp.h": ("daemon/http",),
    "libconfig.h": ("daemon/conf",),
    "curl/": ("daemon/courier/", "daemon/ctl/"),
    "sodium.h": ("daemon/seal",),
    "qrencode.h": ("daemon/qr_code",),
    "openssl/": ("daemon/courier/", "handlers/channel_"),
}

# Calls that are never right here, and what is used instead.
BANNED = {
    "sprintf": "buf_addf or xasprintf", "vsprintf": "buf_addf",
    "strcpy": "xstrdup", "strcat": "buf_adds", "strncpy": "xstrndup",
    "strncat": "buf_add", "strtok": "strcspn", "atoi": "number_parse",
    "atol": "number_parse", "atof": "number_parse", "gets": "getline",
    "gmtime": "instant_format", "localtime": "instant_format",
    "sscanf": "a parser of its own", "scanf": "a parser of its own",
    "malloc": "xcalloc", "calloc": "xcalloc", "realloc": "xrealloc",
    "strdup": "xstrdup", "strndup": "xstrndup", "asprintf": "xasprintf",
    "rand": "random_below", "random": "random_below", "system": "nothing",
    "popen": "nothing", "alloca": "xcalloc", "mktemp": "mkstemp",
    "time": "clock_now", "gettimeofday": "clock_now",
}
# Where a banned call is at home, with the reason.
AT_HOME = {
    ("daemon/core.c", "malloc"), ("daemon/core.c", "calloc"),
    ("daemon/core.c", "realloc"), ("daemon/core.c", "strdup"),
    ("daemon/core.c", "strndup"), ("daemon/core.c", "asprintf"),
}

# Files that may use a mutable file-scope variable (log level, test clock).
GLOBALS_AT_HOME = ("daemon/log.c", "daemon/clock.c")


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                         cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(f for f in out.stdout.split() if (ROOT / f).is_file())


def sources(files, *suffixes):
    return [f for f in files if f.endswith(suffixes)
            and f.split("/")[0] in ("daemon", "handlers", "tests")]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def bare(text):
    """Code without comments and string contents, line for line."""
    def blank(m):
        s = m.group(0)
        if s.startswith("/"):
            return re.sub(r"[^\n]", " ", s)
        return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def layout(files):
    for f in files:
        top = f.split("/")[0]
        if top not in TOP and not top.startswith("."):
            yield f"{f}: not in the layout that was fixed"


def walls(files):
    for f in sources(files, ".c", ".h", ".def"):
        if f.startswith("tests/"):
            continue
        for n, line in enumerate(text_of(f).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not m:
                continue
            for header, homes in WALLS.items():
                if m[1].startswith(header) and not f.startswith(homes):
                    yield f"{f}:{n}: {header} belongs to {' '.join(homes)}"


def arrows(files):
    """handlers -> daemon services -> store; only main sees both folders."""
    handlers = {pathlib.Path(f).name for f in files
                if f.startswith("handlers/") and f.endswith((".h", ".def"))}
    store_may = {"store", "core", "log", "clock", "calendar", "conf",
                 "context", "seal", "migrations", "queries", "tx"}
    for f in sources(files, ".c", ".h"):
        if not f.startswith("daemon/"):
            continue
        for n, line in enumerate(text_of(f).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not m:
                continue
            name = pathlib.Path(m[1]).name
            if (name in handlers and f != "daemon/main.c"
                    and not f.startswith("daemon/courier/")):
                yield f"{f}:{n}: only main.c sees handlers ({name})"
            stem = name.rsplit(".", 1)[0].split("_")[0]
            if f.startswith("daemon/store") and stem not in store_may:
                yield f"{f}:{n}: store knows nothing above it ({name})"


def banned(files):
    pattern = re.compile(r"(?<![\w>.])(" + "|".join(BANNED) + r")\s*\(")
    for f in sources(files, ".c", ".h"):
        for n, line in enumerate(bare(text_of(f)).split("\n"), 1):
            for m in pattern.finditer(line):
                if f.startswith("tests/") or (f, m[1]) in AT_HOME:
                    continue
                yield f"{f}:{n}: {m[1]}() is banned, use {BANNED[m[1]]}"


def file_sizes(files):
    for f in sources(files, ".c", ".h", ".py", ".js", ".mjs"):
        lines = text_of(f).count("\n")
        limit = 100 if f.endswith(".h") and f not in BIG_HEADERS else 400
        if lines > limit:
            yield f"{f}: {lines} lines, the ceiling is {limit}"


# Headers that may be longer than that.
BIG_HEADERS = ()


def functions(files):
    """(file, name, lines, parameters) of every C function."""
    names = [f for f in sources(files, ".c") if not f.startswith("tests/")]
    out = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+neS", "--c-kinds=f",
         "-f", "-", *names], cwd=ROOT, capture_output=True, text=True,
        check=True)
    for row in out.stdout.splitlines():
        t = json.loads(row)
        if "end" in t:
            # Commas of a callback's own parameters do not count.
            outer = t.get("signature", "()")[1:-1]
            while re.search(r"\([^()]*\)", outer):
                outer = re.sub(r"\([^()]*\)", "", outer)
            yield (t["path"], t["name"], t["end"] - t["line"] + 1,
                   outer.count(",") + 1)


def function_sizes(files):
    found = list(functions(files))
    if not found:
        yield "no functions found: is universal-ctags installed?"
        return
    for path, name, lines, params in found:
        if lines > 80:
            yield f"{path}: {name} has {lines} lines, the ceiling is 80"
        if params > 5:
            yield f"{path}: {name} has {params} parameters, the ceiling is 5"
    sizes = sorted(lines for _, _, lines, _ in found)
    p90 = sizes[int(len(sizes) * 0.9)]
    if statistics.median(sizes) > 15:
        yield f"median function is {statistics.median(sizes)} lines, over 15"
    if p90 > 40:
        yield f"p90 of functions is {p90} lines, over 40"


def words(files):
    bad = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    for f in sources(files, ".c", ".h", ".def", ".py", ".mjs", ".sql"):
        if f == "tests/lint.py":
            continue
        for n, line in enumerate(text_of(f).split("\n"), 1):
            if bad.search(line):
                yield f"{f}:{n}: the tracker is the place for this"


def variables(files):
    """File-scope variables that are not const."""
    names = [f for f in sources(files, ".c") if not f.startswith("tests/")
             and f not in GLOBALS_AT_HOME]
    out = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+n", "--c-kinds=v",
         "-f", "-", *names], cwd=ROOT, capture_output=True, text=True,
        check=True)
    for row in out.stdout.splitlines():
        t = json.loads(row)
        lines = text_of(t["path"]).split("\n")
        first = t["line"] - 1
        # A struct may be spelled out above the name: go up to its start.
        while first > 0 and not re.match(r"(static|const|extern|_Atomic)\b",
                                         lines[first]):
            first -= 1
        if not re.search(r"\b(const|extern)\b",
                         " ".join(lines[first:t["line"]])):
            yield f"{t['path']}:{t['line']}: mutable global {t['name']}"


def formatting(files):
    names = [f for f in sources(files, ".c", ".h")]
    out = subprocess.run(["clang-format-14", "--dry-run", *names], cwd=ROOT,
                         capture_output=True, text=True)
    for line in out.stderr.splitlines():
        if "warning:" in line:
            yield line


def documented(files):
    """Every function that a header declares has its contract above it."""
    declared = re.compile(r"^(?!typedef|struct \w+ \{|#|static|enum \w+ \{)"
                          r"[a-z_].*\b\**\w+\(", re.M)
    for f in sources(files, ".h"):
        if f.startswith("tests/"):
            continue
        text = text_of(f)
        if not text.lstrip().startswith("/*"):
            yield f"{f}:1: says nothing about what it is for"
        if declared.search(bare(text)) and text.count("/*") < 2:
            yield f"{f}: its functions have no contract above them"


LOG_CALL = re.compile(
    r'\blog_(error|warn|info)\(\s*((?:"(?:\\.|[^"\\])*"\s*)*)')
LOG_ROW = re.compile(r'^MESSAGE\((\w+), "([^"]+)", "([0-9a-f]{32})",', re.M)


def messages(files):
    """Every log line has its row in daemon/log.def, every row its line."""
    rows = {words: level for level, words, _ in
            LOG_ROW.findall(text_of("daemon/log.def"))}
    used = set()
    for f in sources(files, ".c"):
        if f.startswith("tests/") or f == "daemon/log_kinds.c":
            continue
        for level, text in LOG_CALL.findall(text_of(f)):
            words = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', text))
            fits = [w for w in rows
                    if re.match(re.escape(w) + r"([ :,]|\Z)", words)]
            best = max(fits, key=len, default=None)
            used.add(best)
            if best is None:
                yield f"{f}: no row in daemon/log.def, such as " \
                    f'MESSAGE({level.upper()}, "{re.split(r" ?%| [a-z_]+=", words)[0]}", ' \
                    f'"{uuid.uuid4().hex}", "What to do.") for {words!r}'
            elif rows[best] != level.upper():
                yield f"{f}: {words!r} is {rows[best]} in daemon/log.def"
    ids = [i for _, _, i in LOG_ROW.findall(text_of("daemon/log.def"))]
    if len(set(ids)) != len(ids):
        yield "daemon/log.def: one MESSAGE_ID twice"
    if set(files) >= {"daemon/log.c", "daemon/main.c"}:
        for words in set(rows) - used:
            yield f"daemon/log.def: nothing logs {words!r}"


RULES = [layout, walls, arrows, banned, file_sizes, function_sizes, words,
         variables, formatting, documented, messages]


def main():
    files = tracked()
    findings = [(r.__name__, x) for r in RULES for x in r(files)]
    for rule, finding in findings:
        print(f"{rule}: {finding}")
    print(f"{len(RULES)} rules, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
