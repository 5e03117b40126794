"""cmake --install puts everything where a distribution would."""
import os
import subprocess

import hotline

WANTED = """
usr/sbin/hotlined
usr/bin/hotline-courier
usr/bin/hotlinectl
etc/hotlined/hotlined.conf
etc/hotlined/channels.conf
etc/hotlined/procedures/vn-nd56-2017.conf
etc/hotlined/calendar/2026.conf
etc/hotlined/messages/vi.conf
usr/lib/systemd/system/hotlined.service
usr/lib/systemd/system/hotline-courier.service
usr/lib/sysusers.d/hotlined.conf
usr/lib/tmpfiles.d/hotlined.conf
""".split()


def test_everything_is_installed(tmp_path):
    subprocess.run(["cmake", "--install", hotline.BUILD], check=True,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(tmp_path)})
    missing = [w for w in WANTED if not (tmp_path / w).is_file()]
    assert missing == []
    # The programs run from there, without a library of our own.
    for program in WANTED[:3]:
        said = subprocess.run([tmp_path / program, "--version"],
                              capture_output=True, text=True)
        assert said.returncode == 0 and "0.1.0" in said.stdout, program


def test_the_units_are_hardened():
    for unit in ("hotlined", "hotline-courier"):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true",
             "--threshold=15", hotline.ROOT / f"systemd/{unit}.service"],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-300:]
