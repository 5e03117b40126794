"""hotlinectl procedure check --without-each, on the ward as it is."""
import pytest

from hotline import ROOT, Daemon

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"


def body_outside(d, code, kind, phone):
    d.ctl("agency", "add", code, kind, "--name", f"Cơ quan {code}")
    d.ctl("agency", "address", code, "sms", phone, "--verified")


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
            body_outside(d, code, kind, phone)
        yield d


def check(d):
    return d.ctl_raw("procedure", "check", str(FULL), "--without-each")


def test_what_breaks_is_told_and_what_holds_is_well(d):
    one = check(d)
    assert one.returncode == 1
    assert "without agency th111: ladder urgent: no outside body" in one.stderr
    assert "without canbo:" not in one.stderr
    assert "without chairman and lead:" not in one.stderr
    body_outside(d, "th111b", "hotline", "0900000012")
    both = check(d)
    assert both.returncode == 0, both.stderr
    assert "all well" in both.stdout
    assert " days " in both.stdout, "it never leaves the ward"
    d.ctl("member", "stop", "phochutich")
    gone = check(d)
    assert gone.returncode == 1
    assert "without chutich: ladder alarm_duty_gap: nobody" in gone.stderr
    # Ladders of steps go on to the alarm, which ends outside.
    assert "ladder days" not in gone.stderr


def test_it_needs_the_daemon(tmp_path, d):
    done = d.ctl_raw("procedure", "check", str(FULL), "--without-each",
                     "--socket", str(tmp_path / "none.sock"))
    assert done.returncode == 2 and "no answer" in done.stderr
