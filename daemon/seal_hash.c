/* Hashes and text forms of bytes, on libsodium. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

static crypto_generichash_state *
inner(struct hash *h)
{
	/* hash_init comes first and fills it. */
	/* cppcheck-suppress ctuuninitvar */
	return (crypto_generichash_state *)(void *)h->state;
}

void
hash_init(struct hash *h)
{
	crypto_generichash_init(inner(h), NULL, 0, HASH_SIZE);
}

void
hash_add(struct hash *h, const void *p, size_t n)
{
	crypto_generichash_update(inner(h), p, n);
}

void
hash_end(struct hash *h, unsigned char out[HASH_SIZE])
{
	crypto_generichash_final(inner(h), out, HASH_SIZE);
}

void
hash_of(const void *p, size_t n, unsigned char out[HASH_SIZE])
{
	crypto_generichash(out, HASH_SIZE, p, n, NULL, 0);
}

void
sha256_of(const void *p, size_t n, unsigned char out[HASH_SIZE])
{
	crypto_hash_sha256(out, p, n);
}

static crypto_hash_sha256_state *
inner_sha256(struct hash *h)
{
	/* cppcheck-suppress ctuuninitvar */
	return (crypto_hash_sha256_state *)(void *)h->state;
}

void
sha256_init(struct hash *h)
{
	_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(h->state),
	    "its state must fit");
	crypto_hash_sha256_init(inner_sha256(h));
}

void
sha256_add(struct hash *h, const void *p, size_t n)
{
	crypto_hash_sha256_update(inner_sha256(h), p, n);
}

void
sha256_end(struct hash *h, unsigned char out[HASH_SIZE])
{
	crypto_hash_sha256_final(inner_sha256(h), out);
}

void
hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[32])
{
	crypto_auth_hmacsha256_state h;

	crypto_auth_hmacsha256_init(&h, key, key_len);
	crypto_auth_hmacsha256_update(&h, p, n);
	crypto_auth_hmacsha256_final(&h, out);
	sodium_memzero(&h, sizeof(h));
}

char *
base64_encode(const void *p, size_t n)
{
	size_t size =
	    sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *s = xcalloc(size, 1);

	sodium_bin2base64(s, size, p, n, sodium_base64_VARIANT_ORIGINAL);
	return s;
}

unsigned char *
base64_decode(const char *s, size_t *n)
{
	size_t len = strlen(s), got = 0;
	unsigned char *out = xcalloc(len / 4 * 3 + 3, 1);

	if (sodium_base642bin(out, len / 4 * 3 + 3, s, len, NULL, &got, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0) {
		free(out);
		return NULL;
	}
	*n = got;
	return out;
}
