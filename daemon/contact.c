#include "contact.h"

#include <ctype.h>
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

static enum outcome
index_text(struct tx *tx, const char *child_id, const char *text)
{
	char number[DIGITS_MAX + 1];
	enum outcome how = OK;

	while (how == OK && text != NULL &&
	       (text = next_number(text, number)) != NULL)
		how = blind_add(tx, "never", number, "child", child_id);
	return how;
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
		return true; /* no number */
	return tx_number(tx, Q_NEVER_OF_ALERT, 1,
		   ARGS(V_TEXT(alert_id), V_BLOB(digests[0], BLIND_SIZE),
		       V_BLOB(digests[1], BLIND_SIZE))) == 0;
}
