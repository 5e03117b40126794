#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE   crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(NONCE_SIZE + TAG_SIZE == SEAL_EXTRA, "SEAL_EXTRA");
_Static_assert(
    sizeof(crypto_generichash_state) <= sizeof(((struct hash *)0)->state),
    "struct hash");

bool
seal_init(void)
{
	return sodium_init() >= 0;
}

/* systemd guards those, with an access list that looks like a group's mode. */
static bool
is_credential(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	size_t n = dir == NULL ? 0 : strlen(dir);

	return n > 0 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* At most size - 1 bytes of a file that nobody else may read. */
static enum outcome
read_private(const char *path, char *text, size_t size)
{
	enum outcome how = INVALID;
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? NOT_FOUND : INVALID;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & (is_credential(path) ? 007 : 077)) != 0)
		goto out;
	n = read(fd, text, size - 1);
	if (n < 0)
		goto out;
	text[n] = '\0';
	how = OK;
out:
	close(fd);
	return how;
}

/* One line, "HEX" or "VERSION HEX"; *text goes on behind it. */
static bool
parse_key(char **text, struct key *key)
{
	char *line = *text, *hex = line, *blank;
	size_t n = strcspn(line, "\n");

	*text += n + (line[n] == '\n');
	line[n] = '\0';
	key->version = 1;
	blank = strchr(line, ' ');
	if (blank != NULL) {
		*blank = '\0';
		hex = blank + 1;
		if (!number_parse(line, 1, 9999, &key->version))
			return false;
	}
	return hex_decode(key->bytes, KEY_SIZE, hex);
}

enum outcome
key_read_both(const char *path, struct key *key, struct key *old)
{
	char text[2 * (2 * KEY_SIZE + 8)], *at = text;
	enum outcome how = read_private(path, text, sizeof(text));
	struct key first = {.version = 0}, second = {.version = 0};

	if (how != OK)
		return how;
	if (!parse_key(&at, &first) ||
	    (*at != '\0' && !parse_key(&at, &second)) || *at != '\0' ||
	    second.version >= first.version) {
		how = INVALID;
	} else {
		*key = first;
		*old = second;
	}
	sodium_memzero(text, sizeof(text));
	key_wipe(&first);
	key_wipe(&second);
	return how;
}

enum outcome
key_read(const char *path, struct key *key)
{
	struct key old;
	enum outcome how = key_read_both(path, key, &old);

	if (how == OK)
		key_wipe(&old);
	return how;
}

/* The name is as important as the bytes: sync the folder too. */
static bool
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? xstrdup(".")
				  : xstrndup(path, (size_t)(slash - path) + 1);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	free(dir);
	return done;
}

/* "HEX" of the first version, else "VERSION HEX". */
static void
add_key(struct buf *b, const struct key *key)
{
	char hex[2 * KEY_SIZE + 1];

	hex_encode(hex, key->bytes, KEY_SIZE);
	if (key->version > 1)
		buf_addf(b, "%lld ", (long long)key->version);
	buf_addf(b, "%s\n", hex);
	sodium_memzero(hex, sizeof(hex));
}

enum outcome
key_write(const char *path, const struct key *key, const struct key *old)
{
	enum outcome how = FAILED;
	struct buf b = BUF_MAX(4 * KEY_SIZE + 100);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? CONFLICT : FAILED;
	add_key(&b, key);
	if (old != NULL)
		add_key(&b, old);
	if (write(fd, b.data, b.len) == (ssize_t)b.len && fsync(fd) == 0 &&
	    sync_folder_of(path))
		how = OK;
	/* Half a key must not look like one. */
	if (how != OK)
		unlink(path);
	close(fd);
	sodium_memzero(b.data, b.len);
	buf_done(&b);
	return how;
}

enum outcome
key_write_new(const char *path)
{
	struct key key;
	enum outcome how;

	key_random(&key);
	how = key_write(path, &key, NULL);
	key_wipe(&key);
	return how;
}

void
key_random(struct key *key)
{
	randombytes_buf(key->bytes, KEY_SIZE);
	key->version = 1;
}

void
key_derive(const struct key *master, const char *purpose, struct key *out)
{
	struct key derived = {.version = master->version};

	crypto_generichash(derived.bytes, KEY_SIZE,
	    (const unsigned char *)purpose, strlen(purpose), master->bytes,
	    KEY_SIZE);
	*out = derived;
	key_wipe(&derived);
}

void
key_wipe(struct key *key)
{
	sodium_memzero(key, sizeof(*key));
}

/* table|column|row|version: the first two are our own names, without a bar,
 * and the last is a number, so that no two places are written alike. */
static char *
place_text(const struct place *at, int64_t version)
{
	return xasprintf("%s|%s|%s|%lld", at->table, at->column, at->row,
	    (long long)version);
}

unsigned char *
seal(const struct key *key, const struct place *at, const void *plain, size_t n,
    size_t *len)
{
	unsigned char *sealed = xcalloc(n + SEAL_EXTRA, 1);
	char *where = place_text(at, key->version);

	randombytes_buf(sealed, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL,
	    plain, n, (const unsigned char *)where, strlen(where), NULL, sealed,
	    key->bytes);
	*len = n + SEAL_EXTRA;
	free(where);
	return sealed;
}

enum outcome
unseal(const struct key *key, const struct place *at, const void *sealed,
    size_t n, char **plain)
{
	const unsigned char *p = sealed;
	char *where, *text;
	int bad;

	if (p == NULL || n < SEAL_EXTRA)
		return INVALID;
	where = place_text(at, key->version);
	text = xcalloc(n - SEAL_EXTRA + 1, 1);
	bad = crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)text,
	    NULL, NULL, p + NONCE_SIZE, n - NONCE_SIZE,
	    (const unsigned char *)where, strlen(where), p, key->bytes);
	free(where);
	if (bad) {
		free(text);
		return INVALID;
	}
	*plain = text;
	return OK;
}

void
seal_free(char *plain)
{
	if (plain != NULL)
		sodium_memzero(plain, strlen(plain));
	free(plain);
}

void
blind_index(const struct key *key, const char *kind, const char *text,
    unsigned char out[BLIND_SIZE])
{
	crypto_generichash_state h;

	crypto_generichash_init(&h, key->bytes, KEY_SIZE, BLIND_SIZE);
	/* The NUL is hashed too: it parts the kind from the text. */
	crypto_generichash_update(
	    &h, (const unsigned char *)kind, strlen(kind) + 1);
	crypto_generichash_update(
	    &h, (const unsigned char *)text, strlen(text));
	crypto_generichash_final(&h, out, BLIND_SIZE);
	sodium_memzero(&h, sizeof(h));
}

void
blind_again(const struct key *key, unsigned char digest[BLIND_SIZE])
{
	unsigned char out[BLIND_SIZE];

	crypto_generichash(
	    out, BLIND_SIZE, digest, BLIND_SIZE, key->bytes, KEY_SIZE);
	memcpy(digest, out, BLIND_SIZE);
}

void
key_print(const struct key *wrap, char out[17])
{
	unsigned char hash[HASH_SIZE];

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)"print",
	    5, wrap->bytes, KEY_SIZE);
	hex_encode(out, hash, 8);
}

bool
equal_ct(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
random_bytes(void *p, size_t n)
{
	randombytes_buf(p, n);
}

uint32_t
random_below(uint32_t below)
{
	return randombytes_uniform(below);
}

void
random_text(char *out, size_t n, const char *alphabet)
{
	size_t letters = strlen(alphabet), left = 0, i = 0;
	unsigned char drawn[32];

	/* Bytes above the last whole alphabet would favour its first letters. */
	while (i < n) {
		if (left == 0) {
			randombytes_buf(drawn, sizeof(drawn));
			left = sizeof(drawn);
		}
		if (drawn[--left] < 256 - 256 % letters)
			out[i++] = alphabet[drawn[left] % letters];
	}
	out[n] = '\0';
	sodium_memzero(drawn, sizeof(drawn));
}
