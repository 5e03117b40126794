#include "answer.h"

#include <ctype.h>
#include <string.h>

_Static_assert(sizeof(ANSWER_LETTERS) == 33, "five bits a letter");

static void
keyed(const struct key *blind, const char *purpose, const char *text,
    unsigned char out[32])
{
	struct key key;

	key_derive(blind, purpose, &key);
	hmac_sha256(key.bytes, sizeof(key.bytes), text, strlen(text), out);
	key_wipe(&key);
}

void
answer_code_hash(
    const struct key *blind, const char *code, unsigned char hash[HASH_SIZE])
{
	keyed(blind, "answer-hash", code, hash);
}

bool
answer_token_hash(const char *token, unsigned char hash[HASH_SIZE])
{
	unsigned char bytes[TOKEN_BYTES];

	if (token == NULL || !hex_decode(bytes, sizeof(bytes), token))
		return false;
	hash_of(bytes, sizeof(bytes), hash);
	return true;
}

void
answer_make(const struct key *blind, const char *delivery_id, struct answer *a)
{
	unsigned char bytes[32];

	keyed(blind, "answer-token", delivery_id, bytes);
	hex_encode(a->token, bytes, TOKEN_BYTES);
	hash_of(bytes, TOKEN_BYTES, a->token_hash);
	keyed(blind, "answer-code", delivery_id, bytes);
	for (size_t i = 0; i < ANSWER_CODE; i++)
		a->code[i] = ANSWER_LETTERS[bytes[i] & 31];
	a->code[ANSWER_CODE] = '\0';
	answer_code_hash(blind, a->code, a->code_hash);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) != 0;
}

/* Upper case; false if one of the letters is in no code. */
static bool
take_code(const char *from, char code[ANSWER_CODE + 1])
{
	for (size_t i = 0; i < ANSWER_CODE; i++) {
		code[i] = (char)toupper((unsigned char)from[i]);
		if (strchr(ANSWER_LETTERS, code[i]) == NULL)
			return false;
	}
	code[ANSWER_CODE] = '\0';
	return true;
}

size_t
answer_codes(const char *text, char codes[ANSWER_CODES][ANSWER_CODE + 1])
{
	size_t n = 0, len;

	while (*text != '\0' && n < ANSWER_CODES) {
		for (len = 0; is_word(text[len]); len++)
			;
		if (len == ANSWER_CODE && take_code(text, codes[n]))
			n++;
		text += len == 0 ? 1 : len;
	}
	return n;
}
