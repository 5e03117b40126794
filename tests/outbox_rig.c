/*
 * Included by the tests of the outbox.  No courier: they lease and record by
 * hand.  People and cases are stubs: no rule of theirs hides the outbox's.
 */
#include "store_rig.h"

#include "alert.h"
#include "answer.h"
#include "channels.h"
#include "clock.h"
#include "context.h"
#include "messages.h"
#include "outbox.h"
#include "outbox_jobs.h"
#include "people.h"
#include "procedure.h"

#define T0     1800000000000
#define MEMBER "018f0000-0000-7000-8000-00000000000a"
#define MAIL   "018f0000-0000-7000-8000-0000000000a1"
#define PHONE  "018f0000-0000-7000-8000-0000000000a2"

struct outbox_rig {
	struct rig rig;
	struct context context;
	struct conf *conf;
	struct channels *channels;
	struct messages *messages;
	struct procedure *procedure;
	json_t *packets; /* of the last lease */
	int n_addresses; /* of the person */
};

#include "outbox_stubs.h"
#include "partner_stubs.h"

/* ---- The rig ---- */

typedef enum outcome call(struct tx *tx, void *arg);

struct in_tx {
	call *run;
	void *arg;
	bool is_done;
	enum outcome how;
};

static inline enum outcome
run_call(struct tx *tx, void *arg)
{
	struct in_tx *t = arg;

	return t->run(tx, t->arg);
}

static inline void
on_call(void *arg, enum outcome how)
{
	struct in_tx *t = arg;

	t->is_done = true;
	t->how = how;
}

/* One call inside a transaction of its own. */
static inline enum outcome
in_tx(call *run, void *arg)
{
	struct rig *r = &the_rig->rig;
	struct in_tx t = {.run = run, .arg = arg};

	store_post(r->store, JOB_ACT, run_call, on_call, &t);
	while (!t.is_done) {
		sem_wait(&r->woken);
		store_reap(r->store);
	}
	return t.how;
}

static inline enum outcome
add_people(struct tx *tx, void *arg)
{
	unsigned char digest[BLIND_SIZE];
	static const struct {
		const char *id, *channel, *text;
	} rows[] = {
	    {MAIL, "email", "an@phuong.test"}, {PHONE, "sms", "0900000001"}};

	(void)arg;
	assert_int_equal(tx_exec(tx, Q_MEMBER_ADD,
			     ARGS(V_TEXT(MEMBER), V_TEXT("00000"), V_TEXT("an"),
				 V_BLOB("x", 1), V_TEXT("officer"), V_INT(T0))),
	    OK);
	for (size_t i = 0; i < NELEM(rows); i++) {
		(void)address_digest(tx, rows[i].channel, rows[i].text, digest);
		assert_int_equal(
		    tx_exec(tx, Q_ADDRESS_ADD,
			ARGS(V_TEXT(rows[i].id), V_TEXT("00000"),
			    V_TEXT(MEMBER), V_NULL, V_TEXT(rows[i].channel),
			    V_BLOB("x", 1), V_BLOB(digest, sizeof(digest)),
			    V_INT(T0))),
		    OK);
	}
	return OK;
}

/* T0 is 15:00 in Vietnam: the person's quiet hours are from 14:00 to 16:00. */
static inline enum outcome
run_quiet(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_exec(tx, Q_MEMBER_QUIET,
	    ARGS(V_TEXT(MEMBER), V_INT(14 * 60), V_INT(16 * 60)));
}

/* The channels that the wards are told of; they may change under a rig. */
static inline void
channels_are(const char *text)
{
	struct faults faults = {0};
	char path[320];
	FILE *f;

	snprintf(path, sizeof(path), "%s/channels.conf", the_rig->rig.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	channels_free(the_rig->channels);
	the_rig->channels = channels_load(path, &faults);
	the_rig->context.channels = the_rig->channels;
	assert_int_equal(faults.n, 0);
}

static inline void
load_channels(const char *interval)
{
	struct faults faults = {0};
	char *text = xasprintf(
	    "channels = ({ name = \"email\"; kind = \"email\"; interval ="
	    " \"%s\"; }, { name = \"sms\"; kind = \"spool\"; replies = true;"
	    " interval = \"%s\"; });\n",
	    interval, interval);

	channels_are(text);
	free(text);
	the_rig->messages = messages_load(SOURCE_DIR "/conf/messages", &faults);
	assert_int_equal(faults.n, 0);
}

static inline void
rig_setup(const char *interval)
{
	struct faults faults = {0};
	struct outbox_rig *o = xcalloc(1, sizeof(*o));

	the_rig = o;
	is_barred = is_everybody_gone = false;
	partner = (struct partner){0};
	rig_new(&o->rig);
	rig_open(&o->rig, 0);
	o->n_addresses = 2;
	o->conf = conf_load(NULL, &faults);
	assert_non_null(o->conf);
	load_channels(interval);
	o->procedure = procedure_load(
	    SOURCE_DIR "/tests/data/procedure-small.conf", &faults);
	assert_non_null(o->procedure);
	o->context = (struct context){
	    .conf = o->conf,
	    .channels = o->channels,
	    .messages = o->messages,
	    .procedure = o->procedure,
	    .blind = {.bytes = {7}, .version = 1},
	};
	clock_test_set(T0);
	store_set_context(o->rig.store, &o->context, NULL, NULL);
	assert_int_equal(in_tx(add_people, NULL), OK);
}

static inline void
rig_teardown(void)
{
	struct outbox_rig *o = the_rig;

	rig_end(&o->rig);
	json_decref(o->packets);
	channels_free(o->channels);
	messages_free(o->messages);
	procedure_free(o->procedure);
	conf_free(o->conf);
	free(o);
}

struct raising {
	int n;
	bool is_urgent;
	char *id;
	const char *subject; /* NULL: a case code */
	int64_t late_ms;
};

static inline enum outcome
run_raise(struct tx *tx, void *arg)
{
	const struct raising *r = arg;
	struct people p = {.n = 1, .list = {{.member_id = MEMBER}}};
	char clock[ID_SIZE];

	for (int i = 0; i < r->n; i++) {
		struct alert a = {
		    .clock_id = clock,
		    .kind = "warning",
		    .is_urgent = r->is_urgent,
		    .due_at = clock_now() - r->late_ms,
		    .subject = r->subject == NULL ? "K7Q2-M4XD" : r->subject,
		};

		id_new(clock);
		(void)tx_exec(tx, Q_NEWS_ADD,
		    ARGS(V_TEXT(clock), V_TEXT("00000"), V_NULL, V_TEXT(a.kind),
			V_TEXT("alarm"), V_TEXT(a.subject), V_TEXT("x"),
			V_INT(T0), V_INT(T0), V_INT(r->is_urgent)));
		assert_int_equal(alert_raise(tx, &a, &p, NULL, 0), OK);
		assert_int_equal(a.told, 1);
		snprintf(r->id, ID_SIZE, "%s", a.id);
	}
	return OK;
}

/* Raise n alerts to the person; the id of the last. */
static inline void
raise_alerts(int n, bool is_urgent, char id[ID_SIZE])
{
	struct raising r = {n, is_urgent, id, NULL, 0};

	assert_int_equal(in_tx(run_raise, &r), OK);
}

struct leasing {
	int64_t room, next;
	json_t *packets;
	bool did;
};

static inline enum outcome
run_lease(struct tx *tx, void *arg)
{
	struct leasing *l = arg;
	enum outcome how;

	how = outbox_lease(tx, l->room - (int64_t)json_array_size(l->packets),
	    l->packets, &l->did);
	l->next = outbox_next(tx);
	return how;
}

/* One lease, which may fail. */
static inline enum outcome
run_lease_once(struct tx *tx, void *arg)
{
	bool did;

	(void)arg;
	json_decref(the_rig->packets);
	the_rig->packets = json_array();
	return outbox_lease(tx, 16, the_rig->packets, &did);
}

/*
 * Lease what is due; how many packets.  If there was room for more, nothing
 * may be due any more: a schedule would spin on it.
 */
static inline size_t
lease_now(int64_t room)
{
	struct leasing l = {.room = room, .packets = json_array()};

	/* As the schedule does: again while rows were changed. */
	do
		assert_int_equal(in_tx(run_lease, &l), OK);
	while (l.did && l.next <= clock_now() &&
	       json_array_size(l.packets) < (size_t)room);
	json_decref(the_rig->packets);
	the_rig->packets = l.packets;
	if (json_array_size(l.packets) < (size_t)room)
		assert_true(l.next > clock_now());
	return json_array_size(l.packets);
}

static inline const char *
packet_text(size_t i, const char *name)
{
	const char *s = json_string_value(
	    json_object_get(json_array_get(the_rig->packets, i), name));

	return s == NULL ? "" : s;
}

static inline enum outcome
run_result(struct tx *tx, void *arg)
{
	return outbox_record(tx, arg);
}

/* The courier's result of packet i. */
static inline void
result_of(size_t i, const char *class, int code, int64_t retry_after)
{
	const json_t *p = json_array_get(the_rig->packets, i);
	struct delivery_result r = {
	    .epoch = json_integer_value(json_object_get(p, "epoch")),
	    .result = result_find(class),
	    .code = code,
	    .retry_after_ms = retry_after,
	};

	snprintf(r.id, sizeof(r.id), "%s", packet_text(i, "id"));
	assert_int_equal(in_tx(run_result, &r), OK);
}

static inline enum outcome
run_next(struct tx *tx, void *arg)
{
	*(int64_t *)arg = outbox_next(tx);
	return OK;
}

static inline int64_t
next_now(void)
{
	int64_t next;

	assert_int_equal(in_tx(run_next, &next), OK);
	return next;
}

/* ---- What the rows say ---- */

static inline enum outcome
run_delivery(struct tx *tx, void *arg)
{
	struct delivery *d = arg;
	char id[ID_SIZE];

	memcpy(id, d->id, sizeof(id));
	return delivery_get(tx, id, d);
}

static inline struct delivery
delivery_of(const char *id)
{
	struct delivery d = {0};

	snprintf(d.id, sizeof(d.id), "%s", id);
	assert_int_equal(in_tx(run_delivery, &d), OK);
	return d;
}

static inline void
pass(int64_t ms)
{
	clock_test_set(clock_now() + ms);
}

static inline void
code_of(const char *delivery_id, char code[ANSWER_CODE + 1])
{
	struct answer a;

	answer_make(&the_rig->context.blind, delivery_id, &a);
	memcpy(code, a.code, sizeof(a.code));
}
