/* The kinds of channels.def, declared for their files and their list. */
#ifndef CHANNEL_KINDS_H
#define CHANNEL_KINDS_H

#include "channel.h"

#define CHANNEL(name) extern const struct channel channel_##name;
#include "channels.def"
#undef CHANNEL

#endif
