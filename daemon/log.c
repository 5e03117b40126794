#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"
#include "log_journal.h"
#include "log_kinds.h"

#define LINE_SIZE 1024

static _Atomic int level_in_force = LOG_INFO;

static const struct {
	const char *name;
	int syslog;
} levels[] = {
    [LOG_ERROR] = {"error", 3},
    [LOG_WARN] = {"warn", 4},
    [LOG_INFO] = {"info", 6},
    [LOG_DEBUG] = {"debug", 7},
};

int
log_set_level(const char *name)
{
	for (size_t i = 0; i < NELEM(levels); i++) {
		if (strcmp(levels[i].name, name) == 0) {
			atomic_store(&level_in_force, (int)i);
			return 1;
		}
	}
	return 0;
}

/* How lines leave, found out once. */
enum way { WAY_UNKNOWN, WAY_PLAIN, WAY_PREFIX, WAY_JOURNAL };

/* True if stderr is the very socket that systemd connected to the journal. */
static bool
journal_listens(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(mine, stream) == 0;
}

/* Elsewhere under systemd (a file, a terminal) the level goes in front. */
static enum way
find_way(void)
{
	if (journal_listens())
		return WAY_JOURNAL;
	return getenv("INVOCATION_ID") != NULL ? WAY_PREFIX : WAY_PLAIN;
}

static enum way
way(void)
{
	static _Atomic int known = WAY_UNKNOWN;

	if (atomic_load(&known) == WAY_UNKNOWN)
		atomic_store(&known, (int)find_way());
	return (enum way)atomic_load(&known);
}

/* One happening, one line: nobody may forge a second one. */
static size_t
blank_controls(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	return n;
}

/* The message; never more than size - 1 bytes. */
static size_t __attribute__((format(printf, 3, 0)))
format(char *line, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(line, size, fmt, ap);

	if (n < 0)
		n = 0;
	return blank_controls(line, (size_t)n < size ? (size_t)n : size - 1);
}

/* What stands before the words; the real time, never the test clock's. */
static int
line_start(char *line, size_t size, enum log_level level)
{
	struct timespec ts;
	char at[INSTANT_SIZE];

	if (way() != WAY_PLAIN)
		return snprintf(line, size, "<%d>", levels[level].syslog);
	clock_gettime(CLOCK_REALTIME, &ts);
	instant_format(at, ts.tv_sec * SECOND + ts.tv_nsec / 1000000, 0);
	return snprintf(line, size, "%s %-5s ", at, levels[level].name);
}

/* Lines go out whole; there is nowhere to complain. */
static void
write_out(const char *line, size_t n)
{
	/* The journal's other socket: when that is full, too, it is lost. */
	if (way() == WAY_JOURNAL)
		(void)send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		(void)!write(STDERR_FILENO, line, n);
}

/* How many lines before it were lost and are not told yet. */
static unsigned __attribute__((format(printf, 2, 0)))
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	size_t n = (size_t)line_start(line, sizeof(line), level);
	size_t more = format(line + n, sizeof(line) - n - 1, fmt, ap);
	unsigned lost = 0;

	if (way() == WAY_JOURNAL) {
		const struct log_kind *kind = log_kind_of(fmt);

		if (journal_send(levels[level].syslog,
			kind == NULL ? NULL : kind->id, line + n, &lost))
			return lost;
	}
	n += more;
	line[n++] = '\n';
	write_out(line, n);
	return 0;
}

void
log_write(enum log_level level, const char *fmt, ...)
{
	int keep = errno;
	unsigned lost;
	va_list ap;

	if ((int)level > atomic_load(&level_in_force))
		return;
	va_start(ap, fmt);
	lost = write_line(level, fmt, ap);
	va_end(ap);
	if (lost > 0)
		log_warn("log lines lost n=%u", lost);
	errno = keep;
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_error("fatal: the program ends itself");
	(void)write_line(LOG_ERROR, fmt, ap);
	va_end(ap);
	abort();
}
