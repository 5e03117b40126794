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
usr/lib/systemd/system/hotline-again@.service
usr/lib/systemd/system/hotline-failure@.service
usr/lib/systemd/system/hotlined-api.socket
usr/lib/systemd/system/hotlined-control.socket
usr/lib/systemd/system/hotlined-courier.socket
usr/lib/sysusers.d/hotlined.conf
usr/lib/tmpfiles.d/hotlined.conf
usr/share/bash-completion/completions/hotlinectl
usr/share/doc/hotlined/copyright
usr/share/man/man1/hotlinectl.1.gz
usr/share/man/man5/hotline-procedure.5.gz
usr/share/man/man5/hotlined.conf.5.gz
usr/share/man/man8/hotline-courier.8.gz
usr/share/man/man8/hotlined.8.gz
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

