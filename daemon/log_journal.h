/* A line of the log as an entry of systemd's journal. */
#ifndef LOG_JOURNAL_H
#define LOG_JOURNAL_H

#include <stdbool.h>

/*
 * Priority as of syslog(3); id is the MESSAGE_ID or NULL; what the message says
 * as case=, alert=, delivery=, clock=, channel= becomes a field.  False if the
 * journal does not take it.
 */
bool journal_send(int priority, const char *id, const char *message);

#endif
