"""A smoke of the slow tools: one unit under each, and a program with what each
is there to see.  `tests/lab.sh` valgrind, threads and msan run them all.
"""
import shutil
import subprocess

import pytest

import grind
import hotline

pytestmark = pytest.mark.plain
WRONG = """
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static int shared;
static void *add(void *p) { shared++; return p; }
int
main(void)
{
	pthread_t t;
	int *unset = malloc(sizeof(*unset));

	pthread_create(&t, NULL, add, NULL);
	shared++;
	pthread_join(t, NULL);
	if (*unset == 7)
		puts("7");
	free(unset);
	return 0;
}
"""
QUICK = {"memcheck": "unit_quiet", "helgrind": "unit_store_json"}
MSAN = ["clang-14", "-fsanitize=memory", "-fno-sanitize-recover=all", "-O1",
        "-g", "-std=c17", "-D_GNU_SOURCE", "-I", hotline.ROOT / "daemon"]


@pytest.fixture
def wrong(tmp_path):
    (tmp_path / "wrong.c").write_text(WRONG)
    return tmp_path / "wrong.c"


@pytest.mark.parametrize("tool", grind.TOOLS)
def test_valgrind_sees_what_is_wrong_and_nothing_else(tool, wrong, tmp_path):
    if shutil.which("valgrind") is None:
        pytest.skip("VALGRIND NOT RUN: it is missing")
    assert grind.grind((tool, QUICK[tool])) == ""
    subprocess.run(["cc", "-O0", "-g", wrong, "-o", tmp_path / "wrong"],
                   check=True)
    assert f"exit {grind.WRONG}" in grind.grind((tool, tmp_path / "wrong"))


def test_msan_sees_what_is_wrong_and_nothing_else(wrong, tmp_path):
    if shutil.which("clang-14") is None:
        pytest.skip("MSAN NOT RUN: clang-14 is missing")
    unit = [hotline.ROOT / f"tests/unit_{n}.c" for n in ("delivery",)]
    code = [hotline.ROOT / f"daemon/{n}.c" for n in ("delivery",)]
    subprocess.run([*MSAN, *unit, *code, "-o", tmp_path / "unit",
                    "-lcmocka"], check=True)
    subprocess.run([tmp_path / "unit"], check=True, capture_output=True)
    subprocess.run([*MSAN, wrong, "-o", tmp_path / "wrong"], check=True)
    done = subprocess.run([tmp_path / "wrong"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "use-of-uninitialized-value" in done.stderr
