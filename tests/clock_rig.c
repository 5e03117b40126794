/*
 * Included by the tests of clocks.  Store, loop, clocks, outbox and schedule
 * are the daemon's; the courier is a stub that answers from the loop.
 */
#include "store_rig.h"

#include <event2/event.h>

#include "alert.h"
#include "answer.h"
#include "channels.h"
#include "clock.h"
#include "clocks.h"
#include "context.h"
#include "keyring.h"
#include "messages.h"
#include "outbox.h"
#include "people.h"
#include "schedule.h"

#define T0 1800000000000

/* What the courier was asked to send, and when. */
struct sent {
	int64_t at;
	char id[ID_SIZE], to[32], subject[128];
	size_t n_alerts;
};

static struct clock_rig {
	struct rig rig;
	struct event_base *base;
	struct event *woken;
	struct outbox *outbox;
	struct schedule *schedule;
	struct conf *conf;
	struct context context;
	struct channels *channels;
	struct messages *messages;
	struct procedure *procedure;
	struct calendar *calendar;
	struct sent sent[500];
	size_t n_sent;
	bool is_down;
	const char *class; /* of the next results; NULL: accepted */
	bool is_refusing;  /* takes nothing */
	bool is_mute;	   /* results wait for answer_mute */
	json_t *mute;	   /* the last of them */
	char case_id[ID_SIZE];
	int pipe[2];
} r;

/* ---- The courier ---- */

static void
on_result(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	outbox_on_message(r.outbox, arg);
	json_decref(arg);
}

static void
take_text(char *to, size_t size, const json_t *msg, const char *name)
{
	snprintf(to, size, "%s", json_string_value(json_object_get(msg, name)));
}

bool
courier_link_send(struct courier_link *l, const json_t *msg)
{
	const struct timeval soon = {0};
	struct sent *s = &r.sent[r.n_sent];
	const char *class = r.class == NULL ? "accepted" : r.class;

	(void)l;
	if (r.is_refusing)
		return false;
	if (strcmp(json_string_value(json_object_get(msg, "do")), "send") != 0)
		return true;
	assert_true(r.n_sent++ < NELEM(r.sent));
	s->at = clock_now();
	take_text(s->id, sizeof(s->id), msg, "id");
	take_text(s->to, sizeof(s->to), msg, "to");
	take_text(s->subject, sizeof(s->subject), msg, "subject");
	s->n_alerts = json_array_size(json_object_get(msg, "alerts"));
	r.mute = json_pack("{s:s, s:s, s:O, s:s}", "is", "result", "id", s->id,
	    "epoch", json_object_get(msg, "epoch"), "class", class);
	if (!r.is_mute)
		event_base_once(
		    r.base, -1, EV_TIMEOUT, on_result, r.mute, &soon);
	return true;
}

/* The courier finds its voice again. */
static inline void
answer_mute(void)
{
	r.is_mute = false;
	on_result(-1, EV_TIMEOUT, r.mute);
}

bool
courier_link_is_up(const struct courier_link *l)
{
	(void)l;
	return !r.is_down;
}

static inline void
courier(bool is_up)
{
	r.is_down = !is_up;
	if (r.outbox != NULL)
		outbox_on_change(r.outbox, is_up);
}

/* ---- The loop ---- */

static void
on_wake(void *arg)
{
	const char one = 1;

	(void)arg;
	assert_int_equal(write(r.pipe[1], &one, 1), 1);
}

static void
on_woken(evutil_socket_t fd, short what, void *arg)
{
	char bytes[256];

	(void)what, (void)arg;
	assert_true(read(fd, bytes, sizeof(bytes)) > 0);
	store_reap(r.rig.store);
	if (r.schedule != NULL)
		schedule_kick(r.schedule);
}

static void
on_changed(void *arg)
{
	(void)arg;
	if (r.schedule != NULL)
		schedule_kick(r.schedule);
}

typedef enum outcome call(struct tx *tx, void *arg);
struct in_tx {
	call *run;
	void *arg;
	bool is_done;
	enum outcome how;
};

static enum outcome
run_call(struct tx *tx, void *arg)
{
	struct in_tx *t = arg;

	return t->run(tx, t->arg);
}

static void
on_call(void *arg, enum outcome how)
{
	struct in_tx *t = arg;

	t->is_done = true;
	t->how = how;
}

static enum outcome
in_tx(call *run, void *arg)
{
	struct in_tx t = {.run = run, .arg = arg};

	store_post(r.rig.store, JOB_ACT, run_call, on_call, &t);
	while (!t.is_done)
		event_base_loop(r.base, EVLOOP_ONCE);
	return t.how;
}

static void
start_services(void)
{
	const struct outbox_options o = {.store = r.rig.store,
	    .base = r.base,
	    .parallel = 16,
	    .changed = on_changed};

	r.outbox = outbox_start(&o);
	r.schedule = schedule_start(r.base, r.rig.store, r.outbox);
	assert_non_null(r.schedule);
	outbox_set_link(r.outbox, (struct courier_link *)&r);
}

static void
stop_services(void)
{
	outbox_set_link(r.outbox, NULL);
	schedule_stop(r.schedule);
	r.schedule = NULL;
	outbox_stop(r.outbox);
	r.outbox = NULL;
	rig_close(&r.rig);
}

static void
open_store(void)
{
	const struct store_options o = {
	    .path = r.rig.path, .quick_check_bytes = 1 << 30, .wake = on_wake};

	r.rig.store = store_open(&o);
	assert_non_null(r.rig.store);
	store_set_context(r.rig.store, &r.context, NULL, NULL);
}

/* ---- People and a case ---- */

struct new_member {
	const char *id, *login, *roles, *to;
};

static enum outcome
add_member(struct tx *tx, void *arg)
{
	const struct new_member *m = arg;
	struct key ward;
	unsigned char digest[BLIND_SIZE], *sealed;
	char id[ID_SIZE];
	struct place at = {"address", "address_sealed", id};
	size_t n;
	enum outcome how;

	assert_int_equal(
	    tx_exec(tx, Q_MEMBER_ADD,
		ARGS(V_TEXT(m->id), V_TEXT("00000"), V_TEXT(m->login),
		    V_BLOB("x", 1), V_TEXT(m->roles), V_INT(T0))),
	    OK);
	assert_int_equal(keyring_ward(tx, &ward), OK);
	id_new(id);
	sealed = seal(&ward, &at, m->to, strlen(m->to), &n);
	assert_int_equal(address_digest(tx, "sms", m->to, digest), OK);
	how = tx_exec(tx, Q_ADDRESS_ADD,
	    ARGS(V_TEXT(id), V_TEXT("00000"), V_TEXT(m->id), V_NULL,
		V_TEXT("sms"), V_BLOB(sealed, n),
		V_BLOB(digest, sizeof(digest)), V_INT(T0)));
	free(sealed);
	id_new(id);
	if (how != OK || strcmp(m->roles, "officer") != 0)
		return how;
	return tx_exec(tx, Q_DUTY_ADD,
	    ARGS(V_TEXT(id), V_TEXT("00000"), V_TEXT(m->id), V_INT(T0 - DAY),
		V_INT(T0 + 900 * DAY)));
}

static void
member(int n, const char *login, const char *roles, const char *to)
{
	char id[ID_SIZE];
	struct new_member m = {id, login, roles, to};

	snprintf(id, sizeof(id), "018f0000-0000-7000-8000-0000000000%02d", n);
	assert_int_equal(in_tx(add_member, &m), OK);
}

/* A case that the first place of receipt heard of so long ago. */
static enum outcome
add_case(struct tx *tx, void *arg)
{
	int64_t age = *(const int64_t *)arg, now = clock_now();
	struct case_row c;
	struct key key;
	char code[16];

	id_new(r.case_id);
	case_code(code);
	assert_int_equal(
	    tx_exec(tx, Q_CASE_ADD,
		ARGS(V_TEXT(r.case_id), V_TEXT("00000"), V_TEXT(code),
		    V_TEXT("I"), V_TEXT("abused"), V_TEXT("{}"),
		    V_INT(now - age), V_INT(now), V_INT(0))),
	    OK);
	assert_int_equal(keyring_new(tx, "case", r.case_id, &key), OK);
	assert_int_equal(case_get(tx, r.case_id, &c), OK);
	(void)people_assign(tx, &c, now, 0);
	return clocks_event(tx, &c, "received", now);
}

static inline void
open_case(int64_t age)
{
	assert_int_equal(in_tx(add_case, &age), OK);
}

/* ---- Beginning and end ---- */

static void
load_context(const char *procedure)
{
	struct faults faults = {0};
	char path[320];
	FILE *f;

	r.conf = conf_load(NULL, &faults);
	memcpy(r.conf->language, "en", 3);
	r.conf->hand_over = r.conf->team_watch = false;
	r.conf->drill_every = r.conf->gaps_ahead = 0;
	snprintf(path, sizeof(path), "%s/channels.conf", r.rig.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("channels = ({ name = \"sms\"; kind = \"spool\"; interval = "
	      "\"now\"; });\n",
	    f);
	fclose(f);
	r.channels = channels_load(path, &faults);
	r.messages = messages_load(SOURCE_DIR "/conf/messages", &faults);
	r.calendar = calendar_load(SOURCE_DIR "/conf/calendar", 420, &faults);
	r.procedure = procedure_load(procedure, &faults);
	assert_int_equal(faults.n, 0);
	r.context = (struct context){.conf = r.conf,
	    .calendar = r.calendar,
	    .procedure = r.procedure,
	    .messages = r.messages,
	    .channels = r.channels,
	    .wrap = {.bytes = {5}, .version = 1},
	    .blind = {.bytes = {7}, .version = 1}};
}

/* At an instant; INT64_MIN: by the clock on the wall. */
static void
rig_begin_at(const char *procedure, int64_t at)
{
	memset(&r, 0, sizeof(r));
	json_object_seed(0); /* as main does, before there is a thread */
	clock_test_set(at);
	rig_new(&r.rig);
	load_context(procedure);
	assert_int_equal(pipe(r.pipe), 0);
	r.base = event_base_new();
	r.woken =
	    event_new(r.base, r.pipe[0], EV_READ | EV_PERSIST, on_woken, NULL);
	event_add(r.woken, NULL);
	open_store();
	member(1, "an", "officer", "an");
	member(2, "binh", "lead", "binh");
	member(3, "cuong", "chairman", "cuong");
	start_services();
}

static inline void
rig_begin(const char *procedure)
{
	rig_begin_at(procedure, T0);
}

static void
rig_finish(void)
{
	stop_services();
	rig_end(&r.rig);
	event_free(r.woken);
	event_base_free(r.base);
	close(r.pipe[0]);
	close(r.pipe[1]);
	procedure_free(r.procedure);
	calendar_free(r.calendar);
	channels_free(r.channels);
	messages_free(r.messages);
	conf_free(r.conf);
}

#include "clock_step.h"

#include "clock_expect.h"
