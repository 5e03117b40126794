/*
 * Bodies checked against tables: every mistake at once, each with a JSON
 * pointer (RFC 6901) that never carries a value or an unknown member's name;
 * details are Vietnamese, for people.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <jansson.h>

#include "core.h"

enum field_kind {
	FIELD_TEXT, /* fit for text_nfc, low..high code points */
	FIELD_INT,  /* low..high */
	FIELD_BOOL,
	FIELD_WORD,    /* one of words */
	FIELD_WORDS,   /* a list of words without repeats, low..high of them */
	FIELD_DATE,    /* YYYY-MM-DD, a real day, from 1900 on */
	FIELD_INSTANT, /* RFC 3339 with offset */
	FIELD_OBJECT,  /* of schema */
	FIELD_LIST,    /* low..high objects of schema */
	FIELD_TEXTS,   /* low..high texts of at most 200 characters */
};

struct schema;
struct field {
	const char *name;
	enum field_kind kind;
	bool required;
	int64_t low, high;
	const char *const *words; /* NULL-terminated */
	const struct schema *schema;
};
struct schema {
	const struct field *fields;
	size_t n;
};

/* True if no fault was added.  body NULL is one fault at "". */
bool
schema_check(const struct schema *s, const json_t *body, struct faults *faults);

#endif
