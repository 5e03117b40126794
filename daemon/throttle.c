#include "throttle.h"

#include <stdlib.h>

#include "clock.h"
#include "keyring.h"

#define FORGET (1 * HOUR)  /* without a mistake: all is forgotten */
#define KNOWN  (90 * DAY)  /* an address stays known */
#define KEEP   (100 * DAY) /* rows */

enum kind { ACCOUNT, ADDRESS, PAIR, KIND_MAX };
static const struct {
	const char *name;
	int64_t free, most; /* throttle_delay's */
} kinds[KIND_MAX] = {
    [ACCOUNT] = {"account", 5, 1 * MINUTE},
    [ADDRESS] = {"address", 10, 5 * MINUTE},
    [PAIR] = {"pair", 5, 1 * MINUTE},
};

struct row {
	unsigned char digest[BLIND_SIZE];
	int64_t fails, failed_at, free_at, known_at;
};

int64_t
throttle_delay(int64_t fails, int64_t free, int64_t most)
{
	int64_t delay = SECOND;

	if (fails <= free)
		return 0;
	for (int64_t i = free + 1; i < fails && delay < most; i++)
		delay *= 2;
	return delay < most ? delay : most;
}

static enum outcome
row_get(struct tx *tx, enum kind k, const char *text, struct row *r)
{
	struct rows *rows;
	enum outcome how;

	*r = (struct row){0};
	how =
	    index_digest(tx, index_version(tx), kinds[k].name, text, r->digest);
	if (how != OK)
		return how;
	rows = tx_query(tx, Q_THROTTLE_GET,
	    ARGS(V_TEXT(kinds[k].name), V_BLOB(r->digest, BLIND_SIZE)));
	if (rows_next(rows)) {
		r->fails = row_int(rows, 0);
		r->failed_at = row_int(rows, 1);
		r->free_at = row_int(rows, 2);
		r->known_at = row_int(rows, 3);
	}
	if (clock_now() - r->failed_at >= FORGET)
		r->fails = r->free_at = 0;
	return rows_end(rows);
}

/* The three rows of a try. */
static enum outcome
rows_get(struct tx *tx, const char *login, const char *address,
    struct row r[KIND_MAX])
{
	char *both = xasprintf("%s %s", login, address);
	const char *const texts[] = {login, address, both};
	enum outcome how = OK;

	for (int k = 0; k < KIND_MAX && how == OK; k++)
		how = row_get(tx, (enum kind)k, texts[k], &r[k]);
	free(both);
	return how;
}

static enum outcome
row_put(struct tx *tx, enum kind k, const struct row *r)
{
	return tx_exec(tx, Q_THROTTLE_PUT,
	    ARGS(V_TEXT(kinds[k].name), V_BLOB(r->digest, BLIND_SIZE),
		V_TEXT(tx_ward(tx)), V_INT(r->fails), V_INT(r->failed_at),
		V_INT(r->free_at), V_INT(r->known_at)));
}

static bool
is_known(const struct row r[KIND_MAX])
{
	return r[PAIR].known_at != 0 && clock_now() - r[PAIR].known_at < KNOWN;
}

enum outcome
throttle_wait(
    struct tx *tx, const char *login, const char *address, int64_t *wait)
{
	struct row r[KIND_MAX];
	int64_t now = clock_now(), free_at;
	enum outcome how = rows_get(tx, login, address, r);

	if (how != OK)
		return how;
	free_at = r[PAIR].free_at;
	if (!is_known(r)) {
		if (r[ACCOUNT].free_at > free_at)
			free_at = r[ACCOUNT].free_at;
		if (r[ADDRESS].free_at > free_at)
			free_at = r[ADDRESS].free_at;
	}
	*wait = free_at > now ? free_at - now : 0;
	return OK;
}

enum outcome
throttle_failed(struct tx *tx, const char *login, const char *address)
{
	struct row r[KIND_MAX];
	int64_t now = clock_now();
	enum outcome how = rows_get(tx, login, address, r);

	for (int k = 0; k < KIND_MAX && how == OK; k++) {
		if (k == ADDRESS && *address == '\0')
			continue;
		r[k].fails++;
		r[k].failed_at = now;
		r[k].free_at = now + throttle_delay(r[k].fails, kinds[k].free,
					 kinds[k].most);
		how = row_put(tx, (enum kind)k, &r[k]);
	}
	return how;
}

enum outcome
throttle_passed(struct tx *tx, const char *login, const char *address)
{
	struct row r[KIND_MAX];
	enum outcome how = rows_get(tx, login, address, r);

	if (how != OK)
		return how;
	r[PAIR].fails = r[PAIR].free_at = 0;
	r[PAIR].known_at = clock_now();
	return row_put(tx, PAIR, &r[PAIR]);
}

enum outcome
throttle_prune(struct tx *tx)
{
	enum outcome how =
	    tx_exec(tx, Q_THROTTLE_PRUNE, ARGS(V_INT(clock_now() - KEEP)));

	return how == NOT_FOUND ? OK : how;
}
