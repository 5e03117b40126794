"""The next Debian: built, its units run and packaged in a tree of it.  Slow, so
only with TRIXIE=1, as `tests/lab.sh trixie` sets it."""
import os
import re
import shutil
import subprocess

import pytest

import hotline
import package
import report

# What README's first step installs is enough, in a tree that systemd may run;
# there is no network in it: what npm fetched for the pages comes along.
INSTALL = (hotline.ROOT / "tests/install.sh").read_text()
NEEDS = (re.search(r'(?s)^build="(.*?)"', INSTALL, re.M)[1]
         .replace("nodejs npm", "systemd"))
STEPS = """set -e
cmake -S /src -B /out/build -G Ninja -DNPM=/bin/true
ninja -k 0 -C /out/build
ctest --test-dir /out/build --output-on-failure
cmake --build /out/build --target package
"""


@pytest.mark.skipif(os.environ.get("TRIXIE") != "1",
                    reason="DEBIAN 13 NOT TRIED: it takes minutes, TRIXIE=1")
def test_debian_13_builds_it(tmp_path):
    tree = package.tree("trixie", NEEDS)
    source = tmp_path / "src"
    source.mkdir()
    files = subprocess.run(["git", "ls-files", "-z"], cwd=hotline.ROOT,
                           capture_output=True, check=True).stdout
    subprocess.run(["tar", "c", "--null", "-T", "-", "-f",
                    tmp_path / "src.tar"], cwd=hotline.ROOT, input=files,
                   check=True)
    subprocess.run(["tar", "x", "-C", source, "-f", tmp_path / "src.tar"],
                   check=True)
    out = tmp_path / "out"
    out.mkdir()
    shutil.copytree(package.plain_build() / "console", out / "build/console")
    done = subprocess.run(
        ["systemd-nspawn", "--quiet", "-D", tree, "--register=no",
         "--keep-unit", "--private-network", f"--bind-ro={source}:/src",
         f"--bind={out}:/out", "--pipe", "sh", "-c", STEPS],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    wrong = re.findall(r"(?m)^.*(?: error: |\*\*\*Failed).*$", said)
    gcc = re.findall(r"GNU ([\d.]+) takes", said)
    report.write("trixie", {"gcc": gcc[0] if gcc else "?",
                            "units": len(re.findall(r" Passed ", said))}, wrong)
    assert done.returncode == 0, said[-6000:]
    (deb,) = (out / "build").glob("*.deb")
    assert any(d.startswith("libevent-2.1-7") for d in package.depends(deb))
