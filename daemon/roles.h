/* Roles of members: rows of roles.def as words and bits. */
#ifndef ROLES_H
#define ROLES_H

#include "core.h"

enum role {
#define ROLE(name) ROLE_##name,
#include "roles.def"
#undef ROLE
	ROLE_MAX
};
/* Their words, in order, and NULL. */
extern const char *const role_names[ROLE_MAX + 1];
/* One word; false if it is none. */
bool role_parse(const char *word, enum role *role);
/* Bits of a blank-separated list; false if a word is unknown. */
bool roles_parse(const char *s, unsigned *bits);
bool has_role(unsigned bits, enum role r);

#endif
