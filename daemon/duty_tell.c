/* Messages to one member, by ladders whose first rung is "named". */
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "context.h"
#include "duty.h"
#include "procedure.h"

static const char *const kinds[] = {
    "alarm_hand_over", "alarm_swap", "alarm_address_gone"};

enum outcome
duty_login(struct tx *tx, const char *member_id, char login[LOGIN_SIZE])
{
	struct rows *rows = tx_query(tx, Q_DUTY_LOGIN, ARGS(V_TEXT(member_id)));
	bool is_there = rows_next(rows);
	enum outcome how;

	if (is_there)
		row_copy(login, LOGIN_SIZE, rows, 0);
	how = rows_end(rows);
	return how == OK && !is_there ? NOT_FOUND : how;
}

static bool
has_ladder(const struct procedure *p, const char *kind)
{
	for (size_t i = 0; i < procedure_n_ladders(p); i++)
		if (strcmp(ladder_id(procedure_nth_ladder(p, i)), kind) == 0)
			return true;
	return false;
}

enum outcome
duty_tell(struct tx *tx, const char *kind, const char *member_id)
{
	char login[LOGIN_SIZE];
	enum outcome how = duty_login(tx, member_id, login);

	if (how != OK || !has_ladder(tx_context(tx)->procedure, kind))
		return how;
	return alarm_raise(tx, kind, login);
}

enum outcome
duty_forget(struct tx *tx, const char *member_id)
{
	char login[LOGIN_SIZE];
	enum outcome how = duty_login(tx, member_id, login);

	for (size_t i = 0; i < NELEM(kinds) && how == OK; i++)
		how = alarm_over(tx, kinds[i], login);
	return how;
}
