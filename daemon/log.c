#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"

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

/* What stands before the words; the real time, never the test clock's. */
static int
line_start(char *line, size_t size, enum log_level level)
{
	struct timespec ts;
	char at[INSTANT_SIZE];

	if (journal_listens())
		return snprintf(line, size, "<%d>", levels[level].syslog);
	clock_gettime(CLOCK_REALTIME, &ts);
	instant_format(at, ts.tv_sec * SECOND + ts.tv_nsec / 1000000, 0);
	return snprintf(line, size, "%s %-5s ", at, levels[level].name);
}

static void __attribute__((format(printf, 2, 0)))
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	size_t n = (size_t)line_start(line, sizeof(line), level);
	int more = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);

	if (more > 0)
		n += (size_t)more;
	if (n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	/* One happening, one line: nobody may forge a second one. */
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[n++] = '\n';
	/* One write is atomic enough, and there is nowhere to complain. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

void
log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if ((int)level > atomic_load(&level_in_force))
		return;
	va_start(ap, fmt);
	write_line(level, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(LOG_ERROR, fmt, ap);
	va_end(ap);
	abort();
}
