/* Which child of a copy or follow-up is which child that we have. */
#ifndef INTAKE_KIN_H
#define INTAKE_KIN_H

#include "intake_case.h"

/* The children of an incident that news may speak of. */
#define KIN_MAX 64
struct kin {
	char id[ID_SIZE];
	char case_id[ID_SIZE]; /* in whose file it is now */
	char own_case[ID_SIZE];
	json_t *child; /* as it was told first */
	int64_t seen_at;
	const json_t *news; /* the child of the body that is this one */
	bool is_nameless;   /* only that no name was known speaks for it */
};
struct kinship {
	struct kin list[KIN_MAX];
	size_t n;
	json_t *strangers; /* children of the body that are none of them */
};
/* Read them and match the children of i's body.  kinship_done it. */
enum outcome
kinship_find(struct tx *tx, const struct incident *i, struct kinship *k);
void kinship_done(struct kinship *k);
/* The child of a case that the news speak of, or NULL. */
const struct kin *kinship_of_case(const struct kinship *k, const char *case_id);

#endif
