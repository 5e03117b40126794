#include <string.h>

#include "channel_kinds.h"

static const struct channel *const kinds[] = {
#define CHANNEL(name) &channel_##name,
#include "channels.def"
#undef CHANNEL
};

const struct channel *
channel_kind(const char *name)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}
