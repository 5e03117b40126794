#!/usr/bin/python3
"""The main job, live: the real daemon, real SMTP, a signed webhook, and twelve
hours compressed by the test clock.  Run through tests/demo.sh."""
import argparse
import base64
import hashlib
import hmac
import os
import pathlib
import re
import signal
import sys
import textwrap
import threading

import hotline
import receivers

WARD = "phường Thử Nghiệm"
SECRET = "whsec_" + base64.b64encode(b"ba muoi hai byte bi mat de thu!!").decode()

# Made-up notifications, Mau 01 as JSON: who sends it, and what.
NOTIFICATIONS = [
    ("111", "hotline", "Tổng đài thử nghiệm", {
        "kind": "abused", "abuse_kinds": ["violence"], "risk": "high",
        "source": {"channel": "phone",
                   "received_at": "2026-11-24T06:40:00+07:00"},
        "children": [{"name": "Trẻ Thử Nghiệm Một", "age": 7,
                      "place": "Tổ dân phố Thử Nghiệm 1"}],
        "narrative": "Nội dung thử nghiệm: hàng xóm gọi tới.",
        "source_ref": "111-THU-0001"}),
    ("truong1", "school", "Trường Thử Nghiệm", {
        "kind": "at_risk",
        "source": {"channel": "in_person",
                   "received_at": "2026-11-24T07:00:00+07:00"},
        "children": [{"name": "Trẻ Thử Nghiệm Hai", "age": 11,
                      "place": "Trường Thử Nghiệm"}],
        "narrative": "Nội dung thử nghiệm: giáo viên nhận thấy.",
        "source_ref": "TTN-01"}),
    ("tramyte", "health", "Trạm Y tế Thử Nghiệm", {
        "kind": "injury",
        "source": {"channel": "in_person",
                   "received_at": "2026-11-24T05:30:00+07:00"},
        "children": [{"name": "Trẻ Thử Nghiệm Ba",
                      "birth_date": "2020-02-02",
                      "place": "Tổ dân phố Thử Nghiệm 3"}],
        "narrative": "Nội dung thử nghiệm: khám tại trạm.",
        "source_ref": "YT-9"}),
]


def head(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def line(text):
    print("  " + text, flush=True)


class Inbox:
    """Everything that reached anybody; shown as it comes for one case."""

    def __init__(self):
        self.lock = threading.Lock()
        self.all, self.shown, self.code = [], 0, None

    def add(self, message):
        with self.lock:
            self.all.append(message)
            if self.code is None or self.code in message.text:
                self.shown += 1
                line(f"{message.channel:7} -> {message.to}: "
                     f"{message.subject}")

    def fault(self, text):
        sys.exit(f"a receiver says: {text}")

    def last(self, to, code):
        with self.lock:
            return next(m for m in reversed(self.all)
                        if to in m.to and code in m.text)


class Webhook(receivers.HttpReceiver):
    """A receiver that verifies Standard Webhooks signatures."""

    def wrong(self, request):
        h = request["headers"]
        signed = f"{h['webhook-id']}.{h['webhook-timestamp']}.".encode()
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(
            key, signed + request["body"], hashlib.sha256).digest()).decode()
        given = h["webhook-signature"].removeprefix("v1,")
        return None if hmac.compare_digest(right, given) else "bad signature"

    def to_message(self, request):
        data = request["json"]
        return receivers.Message("webhook", request["path"],
                                 data["subject"], data["text"])


def start(inbox, folder):
    smtp = receivers.SmtpReceiver(inbox)
    web = Webhook(inbox)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "webhook.secret").write_text(SECRET + "\n")
    (folder / "webhook.secret").chmod(0o600)
    port = receivers.free_port()
    channels = [
        {"name": "email", "kind": "email", "interval": "now",
         "url": f"smtp://127.0.0.1:{smtp.port}", "tls": "off",
         "from": "hotlined@phuong.test", "allow_private": True},
        {"name": "webhook", "kind": "webhook", "interval": "now",
         "allow": [web.url], "secret_file": "webhook.secret",
         "allow_private": True, "dedupes": True}]
    daemon = hotline.Daemon(
        folder=folder, channels=channels,
        procedure=hotline.ROOT / "conf/procedures/vn-nd56-2017.conf",
        settings={"ward_name": WARD, "port": port, "log_level": "info",
                  "public_url": f"http://127.0.0.1:{port}"})
    return daemon, web


def people(d, web):
    token = d.member("canbo", "officer", duty=True, name="Cán bộ Thử Nghiệm",
                     email="canbo@phuong.test")
    d.member("truongnhom", "lead", name="Trưởng nhóm Thử Nghiệm",
             webhook=web.url + "/truongnhom")
    d.member("phochutich", "vice_chairman", name="Phó Chủ tịch Thử Nghiệm",
             email="phochutich@phuong.test")
    boss = d.member("chutich", "chairman", name="Chủ tịch Thử Nghiệm",
                    email="chutich@phuong.test")
    return token, boss


def take_in(d):
    receipts = []
    for code, kind, name, body in NOTIFICATIONS:
        key = d.agency(code, kind, name=name)
        r = d.api("POST", "/v1/referrals", body, key=key)
        if r.status != 201:
            sys.exit(f"{name}: {r}")
        line(f"{name}: 201, incident {r.json['incident_code']}, cases "
             f"{[c['code'] if isinstance(c, dict) else c for c in r.json['cases']]}, digest {r.json['digest'][:16]}...")
        receipts.append((key, r.json))
    return receipts


def case_codes(receipts):
    return [c["code"] if isinstance(c, dict) else c
            for _, r in receipts for c in r["cases"]]


def answer_by_link(d, inbox, to, code):
    link = re.search(r"http://\S+/a/\S+", inbox.last(to, code).text)[0]
    path = "/a/" + link.rsplit("/", 1)[1]
    page = d.api("GET", path)
    line(f"GET  /a/...: {page.status}, a page with one button; nothing "
         "is acknowledged yet")
    done = d.api("POST", path, body="", headers={
        "Content-Type": "application/x-www-form-urlencoded"})
    line(f"POST /a/...: {done.status}, acknowledged")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--once", action="store_true",
                         help="end the daemon when the story is told")
    options = options.parse_args()
    inbox = Inbox()
    folder = pathlib.Path(os.environ.get(
        "DEMO_FOLDER", hotline.ROOT / "build" / "demo"))
    if folder.exists():
        import shutil
        shutil.rmtree(folder)
    d, web = start(inbox, folder)
    try:
        tell(d, web, inbox)
        if not options.once:
            stay(d, folder)
    finally:
        d.stop(check=False)
    os._exit(0)


def tell(d, web, inbox):
    head(f"{WARD}, 24 November 2026, 07:00 (test clock)")
    token, boss = people(d, web)
    head("1. Three notifications come in; each 201 is on the disk")
    receipts = take_in(d)
    codes = case_codes(receipts)
    inbox.code = code = codes[1]
    head("2. Cases, and who got them")
    for c in d.ctl("case", "list")["cases"]:
        line(f"{c['code']}  {c['state']}  holder {c.get('assignee', '-')}")
    head(f"3. Time passes; from here on only messages about {code}")
    d.step("5h10m" if False else "4h")
    for c in (code,):
        acknowledge_all(d, inbox, c)
    head("4. 13:00, six hours left: the warning, and silence")
    d.step(to_instant("13:10"))
    head("5. Nobody answers: the next person is called")
    d.step(to_instant("13:20"))
    answer_by_link(d, inbox, "truongnhom", code)
    head("6. The chairman concludes: no emergency here, the step is done")
    r = d.api("POST", f"/v1/cases/{code}/steps/N07/done",
              {"acted_at": "2026-11-24T13:15:00+07:00",
               "emergency": "no"}, key=boss,
              headers=match(d, boss, code))
    line(f"N07 done: {r.status}")
    head("7. Nobody acts on the 111 case; the twelve hours lapse")
    inbox.code = codes[0]
    d.step(to_instant("18:45"))
    head("8. What the record shows of both")
    for c in (code, codes[0]):
        show_timeline(d, c)
    head("9. The chain verifies")
    print(textwrap.indent(d.ctl_raw("audit", "verify").stdout, "  "))
    line(f"{len(inbox.all)} messages left in all; none of them holds a name: "
         + ("yes" if not any("Trẻ" in m.text for m in inbox.all) else "NO"))


def to_instant(hour):
    return f"2026-11-24T{hour}:00+07:00"


def match(d, key, code):
    etag = d.api("GET", f"/v1/cases/{code}", key=key).headers.get("etag")
    return {"If-Match": etag} if etag else {}


def acknowledge_all(d, inbox, code):
    """The holder answers what came so far, so that the next alert is new."""
    seen = {m.to for m in inbox.all if code in m.text}
    for to in sorted(seen):
        link = re.search(r"/a/\S+", inbox.last(to, code).text)[0]
        d.api("POST", link, body="", headers={
            "Content-Type": "application/x-www-form-urlencoded"})


def show_timeline(d, code):
    line(f"-- {code}")
    for e in d.ctl("case", "timeline", code)["timeline"]:
        what = " ".join(str(e[k]) for k in ("what", "step", "act", "detail")
                        if e.get(k))
        line(f"{e['at'][11:19]}  {what}")


def stay(d, folder):
    key = d.ctl("key", "add", "truong1")["key"]
    head("The daemon stays up; Ctrl-C ends it.  Try:")
    print(textwrap.dedent(f"""\
          curl -i http://127.0.0.1:{d.port}/v1/referrals \\
            -H 'Authorization: Bearer {key}' \\
            -H 'Idempotency-Key: "thu-1"' -H 'Content-Type: application/json' \\
            -d '{{"kind":"unknown","source":{{"channel":"phone","received_at":"2026-11-24T18:00:00+07:00"}},"narrative":"Nội dung thử nghiệm."}}'
          {hotline.BUILD}/hotlinectl --socket {d.socket} status
          {hotline.BUILD}/hotlinectl --socket {d.socket} clock step 1h
          """))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
