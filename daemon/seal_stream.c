#include "seal_stream.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC	   "HOTLBAK1"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define CHUNK	   ((size_t)64 * 1024)
#define EXTRA	   crypto_secretstream_xchacha20poly1305_ABYTES
#define MORE	   crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
#define LAST	   crypto_secretstream_xchacha20poly1305_TAG_FINAL

typedef crypto_secretstream_xchacha20poly1305_state state_t;

/* What stands before the chunks. */
struct opening {
	unsigned char magic[MAGIC_SIZE];
	unsigned char key[crypto_box_SEALBYTES + KEY_SIZE];
	unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
};

struct stream {
	state_t state;
	int fd;
	unsigned char plain[CHUNK], sealed[CHUNK + EXTRA];
	size_t n; /* bytes in plain */
	unsigned char tag;
};

void
reader_public(const struct key *secret, unsigned char out[KEY_SIZE])
{
	crypto_scalarmult_base(out, secret->bytes);
}

static bool
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* Up to n bytes, fewer only at the end; -1 on an error. */
static ssize_t
read_all(int fd, void *p, size_t n)
{
	char *at = p;
	size_t have = 0;

	while (have < n) {
		ssize_t done = read(fd, at + have, n - have);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		if (done == 0)
			break;
		have += (size_t)done;
	}
	return (ssize_t)have;
}

static bool
put_chunk(struct stream *s, const void *plain, size_t n, unsigned char tag)
{
	unsigned char size[4];

	for (size_t i = 0; i < sizeof(size); i++)
		size[i] = (unsigned char)((n + EXTRA) >> (8 * i));
	crypto_secretstream_xchacha20poly1305_push(
	    &s->state, s->sealed, NULL, plain, n, size, sizeof(size), tag);
	return write_all(s->fd, size, sizeof(size)) &&
	       write_all(s->fd, s->sealed, n + EXTRA);
}

static bool
put_opening(struct stream *s, const unsigned char reader[KEY_SIZE])
{
	struct opening o;
	struct key key;
	bool good;

	memcpy(o.magic, MAGIC, MAGIC_SIZE);
	key_random(&key);
	good = crypto_box_seal(o.key, key.bytes, KEY_SIZE, reader) == 0 &&
	       crypto_secretstream_xchacha20poly1305_init_push(
		   &s->state, o.header, key.bytes) == 0 &&
	       write_all(s->fd, &o, sizeof(o));
	key_wipe(&key);
	return good;
}

static void
stream_free(struct stream *s)
{
	sodium_memzero(s, sizeof(*s));
	free(s);
}

enum outcome
stream_seal(
    const unsigned char reader[KEY_SIZE], const char *head, int from, int to)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	size_t n = strlen(head);
	ssize_t got = (ssize_t)CHUNK;
	bool good;

	s->fd = to;
	good =
	    n <= CHUNK && put_opening(s, reader) && put_chunk(s, head, n, MORE);
	while (good && got == (ssize_t)CHUNK) {
		got = read_all(from, s->plain, CHUNK);
		good = got >= 0 && put_chunk(s, s->plain, (size_t)got,
				       got == (ssize_t)CHUNK ? MORE : LAST);
	}
	stream_free(s);
	return good ? OK : FAILED;
}

static enum outcome
get_chunk(struct stream *s)
{
	unsigned char size[4];
	size_t n = 0;
	unsigned long long plain_n;

	if (read_all(s->fd, size, sizeof(size)) != sizeof(size))
		return INVALID;
	for (size_t i = 0; i < sizeof(size); i++)
		n |= (size_t)size[i] << (8 * i);
	if (n < EXTRA || n > CHUNK + EXTRA ||
	    read_all(s->fd, s->sealed, n) != (ssize_t)n)
		return INVALID;
	if (crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain,
		&plain_n, &s->tag, s->sealed, n, size, sizeof(size)) != 0)
		return INVALID;
	s->n = (size_t)plain_n;
	return OK;
}

static enum outcome
get_opening(struct stream *s, const struct key *secret)
{
	struct opening o;
	struct key key;
	unsigned char reader[KEY_SIZE];
	enum outcome how = INVALID;

	if (read_all(s->fd, &o, sizeof(o)) != sizeof(o) ||
	    memcmp(o.magic, MAGIC, MAGIC_SIZE) != 0)
		return INVALID;
	reader_public(secret, reader);
	if (crypto_box_seal_open(
		key.bytes, o.key, sizeof(o.key), reader, secret->bytes) == 0 &&
	    crypto_secretstream_xchacha20poly1305_init_pull(
		&s->state, o.header, key.bytes) == 0)
		how = OK;
	key_wipe(&key);
	return how;
}

/* The chunks after the head, up to the last one, and nothing after it. */
static enum outcome
get_rest(struct stream *s, int to)
{
	char more;

	do {
		if (get_chunk(s) != OK)
			return INVALID;
		if (!write_all(to, s->plain, s->n))
			return FAILED;
	} while (s->tag == MORE);
	return s->tag == LAST && read_all(s->fd, &more, 1) == 0 ? OK : INVALID;
}

enum outcome
stream_open(const struct key *secret, int from, int to, char **head)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	char *first = NULL;
	enum outcome how;

	s->fd = from;
	how = get_opening(s, secret);
	if (how == OK)
		how = get_chunk(s);
	if (how == OK && s->tag != MORE)
		how = INVALID;
	if (how == OK) {
		first = xstrndup((const char *)s->plain, s->n);
		how = get_rest(s, to);
	}
	if (how == OK)
		*head = first;
	else
		free(first);
	stream_free(s);
	return how;
}
