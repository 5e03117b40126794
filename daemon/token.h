/*
 * The credentials people and agencies carry:
 *   hla_<agency code>_<id>_<secret>_<checksum>   an agency's key
 *   hlf_<agency code>_<id>_<secret>_<checksum>   a create-only link of one
 *   hlm_<id>_<secret>_<checksum>                 a member's personal token
 * id is the row's UUID without hyphens, secret 43 random letters and digits
 * (256 bits), checksum 8 hex digits over all before it: a mistyped or cut key
 * is told from a wrong one without a look at the database.  Only the hash of
 * the secret is kept.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include "seal.h"

#define TOKEN_CODE_MAX 16

enum token_kind { TOKEN_AGENCY, TOKEN_FORM, TOKEN_MEMBER };
struct token {
	enum token_kind kind;
	char code[TOKEN_CODE_MAX + 1]; /* of the agency, else "" */
	char id[ID_SIZE];
	unsigned char hash[HASH_SIZE];
};

/*
 * Make a new one; kind and code are given, the rest of t is filled.  The text
 * is shown once; the caller frees it with seal_free.
 */
char *token_make(struct token *t);
/* Read one; false if its form or checksum is wrong. */
bool token_parse(const char *text, struct token *t);
/* An agency code: [a-z0-9]{2,16}. */
bool token_code_ok(const char *code);

#endif
