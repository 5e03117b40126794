"""The outbox end to end: refusals, backoff, breaker, throttle, downtime."""
import re
import time

import receivers
from hotline import Daemon
from ward import AN, BINH, CODE, LINK, at, quiet_conf, ward

__all__ = ["quiet_conf", "ward"]

BOTH = {"email": {}, "sms": {}}


def two_channels(w):
    return w.staff(an={"email": "an@phuong.test", "sms": AN})


def by_mail(w):
    return w.staff(**{who: {"email": f"{who}@phuong.test"}
                      for who in ("an", "binh", "cuong")})


def test_permanent_refusal_goes_to_the_next_channel_at_once(ward):
    w = two_channels(ward(channels=BOTH))
    w.smtp.behave("550 5.1.1 nobody")
    w.expect(AN, channel="sms")
    w.expect(BINH, text=re.compile("kênh email từ chối|kenh email tu choi"))
    w.refer()
    w.quiet()
    assert len(w.smtp.refused) == 1


def test_transient_failures_come_again_with_the_same_id(ward):
    w = two_channels(ward(channels=BOTH, settings={"accept_within": "10m",
                                                   "breaker_failures": 50}))
    w.smtp.behave("451 4.3.0 later", "drop", "452 4.2.2 later")
    w.refer()
    e = w.expect("an@phuong.test", channel="email")
    w.d.step(at(5))
    w.quiet()
    ids = {m.id for m in w.smtp.refused} | {e.message.id}
    assert len(w.smtp.refused) == 3 and len(ids) == 1
    texts = {m.text for m in w.smtp.refused} | {e.message.text}
    assert len({CODE.search(t)[1] for t in texts}) == 1


def test_urgent_and_not_accepted_goes_out_in_parallel(ward):
    w = two_channels(ward(channels=BOTH, settings={"breaker_failures": 50,
                                                   "send_attempts": 20}))
    w.smtp.always = "451 4.3.0 later"
    w.refer()
    w.d.step(at(0.999))
    w.quiet()
    w.expect(AN, channel="sms")
    w.d.step(at(1))
    w.quiet()
    assert len({m.id for m in w.smtp.refused}) == 1


def test_an_open_breaker_sends_to_the_other_channel(ward):
    w = two_channels(ward(channels=BOTH, settings={"breaker_failures": 1,
                                                   "breaker_pause": "1h"}))
    w.smtp.behave("451 4.3.0 later")
    w.refer()
    w.quiet()
    w.expect(AN, channel="sms", times=2)  # what waits, and what is new
    w.d.step(at(0.5))
    w.refer()
    w.quiet()
    assert len(w.smtp.refused) == 1


def test_the_throttle_spaces_messages(ward):
    w = ward(channels={"sms": {"interval": "20s"}}).staff()
    w.expect(AN)
    for _ in range(3):
        w.refer()
    w.quiet()
    for second in (20, 40):
        w.d.step(at((second - 0.001) / 60))
        w.quiet()
        w.expect(AN)
        w.d.step(at(second / 60))
        w.quiet()


def test_after_downtime_late_ones_say_so(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    w.refer()
    w.quiet()
    w.d.stop()
    w.d.now = at(7 * 60)
    e = w.expect(AN, text=re.compile("MUỘN|MUON"))
    w.d.start()
    w.quiet()
    assert CODE.search(e.message.text)


def test_after_downtime_many_leave_as_one_digest(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    cases = [w.refer() for _ in range(8)]
    w.quiet()
    w.d.stop()
    w.d.now = at(13 * 60)
    e = w.expect(AN)
    w.d.start()
    w.quiet()
    for c in cases:
        code = c["cases"][0]
        assert (code if isinstance(code, str) else code["code"]) \
            in e.message.text
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 200
    w.d.step(at(36 * 60))  # one answer for all eight: a day of quiet
    w.quiet()


def test_kill_9_leaves_no_alert_behind(ward):
    """What the courier held when we died goes out again, with its id."""
    w = by_mail(ward(channels={"email": {}}))
    w.ledger.repeats = True
    w.smtp.always = "hang"
    w.refer()
    until = time.monotonic() + 10
    while not w.smtp.refused and time.monotonic() < until:
        time.sleep(0.02)
    assert w.smtp.refused
    w.d.kill9()
    w.smtp.always = None
    e = w.expect("an@phuong.test")
    w.d.start()
    w.quiet()
    assert e.message.id == w.smtp.refused[0].id


def test_a_wall_clock_that_went_back_is_an_alarm(ward):
    w = ward().staff()
    w.d.stop()
    w.d.now = at(-10)
    w.expect(BINH)
    w.d.start()
    w.quiet()


def test_channels_that_hang_leave_room_for_the_others(tmp_path):
    """Three of them, with more to send than there are slots."""
    ledger = receivers.Ledger()
    names = ("treo1", "treo2", "treo3", "tot")
    servers = {name: receivers.HttpReceiver(ledger, name) for name in names}
    channels = [{"name": name, "kind": "http", "url": server.url + "/",
                 "body": '{"to":"{to}"}', "allow_private": True,
                 "timeout": "20s", "interval": "now"}
                for name, server in servers.items()]
    for name in names[:3]:
        servers[name].always = "hang"
    try:
        with Daemon(folder=tmp_path / "d", channels=channels) as d:
            d.member("canbo", "officer")

            def send(name, to):
                d.ask("/v1/admin/members/canbo/addresses",
                      {"channel": name, "address": to})
            for name in names[:3]:
                for n in range(20):
                    send(name, f"{n}")
                until = time.monotonic() + 10
                while not servers[name].hanging and time.monotonic() < until:
                    time.sleep(0.02)
                assert servers[name].hanging
            send("tot", "1")
            until = time.monotonic() + 10
            while not servers["tot"].requests and time.monotonic() < until:
                time.sleep(0.02)
            assert servers["tot"].requests
    finally:
        for server in servers.values():
            server.stop()
