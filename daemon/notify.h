/* What we tell the service manager (sd_notify(3)); silent without one.  Nothing
 * here ever waits for it. */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "core.h"

/* Does anybody listen? */
bool notify_is_heard(void);
/* The time in ms within which notify_alive must be called again; 0: any. */
int64_t notify_watchdog_ms(void);

/* READY=1 with a status line. */
void notify_ready(const char *status);
/* RELOADING=1; notify_ready ends it. */
void notify_reloading(void);
void notify_stopping(void);
/* Pet the watchdog and tell how things are; says again that we are ready. */
void notify_alive(const char *status);
/* Starting takes longer: ms more from now. */
void notify_busy(int64_t ms);

#endif
