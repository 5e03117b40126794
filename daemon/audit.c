#include "audit_internal.h"

#include <string.h>

#include "clock.h"
#include "context.h"
#include "log.h"
#include "text_json.h"

/* Length prefix of a field that is NULL; no text is as long. */
#define NO_FIELD UINT64_MAX

const struct subject audit_system = {.kind = BY_SYSTEM, .id = "system"};

static const char *const actor_kinds[] = {
    [NOBODY] = "nobody",
    [BY_AGENCY] = "agency",
    [BY_MEMBER] = "member",
    [BY_LINK] = "link",
    [BY_FORM] = "form",
    [BY_ADMIN] = "admin",
    [BY_SYSTEM] = "system",
};

static void
hash_number(struct hash *h, uint64_t n)
{
	unsigned char b[8];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (unsigned char)(n >> (8 * i));
	hash_add(h, b, sizeof(b));
}

/* A field as its length and its bytes: no two rows look alike. */
static void
hash_field(struct hash *h, const struct value *v)
{
	if (v->kind == VALUE_INT) {
		hash_number(h, sizeof(uint64_t));
		hash_number(h, (uint64_t)v->number);
	} else if (v->p == NULL) {
		hash_number(h, NO_FIELD);
	} else {
		size_t n = v->kind == VALUE_TEXT ? strlen(v->p) : v->n;

		hash_number(h, n);
		hash_add(h, v->p, n);
	}
}

void
audit_hash(const unsigned char prev[HASH_SIZE],
    const struct value row[AUDIT_FIELDS], unsigned char out[HASH_SIZE])
{
	struct hash h;

	hash_init(&h);
	hash_add(&h, prev, HASH_SIZE);
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		hash_field(&h, &row[i]);
	hash_end(&h, out);
}

/* The head's sequence and hash; 0 and zeroes of an empty chain. */
static enum outcome
read_head(struct tx *tx, const char *ward, int64_t *seq,
    unsigned char hash[HASH_SIZE])
{
	struct rows *r = tx_query(tx, Q_AUDIT_HEAD, ARGS(V_TEXT(ward)));
	enum outcome how = OK;

	*seq = 0;
	memset(hash, 0, HASH_SIZE);
	if (rows_next(r)) {
		size_t n;
		const void *p = row_blob(r, 1, &n);

		*seq = row_int(r, 0);
		if (n == HASH_SIZE)
			memcpy(hash, p, HASH_SIZE);
		else
			how = FAILED;
	}
	if (how != OK)
		log_error("audit head damaged seq=%lld", (long long)*seq);
	return rows_end(r) == OK ? how : FAILED;
}

static char *
detail_text(json_t *detail)
{
	char *text;

	if (detail == NULL)
		return xstrdup("{}");
	text = text_json(detail);
	json_decref(detail);
	return text;
}

/* Read once a job: what comes behind it meanwhile is the job's own. */
static enum outcome
know_end(struct tx *tx, const char *ward, struct chain_end *end)
{
	enum outcome how = OK;

	if (!end->is_known)
		how = read_head(tx, ward, &end->seq, end->hash);
	end->is_known = how == OK;
	return how;
}

enum outcome
audit_add(struct tx *tx, const struct happening *h)
{
	const char *ward = tx_ward(tx);
	struct chain_end *end = tx_chain_end(tx);
	const unsigned char *prev = end->hash;
	unsigned char hash[HASH_SIZE];
	char *detail = detail_text(h->detail);
	enum outcome how = know_end(tx, ward, end);

	if (how == OK) {
		const struct value row[] = {V_TEXT(ward), V_INT(end->seq + 1),
		    V_INT(clock_now()), V_TEXT(actor_kinds[h->actor->kind]),
		    V_TEXT(h->actor->id), V_TEXT(h->act),
		    V_TEXT(h->object_kind), V_TEXT(h->object_id),
		    V_TEXT(h->case_id), V_TEXT(detail),
		    V_BLOB(h->digest, HASH_SIZE), V_BLOB(prev, HASH_SIZE),
		    V_BLOB(hash, HASH_SIZE)};

		audit_hash(prev, row, hash);
		how = tx_exec(tx, Q_AUDIT_ADD, row, NELEM(row));
	}
	if (how == OK) {
		end->seq++;
		memcpy(end->hash, hash, HASH_SIZE);
	}
	free(detail);
	return how;
}

int64_t
audit_head(struct tx *tx, char hash[2 * HASH_SIZE + 1])
{
	unsigned char bytes[HASH_SIZE];
	int64_t seq;

	(void)read_head(tx, tx_ward(tx), &seq, bytes);
	hex_encode(hash, bytes, HASH_SIZE);
	return seq;
}
