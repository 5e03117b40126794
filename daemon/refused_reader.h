/*
 * Who reads what was refused may be the one it accuses: it was never taken, so
 * no bar stands against them yet.
 */
#ifndef REFUSED_READER_H
#define REFUSED_READER_H

#include "people.h"

/* A member, by their folded name, where they work and are reached. */
struct refused_reader {
	char *name;    /* NULL: nobody to look for */
	char *work;    /* folded name of the agency where they work, or NULL */
	char code[17]; /* its code */
	struct address addresses[ADDRESSES_MAX];
	size_t n;
};
void refused_reader_open(
    struct tx *tx, const struct subject *who, struct refused_reader *r);
void refused_reader_done(struct refused_reader *r);
/* Does the refused body with this id name the reader?  False if it cannot be
 * opened. */
bool
refused_names(struct tx *tx, const struct refused_reader *r, const char *id);

#endif
