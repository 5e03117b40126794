"""The page as an app: installed, opened offline, alerted by Web Push."""
import base64
import json
import re

import pytest

from case_site import FULL, Site
from console_site import SHOTS, Page, browser, s  # noqa: F401
from courier_fixtures import ledger, stops  # noqa: F401
from hotline import ROOT, Daemon, spool
from login_site import password
from test_console import build_of, open_home
from test_webpush import service  # noqa: F401

# An icon of so many pixels out of icon.svg; "whole" has no corners that are cut
# and its sign within the circle that every launcher leaves (W3C manifest, 4.1).
DRAW = """(async ({ size, isWhole, than }) => {
  const load = (src) => new Promise((ok, no) => {
    const image = new Image(size, size);
    Object.assign(image, { onload: () => ok(image), onerror: no, src });
  });
  const canvas = () => Object.assign(document.createElement("canvas"),
    { width: size, height: size });
  const pixels = (of) => of.getContext("2d").getImageData(0, 0, size, size).data;
  const made = canvas(), kept = canvas();
  const pen = made.getContext("2d");
  const edge = isWhole ? size / 10 : 0;
  if (isWhole) {
    pen.fillStyle = "#14406b";
    pen.fillRect(0, 0, size, size);
  }
  pen.drawImage(await load("/console/icon.svg"), edge, edge,
    size - 2 * edge, size - 2 * edge);
  const image = await load(than).catch(() => null);
  if (image !== null)
    kept.getContext("2d").drawImage(image, 0, 0);
  const other = pixels(kept);
  return { png: made.toDataURL(), width: image?.naturalWidth ?? 0,
    off: pixels(made).reduce((n, x, i) => n + (Math.abs(x - other[i]) > 24), 0) };
})(%s)"""
READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """(async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const r of await (await caches.open(name)).keys())
      found.push(new URL(r.url).pathname);
  return found;
})()"""
# No push service can be reached from here: what it would answer.
STUB = """PushManager.prototype.subscribe = async function (options) {
  const key = String.fromCharCode(...options.applicationServerKey);
  const made = { endpoint: %s, toJSON: () => ({ endpoint: %s, keys: %s }),
    unsubscribe: async () => { globalThis.made = null; return true; } };
  globalThis.asked = btoa(key);
  globalThis.made = made;
  return made;
};
PushManager.prototype.getSubscription = async () => globalThis.made ?? null;"""


def test_the_page_can_be_installed(s, browser):
    with Page(browser, s.url) as p:
        assert p.do("run", code=READY)
        a = p.do("cdp", method="Page.getInstallabilityErrors")
        # A page of playwright keeps no profile.
        assert [e["errorId"] for e in a["installabilityErrors"]] \
            in ([], ["in-incognito"])
        a = p.do("cdp", method="Page.getAppManifest")
        assert a["errors"] == [] and json.loads(a["data"])["name"] == \
            "Trực bảo vệ trẻ em"


def test_its_icons_are_the_drawn_one_in_every_size(s, browser):
    """What Chrome asks of an app are PNGs of 192 and 512; launchers cut one to
    their own shape, and iOS takes no SVG."""
    icons = json.loads((ROOT / "handlers/console/manifest.webmanifest")
                       .read_text())["icons"]
    assert {(i["sizes"], i["purpose"]) for i in icons} == {
        ("any", "any"), *((f"{n}x{n}", p) for n in (192, 512)
                          for p in ("any", "maskable"))}
    with Page(browser, s.url) as p:
        for i in icons[1:]:
            size = int(i["sizes"].split("x")[0])
            made = p.do("run", code=DRAW % json.dumps({
                "size": size, "isWhole": i["purpose"] == "maskable",
                "than": i["src"]}))
            name = i["src"].split("/")[-1]
            SHOTS.mkdir(exist_ok=True)  # to be taken over if it is another
            (SHOTS / name).write_bytes(base64.b64decode(
                made["png"].split(",")[1]))
            assert (made["width"], made["off"] < size) == (size, True), name


def test_it_opens_offline_says_so_and_kept_only_pages(s, browser):
    with open_home(s, browser) as p:
        assert p.do("run", code=READY)
        p.do("goto", url=f"{s.url}#/case/{s.codes[0]}")
        p.wait("h2#steps")
        kept = p.do("run", code=KEPT)
        assert "/" in kept and f"/console/{build_of(s)}/case.mjs" in kept
        assert [k for k in kept if k != "/"
                and not k.startswith("/console/")] == []
        p.do("offline", on=True)
        p.do("reload", at="#login")
        assert "Không kết nối được với máy chủ" in p.text("#main")
        assert s.codes[0] not in p.text("#main")
        p.look("offline-start-vi")
        p.do("offline", on=False)
        p.do("reload", at="h2#steps")  # the session still holds


@pytest.fixture
def push(service, tmp_path):
    folder = tmp_path / "d"
    with Daemon(folder, procedure=FULL, settings={"public_url": ""},
                channels=[spool(folder / "spool"), service.conf]) as d:
        team = Site.__new__(Site)
        team.d = d
        team.keys = {"officer": d.member("canbo", "officer", duty=True),
                     "lead": d.member("truongnhom", "lead", sms="0900000003"),
                     "boss": d.member("chutich", "chairman",
                                      sms="0900000004")}
        team.url = f"http://127.0.0.1:{d.port}/"
        team.word = password(d, "canbo")
        yield team


SHOWN = """(async () => {
  const worker = await navigator.serviceWorker.ready;
  for (let n = 0; n < 400; n++) {
    const all = await worker.getNotifications();
    if (all.length)
      return all.map((a) => `${a.title}\\n${a.body}`);
    await new Promise((ok) => setTimeout(ok, 50));
  }
  return [];
})()"""


def deliver(p, text):
    """As the push service hands it to the browser."""
    made = p.do("cdp", method="ServiceWorker.enable",
                until="ServiceWorker.workerRegistrationUpdated")
    worker, = made["registrations"]
    p.do("cdp", method="ServiceWorker.deliverPushMessage", params={
        "origin": p.do("run", code="location.origin"), "data": text,
        "registrationId": worker["registrationId"]})
    return p.do("run", code=SHOWN)


def test_a_phone_subscribes_is_approved_and_shows_alerts(
        push, browser, service, ledger):
    to, endpoint = service.subscribe()
    p256dh, auth, _ = to.split()
    stub = STUB % (json.dumps(endpoint), json.dumps(endpoint),
                   json.dumps({"p256dh": p256dh, "auth": auth}))
    with open_home(push, browser, first=stub, grant=["notifications"]) as p:
        p.click("text=Cảnh báo trên máy này")
        p.wait("text=Bật cảnh báo trên máy này")
        p.look("push-vi")
        p.button("Bật cảnh báo trên máy này")
        p.wait("#said .said")
        # The server's own key is what the browser was given.
        asked = p.do("run", code="globalThis.asked")
        assert asked.rstrip("=").replace("+", "-").replace("/", "_") == \
            service.point
        assert "CHƯA có hiệu lực" in p.text("#said")
        p.look("push-asked-vi")
        change, = push.d.api("GET", "/v1/changes",
                             key=push.keys["boss"]).json["items"]
        first = ledger.expect(to=endpoint)
        a = push.d.api("POST", f"/v1/changes/{change['id']}/approve", {},
                       key=push.keys["boss"])
        assert a.status == 200, a
        push.d.step("1m")
        ledger.settle()
        sent = json.dumps({k: first.message.data[k] for k in
                           ("id", "subject", "text")}, ensure_ascii=False)
        shown, = deliver(p, sent)
        code = re.search(r"OK ([2-9A-HJ-NP-Z]{6})", shown)[1]
        p.do("goto", url=f"{push.url}#/")
        p.wait("h2#due")
        p.do("goto", url=f"{push.url}#/push")
        p.wait("input[name=code]")
        p.look("push-code-vi")
        p.fill("input[name=code]", code.lower())
        p.button("Xác nhận mã")
        p.wait("text=Đã xác nhận")
        p.button("English")
        p.wait("text=Gets alerts, since")
        p.look("push-on-en")
        p.click("button:text('Turn off')")
        p.wait("text=Turned off")
        a = push.d.api("GET", "/v1/me/addresses", key=push.keys["officer"])
        assert a.json["items"] == []
        assert p.do("run", code="globalThis.made") is None


def test_what_is_not_ours_shows_a_neutral_text(s, browser):
    with Page(browser, s.url, grant=["notifications"]) as p:
        assert p.do("run", code=READY)
        assert deliver(p, "<b>lạ</b>") == [
            "Trực bảo vệ trẻ em\nCó việc mới. Hãy mở trang trực."]


def test_a_ward_without_the_channel_says_so(s, browser):
    with open_home(s, browser) as p:
        p.do("goto", url=f"{s.url}#/push")
        p.wait("text=Phường chưa bật kênh này")
