#include "heartbeat.h"

#include <stdio.h>

#include "alert.h"
#include "alert_rows.h"
#include "clock.h"

#define KIND	   "alarm_agency_silent"
#define SILENT_MAX 64 /* agencies looked at in an hour */

enum outcome
heartbeat_seen(struct tx *tx, const char *code)
{
	int64_t seconds = tx_number(tx, Q_AGENCY_SILENT_AFTER, 0,
	    ARGS(V_TEXT(tx_ward(tx)), V_TEXT(code)));
	int64_t at = clock_now() + seconds * SECOND;
	enum outcome how;

	if (seconds == 0)
		return OK;
	how = alarm_later(tx, KIND, code, at);
	if (how != NOT_FOUND)
		return how;
	how = alarm_over(tx, KIND, code);
	return how == OK ? alarm_await(tx, KIND, code, at) : how;
}

enum outcome
heartbeat_set(
    struct tx *tx, const char *agency_id, const char *code, int64_t seconds)
{
	enum outcome how = tx_exec(
	    tx, Q_AGENCY_SILENT_SET, ARGS(V_TEXT(agency_id), V_INT(seconds)));

	if (how != OK)
		return how;
	return seconds == 0 ? alarm_over(tx, KIND, code)
			    : heartbeat_seen(tx, code);
}

enum outcome
heartbeat_check(struct tx *tx)
{
	char list[SILENT_MAX][ID_SIZE];
	size_t n = 0;
	enum outcome how =
	    ids_read(tx_query(tx, Q_AGENCIES_SILENT,
			 ARGS(V_TEXT(tx_ward(tx)), V_INT(SILENT_MAX))),
		list, SILENT_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++)
		how = alarm_raise(tx, KIND, list[i]);
	return how;
}
