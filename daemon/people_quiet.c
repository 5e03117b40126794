/* Quiet hours as the outbox asks for them. */
#include "clock.h"
#include "context.h"
#include "people.h"
#include "quiet.h"

int64_t
people_quiet_until(struct tx *tx, const struct person *p)
{
	struct rows *rows =
	    tx_query(tx, Q_PEOPLE_QUIET, ARGS(V_TEXT(p->member_id)));
	struct quiet q = {0};

	if (rows_next(rows))
		q = (struct quiet){
		    true, (int)row_int(rows, 0), (int)row_int(rows, 1)};
	(void)rows_end(rows);
	return quiet_end(
	    &q, clock_now(), (int)tx_context(tx)->conf->utc_offset_min);
}
