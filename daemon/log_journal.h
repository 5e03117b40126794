/* A line of the log as an entry of systemd's journal. */
#ifndef LOG_JOURNAL_H
#define LOG_JOURNAL_H

#include <stdbool.h>

/*
 * Priority as of syslog(3); id is the MESSAGE_ID or NULL; what the message says
 * as case=, alert=, delivery=, clock=, channel= becomes a field.  False if there is
 * no journal.  One that hangs is not waited for: the line is lost, and the next
 * that is taken says in ret_lost, else untouched, how many were.
 */
bool journal_send(
    int priority, const char *id, const char *message, unsigned *ret_lost);

#endif
