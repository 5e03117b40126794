"""A daemon with two agencies and a team, for the suites about referrals."""
import itertools

from hotline import ROOT, Daemon, whole_timeline

FULL = ROOT / "conf/procedures/vn-nd56-2017.conf"
RECEIVED = "2026-11-24T06:40:00+07:00"
numbers = itertools.count(1)


def body(**more):
    return {"kind": "abused",
            "source": {"channel": "phone", "received_at": RECEIVED},
            "narrative": "Nội dung thử nghiệm.", **more}


def child(name, **more):
    return {"name": name, **more}


def fresh():
    """A name that no other test uses."""
    return f"Trẻ Thử Nghiệm Số {next(numbers)}"


class Site:
    pass


def open_site(**settings):
    d = Daemon(procedure=FULL,
               settings={"agency_quota": 100000, **settings})
    s = Site()
    s.d = d
    s.school = d.agency("truong1", "school")
    s.hotline = d.agency("th111", "hotline")
    s.officer = d.member("canbo", "officer", duty=True, sms="0900000001")
    s.lead = d.member("truongnhom", "lead", sms="0900000002")
    s.boss = d.member("chutich", "chairman", sms="0900000003")
    s.police = d.member("congan", "police", sms="0900000004",
                        name="Lê Thử Nghiệm Công An")
    return s


def post(s, b, key=None, **more):
    return s.d.api("POST", "/v1/referrals", b, key=key or s.school, **more)


def ok(answer, status=201):
    assert answer.status == status, answer
    return answer.json


def refused(answer, status, code):
    assert (answer.status, answer.json["code"]) == (status, code), answer
    return answer.json


def case(s, code, key=None):
    return ok(s.d.api("GET", f"/v1/cases/{code}", key=key or s.boss), 200)


def timeline(s, code):
    return whole_timeline(s.d, code, s.boss)
