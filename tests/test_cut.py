"""Power cuts under load: what was answered is on the disk.

CUTS=n cuts on ext4 and XFS_CUTS=n on xfs (SEED=n repeats one).  The teeth: a
daemon with synchronous=NORMAL (sabotage.py's defect) is seen to lose.
"""
import os
import random
import time

import pytest

import cutrig
import hotline
import report
import sabotage
import storm as storms

CUTS = int(os.environ.get("CUTS", 10))
XFS_CUTS = int(os.environ.get("XFS_CUTS", 2))
TEETH = 20


class CutStorm(storms.Storm):
    """The daemon's folder stays; its database is on the disk that fails."""

    def __init__(self, folder, kind):
        self.disk = cutrig.CutDisk(folder / "cut", kind)
        self.disk.power_on("none", 0)
        super().__init__(folder / "d", database=str(
            self.disk.mount / "hotlined.db"))

    def blow(self, cuts):
        dice = random.Random(self.seed)
        self.d.stop()
        self.disk.take_away()
        for n in report.passing("cut", range(cuts), cuts):
            self.disk.power_on(dice.choice(["none", "subset"]),
                               dice.randrange(1 << 31))
            self.d.start()
            if n == 0:
                self.begin()
            time.sleep(dice.uniform(0.2, 0.8))
            self.disk.cut()
            self.d.process.kill()
            self.d.process.wait()
            self.d.process = None
            self.disk.take_away()
        self.disk.plain()
        self.d.start()
        self.calm()

    def end(self):
        super().end()
        self.disk.take_away()


def run(folder, kind, cuts):
    storm = CutStorm(folder, kind)
    try:
        storm.blow(cuts)
        return storm.counts(), storm.audit()
    finally:
        storm.end()


@pytest.mark.parametrize("kind,cuts", [("ext4", CUTS), ("xfs", XFS_CUTS)])
def test_a_power_cut_loses_nothing(tmp_path, kind, cuts):
    counts, found = run(tmp_path, kind, cuts)
    report.write(f"cut-{kind}", {"cuts": cuts, **counts}, found)
    assert found == []
    assert counts["receipts"] >= 2 * cuts, f"too little load: {counts}"


@pytest.mark.plain
def test_normal_sync_is_seen_to_lose(tmp_path, monkeypatch):
    """Up to 20 cuts; a receipt (I1) or a link of the chain (I9) must go."""
    normal = next(d for d in sabotage.DEFECTS if d.name == "NORMAL sync")
    folder = tmp_path / "build"
    folder.mkdir()
    sabotage.relink(normal, "hotlined", folder)
    for name in ("hotline-courier", "hotlinectl"):
        (folder / name).symlink_to(hotline.BUILD / name)
    cuts, lost = 0, []
    with monkeypatch.context() as m:
        m.setattr(hotline, "BUILD", folder)
        while cuts < TEETH and not lost:
            counts, found = run(tmp_path / str(cuts), "ext4", 2)
            cuts += 2
            lost = [f for f in found if f.startswith(("I1 ", "I9 "))]
    report.write("cut-teeth", {"cuts": cuts, "losses": len(lost),
                               "seed": counts["seed"]}, [], lost[:20])
    assert lost, "the rig would not notice a lost commit"
