#!/bin/sh
# clang-tidy and cppcheck with zero findings; the one argument is a build
# folder with compile_commands.json.
set -eu
cd "$(dirname "$0")/.."
build=${1:?build folder}

checks='-*,bugprone-*,cert-err33-c,clang-analyzer-*,misc-redundant-expression'
checks="$checks,performance-*,readability-redundant-*,portability-*"
# Swapped neighbours are caught by the tests; the calls that err33 wants checked
# print to stderr or format into a buffer that is large enough.
checks="$checks,-bugprone-easily-swappable-parameters,-cert-err33-c"
checks="$checks,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
checks="$checks,-bugprone-reserved-identifier,-performance-no-int-to-ptr"
# Row macros of .def files cannot be parenthesised; small constants times small
# constants do not overflow; arrays of pointers are sized by their pointers.
checks="$checks,-bugprone-macro-parentheses,-bugprone-sizeof-expression"
checks="$checks,-bugprone-implicit-widening-of-multiplication-result"

# One file a run: the va_list checker of clang 14 confuses the files it sees.
git ls-files -co --exclude-standard 'daemon/*.c' 'handlers/*.c' |
	xargs -P 2 -n 1 clang-tidy-14 -p "$build" --quiet --checks="$checks" \
		--warnings-as-errors='*' 2>/dev/null
# Its own parser needs the macros that loops and lists are made of, and to know
# the compiler, or it reads each file once for every compiler jansson.h knows.
include=/usr/include
lists=$include/$(gcc -print-multiarch)/sys/queue.h
git ls-files -co --exclude-standard 'daemon/*.c' 'handlers/*.c' |
	xargs cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
		-D__GNUC__=12 --include="$lists" \
		--include=$include/jansson_config.h --include=$include/jansson.h \
		-I daemon -I handlers
echo "clang-tidy and cppcheck: 0 findings"
