"""A new master key while the ward works: nothing stops, nothing is lost."""
import re
import sqlite3
import subprocess
import threading
import time
import uuid

import pytest

from hotline import BUILD, Daemon, copy_of
from ward import AN, CODE, LINK, body, take_reply, ward

__all__ = ["ward"]
NAME = "Trẻ Thử Nghiệm Một"


def counts(d):
    """(data keys, blind rows) by the version they are under."""
    path = copy_of(d)
    with sqlite3.connect(path) as db:
        found = [dict(db.execute(f"SELECT {column}, count(*) FROM {table}"
                                 " GROUP BY 1"))
                 for column, table in (("master", "data_key"),
                                       ("key_version", "blind"))]
    path.unlink()
    return found


def rotate(d, check=True):
    return d.ctl_raw("secret", "rotate", d.folder / "master.key",
                     check=check)


@pytest.fixture
def site(tmp_path):
    with Daemon(folder=tmp_path / "d",
                settings={"agency_quota": 100000}) as d:
        d.token = d.member("an", "officer", duty=True, sms="0900000001",
                           name="Nguyễn Thử Nghiệm")
        d.key = d.agency("truong1")
        yield d


def refer(d, **more):
    answer = d.api("POST", "/v1/referrals", {**body(), **more}, key=d.key)
    assert answer.status == 201, answer
    return answer.json["cases"][0]


def reads(d, code):
    case = d.api("GET", f"/v1/cases/{code}", key=d.token)
    assert case.status == 200 and NAME in case.text, case


def test_every_row_comes_to_the_new_key(site):
    codes = [refer(site) for _ in range(130)]
    keys, blinds = counts(site)
    assert set(keys) == set(blinds) == {1}
    old = (site.folder / "master.key").read_text()
    said = rotate(site)
    assert "version 2" in said.stdout
    new = (site.folder / "master.key").read_text()
    assert re.fullmatch(r"2 [0-9a-f]{64}\n", new) and old.strip() not in new
    after, after_blinds = counts(site)
    # The old key of look-ups is kept, under the new one.
    assert after == {2: keys[1] + 1} and after_blinds == {2: blinds[1]}
    for code in (codes[0], codes[-1], refer(site)):
        reads(site, code)
    site.restart()
    reads(site, codes[0])
    assert site.ctl("audit", "verify")["rows"] > 260
    acts = [r["act"] for r in events(site)]
    assert acts.count("key.rotating") == acts.count("key.rotated") == 1


def events(d):
    path = copy_of(d)
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    rows = db.execute("SELECT * FROM event ORDER BY seq").fetchall()
    db.close()
    path.unlink()
    return rows


def test_twice_and_a_third_time(site):
    code = refer(site)
    for version in (2, 3, 4):
        assert f"version {version}" in rotate(site).stdout
        reads(site, code)
    site.restart()
    reads(site, code)
    duplicate_is_found(site)


def duplicate_is_found(d):
    """The same child again is found by its name and by its number."""
    child = {"name": "Trẻ Thử Nghiệm Hai", "place": "x", "birth_date":
             "2018-03-04", "personal_id": "052318765432"}
    refer(d, children=[child])
    rotate(d)
    code = refer(d, children=[child])
    case = d.api("GET", f"/v1/cases/{code}", key=d.token)
    assert '"is_possible_duplicate":true' in case.text.replace(" ", ""), case


def test_names_are_found_across_a_rotation(site):
    """Bars and duplicates are look-ups: they must not lose anybody."""
    duplicate_is_found(site)
    site.member("binh", "lead", name="Trần Thử Nghiệm Bình")
    rotate(site)
    code = refer(site, alleged=[{"relation": "team_member",
                                 "name": "Nguyễn Thử Nghiệm"}])
    assert site.api("GET", f"/v1/cases/{code}", key=site.token).status == 404


def test_nobody_waits_under_load(site):
    for _ in range(100):
        refer(site)
    stop, slow, seen = threading.Event(), [], []

    def work():
        while not stop.is_set():
            start = time.monotonic()
            answer = site.api("POST", "/v1/referrals",
                              {**body(), "source_ref": str(uuid.uuid4())},
                              key=site.key)
            assert answer.status == 201, answer
            seen.append(answer.json["cases"][0])
            slow.append(time.monotonic() - start)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    rotate(site)
    rotate(site)
    stop.set()
    for t in threads:
        t.join()
    keys, blinds = counts(site)
    assert set(keys) == set(blinds) == {3}
    assert len(slow) > 10 and max(slow) < 5
    for code in seen[:3] + seen[-3:]:
        reads(site, code)


def test_killed_in_the_middle_it_goes_on(site):
    """The file holds both keys: every row opens, and the rest is done."""
    codes = [refer(site) for _ in range(150)]
    ctl = subprocess.Popen(
        [BUILD / "hotlinectl", "secret", "rotate",
         site.folder / "master.key", "--socket", site.socket],
        stderr=subprocess.DEVNULL)
    until = time.monotonic() + 10
    key = site.folder / "master.key"
    while len(key.read_text().splitlines()) != 2 or "being replaced" not in \
            site.log():
        assert time.monotonic() < until
    time.sleep(0.02)
    site.kill9()
    ctl.wait(20)
    if ctl.returncode != 0:
        assert len(key.read_text().splitlines()) == 2
    site.start()
    for code in (codes[0], codes[-1]):
        reads(site, code)
    rotate(site)
    assert len(key.read_text().splitlines()) == 1
    keys, blinds = counts(site)
    assert len(keys) == len(blinds) == 1
    reads(site, codes[70])


def test_another_key_changes_nothing(site, tmp_path):
    subprocess.run([BUILD / "hotlinectl", "secret", "init", tmp_path / "k"],
                   check=True, capture_output=True)
    before = (tmp_path / "k").read_text()
    done = site.ctl_raw("secret", "rotate", tmp_path / "k")
    assert done.returncode == 1 and "not the key" in done.stderr
    assert (tmp_path / "k").read_text() == before
    assert set(counts(site)[0]) == {1}
    answer = site.admin("POST", "/v1/admin/master-key",
                        {"version": 7, "key": "0" * 64})
    assert answer.status == 409


def test_a_reload_with_the_key_of_the_start_keeps_the_new_one(site):
    """The service manager hands over the file as it was at the start."""
    key = site.folder / "master.key"
    old = key.read_text()
    code = refer(site)
    rotate(site)
    new = key.read_text()
    key.write_text(old)
    site.ctl("reload")
    reads(site, code)
    reads(site, refer(site))
    key.write_text(new)
    site.restart()
    reads(site, code)


def test_links_and_codes_sent_before_are_good_after(ward):
    w = ward().staff()
    told = [w.expect(AN), w.expect(AN)]
    w.refer()
    w.refer()
    w.quiet()
    rotate(w.d)
    status, _, _ = w.link("POST", LINK.search(told[0].message.text)[1])
    assert status == 200
    take_reply(w, AN, "OK " + CODE.search(told[1].message.text)[1])
    states = [a["acked_how"] for a in w.d.ctl("alert", "list", "--all")
              ["items"] if a.get("acked_how")]
    assert sorted(states) == ["code", "link"]


def test_the_safe_keeps_the_version(site, tmp_path):
    rotate(site)
    text = site.ctl_raw("secret", "print", site.folder / "master.key",
                        "--no-qr", check=True).stdout
    done = site.ctl_raw("secret", "enter", tmp_path / "again", text=text)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again").read_text() == \
        (site.folder / "master.key").read_text()
