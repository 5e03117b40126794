"""The suspect is a teacher at the school that sent it: it learns no more."""
from refer_site import Site

NAME = "Giáo Viên Thử Nghiệm Bị Nêu"


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def test_the_ward_goes_on_without_the_sending_school():
    with Site() as s:
        s.d.ctl("member", "add", "giaovien", "--name", NAME, "--role",
                "officer,lead", "--agency", "truong1")
        s.d.ctl("member", "address", "giaovien", "sms", "0920000001",
                "--verified")
        s.phone["teacher"] = "0920000001"
        s.keys["teacher"] = s.d.ctl("member", "token", "giaovien")["token"]
        code = s.open("truong1", alleged=[
            {"relation": "teacher", "agency": "truong1", "name": NAME}])
        (sent,) = [r["id"] for r in s.case(code)["referrals"]]

        # From now on it is not there for the school, nor for who works there.
        for path in (f"/v1/referrals/{sent}", f"/v1/referrals/{sent}/request"):
            assert s.call("truong1", "GET", path).status == 404
        assert s.call("truong1", "POST", f"/v1/referrals/{sent}/updates",
                      {"text": "Thêm."}).status == 404
        for path in ("/v1/referrals", "/v1/referrals?direction=out",
                     "/v1/referrals/reconciliation?day=2026-11-24"):
            assert sent not in s.call("truong1", "GET", path).text
        for path in ("", "/timeline", "/why", "/bars"):
            assert s.call("teacher", "GET",
                          f"/v1/cases/{code}{path}").status == 404
        assert code not in s.call("teacher", "GET", "/v1/cases").text

        # The ward goes on: examined elsewhere, decided, reported to 111.
        assert s.case(code)["assignee"] == "canbo"
        no = s.post("officer", code, "refer", {
            "agency": "truong1", "service": "Tư vấn", "reason": "Thử.",
            "due_at": "2026-11-27T16:00:00+07:00"})
        assert no.status == 422, no
        out = s.refer(code, "tramyte")
        ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
        ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/complete",
                  {"outcome": "Đã khám."}))
        ok(s.post("boss", code, "steps/N08/done", {
            "acted_at": s.d.now, "emergency": "yes",
            "measures": "Đã can thiệp."}))
        assert s.post("officer", code, "steps/N21/done", {
            "acted_at": s.d.now, "to": ["truong1"]}).status == 422
        ok(s.post("officer", code, "steps/N21/done", {"acted_at": s.d.now}))
        back = {w: ok(s.call(w, "GET", "/v1/referrals?direction=out"))["items"]
                for w in ("truong1", "th111")}
        assert back["truong1"] == []
        assert [i["purpose"] for i in back["th111"]] == ["feedback"]

        # Silence: ladders climb through everybody but them.
        s.d.step("6h")
        assert s.texts("boss") and s.texts("lead")
        assert s.texts("truong1") == []
        assert not any(code in t for t in s.texts("teacher"))
        told = {d.get("member") or d.get("agency") for e in s.events(code)
                if e.get("alert") for d in e["deliveries"]}
        assert {"canbo", "chutich"} <= told
        assert not told & {"giaovien", "truong1"}
        assert s.d.ctl_raw("audit", "verify").returncode == 0
