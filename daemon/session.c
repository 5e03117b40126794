#include "session.h"

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "roles.h"
#include "seal.h"

#define KEEP (30 * DAY)

const char *const proof_names[] = {
    [PROOF_NONE] = "none",
    [PROOF_TOKEN] = "token",
    [PROOF_PASSWORD] = "password",
    [PROOF_TOTP] = "totp",
    [PROOF_BREAK_GLASS] = "break_glass",
};

static enum outcome
audit_session(struct tx *tx, const struct subject *who, const char *act)
{
	return audit_add(tx,
	    &(struct happening){
		.actor = who,
		.act = act,
		.object_kind = "session",
		.object_id = who->session,
		.detail = json_pack("{s:s}", "proof", proof_names[who->proof]),
	    });
}

enum outcome
session_open(struct tx *tx, struct subject *who, enum proof proof,
    char token[SESSION_TEXT])
{
	unsigned char bytes[SESSION_BYTES], hash[HASH_SIZE];
	enum outcome how;

	random_bytes(bytes, sizeof(bytes));
	hash_of(bytes, sizeof(bytes), hash);
	hex_encode(token, bytes, sizeof(bytes));
	id_new(who->session);
	who->proof = proof;
	how = tx_exec(tx, Q_SESSION_ADD,
	    ARGS(V_TEXT(who->session), V_TEXT(tx_ward(tx)), V_TEXT(who->id),
		V_BLOB(hash, HASH_SIZE), V_TEXT(proof_names[proof]),
		V_INT(clock_now())));
	return how == OK ? audit_session(tx, who, "session.open") : how;
}

static enum proof
proof_of(const char *name)
{
	if (strcmp(name, proof_names[PROOF_TOTP]) == 0)
		return PROOF_TOTP;
	return strcmp(name, proof_names[PROOF_PASSWORD]) == 0
		   ? PROOF_PASSWORD
		   : PROOF_BREAK_GLASS;
}

enum outcome
session_find(
    struct tx *tx, const char *token, struct subject *who, int64_t *used_at)
{
	unsigned char bytes[SESSION_BYTES], hash[HASH_SIZE];
	int64_t now = clock_now(), made_at = 0;
	struct rows *rows;
	bool is_there;
	enum outcome how;

	*who = (struct subject){.kind = NOBODY};
	if (!hex_decode(bytes, sizeof(bytes), token))
		return REFUSED;
	hash_of(bytes, sizeof(bytes), hash);
	rows = tx_query(tx, Q_SESSION_FIND, ARGS(V_BLOB(hash, HASH_SIZE)));
	is_there = rows_next(rows);
	if (is_there) {
		who->kind = BY_MEMBER;
		memcpy(who->session, row_text(rows, 0), ID_SIZE);
		memcpy(who->id, row_text(rows, 1), ID_SIZE);
		(void)roles_parse(row_text(rows, 2), &who->roles);
		who->proof = proof_of(row_text(rows, 3));
		made_at = row_int(rows, 4);
		*used_at = row_int(rows, 5);
	}
	how = rows_end(rows);
	if (how != OK)
		return how;
	return is_there && now < made_at + SESSION_LIFE &&
		       now < *used_at + SESSION_IDLE
		   ? OK
		   : REFUSED;
}

enum outcome
session_touch(struct tx *tx, const struct subject *who)
{
	return tx_exec(
	    tx, Q_SESSION_USED, ARGS(V_TEXT(who->session), V_INT(clock_now())));
}

enum outcome
session_end(struct tx *tx, const struct subject *who)
{
	enum outcome how = tx_exec(
	    tx, Q_SESSION_END, ARGS(V_TEXT(who->session), V_INT(clock_now())));

	return how == OK ? audit_session(tx, who, "session.end") : how;
}

enum outcome
sessions_end(struct tx *tx, const char *member, const char *but)
{
	enum outcome how = tx_exec(tx, Q_SESSIONS_END,
	    ARGS(V_TEXT(member), V_INT(clock_now()),
		V_TEXT(but == NULL ? "" : but)));

	return how == NOT_FOUND ? OK : how;
}

bool
session_token(const char *cookies, char token[SESSION_TEXT])
{
	static const char name[] = SESSION_COOKIE "=";
	const char *p = cookies;

	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p, ";");

		if (n == strlen(name) + SESSION_TEXT - 1 &&
		    strncmp(p, name, strlen(name)) == 0) {
			memcpy(token, p + strlen(name), SESSION_TEXT - 1);
			token[SESSION_TEXT - 1] = '\0';
			return true;
		}
		p += n;
		p += strspn(p, "; ");
	}
	return false;
}

void
session_csrf(const char *token, char out[SESSION_TEXT])
{
	static const char purpose[] = "csrf";
	unsigned char mac[32];

	hmac_sha256(token, strlen(token), purpose, strlen(purpose), mac);
	hex_encode(out, mac, sizeof(mac));
}

enum outcome
sessions_prune(struct tx *tx)
{
	enum outcome how =
	    tx_exec(tx, Q_SESSION_PRUNE, ARGS(V_INT(clock_now() - KEEP)));

	return how == NOT_FOUND ? OK : how;
}
