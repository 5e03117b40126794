/*
 * What a message is answered with: the token of its link and a code of six
 * characters.  Both follow from the daemon's key and the delivery's id, so that
 * every attempt carries the same ones while only their hashes are stored.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "seal.h"

#define ANSWER_CODE    6
#define ANSWER_CODES   8 /* looked at in one reply */
#define ANSWER_LETTERS "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

struct answer {
	char token[2 * TOKEN_BYTES + 1]; /* hex */
	char code[ANSWER_CODE + 1];
	unsigned char token_hash[HASH_SIZE], code_hash[HASH_SIZE];
};

void
answer_make(const struct key *blind, const char *delivery_id, struct answer *a);
/* Hash of a token as it comes in a URL; false if it cannot be one. */
bool answer_token_hash(const char *token, unsigned char hash[HASH_SIZE]);
/* Keyed, for a code alone could be guessed from a plain hash. */
void answer_code_hash(
    const struct key *blind, const char *code, unsigned char hash[HASH_SIZE]);
/*
 * The words of a reply that may be codes ("ok k7q2mx." gives K7Q2MX), at most
 * ANSWER_CODES; how many.
 */
size_t
answer_codes(const char *text, char codes[ANSWER_CODES][ANSWER_CODE + 1]);

#endif
