/* Cases as the log names them. */
#include "cases.h"

const char *
case_for_log(struct tx *tx, const char *case_id)
{
	const struct subject admin = {.kind = BY_ADMIN};

	return case_is_barred(tx, case_id, &admin) ? "-" : case_id;
}
