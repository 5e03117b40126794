"""The house's own rules, one test each, and a proof that each can fail."""
import pytest

import lint


@pytest.mark.parametrize("rule", lint.RULES, ids=lambda r: r.__name__)
def test_the_tree_keeps(rule):
    assert list(rule(lint.tracked())) == []


@pytest.mark.parametrize("rule, name, text", [
    (lint.walls, "daemon/bad.c", '#include <sqlite3.h>\n'),
    (lint.walls, "handlers/bad.c", '#include <curl/curl.h>\n'),
    (lint.banned, "daemon/bad.c", 'void f(void) { sprintf(a, "x"); }\n'),
    (lint.words, "daemon/bad.c", "/* TO" "DO */\n"),
    (lint.file_sizes, "daemon/bad.c", "\n" * 401),
    (lint.file_sizes, "daemon/bad.h", "\n" * 101),
    (lint.documented, "daemon/bad.h", "int f(void);\n"),
    (lint.variables, "daemon/bad.c", "static int counter;\n"),
    (lint.formatting, "daemon/bad.c", "int  f( void ){return 1 ;}\n"),
    (lint.function_sizes, "daemon/bad.c",
     "int\nf(void)\n{\n" + "\n" * 80 + "\treturn 1;\n}\n"),
    (lint.function_sizes, "daemon/bad.c",
     "int\nf(int a, int b, int c, int d, int e, int g)\n{\n}\n"),
    (lint.messages, "daemon/bad.c", 'void f(void) { log_warn("hm a=%d", 1); }'),
    (lint.messages, "daemon/bad.c", 'void f(void) { log_info("known a=%d"); }'),
    (lint.arrows, "daemon/store_bad.c", '#include "alert.h"\n'),
])
def test_the_rule_bites(rule, name, text, tmp_path, monkeypatch):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    (tmp_path / "daemon/log.def").parent.mkdir(exist_ok=True)
    (tmp_path / "daemon/log.def").write_text(
        f'MESSAGE(WARN, "known", "{"0" * 32}",\n    "Do.")\n')
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    assert list(rule([name])) != []


def test_the_layout_rule_bites():
    assert list(lint.layout(["src/main.c"])) != []
