/* Agencies that must call every so often, that silence be heard. */
#ifndef HEARTBEAT_H
#define HEARTBEAT_H

#include "store.h"

/* Silence of so many seconds is an alarm from now on; 0: it need not call. */
enum outcome heartbeat_set(
    struct tx *tx, const char *agency_id, const char *code, int64_t seconds);
/* It called: its alarm is put off, or over if it rang. */
enum outcome heartbeat_seen(struct tx *tx, const char *code);
/* Who is still silent though the alarm was answered is an alarm again. */
enum outcome heartbeat_check(struct tx *tx);

#endif
