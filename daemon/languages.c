#include "languages.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

const char *const language_codes[LANGUAGE_MAX + 1] = {
#define LANGUAGE(code, names) #code,
#include "languages.def"
#undef LANGUAGE
};
static const char *const language_names[] = {
#define LANGUAGE(code, names) names,
#include "languages.def"
#undef LANGUAGE
};

unsigned
languages_parse(const char *codes)
{
	unsigned all = 0;

	for (codes += strspn(codes, " "); *codes != '\0';) {
		size_t n = strcspn(codes, " ");

		for (int i = 0; i < LANGUAGE_MAX; i++)
			if (strlen(language_codes[i]) == n &&
			    memcmp(language_codes[i], codes, n) == 0)
				all |= 1u << i;
		codes += n;
		codes += strspn(codes, " ");
	}
	return all;
}

unsigned
language_of(const char *text)
{
	char *plain = text == NULL ? NULL : text_fold(text), *name;
	unsigned found = 0;

	if (plain == NULL || plain[0] == '\0' || strchr(plain, '|') != NULL) {
		free(plain);
		return 0;
	}
	name = xasprintf("|%s|", plain);
	for (int i = 0; i < LANGUAGE_MAX; i++)
		if (strstr(language_names[i], name) != NULL)
			found |= 1u << i;
	free(name);
	free(plain);
	return found;
}
