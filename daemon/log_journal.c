#include "log_journal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "core.h"

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
#define FIELDS_MAX (NELEM(fields) + 4)

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
	struct iovec v[FIELDS_MAX];
	char *owned[FIELDS_MAX];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
add_field(struct entry *e, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) >= 0) {
		e->owned[e->n] = text;
		e->v[e->n++] = (struct iovec){text, strlen(text)};
	}
	va_end(ap);
}

bool
journal_send(int priority, const char *id, const char *message)
{
	struct entry e = {.n = 0};
	int rc;

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
	rc = sd_journal_sendv(e.v, (int)e.n);
	for (size_t i = 0; i < e.n; i++)
		free(e.owned[i]);
	return rc >= 0;
}
