#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

#define RETRY	     (10 * MINUTE)
#define CASES_A_YEAR 2

/* ---- A case, step by step ---- */

static const struct stage {
	const struct caller *who;
	const char *call, *body;
	bool is_act;
} stages[] = {
    {&officer, "steps/N04/done", "{}", true},
    {&officer, "steps/N05/done", "{\"verified\": \"no\"}", true},
    {&officer, "steps/N06/done",
	"{\"risk\": \"low\", \"items\": [{\"item\": \"1\", \"part\": \"harm\","
	" \"mark\": \"high\"}, {\"item\": \"2\", \"part\": \"protection\","
	" \"mark\": \"low\"}]}",
	true},
    {&boss, "steps/N07/agree",
	"{\"agreed\": true, \"emergency\": \"no\","
	" \"reason\": \"Căn cứ thử nghiệm.\"}",
	false},
    {&officer, "steps/N07/done",
	"{\"paper\": {\"number\": \"12/QĐ-UBND\", \"date\": \"2026-11-24\","
	" \"signer\": \"Người Ký Thử Nghiệm\","
	" \"office\": \"UBND phường Thử Nghiệm\", \"signature\": \"hand\","
	" \"scan\": \"00000000000000000000000000000000"
	"00000000000000000000000000000000\"}}",
	true},
    {&boss, "steps/N20/done",
	"{\"next\": \"close\", \"reason\": \"unfounded\"}", true},
    {&officer, "steps/N21/done", "{}", true},
    {&boss, "close", "{\"reason\": \"unfounded\"}", false},
};

struct task {
	char code[16];
	size_t stage;
	int tries;
	int64_t pace;
};

static json_t *
body_of(const struct task *t, const struct stage *s, char evidence[48])
{
	json_t *body = json_loads(s->body, 0, NULL);
	char at[INSTANT_SIZE];

	/* A clock that was wrong must not make it an act of the future. */
	instant_format(at, time_now(), 420);
	json_object_set_new(body, "acted_at", json_string(at));
	snprintf(evidence, 48, "KHO-%s-%zu", t->code, t->stage);
	if (s->is_act)
		json_object_set_new(body, "evidence", json_string(evidence));
	return body;
}

static void
go_on(void *arg)
{
	struct task *t = arg;
	const struct stage *s = &stages[t->stage];
	char *path = xasprintf("/v1/cases/%s/%s", t->code, s->call);
	char evidence[48], said[64];
	int status = api(s->who, "POST", path, body_of(t, s, evidence), NULL);

	free(path);
	if (status == 200 && s->is_act)
		books_add("acts", evidence);
	snprintf(said, sizeof(said), "%s %zu %d", t->code, t->stage, status);
	books_note("work", said);
	if (getenv("LOG") != NULL)
		fprintf(stderr, "%s\n", said);
	/* Lost with its answer, it may be there already. */
	if (status == 200 || (status != 0 && status != 503 && ++t->tries > 3)) {
		t->stage++;
		t->tries = 0;
	} else {
		later(RETRY, go_on, t);
		return;
	}
	if (t->stage == NELEM(stages))
		free(t);
	else
		later(t->pace / 2 + dice(t->pace), go_on, t);
}

static void
take_on(const char *code)
{
	static const int64_t paces[] = {
	    5 * MINUTE, 10 * MINUTE, 20 * MINUTE, HOUR, 2 * HOUR};
	struct task *t = xcalloc(1, sizeof(*t));

	snprintf(t->code, sizeof(t->code), "%s", code);
	t->pace = chance(3) ? 2 * DAY : paces[dice(NELEM(paces))];
	later(dice(t->pace), go_on, t);
}

/* ---- Notifications ---- */

struct letter {
	char key[24];
	json_t *body, *receipt;
};

static void
add_more(void *arg)
{
	struct letter *l = arg;
	char *path = xasprintf("/v1/referrals/%s/updates",
	    json_string_value(json_object_get(l->receipt, "id")));
	json_t *a = NULL;
	int status = api_keyed(&agency, path,
	    json_pack("{s:s}", "text", life.canary), path + 5, &a);

	if (status == 201)
		books_add(
		    "updates", json_string_value(json_object_get(a, "id")));
	if (status == 0 || status == 503) {
		later(RETRY, add_more, l);
	} else {
		json_decref(l->receipt);
		free(l);
	}
	json_decref(a);
	free(path);
}

static void
received(struct letter *l, json_t *receipt)
{
	const json_t *codes = json_object_get(receipt, "cases"), *code;
	size_t i;

	books_receipt(l->key, receipt);
	json_array_foreach(codes, i, code) take_on(json_string_value(code));
	json_decref(l->body);
	l->receipt = json_incref(receipt);
	later(dice(3 * DAY), add_more, l);
}

/* Until there is a receipt; sometimes once more, as if it had been lost. */
static void
notify(void *arg)
{
	struct letter *l = arg;
	json_t *a = NULL;
	int status = api_keyed(
	    &agency, "/v1/referrals", json_incref(l->body), l->key, &a);

	if (status == 201 && chance(20)) {
		books_receipt(l->key, a);
		later(dice(DAY), notify, l);
	} else if (status == 201) {
		received(l, a);
	} else {
		if (status != 0 && status != 503)
			books_add("faults", "I1 a notification was refused");
		later(RETRY, notify, l);
	}
	json_decref(a);
}

static void
call(void *arg)
{
	static int64_t n;
	struct letter *l = xcalloc(1, sizeof(*l));
	char at[INSTANT_SIZE];

	(void)arg;
	instant_format(at, time_now() - 10 * MINUTE - dice(HOUR), 420);
	snprintf(l->key, sizeof(l->key), "S-%lld", (long long)n++);
	books_add("sent", l->key);
	l->body =
	    json_pack("{s:s, s:{s:s, s:s}, s:[{s:s, s:s, s:s}], s:s, s:s}",
		"kind", chance(50) ? "abused" : "at_risk", "source", "channel",
		"phone", "received_at", at, "children", "name", life.canary,
		"place", "Tổ Thử Nghiệm", "condition", life.canary, "narrative",
		life.canary, "source_ref", l->key);
	notify(l);
}

/* ---- What comes again and again ---- */

static void
send_reports(void *arg)
{
	json_t *all = NULL, *one;
	size_t i;

	(void)arg;
	later(3 * DAY + dice(9 * DAY), send_reports, NULL);
	(void)api(&lead, "GET", "/v1/reports?state=open", NULL, &all);
	json_array_foreach(json_object_get(all, "items"), i, one)
	{
		char *path = xasprintf("/v1/reports/%s/done",
		    json_string_value(json_object_get(one, "id")));

		(void)api(&boss, "POST", path, json_object(), NULL);
		free(path);
	}
	json_decref(all);
}

/* Bodies outside that somebody must phone. */
static void
phone(void *arg)
{
	json_t *all = NULL, *one;
	char at[INSTANT_SIZE];
	size_t i;

	(void)arg;
	later(HOUR + dice(20 * HOUR), phone, NULL);
	(void)api(&admin, "GET", "/v1/admin/phone-tasks", NULL, &all);
	instant_format(at, time_now(), 420);
	json_array_foreach(json_object_get(all, "items"), i, one)
	{
		char *path = xasprintf("/v1/admin/phone-tasks/%s/done",
		    json_string_value(json_object_get(one, "id")));

		(void)api(&admin, "POST", path,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "by", lead.name,
			"who", "Người Thử Nghiệm", "rank", "trực ban", "number",
			"0900 000 113", "called_at", at, "paper", "9/BB"),
		    NULL);
		free(path);
	}
	json_decref(all);
}

/* Somebody outside keeps a head of the chain. */
static void
anchor(void *arg)
{
	json_t *a = NULL;
	char seq[24];

	(void)arg;
	later(20 * DAY + dice(20 * DAY), anchor, NULL);
	if (api(&admin, "GET", "/v1/admin/audit/head", NULL, &a) == 200) {
		snprintf(seq, sizeof(seq), "%lld",
		    (long long)json_integer_value(json_object_get(a, "seq")));
		json_object_set(json_object_get(life.books, "anchors"), seq,
		    json_object_get(a, "hash"));
		books_note(
		    "anchor", json_string_value(json_object_get(a, "hash")));
	}
	json_decref(a);
}

void
work_begin(void)
{
	int64_t span = life.end_at - BEGIN;
	int64_t n = span / (365 * DAY) * CASES_A_YEAR + 1;

	for (int64_t i = 0; i < n; i++)
		later(dice(span - 30 * DAY), call, NULL);
	later(dice(DAY), send_reports, NULL);
	later(dice(DAY), phone, NULL);
	later(DAY, anchor, NULL);
}
