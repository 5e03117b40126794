"""Drills that come to more of the daemon's files than a notification does."""
import datetime
import pathlib
import sqlite3
import time

import documents
import hotline
import receivers
from drill import Drill
from tampered import Tampered


class Upkeep(Drill):
    """Then a document, a copy of the file while it is in use, a reload."""

    def __init__(self, folder):
        super().__init__(folder)
        self.kept, self.copies, self.code = {}, [], None
        self.held = None

    def trap(self, calls, *injects):
        self.held = super().trap(calls, *injects)
        return self.held

    def on_lost(self):
        """What looks at a copy is a new thread each time, of which the calls
        would count from one again."""
        if self.held is not None and self.is_once:
            self.held.release()

    def run(self):
        super().run()
        self.insist(self.keep_document)
        self.insist(self.copy)
        self.insist(self.reload)

    def keep_document(self):
        content = documents.PDF + bytes([self.round]) * 20000
        begun = self.call("POST", documents.path(self.code), {
            "title": "Biên bản thử nghiệm", "size": len(content)}, self.boss,
            201).json
        a = documents.put(self.d, self.code, self.boss, begun["id"], 1,
                          content)
        if a.status != 200:
            raise ValueError(a)
        self.kept[begun["id"]] = self.code, content

    def copy(self):
        a = self.d.admin("POST", "/v1/admin/audit/copy")
        if a.status != 200:
            raise ValueError(a)
        self.copies.append((pathlib.Path(a.json["path"]), self.code))

    def reload(self):
        self.d.ctl("reload")

    def has_all(self):
        """What was answered is whole; what was refused, but by a death, left
        no copy."""
        for document, (code, content) in self.kept.items():
            a = documents.content(self.d, code, self.boss, document)
            if a.raw != content:
                yield f"document {document} was answered, is now {a}"
        for path, code in self.copies:
            db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
            sound = db.execute("PRAGMA integrity_check").fetchall()
            if sound != [("ok",)]:
                yield f"{path} was answered, but {sound}"
            elif not db.execute("SELECT 1 FROM cases WHERE code = ?",
                                (code,)).fetchall():
                yield f"{path} was answered, but is without {code}"
            db.close()
        for path in self.d.folder.glob("copy-*/copy.db"):
            if not any(self.deaths) and path not in (told for told, _ in self.copies):
                yield f"{path} is there, but was refused"

    def audit(self):
        return list(self.has_all()) + super().audit()


class Reserve(Drill):
    """The first byte of it finds no room: the reserve is given up, and made
    again as soon as there is room: it looks every two seconds."""
    STICKY_TRIES = 12

    def trap(self, calls, *injects):
        return super().trap(f"{calls},pwrite64",
                            "pwrite64:error=ENOSPC:when=1", *injects)

    def run(self):
        super().run()
        self.insist(self.has_room)

    def has_room(self):
        if self.d.ctl("status")["disk"] != "ok":
            raise ValueError("the reserve is not made again")


class Post(Drill):
    """What is broken is the courier: a message goes into its spool, a reply
    comes out of its inbox."""

    def __init__(self, folder):
        super().__init__(folder)
        spool = hotline.spool(self.d.folder / "spool")
        self.channels.append(spool)
        self.d.write_channels(self.channels)
        self.d.ctl("reload")
        self.told = {}  # where -> what
        self.spool = receivers.SpoolReceiver(self, spool["folder"],
                                             spool["inbox"])

    def add(self, message):
        self.told[message.to] = message.text
        self.web.ledger.add(message)

    def fault(self, text):
        self.books.fault(text)

    def trap(self, calls, *injects):
        pid = self.d.process.pid
        courier, = pathlib.Path(
            f"/proc/{pid}/task/{pid}/children").read_text().split()
        return Tampered(self.d, calls, *injects, pid=int(courier))

    def run(self):
        self.round += 1
        self.where = f"09{self.round:08}"
        self.insist(self.write)
        self.insist(self.comes)
        self.reply = self.answer_by_sms()
        self.insist(self.goes)

    def answer_by_sms(self):
        return self.spool.reply("84900000001", "OK K7Q2MX")

    def write(self):
        self.d.ask("/v1/admin/members/canbo/addresses",
                   {"channel": "sms", "address": self.where})

    def comes(self):
        """At once, or after the pause that follows a failure."""
        if not any(where.endswith(self.where[1:]) for where in self.told):
            self.at += datetime.timedelta(minutes=1)
            self.go_on()
            raise ValueError("no message yet")

    def goes(self):
        """At once; one that could not be read with the next that comes."""
        if self.reply.exists():
            self.answer_by_sms()
            raise ValueError("the reply still lies there")

    def settle(self):
        """What was put there last is taken, too."""
        settled_before = super().settle()
        until = time.monotonic() + 10
        while list(self.spool.folder.glob("[!.]*")):
            assert time.monotonic() < until, "nobody takes the messages"
            time.sleep(0.02)
        return settled_before

    def end(self):
        self.spool.stop()
        super().end()
