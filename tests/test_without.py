"""hotlinectl procedure check --without-each, on the ward as it is."""
import pytest

from hotline import ROOT, Daemon

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"


@pytest.fixture(scope="module")
def d():
    with Daemon(procedure=FULL) as d:
        for login, roles, phone in (
                ("canbo", "officer", "0900000001"),
                ("canbo2", "officer", "0900000002"),
                ("truongnhom", "lead", "0900000003"),
                ("photruong", "lead", "0900000004"),
                ("chutich", "chairman", "0900000005"),
                ("phochutich", "vice_chairman", "0900000006")):
            d.member(login, roles, sms=phone)
        for code, kind, phone in (
                ("th111", "hotline", "0900000011"),
                ("so", "other", "0900000013"),
                ("so2", "other", "0900000014")):
            d.outside(code, kind, phone)
        yield d


def check(d, profile=FULL):
    return d.ctl_raw("procedure", "check", str(profile), "--without-each")


@pytest.mark.parametrize("profile", sorted(
    (ROOT / "conf/procedures").glob("*.conf")), ids=lambda p: p.stem)
def test_every_shipped_profile_ends_outside_whoever_is_missing(d, profile):
    """The contrast of Hà Nội breaks the twelve hours, and nothing else."""
    done = check(d, profile)
    told = [line for line in done.stderr.splitlines()
            if "breaks the 12h" not in line]
    assert not told, done.stderr
    assert done.returncode == (1 if profile.stem == "vn-ward-hn" else 0)


def test_what_breaks_is_told_and_what_holds_is_well(d):
    whole = check(d)
    assert whole.returncode == 0, whole.stderr
    assert "all well" in whole.stdout
    # Nobody but the heads is left, who phone whom no contact was agreed with.
    for login in ("canbo", "canbo2", "phochutich"):
        d.ctl("member", "stop", login)
    d.ctl("agency", "stop", "th111")
    gone = check(d)
    assert gone.returncode == 1
    assert "without chairman and lead: ladder urgent: no outside body" \
        in gone.stderr
    assert "without chairman and lead: assignment" in gone.stderr
    # The superior is written to by agreement, and decides.
    assert "without chairman and lead: approval" not in gone.stderr
    assert "without chairman and lead: ladder reports" not in gone.stderr
    assert "without chutich:" not in gone.stderr
    for code in ("so", "so2"):
        d.ctl("agency", "stop", code)
    last = check(d)
    assert "without chairman and lead: approval of step N07" in last.stderr
    assert "without truongnhom:" not in last.stderr
    assert "with everybody" not in last.stderr


def test_it_needs_the_daemon(tmp_path, d):
    done = d.ctl_raw("procedure", "check", str(FULL), "--without-each",
                     "--socket", str(tmp_path / "none.sock"))
    assert done.returncode == 2 and "no answer" in done.stderr
