#include "notify.h"

#include "clock.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

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

/*
 * As sd_notify does, but without waiting: the service manager takes so many
 * messages unread (net.unix.max_dgram_qlen), and while it hangs notifications
 * and alerts go on.  What finds no room is lost: notify_alive makes up for it.
 */
static void
tell(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = path == NULL ? 0 : strlen(path);
	int fd;

	if (n == 0 || n >= sizeof(to.sun_path))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	(void)sendto(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void
notify_ready(const char *status)
{
	char *text = xasprintf("READY=1\nSTATUS=%s", status);

	tell(text);
	free(text);
}

void
notify_reloading(void)
{
	char *text = xasprintf(
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono() * 1000);

	tell(text);
	free(text);
}

void
notify_stopping(void)
{
	tell("STOPPING=1\nSTATUS=draining");
}

/*
 * READY=1 again, which changes nothing for who has heard it: a start whose READY
 * was lost must not run into its time limit.
 */
void
notify_alive(const char *status)
{
	char *text = xasprintf("READY=1\nWATCHDOG=1\nSTATUS=%s", status);

	tell(text);
	free(text);
}

void
notify_busy(int64_t ms)
{
	char *text = xasprintf("EXTEND_TIMEOUT_USEC=%" PRId64, ms * 1000);

	tell(text);
	free(text);
}
