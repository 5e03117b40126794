#include "metrics_text.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define TEXT_LIMIT ((size_t)256 * 1024)

static const int64_t ack_ends[ACK_CLASSES - 1] = {MINUTE, 2 * MINUTE,
    5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR};

size_t
ack_class(int64_t ms)
{
	size_t i = 0;

	while (i < ACK_CLASSES - 1 && ms > ack_ends[i])
		i++;
	return i;
}

/* ---- Families, each a row of metrics.def ---- */

static void
add_plain(struct buf *b, const char *name, int64_t n)
{
	buf_addf(b, "%s %lld\n", name, (long long)n);
}

/* Milliseconds as seconds, without a float's roundings. */
static void
add_seconds(struct buf *b, const char *name, int64_t ms)
{
	buf_addf(b, "%s %lld.%03lld\n", name, (long long)(ms / SECOND),
	    (long long)(ms % SECOND));
}

static void
add_one(struct buf *b, const char *name, const char *label, int64_t n)
{
	buf_addf(b, "%s{%s} %lld\n", name, label, (long long)n);
}

static void
add_build(struct buf *b, const char *name, const struct readings *r)
{
	(void)r;
	add_one(b, name, "version=\"" HOTLINED_VERSION "\"", 1);
}

static void
add_intake(struct buf *b, const char *name, const struct readings *r)
{
	static const char *const labels[INTAKE_MAX] = {"result=\"taken\"",
	    "result=\"refused\"", "result=\"full\"", "result=\"failed\""};

	for (size_t i = 0; i < INTAKE_MAX; i++)
		add_one(b, name, labels[i], r->http.intake[i]);
}

static void
add_answers(struct buf *b, const char *name, const struct readings *r)
{
	for (size_t i = 2; i < NELEM(r->http.answers); i++)
		buf_addf(b, "%s{status=\"%zuxx\"} %lld\n", name, i,
		    (long long)r->http.answers[i]);
}

static void
add_connections(struct buf *b, const char *name, const struct readings *r)
{
	add_plain(b, name, r->http.connections);
}

static void
add_streams(struct buf *b, const char *name, const struct readings *r)
{
	add_plain(b, name, r->http.followers);
}

static void
add_batches(struct buf *b, const char *name, const struct readings *r)
{
	int64_t sum = 0;

	for (size_t i = 0; i < STORE_SIZES; i++) {
		sum += r->store.sizes[i];
		buf_addf(b, "%s_bucket{le=\"%d\"} %lld\n", name, 1 << i,
		    (long long)sum);
	}
	buf_addf(b, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum %lld\n%s_count %lld\n",
	    name, (long long)r->store.batches, name, (long long)r->store.writes,
	    name, (long long)r->store.batches);
}

/* all includes the urgent ones. */
static void
add_urgency(struct buf *b, const char *name, int64_t all, int64_t urgent)
{
	add_one(b, name, "urgent=\"yes\"", urgent);
	add_one(b, name, "urgent=\"no\"", all - urgent);
}

static void
add_clocks(struct buf *b, const char *name, const struct readings *r)
{
	add_urgency(b, name, r->n->clocks_open, r->n->clocks_urgent);
}

static void
add_overdue(struct buf *b, const char *name, const struct readings *r)
{
	add_urgency(b, name, r->n->overdue, r->n->overdue_urgent);
}

static void
add_alerts(struct buf *b, const char *name, const struct readings *r)
{
	add_urgency(b, name, r->n->alerts_open, r->n->alerts_urgent);
}

static void
add_day(struct buf *b, const char *name, const struct readings *r)
{
	add_one(b, name, "state=\"open\"", r->n->day_open);
	add_one(b, name, "state=\"acked\"", r->n->day_acked);
	add_one(b, name, "state=\"over\"", r->n->day_over);
}

static void
add_acks(struct buf *b, const char *name, const struct readings *r)
{
	int64_t sum = 0;
	char *total = xasprintf("%s_sum", name);

	for (size_t i = 0; i < ACK_CLASSES - 1; i++) {
		sum += r->n->ack[i];
		buf_addf(b, "%s_bucket{le=\"%lld\"} %lld\n", name,
		    (long long)(ack_ends[i] / SECOND), (long long)sum);
	}
	buf_addf(
	    b, "%s_bucket{le=\"+Inf\"} %lld\n", name, (long long)r->n->ack_n);
	add_seconds(b, total, r->n->ack_ms);
	buf_addf(b, "%s_count %lld\n", name, (long long)r->n->ack_n);
	free(total);
}

/* Channel names are the admin's own words: escaped as the format asks. */
static void
add_label_value(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_adds(b, "\\");
		buf_add(b, *s == '\n' ? " " : s, 1);
	}
}

static void
add_deliveries(struct buf *b, const char *name, const struct readings *r)
{
	for (int i = 0; i < r->n_deliveries; i++)
		for (int how = 0; how < RESULT_MAX; how++) {
			buf_addf(b, "%s{channel=\"", name);
			add_label_value(b, r->deliveries[i].channel);
			buf_addf(b, "\",result=\"%s\"} %lld\n",
			    result_word((enum result)how),
			    (long long)r->deliveries[i].n[how]);
		}
}

/* ---- All of them ---- */

typedef void
add_family(struct buf *b, const char *name, const struct readings *r);

static const struct metric {
	const char *type, *name, *help;
	size_t offset; /* of the field in struct numbers */
	bool is_ms;
	add_family *add; /* instead of a field */
} metrics[] = {
#define NUMBER(type, name, help, field)                                        \
	{#type, name, help, offsetof(struct numbers, field), false, NULL},
#define SECONDS(type, name, help, field)                                       \
	{#type, name, help, offsetof(struct numbers, field), true, NULL},
#define FAMILY(type, name, help, run) {#type, name, help, 0, false, run},
#include "metrics.def"
#undef NUMBER
#undef SECONDS
#undef FAMILY
};

static void
add_metric(struct buf *b, const struct metric *m, const struct readings *r)
{
	int64_t n;

	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
	    m->type);
	if (m->add != NULL) {
		m->add(b, m->name, r);
		return;
	}
	memcpy(&n, (const char *)r->n + m->offset, sizeof(n));
	if (m->is_ms)
		add_seconds(b, m->name, n);
	else
		add_plain(b, m->name, n);
}

char *
readings_text(const struct readings *r)
{
	struct buf b = BUF_MAX(TEXT_LIMIT);

	for (size_t i = 0; i < NELEM(metrics); i++)
		add_metric(&b, &metrics[i], r);
	return buf_take(&b);
}
