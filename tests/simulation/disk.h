/* A tmpfs that forgets what was not synced, fails, and is full. */
#ifndef DISK_H
#define DISK_H

#include "core.h"

void disk_begin(const char *dir);
/* Nothing goes wrong after so many more writes and syncs. */
enum breakage { FAULT_NONE, FAULT_KILL, FAULT_CUT, FAULT_EIO, FAULT_SYNC };
void disk_fail(enum breakage what, int64_t operations);
/* Only so many bytes more; -1: as many as wanted. */
void disk_room(int64_t bytes);
/* True when the machine, or the daemon on it, died. */
bool disk_is_dead(void);
void disk_kill(void);
/* It starts again: a power cut takes what was not synced. */
void disk_mend(void);

#endif
