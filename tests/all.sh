#!/usr/bin/env bash
# Command 2 of README.md: install what the tests need, build every way, pass
# everything.  Takes about 20 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/install.sh test

say() { printf '\n== %s\n' "$*"; }

# build DIR [cmake arguments]
build() {
	dir=$1
	shift
	cmake -S . -B "$dir" -G Ninja "$@" >"$dir.log" 2>&1 || { cat "$dir.log"; exit 1; }
	grep 'Flags that' "$dir.log" || true
	ninja -C "$dir" >"$dir.log" 2>&1 || { tail -60 "$dir.log"; exit 1; }
}
units() {
	# They mostly wait for a clock: six at a time.
	ctest --test-dir "$1" --parallel 6 --output-on-failure --no-tests=error | tee "$1/ctest.txt"
}
suite() { /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider "$@"; }

say "npm packages for the tests"
npm ci --prefix tests --no-audit --no-fund --silent </dev/null

say "gcc, hardened"
build build -DCMAKE_C_COMPILER=gcc
units build

say "clang 14, hardened"
build build-clang -DCMAKE_C_COMPILER=clang-14
# Meanwhile, with what the tests leave of the processor.
nice -n 19 tests/analyse.sh build-clang >build-clang/analyse.txt 2>&1 &
analysis=$!
pure="procedure procedure_shipped procedure_profiles procedure_wrong when calendar rules duties without allow allow_fields bars"
for unit in tests/unit_{memory*,schedule*,outbox*,clocks}.c; do targets="${targets-} $(basename "$unit" .c)"; done
for unit in $pure; do targets="$targets unit_$unit"; done
cmake -S . -B build-branches -G Ninja -DCMAKE_C_COMPILER=gcc -DCOVERAGE=ON >/dev/null
# shellcheck disable=SC2086
nice -n 19 ninja -C build-branches $targets >build-branches/build.log 2>&1 &
branches=$!
units build-clang

say "gcc, ASan and UBSan, with coverage"
build build-asan -DCMAKE_C_COMPILER=gcc -DASAN=ON -DCOVERAGE=ON
units build-asan

say "gcc, TSan: the threads"
# Without pages, as some will build it.
build build-tsan -DCMAKE_C_COMPILER=gcc -DTSAN=ON -DCONSOLE=OFF
units build-tsan

say "the daemon from outside, on the sanitized build"
# They mostly wait for one another's answers: four files at a time.
export BUILD=build-asan ANSWERED=$PWD/build-asan/answered.txt
rm -rf "$ANSWERED" build-asan/screenshots
suite -n 4 --dist loadfile --durations=9 --ignore-glob 'tests/test_zz_*.py' \
	tests | tee build-asan/pytest.txt
suite tests/test_zz_*.py | tee build-asan/calls.txt

say "the same under TSan: a core of it, the courier's mail, three lives of the simulation"
# A report ends the daemon at once, and so the test.
SEEDS=3 TSAN_OPTIONS=halt_on_error=1 BUILD=build-tsan suite -n 2 --dist loadfile \
	tests/test_{referral,case,keys,courier_mail,pages,simulation}.py >build-tsan/pytest.txt 2>&1 &
threads=$!

say "meanwhile: what sanitizers skip, on the plain build, and one unit under each slow tool"
BUILD=build suite -n 2 --dist loadfile -m plain tests | tee build/pytest.txt
wait "$threads" || { cat build-tsan/pytest.txt; exit 1; }
cat build-tsan/pytest.txt

say "clang-tidy and cppcheck"
wait "$analysis" || { cat build-clang/analyse.txt; exit 1; }
cat build-clang/analyse.txt

say "coverage"
gcovr --root . --object-directory build-asan --filter daemon/ --filter handlers/ \
	--gcov-ignore-parse-errors --print-summary --output build-asan/coverage.txt build-asan |
	tail -4

say "every branch of procedures, calendars, clocks, outbox and who may see what, by their units alone"
wait "$branches" || { tail -60 build-branches/build.log; exit 1; }
# They passed above; one that is starved among its like is asked once more.
# shellcheck disable=SC2086
printf '%s\n' $targets | xargs -P 4 -I '{}' sh -c 'for i in 1 2; do build-branches/{} >build-branches/{}.log 2>&1 && exit; done; tail -20 build-branches/{}.log; exit 1'
# unit_bars reads bars.c itself: the library's copy is not counted.
rm -f build-branches/CMakeFiles/services.dir/daemon/bars*.c.gc*
# Exceptions cannot be thrown in C: the edges that -fexceptions adds are left out.
gcovr --root . --object-directory build-branches --filter 'daemon/procedure.*' \
	--filter 'daemon/calendar.*' --filter 'daemon/outbox.*' --filter 'daemon/schedule.*' \
	--filter daemon/allow.c --filter daemon/case_fields.c --filter 'daemon/bars.*' --gcov-ignore-parse-errors \
	--exclude-throw-branches --branches --fail-under-branch 100 build-branches |
	tail -3

say "the runners' last words"
for dir in build build-clang build-asan build-tsan; do
	printf '%-12s %s\n' "$dir" "$(grep 'tests passed' "$dir/ctest.txt")"
done
tail -q -n 1 build-asan/pytest.txt build-asan/calls.txt build-tsan/pytest.txt build/pytest.txt
