#include <sodium.h>
#include <string.h>

#include "seal_login.h"

#define PASSES 3
#define MEMORY ((size_t)64 * 1024 * 1024)

bool
password_hash(const char *text, const unsigned char salt[SALT_SIZE],
    unsigned char out[HASH_SIZE])
{
	_Static_assert(SALT_SIZE == crypto_pwhash_SALTBYTES, "salt");
	return crypto_pwhash(out, HASH_SIZE, text, strlen(text), salt, PASSES,
		   MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0;
}
