/*
 * What only the loop thread can do, for hotlinectl: the test clock, a reload,
 * a copy of the database.  Each is audited before it is answered.
 */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"
#include "audit.h"
#include "clock.h"
#include "conf_term.h"
#include "handlers.h"
#include "hotlined.h"
#include "log.h"

/* An act under way, from the request to its answer. */
struct act_job {
	struct hotlined *d;
	struct http *h;
	struct response *a;
	struct subject who;
	const char *act;
	json_t *detail; /* for the chain */
	json_t *answer; /* what is said when the chain has it */
	char *path;	/* of a copy */
	bool is_told;	/* to the leads */
};

static struct act_job *
job_new(struct http *h, const struct request *r, struct response *a,
    const char *act)
{
	struct act_job *j = xcalloc(1, sizeof(*j));

	j->d = http_arg(h);
	j->h = h;
	j->a = a;
	j->who = r->subject;
	j->act = act;
	return j;
}

static void
job_free(struct act_job *j)
{
	json_decref(j->detail);
	json_decref(j->answer);
	free(j->path);
	free(j);
}

static enum outcome
run_audit(struct tx *tx, void *arg)
{
	const struct act_job *j = arg;
	struct happening h = {
	    .actor = &j->who,
	    .act = j->act,
	    .object_kind = "daemon",
	    .object_id = "hotlined",
	    .detail = json_incref(j->detail),
	};

	enum outcome how = audit_add(tx, &h);
	const struct request asked = {.subject = j->who};

	return how == OK && j->is_told ? admin_told(tx, &asked, j->act) : how;
}

/* A copy that nobody hears of would lie there for ever; path is used up. */
static void
remove_copy(char *path)
{
	(void)unlink(path);
	(void)rmdir(dirname(path));
}

static void
on_audited(void *arg, enum outcome how)
{
	struct act_job *j = arg;

	if (how != OK && j->path != NULL)
		remove_copy(j->path);
	if (how == OK)
		(void)answer_json(j->a, 200, json_incref(j->answer));
	else
		(void)answer_outcome(j->a, how);
	http_answer(j->h, j->a);
	job_free(j);
}

static void
finish(struct act_job *j)
{
	store_post(j->d->store, JOB_ACT, run_audit, on_audited, j);
}

static void
refuse(struct http *h, struct response *a, const char *code)
{
	(void)answer_problem(a, code);
	http_answer(h, a);
}

/* ---- Clock ---- */

static json_t *
clock_json(const struct hotlined *d)
{
	char text[INSTANT_SIZE];

	instant_format(
	    text, clock_now(), (int)d->context->conf->utc_offset_min);
	return json_pack(
	    "{s:s, s:b}", "now", text, "is_test_clock", clock_is_test());
}

/* GET /v1/admin/clock */
void
clock_show(struct http *h, const struct request *r, struct response *a)
{
	(void)r;
	(void)answer_json(a, 200, clock_json(http_arg(h)));
	http_answer(h, a);
}

static void
on_stepped(void *arg, enum outcome how, int fired)
{
	struct act_job *j = arg;

	if (how != OK) {
		(void)answer_outcome(j->a, how);
		http_answer(j->h, j->a);
		job_free(j);
		return;
	}
	j->answer = clock_json(j->d);
	json_object_set_new(j->answer, "fired", json_integer(fired));
	finish(j);
}

/*
 * The instant a body asks for: set, to, or now and a step, which is time that
 * passes ("29d" is 29 x 24 h) and no legal term; false if none.
 */
static bool
target(const struct request *r, int64_t *to, bool *jump)
{
	const char *set = json_string_value(json_object_get(r->body, "set"));
	const char *at = json_string_value(json_object_get(r->body, "to"));
	const char *step = json_string_value(json_object_get(r->body, "step"));
	int64_t span;

	*jump = set != NULL;
	if ((set != NULL) + (at != NULL) + (step != NULL) != 1)
		return false;
	if (step != NULL) {
		if (!term_parse(step, &span))
			return false;
		*to = clock_now() + span;
		return true;
	}
	return instant_parse(set != NULL ? set : at, to);
}

/* POST /v1/admin/clock {"set"}, {"to"} or {"step"} */
void
clock_move(struct http *h, const struct request *r, struct response *a)
{
	struct hotlined *d = http_arg(h);
	struct act_job *j;
	int64_t to;
	bool jump;

	if (!clock_is_test()) {
		refuse(h, a, "state_conflict");
		return;
	}
	if (!target(r, &to, &jump) || (!jump && to < clock_now())) {
		refuse(h, a, "invalid_fields");
		return;
	}
	j = job_new(h, r, a, jump ? "clock.set" : "clock.step");
	j->detail = json_pack("{s:I, s:I}", "from", (json_int_t)clock_now(),
	    "to", (json_int_t)to);
	if (!jump) {
		schedule_step(d->schedule, to, on_stepped, j);
		return;
	}
	clock_test_set(to);
	schedule_kick(d->schedule);
	j->answer = clock_json(d);
	finish(j);
}

/* ---- Reload ---- */

/* POST /v1/admin/reload */
void
reload_post(struct http *h, const struct request *r, struct response *a)
{
	struct hotlined *d = http_arg(h);
	struct faults faults = {0};
	struct act_job *j;

	if (hotlined_reload(d, &faults)) {
		j = job_new(h, r, a, "daemon.reload");
		j->is_told = true;
		j->detail = json_object();
		j->answer = json_pack("{s:b, s:s}", "reloaded", true,
		    "restart_needed_for", d->restart_needed);
		finish(j);
	} else {
		(void)answer_faults(a, "invalid_conf", &faults);
		http_answer(h, a);
	}
	faults_done(&faults);
}

/* ---- A copy for audit verify ---- */

static void
on_copied(void *arg, enum outcome how)
{
	struct act_job *j = arg;

	if (how == OK) {
		json_object_set_new(j->answer, "path", json_string(j->path));
		finish(j);
		return;
	}
	remove_copy(j->path);
	(void)answer_outcome(j->a, how);
	http_answer(j->h, j->a);
	job_free(j);
}

/*
 * A private folder beside the database: our own /tmp may be hidden from the
 * one who asks.  NULL after logging why.
 */
static char *
copy_folder(const struct hotlined *d)
{
	char *copy = xstrdup(d->context->conf->database);
	char *folder = xasprintf("%s/copy-XXXXXX", dirname(copy));

	free(copy);
	if (mkdtemp(folder) != NULL)
		return folder;
	log_error("no folder for a copy why=\"%s\"", strerror(errno));
	free(folder);
	return NULL;
}

/* Make a copy and answer its path with more; takes more. */
static void
copy(struct http *h, const struct request *r, struct response *a,
    const char *act, json_t *more)
{
	struct hotlined *d = http_arg(h);
	char *folder = copy_folder(d);
	struct act_job *j;

	if (folder == NULL) {
		json_decref(more);
		refuse(h, a, "internal");
		return;
	}
	j = job_new(h, r, a, act);
	j->detail = json_object();
	j->answer = more;
	j->path = xasprintf("%s/copy.db", folder);
	free(folder);
	store_copy(d->store, j->path, on_copied, j);
}

/* POST /v1/admin/audit/copy: the one who asks removes it with its folder. */
void
audit_copy_post(struct http *h, const struct request *r, struct response *a)
{
	copy(h, r, a, "audit.copy", json_object());
}

/* POST /v1/admin/backup: the same, and what hotlinectl backup shall do. */
void
backup_post(struct http *h, const struct request *r, struct response *a)
{
	const struct conf *c = ((struct hotlined *)http_arg(h))->context->conf;
	char now[INSTANT_SIZE];

	if (c->backup_recipient[0] == '\0') {
		refuse(h, a, "no_recipient");
		return;
	}
	instant_format(now, clock_now(), 0);
	copy(h, r, a, "backup.copy",
	    json_pack("{s:s, s:s, s:s, s:s, s:I}", "now", now, "ward", c->ward,
		"folder", c->backup_folder, "recipient", c->backup_recipient,
		"keep_ms", (json_int_t)c->backup_keep));
}
