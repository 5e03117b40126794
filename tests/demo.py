#!/usr/bin/python3
"""The main job, live: the real daemon, real SMTP, a signed webhook, and twelve
hours compressed by the test clock.  Run through tests/demo.sh."""
import argparse
import base64
import hashlib
import hmac
import json
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
        self.all, self.code, self.only = [], None, ""

    def add(self, message):
        with self.lock:
            self.all.append(message)
            text = message.text.split(" Xác nhận")[0]
            if self.code and self.code in text and self.only in text:
                line(f"{message.channel:7} -> {message.to}: {text}")

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
         "server": "127.0.0.1", "port": smtp.port, "tls": "off",
         "from": "hotlined@phuong.test", "allow_private": True},
        {"name": "webhook", "kind": "webhook", "interval": "now",
         "allow": [web.url + "/"], "secret_file": "webhook.secret",
         "allow_private": True, "dedupes": True}]
    daemon = hotline.Daemon(
        folder=folder, channels=channels,
        procedure=hotline.ROOT / "conf/procedures/vn-nd56-2017.conf",
        settings={"ward_name": WARD, "port": port, "log_level": "info",
                  "public_url": f"http://127.0.0.1:{port}",
                  "public_url_inside": True})
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
    codes = []
    for code, kind, name, body in NOTIFICATIONS:
        key = d.agency(code, kind, name=name)
        r = d.api("POST", "/v1/referrals", body, key=key)
        if r.status != 201:
            sys.exit(f"{name}: {r}")
        line(f"{name}: 201, incident {r.json['incident_code']}, cases "
             f"{' '.join(r.json['cases'])}, digest {r.json['digest'][:16]}...")
        codes += r.json["cases"]
    return codes


def link_to(inbox, to, code):
    return re.search(r"/a/\S+", inbox.last(to, code).text)[0]


def press(d, inbox, to, code):
    return d.api("POST", link_to(inbox, to, code), body="", headers={
        "Content-Type": "application/x-www-form-urlencoded"})


def answer_by_link(d, inbox, to, code):
    page = d.api("GET", link_to(inbox, to, code))
    line(f"GET  /a/...: {page.status}, a page with one button; nothing is "
         "acknowledged yet")
    line(f"POST /a/...: {press(d, inbox, to, code).status}, acknowledged")


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
    codes = take_in(d)
    code, urgent = codes[1], codes[0]
    head("2. Cases, and who got them")
    for c in d.ctl("case", "list")["items"]:
        line(f"{c['code']}  {c['state']}  holder {c.get('assignee', '-')}")
    head("3. The morning: they ring until the chairman takes all of it")
    d.step(to_instant("12:50"))
    acknowledge_all(d, boss, code)
    line(f"{len(inbox.all)} messages so far; from here on only what is said "
         f"of the 12 hours of {code}")
    inbox.code, inbox.only = code, "N08"
    head("4. 13:00, six hours left: the first person is warned; silence")
    d.step(to_instant("13:14"))
    head("5. 13:15, nobody answered: the next person is called, and answers")
    d.step(to_instant("13:20"))
    answer_by_link(d, inbox, "truongnhom", code)
    head("6. The chairman concludes: no emergency; the step is done")
    agreed = {"acted_at": to_instant("13:15"), "agreed": True,
              "emergency": "no", "reason": "Nội dung thử nghiệm."}
    issued = {"acted_at": to_instant("13:20"), "paper": PAPER}
    for how, body in (("agree", agreed), ("done", issued)):
        r = d.api("POST", f"/v1/cases/{code}/steps/N07/{how}", body, key=boss,
                  headers=match(d, boss, code))
        if r.status != 200:
            sys.exit(f"the step was not taken: {r}")
        line(f"N07 {how}: {r.status}")
    line("the paper has its number: the 12-hour clock ends with it")
    head(f"7. Nobody acts on {urgent}, the case of the hotline: it lapses")
    inbox.code = None
    d.step(to_instant("18:35"))
    inbox.code = urgent
    d.step(to_instant("18:45"))
    head("8. What the record shows of both")
    for c in (code, urgent):
        show_timeline(d, c)
    head("9. The chain verifies")
    print(textwrap.indent(d.ctl_raw("audit", "verify").stdout, "  "))
    line(f"{len(inbox.all)} messages left in all; none of them holds a name: "
         + ("yes" if not any("Trẻ" in m.text for m in inbox.all) else "NO"))


PAPER = {"number": "12/QĐ-UBND", "date": "2026-11-24",
         "signer": "Người Ký Thử Nghiệm", "office": "UBND phường Thử Nghiệm",
         "signature": "digital", "scan": "0" * 64}


def to_instant(hour):
    return f"2026-11-24T{hour}:00+07:00"


def match(d, key, code):
    etag = d.api("GET", f"/v1/cases/{code}", key=key).headers.get("etag")
    return {"If-Match": etag} if etag else {}


def acknowledge_all(d, boss, code):
    """Somebody takes all that is open of a case, through the API."""
    for alert in d.ctl("alert", "list", "--case", code)["items"]:
        d.api("POST", f"/v1/alerts/{alert['id']}/ack", key=boss)


def show_timeline(d, code):
    line(f"-- {code}")
    counts = {}
    for e in d.ctl("case", "timeline", code)["items"]:
        counts[e["act"]] = counts.get(e["act"], 0) + 1
        if counts[e["act"]] <= 3:
            what = json.dumps(e.get("detail", {}), ensure_ascii=False)
            line(f"{e['at'][11:19]}  {e['act']}  {what[:90]}")
    line("in all: " + ", ".join(f"{n} {a}" for a, n in counts.items()))


def stay(d, folder):
    key = d.ctl("key", "add", "truong1")["key"]
    word = d.ctl("member", "password", "canbo")["password"]
    school = d.link("truong1")["url"]
    head("The daemon stays up; Ctrl-C ends it.  Try:")
    print(textwrap.dedent(f"""\
          curl -i http://127.0.0.1:{d.port}/v1/referrals \\
            -H 'Authorization: Bearer {key}' \\
            -H 'Idempotency-Key: "thu-1"' -H 'Content-Type: application/json' \\
            -d '{{"kind":"unknown","source":{{"channel":"phone","received_at":"2026-11-24T18:00:00+07:00"}},"narrative":"Nội dung thử nghiệm."}}'
          {hotline.BUILD}/hotlinectl --socket {d.socket} status
          {hotline.BUILD}/hotlinectl --socket {d.socket} clock step 1h
        In a browser here:
          http://127.0.0.1:{d.port}/  as canbo, password {word}: the team's page
          {school}: the page of a school
          """))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
