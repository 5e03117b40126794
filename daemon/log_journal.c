#include "log_journal.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core.h"

/* A line of the log (1 KiB) and what it says again as fields. */
#define ENTRY_SIZE  4096
#define PATIENCE_MS 100

/* What a line is about, as fields that journalctl finds. */
static const struct {
	const char *key, *field;
} fields[] = {
    {"case", "HOTLINE_CASE"},
    {"alert", "HOTLINE_ALERT"},
    {"delivery", "HOTLINE_DELIVERY"},
    {"clock", "HOTLINE_CLOCK"},
    {"channel", "HOTLINE_CHANNEL"},
};

/* The value of " key=" in a message, and its length; NULL if there is none. */
static const char *
value_of(const char *message, const char *key, size_t *n)
{
	size_t len = strlen(key);

	for (const char *p = message; (p = strstr(p, key)) != NULL; p++)
		if (p > message && p[-1] == ' ' && p[len] == '=') {
			*n = strcspn(p + len + 1, " ");
			return p + len + 1;
		}
	return NULL;
}

struct entry {
	char text[ENTRY_SIZE];
	size_t n;
};

/* A field and its line feed, whole or not at all. */
static void __attribute__((format(printf, 2, 3)))
add_field(struct entry *e, const char *fmt, ...)
{
	size_t room = sizeof(e->text) - e->n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(e->text + e->n, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		return;
	e->n += (size_t)n;
	e->text[e->n++] = '\n';
}

/* How many lines found no room since one did. */
static _Atomic unsigned *
lost(void)
{
	static _Atomic unsigned n;

	return &n;
}

/* 0, or why the journal does not have it; EAGAIN after so long without room. */
static int
put(int fd, const struct entry *e, int patience_ms)
{
	static const struct sockaddr_un to = {
	    .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	bool took;

	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return errno;
	took = send(fd, e->text, e->n, MSG_NOSIGNAL) >= 0;
	if (!took && errno == EAGAIN && poll(&room, 1, patience_ms) > 0)
		took = send(fd, e->text, e->n, MSG_NOSIGNAL) >= 0;
	return took ? 0 : errno;
}

/*
 * As sd_journal_sendv does, but a journal that hangs is waited for once, and no
 * more until it takes something again: clocks and alerts go on without it.
 */
static bool
deliver(const struct entry *e, unsigned *ret_lost)
{
	int fd, why;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	why = put(fd, e, atomic_load(lost()) == 0 ? PATIENCE_MS : 0);
	close(fd);
	if (why == 0)
		*ret_lost = atomic_exchange(lost(), 0);
	else if (why == EAGAIN)
		atomic_fetch_add(lost(), 1);
	return why == 0 || why == EAGAIN;
}

bool
journal_send(
    int priority, const char *id, const char *message, unsigned *ret_lost)
{
	struct entry e;

	e.n = 0;
	add_field(&e, "MESSAGE=%s", message);
	add_field(&e, "PRIORITY=%d", priority);
	add_field(&e, "SYSLOG_IDENTIFIER=%s", program_invocation_short_name);
	if (id != NULL)
		add_field(&e, "MESSAGE_ID=%s", id);
	for (size_t i = 0; i < NELEM(fields); i++) {
		size_t n;
		const char *value = value_of(message, fields[i].key, &n);

		if (value != NULL)
			add_field(
			    &e, "%s=%.*s", fields[i].field, (int)n, value);
	}
	return deliver(&e, ret_lost);
}
