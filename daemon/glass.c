#include "glass.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "audit.h"
#include "clock.h"
#include "keyring.h"

#define LETTERS "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#define SIGNS	20

/* Of letters and digits alone, as people may write them. */
static void
code_hash(const char *code, unsigned char hash[HASH_SIZE])
{
	char bare[SIGNS + 1] = "";
	size_t n = 0;

	for (; *code != '\0' && n < SIGNS; code++)
		if (isalnum((unsigned char)*code))
			bare[n++] = (char)toupper((unsigned char)*code);
	hash_of(bare, n, hash);
	explicit_bzero(bare, sizeof(bare));
}

static void
code_make(char out[GLASS_TEXT])
{
	char part[5];

	for (int i = 0; i < SIGNS / 4; i++) {
		random_text(part, 4, LETTERS);
		snprintf(out + 5 * i, GLASS_TEXT - 5 * (size_t)i, "%s%s", part,
		    i < SIGNS / 4 - 1 ? "-" : "");
	}
}

void
glass_make(char codes[GLASS_CODES][GLASS_TEXT],
    unsigned char hashes[GLASS_CODES][HASH_SIZE])
{
	for (int i = 0; i < GLASS_CODES; i++) {
		code_make(codes[i]);
		code_hash(codes[i], hashes[i]);
	}
}

enum outcome
glass_put(struct tx *tx, unsigned char hashes[GLASS_CODES][HASH_SIZE])
{
	enum outcome how = tx_exec(
	    tx, Q_GLASS_VOID, ARGS(V_TEXT(tx_ward(tx)), V_INT(clock_now())));

	if (how == NOT_FOUND)
		how = OK;
	for (int i = 0; i < GLASS_CODES && how == OK; i++) {
		char id[ID_SIZE];

		id_new(id);
		how = tx_exec(tx, Q_GLASS_ADD,
		    ARGS(V_TEXT(id), V_TEXT(tx_ward(tx)), V_INT(i + 1),
			V_BLOB(hashes[i], HASH_SIZE), V_INT(clock_now())));
	}
	return how;
}

static enum outcome
find(struct tx *tx, const char *code, char id[ID_SIZE], int64_t *number)
{
	unsigned char hash[HASH_SIZE];
	struct rows *rows;
	bool is_there;
	enum outcome how;

	code_hash(code, hash);
	rows = tx_query(tx, Q_GLASS_FIND,
	    ARGS(V_TEXT(tx_ward(tx)), V_BLOB(hash, HASH_SIZE)));
	is_there = rows_next(rows);
	if (is_there) {
		memcpy(id, row_text(rows, 0), ID_SIZE);
		*number = row_int(rows, 1);
	}
	how = rows_end(rows);
	return how != OK ? how : is_there ? OK : REFUSED;
}

static enum outcome
tell(struct tx *tx, const char *id, int64_t number, const struct subject *who)
{
	char subject[8];
	enum outcome how = audit_add(
	    tx, &(struct happening){
		    .actor = who,
		    .act = "break_glass.use",
		    .object_kind = "break_glass",
		    .object_id = id,
		    .detail = json_pack("{s:I}", "number", (json_int_t)number),
		});

	snprintf(subject, sizeof(subject), "%d", (int)number);
	return how == OK ? alarm_raise(tx, "alarm_break_glass", subject) : how;
}

enum outcome
glass_use(struct tx *tx, const char *code, const struct subject *who,
    const char *reason)
{
	char id[ID_SIZE];
	int64_t number = 0;
	struct value sealed = V_NULL;
	enum outcome how = find(tx, code, id, &number);
	const struct place at = {"break_glass", "reason_sealed", id};

	if (how != OK)
		return how;
	how = keyring_seal(tx, tx_ward(tx), &at, reason, &sealed);
	if (how == OK)
		how = tx_exec(tx, Q_GLASS_USE,
		    ARGS(V_TEXT(id), V_INT(clock_now()), V_TEXT(who->id),
			sealed));
	keyring_done(&sealed);
	return how == OK ? tell(tx, id, number, who) : how;
}
