/*
 * What the daemon does about people on its own: who comes on duty is asked to
 * take it on, who answered nothing for long gets a drill, and leads hear of
 * rungs without anybody and of vacant offices before they are needed.
 */
#ifndef DUTY_WATCH_H
#define DUTY_WATCH_H

#include "store.h"

/* Look at all of it, if it is time; writes alarms and when to look again. */
enum outcome duty_watch(struct tx *tx, int64_t now);
/* When it has to look again (UTC ms); INT64_MAX: it watches nothing. */
int64_t duty_watch_next(struct tx *tx);

#endif
