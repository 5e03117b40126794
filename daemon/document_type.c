/* What a file is, by its own bytes: the sender's word is not asked. */
#include <string.h>

#include "document.h"

#define PIECES_MAX 2

static const struct kind {
	const char *type, *suffix;
	/* What stands where; NULL: no more. */
	struct {
		size_t at;
		const char *text;
		size_t n;
	} pieces[PIECES_MAX];
	bool has_riff_size;
} kinds[] = {
    {"application/pdf", ".pdf", {{0, "%PDF-", 5}}, false},
    {"image/jpeg", ".jpg", {{0, "\xff\xd8\xff", 3}}, false},
    {"image/png", ".png", {{0, "\x89PNG\r\n\x1a\n", 8}, {8, "\0\0\0\rIHDR", 8}},
	false},
    {"image/webp", ".webp", {{0, "RIFF", 4}, {8, "WEBPVP8", 7}}, true},
};

static bool
has_pieces(const struct kind *k, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < PIECES_MAX && k->pieces[i].text != NULL; i++)
		if (n < k->pieces[i].at + k->pieces[i].n ||
		    memcmp(p + k->pieces[i].at, k->pieces[i].text,
			k->pieces[i].n) != 0)
			return false;
	return true;
}

/* The file is as long as it says: all but the first 8 bytes, perhaps padded. */
static bool
is_riff_size(const unsigned char *p, int64_t size)
{
	int64_t said = 0;

	for (int i = 3; i >= 0; i--)
		said = said * 256 + p[4 + i];
	return said + 8 == size || said + 9 == size;
}

const char *
document_type(const void *p, size_t n, int64_t size)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (has_pieces(&kinds[i], p, n) &&
		    (!kinds[i].has_riff_size || is_riff_size(p, size)))
			return kinds[i].type;
	return NULL;
}

const char *
document_type_name(const char *stored)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i].type, stored) == 0)
			return kinds[i].type;
	return NULL;
}

const char *
document_suffix(const char *type)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return kinds[i].suffix;
	return "";
}
