#include "notify.h"

#include "clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

bool
notify_is_heard(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

int64_t
notify_watchdog_ms(void)
{
	uint64_t us;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 1000) : 0;
}

void
notify_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
notify_reloading(void)
{
	(void)sd_notifyf(
	    0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono() * 1000);
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=draining");
}

void
notify_alive(const char *status)
{
	(void)sd_notifyf(0, "WATCHDOG=1\nSTATUS=%s", status);
}

void
notify_busy(int64_t ms)
{
	(void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%" PRId64, ms * 1000);
}
