/*
 * The master key for the safe: lines of eight groups of four hex digits, each
 * with a check of its own, so that one wrong letter is found in its line.
 */
#include "ctl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qr.h"
#include "seal.h"

#define LINE_BYTES   8
#define CHECK_DIGITS 4

/* The check of a line: it also knows which line it is. */
static void
check_of(
    const unsigned char *bytes, size_t n, int line, char out[CHECK_DIGITS + 1])
{
	unsigned char hash[HASH_SIZE];
	struct hash h;
	char hex[2 * HASH_SIZE + 1];

	hash_init(&h);
	hash_add(&h, &line, sizeof(line));
	hash_add(&h, bytes, n);
	hash_end(&h, hash);
	hex_encode(hex, hash, HASH_SIZE);
	memcpy(out, hex, CHECK_DIGITS);
	out[CHECK_DIGITS] = '\0';
}

static void
print_line(const unsigned char *bytes, int line)
{
	char hex[2 * LINE_BYTES + 1], check[CHECK_DIGITS + 1];

	hex_encode(hex, bytes, LINE_BYTES);
	check_of(bytes, LINE_BYTES, line, check);
	printf("%d:", line);
	for (size_t i = 0; i < 2 * LINE_BYTES; i += 4)
		printf(" %.4s", hex + i);
	printf(" / %s\n", check);
}

/* Line 0: wrapped keys know the version of what wraps them. */
static void
print_version(int64_t version)
{
	unsigned char bytes[2] = {
	    (unsigned char)(version >> 8), (unsigned char)version};
	char check[CHECK_DIGITS + 1];

	check_of(bytes, sizeof(bytes), 0, check);
	printf("0: %02x%02x / %s\n", bytes[0], bytes[1], check);
}

int
verb_secret_print(struct call *c)
{
	const char *path = call_text(c, "file");
	char hex[2 * KEY_SIZE + 1];
	struct key key;
	int rc = CTL_OK;

	if (key_read(path, &key) != OK) {
		fprintf(
		    stderr, "hotlinectl: %s: no key that may be read\n", path);
		return CTL_NO;
	}
	printf("hotlined: khóa chính / master key, version %lld\n\n",
	    (long long)key.version);
	print_version(key.version);
	for (int line = 1; line <= KEY_SIZE / LINE_BYTES; line++)
		print_line(key.bytes + (line - 1) * LINE_BYTES, line);
	putchar('\n');
	hex_encode(hex, key.bytes, KEY_SIZE);
	if (!json_is_true(json_object_get(c->fields, "no_qr")))
		rc = qr_print(hex);
	puts("\nCất trong két, mỗi nơi một bản. Keep in a safe, apart from the "
	     "backups.\nTo use it: hotlinectl secret enter FILE");
	explicit_bzero(hex, sizeof(hex));
	key_wipe(&key);
	return rc;
}

/* ---- Back in ---- */

/* The hex digits after "n:", check included; blanks and dashes are nothing. */
static bool
read_digits(const char *text, char *out, size_t want)
{
	size_t n = 0;

	for (; *text != '\0' && *text != '\n'; text++) {
		if (strchr(" \t\r/-", *text) != NULL)
			continue;
		if (!isxdigit((unsigned char)*text) || n == want)
			return false;
		out[n++] = (char)tolower((unsigned char)*text);
	}
	out[n] = '\0';
	return n == want;
}

/* Line n of the typed text into its place; false if it does not check. */
static bool
read_line(const char *text, int line, unsigned char *bytes, size_t n)
{
	char mark[8], digits[2 * LINE_BYTES + CHECK_DIGITS + 1];
	char check[CHECK_DIGITS + 1];
	const char *at = text;

	snprintf(mark, sizeof(mark), "%d:", line);
	while (strncmp(at, mark, strlen(mark)) != 0) {
		at = strchr(at, '\n');
		if (at == NULL)
			return false;
		at++;
	}
	if (!read_digits(at + strlen(mark), digits, 2 * n + CHECK_DIGITS))
		return false;
	memcpy(check, digits + 2 * n, sizeof(check));
	digits[2 * n] = '\0';
	if (!hex_decode(bytes, n, digits))
		return false;
	check_of(bytes, n, line, digits);
	return strcmp(check, digits) == 0;
}

/* All lines into the key; the number of the first that does not check, or -1. */
static int
read_lines(const char *text, struct key *key)
{
	unsigned char version[2];

	if (!read_line(text, 0, version, sizeof(version)))
		return 0;
	for (int line = 1; line <= KEY_SIZE / LINE_BYTES; line++)
		if (!read_line(text, line, key->bytes + (line - 1) * LINE_BYTES,
			LINE_BYTES))
			return line;
	key->version = version[0] << 8 | version[1];
	return -1;
}

int
verb_secret_enter(struct call *c)
{
	const char *path = call_text(c, "file"), *from = call_text(c, "text");
	char *text = file_text(from == NULL ? "-" : from);
	struct key key = {.version = 1};
	int line;
	enum outcome how = INVALID;

	if (text == NULL)
		return CTL_NO;
	line = read_lines(text, &key);
	if (line >= 0)
		fprintf(stderr, "hotlinectl: line %d does not check\n", line);
	else
		how = key_write(path, &key, NULL);
	if (line < 0 && how != OK)
		fprintf(stderr,
		    "hotlinectl: %s is there already, or cannot be written\n",
		    path);
	seal_free(text);
	key_wipe(&key);
	return how == OK ? CTL_OK : CTL_NO;
}
