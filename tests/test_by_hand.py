"""README's "Build and install by hand", as it stands there, on a copy of this
machine's root that systemd has booted: nothing here is touched."""
import fcntl
import os
import re
import shutil
import subprocess

import pytest

import hotline
import package

ROOT = hotline.ROOT
UNIT = """[Unit]
After=basic.target sockets.target
Wants=basic.target sockets.target
[Service]
WorkingDirectory={root}
ExecStart=/out/by-hand
ExecStopPost=/usr/bin/systemctl exit 0 --no-block
"""
# Where there is no sudo, root needs none.
SCRIPT = """#!/bin/bash
exec >/out/log 2>&1
command -v sudo || install -m 755 /out/sudo /usr/local/bin/sudo
bash -eux -o pipefail /out/chapter && echo done >/out/done
systemctl is-active hotlined && hotlinectl status && echo up >/out/up
systemctl is-enabled hotlined
journalctl -b -u hotlined --no-pager | tail -n 20
"""


def chapter(name):
    text = (ROOT / "README.md").read_text()
    part = re.search(rf"^## {name}\n(.*?)^## ", text, re.M | re.S)[1]
    return "".join(re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S))


def test_build_and_install_by_hand(tmp_path):
    if shutil.which("systemd-nspawn") is None or os.geteuid() != 0:
        pytest.skip("BY HAND NOT TRIED: it needs root and systemd-nspawn")
    if package.plain_build() != ROOT / "build":
        pytest.skip("BY HAND NOT TRIED: build/ is not a build to install")
    for name, text in {"by-hand": SCRIPT,
                       "chapter": chapter("Build and install by hand"),
                       "sudo": '#!/bin/sh\nexec "$@"\n',
                       "by-hand.service": UNIT.format(root=ROOT)}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "root").mkdir()
    with open(ROOT / "build/package.lock", "w") as lock, \
            open(tmp_path / "console", "w") as console:
        fcntl.flock(lock, fcntl.LOCK_EX)  # nobody builds there meanwhile
        subprocess.run(
            ["timeout", "-k", "5", "300", "unshare", "--mount", "sh", "-c",
             'mount --bind / "$0" && exec systemd-nspawn -D "$0" "$@"',
             tmp_path / "root", "--quiet", "--volatile=overlay", "--boot",
             "--register=no",
             "--keep-unit", "--private-network", "--console=pipe",
             f"--machine=hotlined-hand-{os.getpid()}", f"--overlay={ROOT}::{ROOT}",
             f"--bind={tmp_path}:/out",
             f"--bind-ro={tmp_path}/by-hand.service:"
             "/run/systemd/system/by-hand.service",
             "--", "--unit=by-hand.service"],
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
                 # The tree may be there.
                 "SYSTEMD_NSPAWN_TMPFS_TMP": "0"},
            stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    if not (tmp_path / "log").exists():
        pytest.skip("BY HAND NOT TRIED: nothing boots here: "
                    + (tmp_path / "console").read_text()[-300:])
    said = (tmp_path / "log").read_text()[-4000:]
    assert (tmp_path / "done").exists(), said
    assert (tmp_path / "up").exists(), said
