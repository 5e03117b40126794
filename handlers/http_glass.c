/* Codes for the ward's safe. */
#include "glass.h"

#include "admin.h"
#include "handlers.h"

/* POST /v1/admin/break-glass */
enum outcome
break_glass_post(struct tx *tx, const struct request *r, struct response *a)
{
	char codes[GLASS_CODES][GLASS_TEXT];
	enum outcome how = glass_make(tx, codes);
	json_t *items;

	if (how == OK)
		how = admin_told(tx, r, "break_glass.make");
	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "break_glass.make",
			.object_kind = "ward",
			.object_id = tx_ward(tx)});
	if (how != OK)
		return answer_outcome(a, how);
	items = json_array();
	for (int i = 0; i < GLASS_CODES; i++)
		json_array_append_new(items,
		    json_pack("{s:i, s:s}", "number", i + 1, "code", codes[i]));
	return answer_json(a, 201, json_pack("{s:o}", "items", items));
}
