/* Logging in and out. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "auth_session.h"
#include "context.h"
#include "glass.h"
#include "handlers.h"
#include "log.h"
#include "login.h"
#include "session.h"
#include "throttle.h"
#include "totp.h"

static const struct field login_fields[] = {
    {.name = "login", .kind = FIELD_TEXT, .required = true, 1, 32},
    {.name = "password", .kind = FIELD_TEXT, .low = 1, .high = PASSWORD_HIGH},
    {.name = "totp", .kind = FIELD_TEXT, .low = 6, .high = 6},
    {.name = "break_glass", .kind = FIELD_TEXT, .low = 1, .high = 64},
    {.name = "reason", .kind = FIELD_TEXT, .low = 1, .high = 1000},
};
static const struct schema login_schema = {login_fields, NELEM(login_fields)};

/* A password; or a break-glass code with its reason. */
static bool
is_well(const struct request *r, struct response *a)
{
	bool has_glass = body_text(r, "break_glass") != NULL;

	if (!body_ok(r, &login_schema, a))
		return false;
	if (has_glass == (body_text(r, "password") != NULL)) {
		(void)answer_fault(
		    a, "/password", "gửi password, hoặc break_glass");
		return false;
	}
	if (has_glass && body_text(r, "reason") == NULL) {
		(void)answer_fault(a, "/reason", "cần nêu lý do");
		return false;
	}
	return true;
}

const char *
login_address(const struct request *r)
{
	return r->subject.kind == BY_MEMBER ? "" : auth_address(r);
}

enum outcome
login_wait(struct tx *tx, const struct request *r, struct response *a,
    const char *login)
{
	int64_t wait = 0;
	enum outcome how = throttle_wait(tx, login, login_address(r), &wait);

	if (how != OK)
		return answer_outcome(a, how);
	if (wait == 0)
		return OK;
	how = answer_problem(a, "too_many_tries");
	answer_header(
	    a, "Retry-After", "%d", (int)((wait + SECOND - 1) / SECOND));
	return how;
}

/* The work is the same for an account that is not there. */
enum outcome
session_before(struct tx *tx, const struct request *r, struct response *a)
{
	struct account account;
	enum outcome how;

	if (!auth_same_origin(tx, r))
		return answer_problem(a, "csrf");
	if (!is_well(r, a))
		return INVALID;
	how = login_wait(tx, r, a, body_text(r, "login"));
	if (how != OK)
		return how;
	how = account_find(tx, body_text(r, "login"), &account);
	memcpy(r->slow->old.salt, account.salt, SALT_SIZE);
	r->slow->old.text = body_text(r, "password");
	return how == OK ? OK : answer_outcome(a, how);
}

/* What is wrong is not told; it is kept that it was. */
static enum outcome
refuse(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how =
	    throttle_failed(tx, body_text(r, "login"), login_address(r));

	if (how != OK)
		return answer_outcome(a, how);
	log_warn("login refused request=%s", r->id);
	(void)answer_problem(a, "login_refused");
	answer_extra(
	    a, "duty_phone", json_string(tx_context(tx)->conf->duty_phone));
	return OK;
}

/* REFUSED: wrong.  NOT_FOUND: a code is needed, too. */
static enum outcome
prove(struct tx *tx, const struct request *r, const struct account *account,
    enum proof *proof)
{
	const char *glass = body_text(r, "break_glass");
	const char *code = body_text(r, "totp");

	if (glass != NULL) {
		*proof = PROOF_BREAK_GLASS;
		return account->who.kind == NOBODY
			   ? REFUSED
			   : glass_use(tx, glass, &account->who,
				 body_text(r, "reason"));
	}
	if (!account_matches(account, &r->slow->old))
		return REFUSED;
	*proof = PROOF_PASSWORD;
	if (!totp_is_on(tx, account->who.id))
		return OK;
	*proof = PROOF_TOTP;
	return code == NULL ? NOT_FOUND : totp_use(tx, account->who.id, code);
}

static enum outcome
let_in(struct tx *tx, const struct request *r, struct response *a,
    struct subject *who, enum proof proof)
{
	char token[SESSION_TEXT], csrf[SESSION_TEXT], until[INSTANT_SIZE];
	enum outcome how =
	    throttle_passed(tx, body_text(r, "login"), login_address(r));

	if (how == OK)
		how = session_open(tx, who, proof, token);
	if (how != OK)
		return answer_outcome(a, how);
	session_csrf(token, csrf);
	instant_format(until, clock_now() + SESSION_LIFE,
	    (int)tx_context(tx)->conf->utc_offset_min);
	answer_header(a, "Set-Cookie",
	    SESSION_COOKIE "=%s; Secure; HttpOnly; SameSite=Strict; Path=/",
	    token);
	explicit_bzero(token, sizeof(token));
	return answer_json(a, 201,
	    json_pack("{s:s, s:s, s:s, s:s}", "login", body_text(r, "login"),
		"proof", proof_names[proof], "csrf", csrf, "until", until));
}

/* POST /v1/session */
enum outcome
session_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct account account;
	enum proof proof = PROOF_NONE;
	/* Again: others may have failed while this one was worked out. */
	enum outcome how = login_wait(tx, r, a, body_text(r, "login"));

	if (how != OK)
		return how;
	if (r->slow->old.text != NULL && !r->slow->old.is_done)
		return answer_problem(a, "unavailable");
	how = account_find(tx, body_text(r, "login"), &account);
	if (how == OK)
		how = prove(tx, r, &account, &proof);
	if (how == REFUSED)
		return refuse(tx, r, a);
	if (how == NOT_FOUND)
		return answer_problem(a, "totp_needed");
	return how == OK ? let_in(tx, r, a, &account.who, proof)
			 : answer_outcome(a, how);
}

/* DELETE /v1/session */
enum outcome
session_delete(struct tx *tx, const struct request *r, struct response *a)
{
	enum outcome how;

	if (r->subject.session[0] == '\0')
		return answer_problem(a, "state_conflict");
	how = session_end(tx, &r->subject);
	if (how != OK)
		return answer_outcome(a, how);
	answer_header(a, "Set-Cookie",
	    SESSION_COOKIE
	    "=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
	answer_header(
	    a, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
	return answer_empty(a);
}
