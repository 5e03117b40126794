"""What is not yours takes as long as what is not there: medians, compared."""
import http.client
import statistics
import time

import pytest

from referral_site import body, case, child, fresh, ok, open_site, post

NOT_THERE = "ZZZZ-ZZZZ"
NO_ID = "01a20ada-2c00-7000-8000-000000000000"
ROUNDS = 150
SUSPECT = "Phan Thử Nghiệm Cán Bộ"


@pytest.fixture(scope="module")
def s():
    s = open_site()
    s.suspect = s.d.member("canbo3", "officer", "lead", sms="0900000007",
                           name=SUSPECT)
    s.partner = s.d.member("tuphap9", "justice", sms="0900000098")
    with s.d:
        yield s


def medians(s, key, paths, statuses={404}):
    """Seconds of each path, asked in turn on one connection."""
    took = {path: [] for path in paths}
    c = http.client.HTTPConnection("127.0.0.1", s.d.port, timeout=30)
    for i in range(ROUNDS + 10):
        for path in paths:
            start = time.perf_counter()
            c.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            a = c.getresponse()
            a.read()
            assert a.status in statuses, (path, a.status)
            if i >= 10:  # warm
                took[path].append(time.perf_counter() - start)
    c.close()
    return [statistics.median(took[path]) for path in paths]


def test_not_yours_takes_as_long_as_not_there(s):
    r = ok(post(s, body(children=[child(fresh())], alleged=[
        {"relation": "team_member", "name": SUSPECT}])))
    code = r["cases"][0]
    assert case(s, code)["bars"]
    pairs = [(s.suspect, "/v1/cases/{}", code, NOT_THERE),
             (s.suspect, "/v1/cases/{}/timeline", code, NOT_THERE),
             (s.suspect, "/v1/cases/{}/documents", code, NOT_THERE),
             (s.partner, "/v1/cases/{}", code, NOT_THERE),
             (s.hotline, "/v1/referrals/{}", r["id"], NO_ID),
             (s.hotline, "/v1/referrals/{}/request", r["id"], NO_ID),
             (s.hotline, "/v1/receipts/{}", r["id"], NO_ID)]
    # The measure has teeth: to one who may read it, it takes another time.
    there, none = medians(s, s.lead, [f"/v1/cases/{x}" for x in (
        code, NOT_THERE)], {200, 404})
    assert there / none > 1.25
    for key, path, mine, nowhere in pairs:
        for _ in range(3):  # noise of the machine, never three times
            one, other = medians(s, key, [path.format(x)
                                          for x in (mine, nowhere)])
            if 0.8 < one / other < 1.25:
                break
        else:
            raise AssertionError((path, one, other))
