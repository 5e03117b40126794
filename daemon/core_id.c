#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "core.h"
#include "log.h"

#define COUNTER_BITS 42

/* Drawn many at a time; each is given out once.  Under the lock of rise(). */
static uint64_t
random_64(void)
{
	static uint64_t drawn[32]; /* 256 bytes: never cut short, random(7) */
	static size_t n_left;

	if (n_left == 0) {
		if (getrandom(drawn, sizeof(drawn), 0) !=
		    (ssize_t)sizeof(drawn))
			fatal("getrandom failed");
		n_left = NELEM(drawn);
	}
	return drawn[--n_left];
}

/*
 * The next (millisecond, counter) pair, always above the last one, also when
 * the clock stands still or goes back (RFC 9562, 6.2 method 1).
 */
static void
rise(uint64_t *ms, uint64_t *counter, uint64_t *random)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t last_ms, last_counter;
	uint64_t now = (uint64_t)clock_now();

	pthread_mutex_lock(&lock);
	if (now > last_ms) {
		last_ms = now;
		/* The top bit is left clear as room to count in. */
		last_counter = random_64() >> (64 - COUNTER_BITS + 1);
	} else {
		last_counter += 1 + (random_64() & 0xffff);
		if (last_counter >> COUNTER_BITS != 0) {
			last_ms++;
			last_counter = 0;
		}
	}
	*ms = last_ms;
	*counter = last_counter;
	*random = random_64();
	pthread_mutex_unlock(&lock);
}

static void
put(unsigned char *to, uint64_t v, int n)
{
	while (n-- > 0) {
		to[n] = (unsigned char)v;
		v >>= 8;
	}
}

static void
write_id(char id[ID_SIZE], const unsigned char b[16])
{
	char hex[2 * 16 + 1];

	hex_encode(hex, b, 16);
	for (size_t i = 0, j = 0; j <= 32; j++) {
		if (j == 8 || j == 12 || j == 16 || j == 20)
			id[i++] = '-';
		id[i++] = hex[j];
	}
}

void
id_new(char id[ID_SIZE])
{
	unsigned char b[16];
	uint64_t ms, counter, random;

	rise(&ms, &counter, &random);
	put(b, ms, 6);
	/* 12 bits after the version, 30 after the variant, 32 random. */
	put(b + 6, 0x7000 | counter >> 30, 2);
	put(b + 8, 0x80000000 | (counter & 0x3fffffff), 4);
	put(b + 12, random, 4);
	write_id(id, b);
}

void
id_derive(char id[ID_SIZE], const char *beside, uint64_t order,
    const unsigned char hash[16])
{
	enum { TIME_CHARS = 13 }; /* of the text: 48 bits and a hyphen */
	unsigned char b[16];

	memcpy(b, hash, sizeof(b));
	put(b + 6, 0x7000 | (order & 0xfff), 2);
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	write_id(id, b);
	memcpy(id, beside, TIME_CHARS);
}

bool
id_ok(const char *id)
{
	if (strlen(id) != ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < ID_SIZE - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (id[i] != '-')
				return false;
		} else if (strchr("0123456789abcdef", id[i]) == NULL) {
			return false;
		}
	}
	return true;
}
