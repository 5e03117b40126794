"""The core opens no connection to anywhere: sending is the courier's."""
import re

from tampered import Tampered
from ward import AN, CODE, take_reply, ward  # noqa: F401


def test_a_busy_core_connects_to_no_address(ward):  # noqa: F811
    w = ward(channels={"sms": {}, "email": {}}).staff(
        an={"sms": AN, "email": "an@phuong.test"})
    trace = Tampered(w.d, "accept4,socket,connect,sendto,sendmsg")
    w.refer()
    told = w.expect(AN)
    w.d.step("13h")
    take_reply(w, AN, f"OK {CODE.search(told.message.text)[1]}")
    assert w.d.ctl("reload") is not None
    assert w.d.watch("/metrics").status == 200
    text = trace.release()
    assert "accept" in text, "nothing was traced"
    out = [line for line in text.splitlines()
           if re.search(r"\b(socket|connect|sendto|sendmsg)\(.*AF_INET", line)]
    assert out == []
