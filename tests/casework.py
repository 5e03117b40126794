"""What the suites about the work on a case share."""
from datetime import datetime

import pytest

from case_site import FULL, MARKS, NOW, PAPER, Site
from hotline import Daemon

__all__ = ["alone", "s"]
WHY = "Căn cứ thử nghiệm."
NO = {"emergency": "no", "reason": WHY}
ORDER = {"ordered_by": "chutich", "witness": "Người Thử Nghiệm Ba",
         "decision": "isolate"}
ACTIVITY = {"what": "Tư vấn thử nghiệm", "start": "2026-11-25",
            "end": "2026-12-18", "body": "Trạm y tế thử nghiệm",
            "person": "Người Thử Nghiệm Hai", "provider": "Trung tâm thử",
            "cost": 500000, "fund": "budget"}


@pytest.fixture(scope="module")
def s():
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


@pytest.fixture
def alone():
    """A site whose clock a test may move."""
    with Daemon(procedure=FULL, settings={"agency_quota": 100000}) as d:
        yield Site(d)


def at(instant):
    """As rows hold it: milliseconds since 1970."""
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def said(a, status, code):
    assert (a.status, a.json["code"]) == (status, code), a
    return a.json


def pointers(a):
    return {e["pointer"] for e in said(a, 422, "invalid_fields")["errors"]}


def running(s, code, step):
    """The one clock of a step that runs."""
    one, = [k for k in steps(s, code, step) if k["state"] == "open"]
    return one


def steps(s, code, step):
    """All clocks of a step, oldest first."""
    return [k for k in s.case(code)["clocks"] if k["step"] == step]


def isolated(s, **more):
    code = s.open(alleged=[{"relation": "parent"}])
    s.approve(code, "N09", decision="isolate", reason=WHY, **more)
    return code


def settle(s, code):
    """All that would ring in the next days is done."""
    s.do(code, "N06", "officer", risk="low", items=MARKS)
    s.do(code, "N13", "officer", risk="low", items=MARKS)
    s.do(code, "N08", measures="Thử nghiệm.")
    s.do(code, "N14", **invite(("team", "Cán bộ thử nghiệm")))
    s.do(code, "N15e", "officer", activities=[ACTIVITY])
    s.approve(code, "N16")
    for step in ("N04", "N05", "N25", "N09b", "N16b", "N21"):
        s.do(code, step, "officer")


def invite(*who):
    return {"minutes": "Biên bản thử nghiệm.", "invited": [
        {"capacity": c, "name": n} for c, n in who]}


def planned(s, activities=None, code=None, **more):
    code = code or s.open()
    s.approve(code, "N07", **NO)
    s.do(code, "N06", "officer", risk="medium", items=MARKS)
    s.do(code, "N15", "officer", activities=activities or [
        ACTIVITY, {**ACTIVITY, "end": "2027-01-15", "cost": 0}], **more)
    return code


def approved(s, *args, **more):
    code = planned(s, *args, **more)
    s.approve(code, "N16")
    return code


def change(s, code, number, who="officer", **body):
    return s.post(code, f"plan/activities/{number}",
                  {"acted_at": NOW, "reason": WHY, **body}, who)


def items(s, code):
    return {k["item"]: k for k in steps(s, code, "N17")}


def plan(s, code, who="officer"):
    a = s.d.api("GET", f"/v1/cases/{code}/plan", key=s.keys[who])
    assert a.status == 200, a
    return a.json
