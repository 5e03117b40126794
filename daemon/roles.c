#include "roles.h"

#include <string.h>

const char *const role_names[ROLE_MAX + 1] = {
#define ROLE(name) #name,
#include "roles.def"
#undef ROLE
};

/* The bit of a role of n letters; -1 if there is none. */
static int
role_find(const char *s, size_t n)
{
	for (int i = 0; i < ROLE_MAX; i++)
		if (strlen(role_names[i]) == n &&
		    memcmp(role_names[i], s, n) == 0)
			return i;
	return -1;
}

bool
role_parse(const char *word, enum role *role)
{
	int found = role_find(word, strlen(word));

	if (found >= 0)
		*role = (enum role)found;
	return found >= 0;
}

bool
roles_parse(const char *s, unsigned *bits)
{
	unsigned all = 0;

	for (s += strspn(s, " "); *s != '\0'; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");
		int role = role_find(s, n);

		if (role == -1)
			return false;
		all |= 1u << role;
		s += n;
	}
	*bits = all;
	return true;
}

bool
has_role(unsigned bits, enum role r)
{
	return (bits >> r & 1) != 0;
}
