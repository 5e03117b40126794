/* Procedure files, without a daemon. */
#include "ctl.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "conf_tree.h"
#include "procedure_check.h"
#include "without.h"

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

/* --calendar, or ../calendar beside the folder of the procedure. */
static char *
calendar_path(const struct call *c, const char *file)
{
	const char *given = call_text(c, "calendar");
	char *copy, *path;

	if (given != NULL)
		return xstrdup(given);
	copy = xstrdup(file);
	path = xasprintf("%s/../calendar", dirname(copy));
	free(copy);
	return path;
}

/*
 * Read a procedure and prove it; bounds are tried on a calendar, without bounds
 * none is needed.  NULL if it cannot even be read.
 */
static struct procedure *
proved(const struct call *c, const char *file, struct faults *faults)
{
	struct procedure *p = procedure_load(file, faults);
	struct calendar *cal;
	char *path;

	if (p == NULL)
		return NULL;
	procedure_check(p, faults);
	if (procedure_n_bounds(p) == 0)
		return p;
	path = calendar_path(c, file);
	cal = calendar_load(path, OFFSET_MIN, faults);
	if (cal != NULL)
		procedure_check_bounds(p, cal, faults);
	calendar_free(cal);
	free(path);
	return p;
}

int
verb_procedure_check(struct call *c)
{
	struct faults faults = {0};
	struct procedure *p = proved(c, call_text(c, "file"), &faults);
	bool each = json_object_get(c->fields, "without_each") != NULL;
	int rc = CTL_OK;

	if (p != NULL && each)
		rc = without_each(c, p, &faults);
	if (faults.n == 0 && rc == CTL_OK)
		printf("%s: %zu steps, %zu bounds, all well\n",
		    procedure_name(p), procedure_n_steps(p),
		    procedure_n_bounds(p));
	procedure_free(p);
	return rc == CTL_OK ? print_faults(&faults) : rc;
}

/* What is known of one file: {file, procedure, name, steps, problems}. */
static json_t *
listed(const struct call *c, const char *file)
{
	struct faults faults = {0};
	struct procedure *p = proved(c, file, &faults);
	json_t *row = json_pack(
	    "{s:s, s:I}", "file", file, "problems", (json_int_t)faults.n);

	if (p != NULL)
		json_object_update_new(row,
		    json_pack("{s:s, s:s, s:I}", "procedure", procedure_name(p),
			"name", procedure_title(p, "vi"), "steps",
			(json_int_t)procedure_n_steps(p)));
	procedure_free(p);
	faults_done(&faults);
	return row;
}

int
verb_procedure_list(struct call *c)
{
	const char *folder = call_text(c, "folder");
	json_t *items = json_array();
	size_t n;
	char **paths = conf_glob(folder, &n);
	int rc = n > 0 ? CTL_OK : CTL_NO;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(items, listed(c, paths[i]));
	conf_glob_free(paths);
	if (n == 0)
		fprintf(stderr, "hotlinectl: no procedure (*.conf) in %s\n",
		    folder);
	else
		answer_print(c, items);
	json_decref(items);
	return rc;
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
	char *path = calendar_path(c, call_text(c, "file"));
	struct calendar *cal = calendar_load(path, OFFSET_MIN, &faults);
	int rc = print_faults(&faults);

	if (rc == CTL_OK)
		rc = simulate(c, p, cal);
	calendar_free(cal);
	procedure_free(p);
	free(path);
	return rc;
}
