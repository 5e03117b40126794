/*
 * One-time codes.  Phones know them over HMAC-SHA-1 only, which libsodium does
 * not have: SHA-1 (RFC 3174) is here, for this and nothing else.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "seal_login.h"

#define BLOCK 64
#define SHA1  20

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* f and its constant in round t (RFC 3174, 5). */
static uint32_t
mix(unsigned t, const uint32_t h[5])
{
	if (t < 20)
		return ((h[1] & h[2]) | (~h[1] & h[3])) + 0x5a827999u;
	if (t < 40)
		return (h[1] ^ h[2] ^ h[3]) + 0x6ed9eba1u;
	if (t < 60)
		return ((h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3])) +
		       0x8f1bbcdcu;
	return (h[1] ^ h[2] ^ h[3]) + 0xca62c1d6u;
}

static void
sha1_block(uint32_t state[5], const unsigned char *p)
{
	uint32_t w[80], h[5];

	for (unsigned t = 0; t < 16; t++)
		w[t] = (uint32_t)p[4 * t] << 24 | (uint32_t)p[4 * t + 1] << 16 |
		       (uint32_t)p[4 * t + 2] << 8 | p[4 * t + 3];
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(h, state, sizeof(h));
	for (unsigned t = 0; t < 80; t++) {
		uint32_t next = rotate(h[0], 5) + mix(t, h) + h[4] + w[t];

		memmove(h + 1, h, 4 * sizeof(*h));
		h[2] = rotate(h[2], 30);
		h[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		state[i] += h[i];
	sodium_memzero(w, sizeof(w));
}

/* Of one whole block and n more bytes that leave room for the length. */
static void
sha1_of(const unsigned char block[BLOCK], const unsigned char *p, size_t n,
    unsigned char out[SHA1])
{
	uint32_t state[5] = {
	    0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
	unsigned char last[BLOCK] = {0};
	size_t bits = 8 * (BLOCK + n);

	memcpy(last, p, n);
	last[n] = 0x80;
	last[BLOCK - 2] = (unsigned char)(bits >> 8);
	last[BLOCK - 1] = (unsigned char)bits;
	sha1_block(state, block);
	sha1_block(state, last);
	for (unsigned i = 0; i < SHA1; i++)
		out[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* RFC 2104, of at most 55 bytes, with a key shorter than a block. */
static void
hmac_sha1(const unsigned char key[TOTP_SECRET], const unsigned char *p,
    size_t n, unsigned char out[SHA1])
{
	unsigned char inner[BLOCK], outer[BLOCK], first[SHA1];

	memset(inner, 0x36, BLOCK);
	memset(outer, 0x5c, BLOCK);
	for (size_t i = 0; i < TOTP_SECRET; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	sha1_of(inner, p, n, first);
	sha1_of(outer, first, SHA1, out);
	sodium_memzero(inner, BLOCK);
	sodium_memzero(outer, BLOCK);
}

void
totp_code(const unsigned char secret[TOTP_SECRET], uint64_t n, char out[7])
{
	unsigned char counter[8], mac[SHA1];
	unsigned at;
	uint32_t number;

	for (unsigned i = 0; i < 8; i++)
		counter[i] = (unsigned char)(n >> (56 - 8 * i));
	hmac_sha1(secret, counter, sizeof(counter), mac);
	at = mac[SHA1 - 1] & 15;
	number = (uint32_t)(mac[at] & 0x7f) << 24 |
		 (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 |
		 mac[at + 3];
	snprintf(out, 7, "%06u", number % 1000000u);
}

uint64_t
totp_match(const unsigned char secret[TOTP_SECRET], const char *code,
    uint64_t now_s, uint64_t after)
{
	uint64_t now = now_s / TOTP_STEP, found = 0;
	char right[7];

	if (strlen(code) != 6)
		return 0;
	for (uint64_t n = now - 1; n <= now + 1; n++) {
		totp_code(secret, n, right);
		if (equal_ct(right, code, 6) && n > after)
			found = n;
	}
	sodium_memzero(right, sizeof(right));
	return found;
}

void
totp_text(char out[TOTP_TEXT], const unsigned char secret[TOTP_SECRET])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < TOTP_TEXT - 1; i++) {
		size_t bit = 5 * i, byte = bit / 8;
		unsigned pair = (unsigned)secret[byte] << 8;

		if (byte + 1 < TOTP_SECRET)
			pair |= secret[byte + 1];
		out[i] = letters[pair >> (11 - bit % 8) & 31];
	}
	out[TOTP_TEXT - 1] = '\0';
}
