/* The second factor: enrolled and confirmed by its owner, reset by an admin. */
#include "totp.h"

#include <stdlib.h>

#include "admin.h"
#include "alert.h"
#include "change.h"
#include "context.h"
#include "handlers.h"
#include "login.h"
#include "session.h"
#include "throttle.h"

static enum outcome
audit_totp(
    struct tx *tx, const struct request *r, const char *member, const char *act)
{
	return admin_audit(tx, r,
	    &(struct happening){
		.act = act, .object_kind = "member", .object_id = member});
}

/* POST /v1/me/totp: a secret, and the address that a phone reads. */
enum outcome
me_totp_post(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->subject.id;
	char text[TOTP_TEXT];
	json_t *me = tx_object(tx, Q_VIEW_LOGIN, ARGS(V_TEXT(id))), *o;
	enum outcome how = totp_enrol(tx, id, text);

	if (how == OK)
		how = audit_totp(tx, r, id, "totp.enrol");
	o = json_pack("{s:s, s:o}", "secret", text, "uri",
	    json_sprintf("otpauth://totp/hotlined:%s?secret=%s&issuer=hotlined",
		json_string_value(json_object_get(me, "login")), text));
	json_decref(me);
	if (how == OK)
		return answer_json(a, 201, o);
	json_decref(o);
	return how == CONFLICT ? answer_problem(a, "state_conflict")
			       : answer_outcome(a, how);
}

static const struct field code_fields[] = {
    {.name = "code", .kind = FIELD_TEXT, .required = true, 6, 6},
};
static const struct schema code_schema = {code_fields, NELEM(code_fields)};

/* POST /v1/me/totp/confirm */
enum outcome
me_totp_confirm(struct tx *tx, const struct request *r, struct response *a)
{
	const char *id = r->subject.id;
	enum outcome how;

	if (!body_ok(r, &code_schema, a))
		return INVALID;
	how = login_wait(tx, r, a, id);
	if (how != OK)
		return how;
	how = totp_confirm(tx, id, body_text(r, "code"));
	if (how == REFUSED) {
		how = throttle_failed(tx, id, login_address(r));
		(void)answer_fault(a, "/code", "không đúng hoặc đã dùng");
		return how;
	}
	if (how == NOT_FOUND)
		return answer_problem(a, "state_conflict");
	if (how == OK)
		how = sessions_end(tx, id, r->subject.session);
	if (how == OK)
		how = audit_totp(tx, r, id, "totp.confirm");
	return answer_outcome(a, how);
}

/* Their login asks for no code any more. */
enum outcome
totp_reset_apply(struct tx *tx, const struct request *r, struct response *a)
{
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK)
		how = totp_drop(tx, id);
	if (how == OK)
		how = sessions_end(tx, id, NULL);
	if (how == OK)
		how = alarm_raise(tx, "alarm_access_reset", "");
	if (how == OK)
		how = audit_totp(tx, r, id, "totp.reset");
	return answer_outcome(a, how);
}

/* POST /v1/admin/members/{login}/totp-reset */
enum outcome
member_totp_reset(struct tx *tx, const struct request *r, struct response *a)
{
	json_t *none = json_object();
	char id[ID_SIZE];
	enum outcome how = member_find(tx, r->args[0], id);

	if (how == OK && !totp_is_there(tx, id))
		how = NOT_FOUND;
	how = how == OK ? change_make(tx, r, a,
			      &(struct wanted){CHANGE_totp_reset, r->args[0],
				  id, none, false})
			: answer_outcome(a, how);
	json_decref(none);
	return how;
}
