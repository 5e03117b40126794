/* Codes for the ward's safe: with one anybody logs in as anybody. */
#include "admin.h"
#include "change.h"
#include "glass.h"
#include "handlers.h"

static bool
read_hashes(
    const struct request *r, unsigned char hashes[GLASS_CODES][HASH_SIZE])
{
	const json_t *list = json_object_get(r->body, "hashes");

	for (size_t i = 0; i < GLASS_CODES; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (hex == NULL || !hex_decode(hashes[i], HASH_SIZE, hex))
			return false;
	}
	return true;
}

enum outcome
break_glass_apply(struct tx *tx, const struct request *r, struct response *a)
{
	unsigned char hashes[GLASS_CODES][HASH_SIZE];
	enum outcome how =
	    read_hashes(r, hashes) ? glass_put(tx, hashes) : FAILED;

	if (how == OK)
		how = admin_audit(tx, r,
		    &(struct happening){.act = "break_glass.make",
			.object_kind = "ward",
			.object_id = tx_ward(tx)});
	return how == OK ? answer_json(a, 201, json_object())
			 : answer_outcome(a, how);
}

static json_t *
hashes_json(unsigned char hashes[GLASS_CODES][HASH_SIZE])
{
	json_t *list = json_array();
	char hex[2 * HASH_SIZE + 1];

	for (int i = 0; i < GLASS_CODES; i++) {
		hex_encode(hex, hashes[i], HASH_SIZE);
		json_array_append_new(list, json_string(hex));
	}
	return json_pack("{s:o}", "hashes", list);
}

/* POST /v1/admin/break-glass: those in the safe stay good until it is so. */
enum outcome
break_glass_post(struct tx *tx, const struct request *r, struct response *a)
{
	unsigned char hashes[GLASS_CODES][HASH_SIZE];
	char codes[GLASS_CODES][GLASS_TEXT];
	json_t *body, *items;
	enum outcome how;

	glass_make(codes, hashes);
	body = hashes_json(hashes);
	how = change_make(tx, r, a,
	    &(struct wanted){
		CHANGE_break_glass, tx_ward(tx), NULL, body, false});
	json_decref(body);
	if (how != OK)
		return how;
	items = json_array();
	for (int i = 0; i < GLASS_CODES; i++)
		json_array_append_new(items,
		    json_pack("{s:i, s:s}", "number", i + 1, "code", codes[i]));
	json_object_set_new(a->json, "items", items);
	return OK;
}
