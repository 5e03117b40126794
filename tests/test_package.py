"""The Debian package from outside; inside a booted one: test_system.py."""
import gzip
import json
import os
import re
import shutil
import subprocess

import pytest

import hotline
import package

ROOT = hotline.ROOT


@pytest.fixture(scope="module")
def deb():
    return package.make()


@pytest.fixture(scope="module")
def unpacked(deb, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb") / "files"
    package.run("dpkg-deb", "-R", deb, folder)
    return folder


def test_lintian_has_nothing_to_say(deb):
    if shutil.which("lintian") is None:
        pytest.skip("PACKAGE NOT LINTED: lintian is missing")
    done = subprocess.run(
        ["lintian", "--fail-on", "error,warning", "--allow-root", deb],
        capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_override_is_explained():
    lines = (ROOT / "systemd/lintian-overrides").read_text().splitlines()
    for above, line in zip(["", *lines], lines):
        assert line.startswith("#") or above.startswith("#"), line


def test_all_under_etc_is_the_admins(unpacked):
    files = {f"/{f.relative_to(unpacked)}"
             for f in (unpacked / "etc").rglob("*") if f.is_file()}
    conffiles = (unpacked / "DEBIAN/conffiles").read_text().split()
    assert files == set(conffiles)
    assert "/etc/hotlined/hotlined.conf" in files


def test_libevent_is_new_enough(unpacked):
    control = (unpacked / "DEBIAN/control").read_text()
    assert re.search(r"libevent-2\.1-7\w* \(>= 2\.1\.12-stable-8\+deb12u1\)",
                     control)


def test_no_secret_is_for_everybody(unpacked):
    assert (unpacked / "etc/hotlined/secrets").stat().st_mode & 0o777 == 0o700
    assert "chmod 0600 /etc/hotlined/failure.curl" in \
        (unpacked / "DEBIAN/postinst").read_text()


@pytest.mark.parametrize("unit", sorted(
    f.name for f in (ROOT / "systemd").glob("*.service")))
def test_units_are_hardened(unit):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=15",
         ROOT / "systemd" / unit], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_core_has_no_route_out_and_the_courier_no_state():
    core = (ROOT / "systemd/hotlined.service").read_text()
    assert "\nIPAddressDeny=any\nIPAddressAllow=localhost\n" in core
    courier = (ROOT / "systemd/hotline-courier.service").read_text()
    for word in ("StateDirectory=", "CacheDirectory=", "master.key"):
        assert word not in courier
    assert "User=hotline-courier\nGroup=hotline-courier\n" in courier
    for unit in (core, courier):
        assert "\nOnFailure=hotline-failure@%n.service hotline-again@%n.service\n" in unit
        assert "\nWatchdogSec=" in unit


@pytest.mark.parametrize("unit", ["hotlined", "hotline-courier"])
def test_one_that_hangs_at_every_start_is_told_too(unit):
    """Killed by its watchdog or at its start, again and again: that many starts
    must fit into the interval, or people are never told."""
    text = (ROOT / f"systemd/{unit}.service").read_text()
    said = {k: int(n) * (60 if m else 1) for k, n, m in re.findall(
        r"(?m)^(\w+)=(\d+)(min)?$", text)}
    hangs = max(said["TimeoutStartSec"], said["WatchdogSec"])
    # SIGABRT or SIGTERM, then SIGKILL, each with its time.
    each = hangs + 2 * said["TimeoutStopSec"] + said["RestartSec"]
    assert said["StartLimitBurst"] * each < said["StartLimitIntervalSec"]


@pytest.mark.parametrize("unit", ["again", "failure"])
def test_the_last_ways_survive_a_lost_control_group(unit):
    """systemd may fail to spawn a unit's process (219/CGROUP): taken for an
    unmet condition, the daemon stayed down and nobody was told."""
    text = (ROOT / f"systemd/hotline-{unit}@.service").read_text()
    assert re.findall(r"(?m)^(Exec\w+)=([-+]*)", text) == [("ExecStart", "")]
    assert "\nRestart=on-failure\n" in text
    assert "\nStartLimitIntervalSec=0\n" in text


def test_units_are_what_systemd_understands(unpacked):
    """Every unit of the package, with the programs where they will be."""
    units = unpacked / "usr/lib/systemd/system"
    for f in units.iterdir():
        text = re.sub(r"(?m)^(Exec\w+=[-+]*)/usr/s?bin/hot\S+",
                      r"\1/bin/true", f.read_text())
        f.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
         *(f for f in units.iterdir() if "@" not in f.name)],
        capture_output=True, text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"})
    ours = [line for line in done.stderr.splitlines() if "hotline" in line]
    assert ours == []


# ---- What is linked ----

def test_sbom_names_what_is_linked(deb, unpacked):
    sbom = json.loads((unpacked / "usr/share/doc/hotlined/hotlined.spdx.json")
                      .read_text())
    assert sbom["spdxVersion"] == "SPDX-2.3"
    assert sbom["SPDXID"] == "SPDXRef-DOCUMENT"
    assert sbom["dataLicense"] == "CC0-1.0"
    for field in ("name", "documentNamespace", "creationInfo"):
        assert sbom[field]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                        sbom["creationInfo"]["created"])
    ids = [p["SPDXID"] for p in sbom["packages"]]
    assert len(ids) == len(set(ids))
    for p in sbom["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", p["SPDXID"])
        assert p["versionInfo"] and p["downloadLocation"] == "NOASSERTION"
    for r in sbom["relationships"]:
        assert r["spdxElementId"] in [*ids, "SPDXRef-DOCUMENT"]
        assert r["relatedSpdxElement"] in ids
    linked = {p["name"]: p["versionInfo"] for p in sbom["packages"]}
    for name in ("libc6", "libsodium23", "libjansson4"):
        installed = package.run("dpkg-query", "-W", "-f", "${Version}\n",
                                name).split()
        assert linked[name] in installed
    assert any(n.startswith("libevent-2.1") for n in linked)
    assert any(n.startswith("libsqlite3") for n in linked)
    # What the pages embed, and whose it is.
    lock = json.loads((ROOT / "handlers/console/package-lock.json")
                      .read_text())["packages"]
    about = (unpacked / "usr/share/doc/hotlined/copyright").read_text()
    embedded = {path.removeprefix("node_modules/"): p["version"]
                for path, p in lock.items() if path}
    assert len(embedded) == 2
    for name, version in embedded.items():
        assert linked[name] == version
        assert f"Files: console/node_modules/{name}/*\n" in about
    # Every package the loader needs, and the two it does not link: systemd
    # and curl(1).
    assert set(package.depends(deb)) - {"systemd", "curl"} <= set(linked)


# ---- The manual ----

PAGES = ("hotlined.8", "hotline-courier.8", "hotlinectl.1", "hotlined.conf.5",
         "hotline-procedure.5", "hotline-messages.7")


def page(unpacked, name):
    path = unpacked / f"usr/share/man/man{name[-1]}/{name}.gz"
    return gzip.decompress(path.read_bytes()).decode()


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_clean(unpacked, tmp_path, name):
    if shutil.which("mandoc") is None:
        pytest.skip("MANUAL NOT LINTED: mandoc is missing")
    file = tmp_path / name
    file.write_text(page(unpacked, name))
    said = subprocess.run(["mandoc", "-T", "lint", file], capture_output=True,
                          text=True).stdout.splitlines()
    # Of pages it knows only those that are installed: the next test does.
    said = [s for s in said if "referenced manual not found" not in s
            and "outdated mandoc.db" not in s]
    assert said == []


def test_pages_refer_to_pages_that_are_there(unpacked):
    theirs = {"curl 1", "systemd 1", "systemd-creds 1", "journalctl 1"}
    for name in PAGES:
        for ref in re.findall(r"(?m)^\.Xr (\S+ \d)", page(unpacked, name)):
            assert ref in theirs or ref.replace(" ", ".") in PAGES, ref


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\\-", "-").replace("\\e", "\\"))


def test_every_setting_is_in_the_manual(unpacked):
    text = plain(page(unpacked, "hotlined.conf.5"))
    rows = re.findall(
        r'(?m)^(?:STR|SECRET|INT|TERM|BOOL|WORD)\((\w+),.*?"((?:[^"\\]|\\.)*)"'
        r"\)$", (ROOT / "daemon/settings.def").read_text())
    assert len(rows) > 30
    for name, words in rows:
        assert f".It Ic {name} Pq" in text, name
        assert plain(words.replace('\\"', '"')) in text, name


def test_every_verb_is_in_the_manual(unpacked):
    text = plain(page(unpacked, "hotlinectl.1"))
    verbs = re.findall(r'(?m)^(?:VERB|TABLE|LOCAL)\("([^"]+)"',
                       (ROOT / "daemon/ctl/verbs.def").read_text())
    assert len(verbs) > 30
    for verb in verbs:
        assert f".Cm {verb} " in text, verb
    options = re.findall(r'\("--([a-z-]+)"',
                         (ROOT / "daemon/ctl/verbs.def").read_text())
    for option in options:
        assert f"Fl -{option}" in text, option


def test_every_key_of_a_procedure_is_in_the_manual(unpacked):
    text = page(unpacked, "hotline-procedure.5")
    for source in (ROOT / "daemon").glob("procedure*.c"):
        for key in re.findall(r'\{"(\w+)", KEY_', source.read_text()):
            assert re.search(rf"(?m)^\.(It )?Ic .*\b{key}\b", text), key
    for name, words in re.findall(r"(?m)^FACT\((\w+), (.*)\)$",
                                  (ROOT / "daemon/facts.def").read_text()):
        assert f".It Ic {name}\n" + words.replace('"', "") in text, name


def test_every_option_is_in_the_manual(unpacked):
    for program, name in (("hotlined", "hotlined.8"),
                          ("hotline-courier", "hotline-courier.8")):
        told = subprocess.run([hotline.BUILD / program, "--help"],
                              capture_output=True, text=True).stdout
        text = plain(page(unpacked, name))
        for option in re.findall(r"--([a-z-]+)", told):
            if option not in ("help", "version"):
                assert f"Fl -{option}" in text, (program, option)


# ---- Completion ----

def complete(*words):
    """What bash offers for the last word."""
    script = (f"source {ROOT}/systemd/hotlinectl.bash\n"
              f"COMP_WORDS=(hotlinectl {' '.join(map(repr, words))})\n"
              f"COMP_CWORD={len(words)}\n_hotlinectl\n"
              'printf "%s\\n" "${COMPREPLY[@]}"\n')
    path = f"{hotline.BUILD}:{os.environ['PATH']}"
    return subprocess.run(["bash", "-c", script], capture_output=True,
                          text=True, check=True,
                          env={**os.environ, "PATH": path}).stdout.split()


def test_completion_knows_verbs_and_options(tmp_path):
    assert {"agency", "status", "case"} <= set(complete(""))
    assert complete("agen") == ["agency"]
    assert {"add", "list", "stop", "address"} <= set(complete("agency", ""))
    assert complete("agency", "add", "--na") == ["--name"]
    assert complete("member", "add", "canbo1", "--ro") == ["--role"]
    assert "--json" in complete("status", "--")
    # One verb is the beginning of another; what follows it may be a file.
    assert "key" in complete("backup", "k")
    assert "--check" in complete("restore", "x", "--ch")
    assert "--sign" not in complete("backup", "key", "--")
    (tmp_path / "thu.json").touch()
    assert complete("referral", "record", f"{tmp_path}/th") == \
        [f"{tmp_path}/thu.json"]
