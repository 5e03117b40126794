"""Named to come last: every page that the suite looked at, as it stood."""
import pytest

from console_site import SHOTS, check_markup, has_console


def test_no_page_breaks_the_standard():
    looked_at = list(SHOTS.glob("*.html"))
    if not looked_at:
        pytest.skip("MARKUP NOT CHECKED: no page was looked at")
    assert has_console()
    check_markup(looked_at)
