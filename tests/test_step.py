"""The wall clock of a whole machine is stepped under the packaged daemon: only a
kernel of its own (qemu, no KVM) may do that.  Slow, so only with STEP=1, as
`tests/lab.sh step` sets it."""
import os
import re
import shutil
import subprocess

import pytest

import hotline
import package
import report

PACKAGES = ["systemd-sysv", "dbus", "smstools", "polkitd",
            "linux-image-cloud-amd64"]
UNIT = """[Unit]
After=multi-user.target
[Service]
ExecStart=/opt/step_probe.sh
ExecStopPost=/usr/bin/systemctl poweroff --no-block
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
TimeoutStartSec=infinity
"""
PROBE = """#!/bin/bash
# Emulated, the machine is ten to thirty times slower.
set -u
export LC_ALL=C.UTF-8
check() {
	local name=$1
	shift
	if "$@"; then echo "ok $name"; else echo "FAILED $name"; fi
}
within() {
	local n=$1
	shift
	for ((; n > 0; n--)); do
		"$@" >/dev/null 2>&1 && return
		sleep 1
	done
	return 1
}
not() { ! "$@"; }
jumps() { test "$(journalctl -b -u hotlined | grep -c 'wall clock jumped')" -ge "$1"; }
lapses() { hotlinectl case timeline "$code" | grep -c clock.lapsed; }
lapsed() { test "$(lapses)" -gt 0; }
code=$(hotlinectl case list --json | sed -n 's/.*"code": *"\\([^"]*\\)".*/\\1/p' | head -n 1)
echo "case $code"
check nothing_lapsed not lapsed
date -s "+13 hours"
check step_on_is_seen within 60 jumps 1
check step_on_lapses within 60 lapsed
hotlinectl case timeline "$code" | grep clock.lapsed
was=$(lapses)
# The people who did not answer for thirteen hours are called one by one.
date -s "-20 minutes"
check step_back_is_seen within 60 jumps 2
sleep 5
check nothing_unfires test "$(lapses)" -ge "$was"
check people_are_told within 120 grep -rlq "đồng hồ" /var/spool/sms/outgoing
check chain_is_whole sh -c 'hotlinectl audit verify | grep "chain whole"'
check lives systemctl --quiet is-active hotlined hotline-courier
systemctl show -P NRestarts hotlined
journalctl -b -u hotlined --no-pager | tail -n 40
echo end of the probe
"""
INSTALL = """#!/bin/bash
set -e -u -o pipefail
export LC_ALL=C.UTF-8
dpkg -i /opt/new.deb
# As README says; slow as it is, it must not be taken for hung.
mkdir -p /etc/systemd/system/hotlined.service.d
printf '[Service]\\nWatchdogSec=300\\nTimeoutStartSec=300\\n' \\
	>/etc/systemd/system/hotlined.service.d/slow.conf
systemctl daemon-reload
mkdir -p /root/admin
cp /opt/new.deb "/root/admin/hotlined_1_amd64.deb"
cd /root/admin
"""


def blocks(chapter):
    """The shell blocks of a chapter of README.md."""
    text = (hotline.ROOT / "README.md").read_text()
    part = re.search(rf"(?ms)^##+ {chapter}\n(.*?)(?=^##+ )", text)[1]
    return re.findall(r"(?ms)^```sh\n(.*?)^```", part)


def image(folder, files):
    """A disk of the tree with them in /opt."""
    tree = package.tree("bookworm", " ".join(
        PACKAGES + package.depends(files["new.deb"])), "machine")
    copy = folder / "tree"
    subprocess.run(["cp", "-a", tree, copy], check=True)
    for name, what in files.items():
        (copy / "opt" / name).write_bytes(
            what.encode() if isinstance(what, str) else what.read_bytes())
        (copy / "opt" / name).chmod(0o755)
    wants = copy / "etc/systemd/system/default.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants.parent / "probe.service").write_text(UNIT)
    (wants / "probe.service").unlink(missing_ok=True)
    (wants / "probe.service").symlink_to("../probe.service")
    disk = folder / "disk.img"
    with open(disk, "wb") as f:
        f.truncate(2 << 30)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", copy, disk],
                   check=True)
    boot = copy / "boot"
    return disk, next(boot.glob("vmlinuz-*")), next(boot.glob("initrd.img-*"))


@pytest.mark.skipif(os.environ.get("STEP") != "1",
                    reason="REAL CLOCK STEP NOT TRIED: it takes minutes, STEP=1")
def test_the_clock_of_a_machine_is_stepped(tmp_path):
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("REAL CLOCK STEP NOT TRIED: qemu-system-x86 is missing")
    hour = blocks("The first hour")[0]
    probe = INSTALL + "\n".join(b.replace("apt install smstools", "true")
                                for b in blocks("Install in five minutes"))
    disk, kernel, initrd = image(tmp_path, {
        "new.deb": package.make(),
        "step_probe.sh": "#!/bin/bash\ncd /root\n/opt/install.sh\n"
                         "exec /opt/probe.sh\n",
        "install.sh": f"{probe}\n{hour}", "probe.sh": PROBE})
    said = tmp_path / "said"
    subprocess.run(
        ["timeout", "-k", "5", "1500", "qemu-system-x86_64", "-accel",
         "tcg,thread=multi", "-cpu", "max", "-m", "1024", "-smp", "2",
         "-nodefaults", "-nographic", "-no-reboot", "-serial", f"file:{tmp_path}/console",
         "-serial", f"file:{said}",
         "-kernel", kernel, "-initrd", initrd, "-append",
         "root=/dev/vda rw console=ttyS0 panic=-1 quiet mitigations=off",
         "-drive", f"file={disk},if=virtio,format=raw,snapshot=on"],
        stdin=subprocess.DEVNULL)
    text = said.read_text(errors="replace")
    passed = re.findall(r"(?m)^ok (\w+)", text)
    failed = re.findall(r"(?m)^FAILED (\w+)", text)
    report.write("step", {"checks": passed}, failed)
    assert "end of the probe" in text and not failed, text[-8000:]
    assert len(passed) == PROBE.count("\ncheck ")
