#include "auth.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "allow.h"
#include "auth_session.h"
#include "cases.h"
#include "clock.h"
#include "context.h"
#include "heartbeat.h"
#include "idem.h"
#include "keyring.h"
#include "log.h"
#include "people.h"
#include "token.h"

/* A key's last use is written at most this often; a beat a minute is seen. */
#define USED_EVERY (30 * SECOND)
#define SECRET_TAG "whsec_"

/* What the database knows of a key. */
struct known {
	char owner[ID_SIZE], code[TOKEN_CODE_MAX + 1];
	unsigned char hash[HASH_SIZE];
	unsigned char *sign;
	size_t sign_len;
	unsigned roles;
	int64_t not_before, not_after, used_at, quota;
	bool is_form; /* a create-only link, with a quota of its own */
	bool is_there, is_live; /* not stopped, not revoked */
	bool is_flood;		/* calls far above the quota */
};

static void
copy_text(char *out, size_t size, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	if (n >= size)
		n = size - 1;
	if (n > 0)
		memcpy(out, s, n);
	out[n] = '\0';
}

static void
copy_hash(unsigned char out[HASH_SIZE], const struct rows *rows, int column)
{
	size_t n;
	const void *p = row_blob(rows, column, &n);

	if (n == HASH_SIZE)
		memcpy(out, p, n);
}

static void
find_agency_key(struct tx *tx, const char *id, struct known *k)
{
	struct rows *rows = tx_query(tx, Q_AUTH_KEY, ARGS(V_TEXT(id)));

	if (rows_next(rows)) {
		const void *sign = row_blob(rows, 3, &k->sign_len);

		k->is_there = true;
		copy_text(k->owner, sizeof(k->owner), row_text(rows, 0));
		copy_text(k->code, sizeof(k->code), row_text(rows, 1));
		copy_hash(k->hash, rows, 2);
		if (sign != NULL) {
			k->sign = xcalloc(1, k->sign_len);
			memcpy(k->sign, sign, k->sign_len);
		}
		k->not_before = row_int(rows, 4);
		k->not_after = row_int(rows, 5);
		k->is_live = row_is_null(rows, 6) &&
			     strcmp(row_text(rows, 9), "active") == 0;
		k->used_at = row_int(rows, 7);
		k->is_form = !row_is_null(rows, 10);
		k->quota = row_int(rows, k->is_form ? 10 : 8);
	}
	(void)rows_end(rows);
}

static void
find_member_token(struct tx *tx, const char *id, struct known *k)
{
	struct rows *rows = tx_query(tx, Q_AUTH_TOKEN, ARGS(V_TEXT(id)));

	if (rows_next(rows)) {
		k->is_there = true;
		copy_text(k->owner, sizeof(k->owner), row_text(rows, 0));
		copy_hash(k->hash, rows, 1);
		k->not_after = row_int(rows, 2);
		k->is_live = row_is_null(rows, 3) &&
			     strcmp(row_text(rows, 5), "active") == 0;
		(void)roles_parse(row_text(rows, 4), &k->roles);
	}
	(void)rows_end(rows);
}

enum outcome
auth_refuse(
    struct tx *tx, struct response *a, const char *code, const char *key)
{
	const struct conf *conf = tx_context(tx)->conf;
	char now[INSTANT_SIZE];

	log_warn("credentials refused code=%s key=%s", code, key);
	instant_format(now, clock_now(), (int)conf->utc_offset_min);
	answer_problem(a, code);
	answer_extra(a, "duty_phone", json_string(conf->duty_phone));
	answer_extra(a, "server_time", json_string(now));
	return REFUSED;
}

bool
auth_signature_ok(const char *secret, const struct request *r)
{
	size_t key_len, n;
	unsigned char mac[32];
	unsigned char *key = NULL, *given;
	struct buf b = BUF_MAX(1024 + r->raw_len);
	bool is_ok = false;

	if (strncmp(secret, SECRET_TAG, strlen(SECRET_TAG)) == 0)
		key = base64_decode(secret + strlen(SECRET_TAG), &key_len);
	if (key == NULL)
		return false;
	buf_addf(&b, "%s.%s.", r->webhook_id, r->webhook_timestamp);
	buf_add(&b, r->raw, r->raw_len);
	if (!b.over)
		hmac_sha256(key, key_len, b.data, b.len, mac);
	for (const char *s = r->webhook_signature; !b.over && *s != '\0';) {
		size_t len = strcspn(s, " ");
		char *one = xstrndup(s, len);

		given = strncmp(one, "v1,", 3) == 0 ? base64_decode(one + 3, &n)
						    : NULL;
		if (given != NULL && n == sizeof(mac))
			is_ok |= equal_ct(given, mac, n);
		free(given);
		free(one);
		s += len + strspn(s + len, " ");
	}
	free(key);
	buf_done(&b);
	return is_ok;
}

/* A signature counts on requests that carry a body; it covers no path. */
static enum outcome
check_signature(struct tx *tx, struct request *r, struct response *a,
    const struct known *k, const char *id)
{
	const struct place at = {"agency_key", "sign_sealed", id};
	int64_t stamp, away;
	char *secret = NULL;
	struct key ward;
	enum outcome how;
	bool is_ok;

	if (k->sign == NULL || strcmp(r->route->method, "POST") != 0 ||
	    r->is_unread)
		return OK;
	if (r->webhook_id == NULL || r->webhook_signature == NULL ||
	    r->webhook_timestamp == NULL ||
	    !number_parse(r->webhook_timestamp, 0, INT64_MAX / 1000, &stamp))
		return auth_refuse(tx, a, "signature_wrong", id);
	away = stamp * 1000 - clock_now();
	if (away > AUTH_SKEW || away < -AUTH_SKEW)
		return auth_refuse(tx, a, "clock_skew", id);
	/* The signed id must be the one that keeps requests apart. */
	if (r->idempotency_key == NULL)
		r->idempotency_key = r->webhook_id;
	else if (strcmp(r->idempotency_key, r->webhook_id) != 0)
		return auth_refuse(tx, a, "signature_wrong", id);
	how = keyring_ward(tx, &ward);
	if (how == OK)
		how = unseal(&ward, &at, k->sign, k->sign_len, &secret);
	key_wipe(&ward);
	if (how != OK)
		return answer_outcome(a, FAILED);
	is_ok = auth_signature_ok(secret, r);
	seal_free(secret);
	return is_ok ? OK : auth_refuse(tx, a, "signature_wrong", id);
}

/*
 * Calls in this window, this one included.  Reads write nothing, so they are
 * held to the quota but do not use it up.
 */
static int64_t
count_call(
    struct tx *tx, const struct request *r, const char *owner, int64_t window)
{
	int64_t used =
	    tx_number(tx, Q_QUOTA_GET, 0, ARGS(V_TEXT(owner), V_INT(window))) +
	    1;

	if (r->route->kind != JOB_READ)
		(void)tx_exec(tx, Q_QUOTA_USE,
		    ARGS(V_TEXT(owner), V_TEXT(tx_ward(tx)), V_INT(window),
			V_INT(used)));
	return used;
}

/* An agency's is a minute's, a create-only link's its own and an hour's. */
static enum outcome
check_quota(
    struct tx *tx, const struct request *r, struct response *a, struct known *k)
{
	const struct subject *by = &r->subject;
	const char *name = k->is_form ? "hour" : "minute";
	int64_t span = k->is_form ? HOUR : MINUTE;
	int64_t quota =
	    k->quota > 0 ? k->quota : tx_context(tx)->conf->agency_quota;
	int64_t now = clock_now(), window = now - now % span;
	int64_t used =
	    count_call(tx, r, k->is_form ? by->form : by->id, window);
	int64_t left = used > quota ? 0 : quota - used;
	int64_t wait = (window + span - now + SECOND - 1) / SECOND;
	enum outcome how = OK;

	k->is_flood = used > 2 * quota;
	if (used > quota) {
		how = answer_problem(a, "quota_exceeded");
		answer_extra(a, "duty_phone",
		    json_string(tx_context(tx)->conf->duty_phone));
		answer_header(a, "Retry-After", "%" PRId64, wait);
	}
	answer_header(a, "RateLimit-Policy", "\"%s\";q=%" PRId64 ";w=%" PRId64,
	    name, quota, span / SECOND);
	answer_header(a, "RateLimit", "\"%s\";r=%" PRId64 ";t=%" PRId64, name,
	    left, wait);
	return how;
}

static enum outcome
note_use(struct tx *tx, const struct request *r, const struct known *k,
    const char *id)
{
	enum outcome how;

	if (r->route->kind == JOB_READ || clock_now() - k->used_at < USED_EVERY)
		return OK;
	how =
	    tx_exec(tx, Q_AUTH_KEY_USED, ARGS(V_TEXT(id), V_INT(clock_now())));
	/* Somebody with the link is no sign of life of their systems. */
	return how == OK && !k->is_form ? heartbeat_seen(tx, k->code) : how;
}

/*
 * The secret first: what is wrong with a key is told to its owner only, who
 * *is_ours says it is.
 */
static enum outcome
check_key(struct tx *tx, struct response *a, const struct token *t,
    const struct known *k, bool *is_ours)
{
	int64_t now = clock_now();

	/* An unknown key is compared too, with zeros: the same time. */
	*is_ours = equal_ct(t->hash, k->hash, HASH_SIZE) && k->is_there &&
		   strcmp(t->code, k->code) == 0 &&
		   (t->kind == TOKEN_FORM) == k->is_form;
	if (!*is_ours)
		return auth_refuse(tx, a, "unauthorized", t->id);
	if (!k->is_live || now < k->not_before || now >= k->not_after)
		return auth_refuse(tx, a, "key_expired", t->id);
	return OK;
}

/*
 * A vendor that ignores errors must not lose a child: what an agency sent with
 * a key of its own is kept for the lead, though it was signed wrongly or came
 * too fast.  With a key that is over there is nothing to keep but an alarm.
 */
static enum outcome
keep_refused(struct tx *tx, const struct request *r, struct response *a,
    const struct known *k, bool is_key_good)
{
	if (r->route->kind != JOB_INTAKE || !k->is_there || k->is_flood)
		return REFUSED;
	return is_key_good ? refused_keep(tx, r, a)
			   : alarm_raise(tx, "alarm_agency_auth", k->code);
}

bool
auth_may_call(enum who who, const struct subject *s)
{
	enum subject_kind kind = s->kind;

	switch (who) {
	case ANYONE:
	case WATCHER:
		return true;
	case AGENCY:
		return kind == BY_AGENCY;
	case MEMBER:
		return kind == BY_MEMBER;
	case OFFICE:
		return allow(s, ACTION_admin, &(struct object){0}, SEE_thing);
	case EITHER:
		return kind == BY_AGENCY || kind == BY_FORM ||
		       kind == BY_MEMBER;
	case ADMIN:
		return kind == BY_ADMIN;
	}
	return false;
}

static enum outcome
check_agency(
    struct tx *tx, struct request *r, struct response *a, const struct token *t)
{
	struct known k = {0};
	bool is_ours, is_key_good;
	enum outcome how;

	find_agency_key(tx, t->id, &k);
	r->subject = (struct subject){.kind = k.is_form ? BY_FORM : BY_AGENCY};
	copy_text(r->subject.id, sizeof(r->subject.id), k.owner);
	if (k.is_form)
		copy_text(r->subject.form, sizeof(r->subject.form), t->id);
	how = check_key(tx, a, t, &k, &is_ours);
	is_key_good = how == OK;
	if (how == OK && !auth_may_call(r->route->who, &r->subject))
		how = answer_problem(a, "forbidden");
	if (how == OK)
		how = check_quota(tx, r, a, &k);
	if (how == OK)
		how = check_signature(tx, r, a, &k, t->id);
	if (how == REFUSED && is_ours)
		how = keep_refused(tx, r, a, &k, is_key_good);
	else if (how == OK)
		how = note_use(tx, r, &k, t->id);
	free(k.sign);
	return how;
}

static enum outcome
check_member(
    struct tx *tx, struct request *r, struct response *a, const struct token *t)
{
	struct known k = {0};
	bool is_ours;
	enum outcome how;

	find_member_token(tx, t->id, &k);
	how = check_key(tx, a, t, &k, &is_ours);
	r->subject = (struct subject){
	    .kind = BY_MEMBER, .roles = k.roles, .proof = PROOF_TOKEN};
	copy_text(r->subject.id, sizeof(r->subject.id), k.owner);
	return how != OK || auth_may_call(r->route->who, &r->subject)
		   ? how
		   : answer_problem(a, "forbidden");
}

/*
 * An admin asks for a case that an admin is barred from: to every call of the
 * control socket it is not there.
 */
static bool
is_unseen(struct tx *tx, const struct request *r)
{
	static const char cases[] = "/v1/admin/cases/";
	struct case_row c;

	return r->route->who == ADMIN &&
	       strncmp(r->route->path, cases, strlen(cases)) == 0 &&
	       r->args[0] != NULL && case_find(tx, r->args[0], &c) == OK &&
	       case_is_barred(tx, c.id, &r->subject);
}

enum outcome
authenticate(struct tx *tx, struct request *r, struct response *a)
{
	static const char scheme[] = "Bearer ";
	struct token t;

	if (r->route->who == ANYONE || r->subject.kind == BY_ADMIN)
		return auth_may_call(r->route->who, &r->subject) &&
			       !is_unseen(tx, r)
			   ? OK
			   : answer_problem(a, "not_found");
	if (r->authorization == NULL && r->cookie != NULL)
		return auth_session(tx, r, a);
	if (r->authorization == NULL ||
	    strncmp(r->authorization, scheme, strlen(scheme)) != 0 ||
	    !token_parse(r->authorization + strlen(scheme), &t))
		return auth_refuse(tx, a, "unauthorized", "none");
	return t.kind == TOKEN_MEMBER ? check_member(tx, r, a, &t)
				      : check_agency(tx, r, a, &t);
}
