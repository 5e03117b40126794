/* Verbs that need no daemon. */
#include "ctl.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "calendar.h"
#include "clock.h"
#include "procedure_check.h"
#include "seal.h"
#include "store.h"

#define OFFSET_MIN (7 * 60)

static int
print_faults(struct faults *faults)
{
	int rc = faults->n == 0 ? CTL_OK : CTL_NO;

	for (size_t i = 0; i < faults_held(faults); i++)
		fprintf(stderr, "%s: %s\n", faults->list[i].where,
		    faults->list[i].what);
	faults_done(faults);
	return rc;
}

int
verb_secret_init(struct call *c)
{
	const char *path = call_text(c, "file");

	switch (key_write_new(path)) {
	case OK:
		printf("%s: made; without a copy of it the data is lost with"
		       " this disk\n",
		    path);
		return CTL_OK;
	case CONFLICT:
		fprintf(stderr,
		    "hotlinectl: %s is there already and stays as"
		    " it is\n",
		    path);
		return CTL_NO;
	default:
		fprintf(stderr, "hotlinectl: %s cannot be written\n", path);
		return CTL_NO;
	}
}

/* --calendar, or ../calendar beside the folder of the procedure. */
static char *
calendar_path(const struct call *c)
{
	const char *given = call_text(c, "calendar");
	char *copy, *path;

	if (given != NULL)
		return xstrdup(given);
	copy = xstrdup(call_text(c, "file"));
	path = xasprintf("%s/../calendar", dirname(copy));
	free(copy);
	return path;
}

/* Bounds are tried on a calendar; without bounds none is needed. */
static void
check_bounds(
    const struct call *c, const struct procedure *p, struct faults *faults)
{
	char *path = calendar_path(c);
	struct calendar *cal = calendar_load(path, OFFSET_MIN, faults);

	if (cal != NULL)
		procedure_check_bounds(p, cal, faults);
	calendar_free(cal);
	free(path);
}

int
verb_procedure_check(struct call *c)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(call_text(c, "file"), &faults);

	if (p != NULL)
		procedure_check(p, &faults);
	if (p != NULL && procedure_n_bounds(p) > 0)
		check_bounds(c, p, &faults);
	if (faults.n == 0)
		printf("%s: %zu steps, %zu bounds, all well\n",
		    procedure_name(p), procedure_n_steps(p),
		    procedure_n_bounds(p));
	procedure_free(p);
	return print_faults(&faults);
}

/* Start and length of the simulation; both in ms. */
static int
simulate_span(const struct call *c, const struct calendar *cal, int64_t *from,
    int64_t *span)
{
	const char *at = call_text(c, "from"), *text = call_text(c, "span");
	struct limit l;

	*from = clock_now();
	if (at != NULL && !instant_parse(at, from)) {
		fputs("hotlinectl: --from needs RFC 3339\n", stderr);
		return CTL_USAGE;
	}
	if (!limit_parse(text == NULL ? "24h" : text, &l)) {
		fputs(
		    "hotlinectl: --span needs 24h, 5wd or the like\n", stderr);
		return CTL_USAGE;
	}
	*span = calendar_add(cal, *from, &l) - *from;
	return CTL_OK;
}

static int
simulate(
    const struct call *c, const struct procedure *p, const struct calendar *cal)
{
	int64_t from, span;
	json_t *timeline;
	int rc = simulate_span(c, cal, &from, &span);

	if (rc != CTL_OK)
		return rc;
	timeline = procedure_simulate(p, cal, from, span);
	answer_print(c, timeline);
	json_decref(timeline);
	return CTL_OK;
}

int
verb_procedure_simulate(struct call *c)
{
	struct faults faults = {0};
	struct procedure *p = procedure_load(call_text(c, "file"), &faults);
	char *path = calendar_path(c);
	struct calendar *cal = calendar_load(path, OFFSET_MIN, &faults);
	int rc = print_faults(&faults);

	if (rc == CTL_OK)
		rc = simulate(c, p, cal);
	calendar_free(cal);
	procedure_free(p);
	free(path);
	return rc;
}

static int
verify(const struct call *c, const char *path)
{
	struct audit_report report = {0};
	struct store *s = store_open_copy(path);
	enum outcome how;

	if (s == NULL)
		return CTL_USAGE;
	how = store_read_now(s, audit_verify, &report);
	store_close(s);
	store_reap(s);
	if (how != OK && report.bad_seq == 0) {
		fprintf(stderr, "hotlinectl: %s cannot be read\n", path);
		return CTL_USAGE;
	}
	if (report.bad_seq != 0) {
		fprintf(stderr, "hotlinectl: chain broken at row %lld: %s\n",
		    (long long)report.bad_seq, report.why);
		return CTL_NO;
	}
	if (c->json)
		printf("{\"rows\": %lld, \"head\": \"%s\"}\n",
		    (long long)report.rows, report.head);
	else
		printf("%lld rows, chain whole, head %s\n",
		    (long long)report.rows, report.head);
	return CTL_OK;
}

/* The daemon made a folder of its own for the copy; leave nothing behind. */
void
remove_copy(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char *copy = xstrdup(path);

	for (size_t i = 0; i < NELEM(endings); i++) {
		char *file = xasprintf("%s%s", path, endings[i]);

		(void)unlink(file);
		free(file);
	}
	(void)rmdir(dirname(copy));
	free(copy);
}

int
verb_audit_verify(struct call *c)
{
	const char *path = call_text(c, "file");
	json_t *answer = NULL;
	int rc;

	if (path != NULL)
		return verify(c, path);
	rc = call_send_to(c, "POST", "/v1/admin/audit/copy", &answer);
	if (rc == CTL_OK) {
		path = json_string_value(json_object_get(answer, "path"));
		rc = path == NULL ? CTL_NO : verify(c, path);
	}
	if (path != NULL)
		remove_copy(path);
	json_decref(answer);
	return rc;
}
