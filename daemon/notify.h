/* What we tell the service manager (sd_notify(3)); silent without one. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* READY=1 with a status line. */
void notify_ready(const char *status);
/* RELOADING=1; notify_ready ends it. */
void notify_reloading(void);
void notify_stopping(void);

#endif
