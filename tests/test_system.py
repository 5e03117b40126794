"""The package in a Debian that systemd has booted: system_probe.sh does what an
admin does, and each of its checks is a test here."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import compiled
import package

ROOT = pathlib.Path(__file__).parent
PROBE = ROOT / "system_probe.sh"
CHECKS = re.findall(r"(?m)^check(?:_units)? (\w+)", PROBE.read_text())
BOOTED = ["systemd-sysv", "dbus", "smstools", "polkitd", "iproute2",
          "openssh-server", "openssh-client"]
UNIT = """[Unit]
After=multi-user.target
[Service]
ExecStart=/opt/probe.sh
ExecStopPost=/usr/bin/systemctl exit 0 --no-block
"""


def boot(tree, out, binds):
    wants = tree / "etc/systemd/system/default.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants.parent / "probe.service").write_text(UNIT)
    link = wants / "probe.service"
    if not link.is_symlink():
        link.symlink_to("../probe.service")
    options = []
    for inside, outside in binds.items():
        (tree / inside).touch()
        options.append(f"--bind-ro={outside}:/{inside}")
    with open(out / "console", "w") as console:
        subprocess.run(
            ["timeout", "-k", "5", "600", "systemd-nspawn", "--quiet", "-D",
             tree, "--volatile=overlay", "--boot", "--register=no",
             "--keep-unit", "--private-network", "--system-call-filter=bpf",
             f"--machine=hotlined-{out.parent.name.replace('_', '-')[-20:]}",
             "--console=pipe", f"--bind={out}:/out", *options],
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL, stdout=console, stderr=console)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """{check: "ok", "FAILED" or "skipped"} of one boot."""
    if shutil.which("systemd-nspawn") is None:
        pytest.skip("SYSTEMD NOT TESTED: systemd-nspawn is missing")
    folder = tmp_path_factory.mktemp("system")
    new = package.make()
    tree = package.tree("bookworm", " ".join(BOOTED + package.depends(new)))
    out = folder / "out"
    out.mkdir()
    boot(tree, out, {"opt/probe.sh": PROBE, "opt/new.deb": new,
                     "opt/README.md": ROOT.parent / "README.md",
                     "opt/later.deb": package.later(new, folder),
                     "opt/migrations.def": ROOT.parent
                     / "daemon/migrations.def",
                     "opt/wall.so": compiled.library("wall.c",
                                                     folder / "wall.so")})
    if not (out / "log").exists():
        pytest.skip("SYSTEMD NOT TESTED: nothing boots here: "
                    + (out / "console").read_text()[-300:])
    text = (out / "results").read_text()
    assert text.endswith("end\n"), (out / "log").read_text()[-4000:]
    found = {name: how for how, name in re.findall(r"(ok|FAILED|skipped) (\w+)", text)}
    found["log"] = (out / "log").read_text()
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_booted(results, check):
    if results.get(check) == "skipped":
        pytest.skip(f"{check.upper()} NOT TESTED: no BPF on control groups")
    assert results.get(check) == "ok", (
        results["log"].partition(f"FAILED {check}\n")[2][:20_000]
        or results["log"][-6000:])


def blocks_of_readme():
    """{(chapter, number of its block)} of all commands there."""
    found, chapter, n = set(), None, 0
    for line in (ROOT.parent / "README.md").read_text().splitlines():
        if re.match("##+ ", line):
            chapter, n = line.lstrip("# "), 0
        elif line == "```sh":
            n += 1
            found.add((chapter, n))
    return found


def test_every_command_of_readme_is_tried():
    """By the probe, but for the two commands (test_demo.py) and the build by
    hand (test_by_hand.py)."""
    left = {(chapter, n) for chapter, n in blocks_of_readme()
            if chapter not in ("Two commands", "Build and install by hand")}
    assert len(left) > 20
    for how, quoted, word, n in re.findall(
            r'\b(try|look) (?:"([^"]+)"|([A-Z]\w+))(?: (\d))?',
            PROBE.read_text()):
        only = n or ("1" if how == "look" else "")
        left -= {(c, b) for c, b in left
                 if c == (quoted or word) and only in ("", str(b))}
    assert left == set()
