#include "contact.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "keyring.h"

/* A number that people dial is so long. */
#define DIGITS_MIN 8
#define DIGITS_MAX 15

/* What people put between the digits of one number. */
static bool
is_between(char c)
{
	return c != '\0' && strchr(" .-()", c) != NULL;
}

/* The next number of a text, digits only; NULL if there is none. */
static const char *
next_number(const char *s, char out[DIGITS_MAX + 1])
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (isdigit((unsigned char)*s)) {
			if (n < DIGITS_MAX)
				out[n++] = *s;
		} else if (n >= DIGITS_MIN && !is_between(*s)) {
			break;
		} else if (!is_between(*s)) {
			n = 0;
		}
	}
	out[n] = '\0';
	return n >= DIGITS_MIN ? s : NULL;
}

/* What stands around an address in a sentence. */
#define AROUND	 " \t\n,;:!?()<>\"'"
#define WORD_MIN 5
#define WORD_MAX 200

/* "anh.ta@example.vn." without its full stop; is it like an address at all? */
static bool
next_word(const char **text, char out[WORD_MAX + 1])
{
	size_t n;

	*text += strspn(*text, AROUND);
	n = strcspn(*text, AROUND);
	snprintf(out, WORD_MAX + 1, "%.*s", (int)n, *text);
	*text += n;
	n = strlen(out);
	while (n > 0 && out[n - 1] == '.')
		out[--n] = '\0';
	return **text != '\0' || n > 0;
}

static bool
is_like_address(const char *word)
{
	return strlen(word) >= WORD_MIN && strpbrk(word, "@0123456789") != NULL;
}

static enum outcome
index_words(struct tx *tx, const char *child_id, const char *text)
{
	char word[WORD_MAX + 1];
	enum outcome how = OK;

	while (how == OK && next_word(&text, word))
		if (is_like_address(word))
			how = blind_add(tx, "never", word, "child", child_id);
	return how;
}

/* Numbers with blanks in them, and every word that may be an address. */
static enum outcome
index_text(struct tx *tx, const char *child_id, const char *text)
{
	char number[DIGITS_MAX + 1];
	const char *rest = text;
	enum outcome how = OK;

	while (how == OK && rest != NULL &&
	       (rest = next_number(rest, number)) != NULL)
		how = blind_add(tx, "never", number, "child", child_id);
	return how == OK && text != NULL ? index_words(tx, child_id, text)
					 : how;
}

enum outcome
contact_index(struct tx *tx, const char *child_id, const json_t *child)
{
	const json_t *safe = json_object_get(child, "safe_contact"), *one;
	enum outcome how = index_text(
	    tx, child_id, json_string_value(json_object_get(safe, "never")));
	size_t i;

	json_array_foreach(json_object_get(safe, "never_to"), i, one)
	{
		if (how == OK)
			how = blind_add(tx, "never", json_string_value(one),
			    "child", child_id);
	}
	return how;
}

bool
contact_allows(struct tx *tx, const char *alert_id, const char *text)
{
	unsigned char digests[2][BLIND_SIZE];

	if (blind_digests(tx, "never", text, digests) != OK)
		return true; /* no address */
	return tx_number(tx, Q_NEVER_OF_ALERT, 1,
		   ARGS(V_TEXT(alert_id), V_BLOB(digests[0], BLIND_SIZE),
		       V_BLOB(digests[1], BLIND_SIZE))) == 0;
}
