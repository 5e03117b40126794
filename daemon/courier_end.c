#include "courier_end.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core.h"
#include "log.h"

/* The daemon's blocked signals are not its child's. */
static void
plain_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(
	    attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static bool
is_ours_alone(const char *variable)
{
	static const char *const names[] = {"NOTIFY_SOCKET=", "WATCHDOG_"};

	for (size_t i = 0; i < NELEM(names); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Ours, but that a child must not speak for us; the caller frees the list. */
static char **
environment(void)
{
	char **env;
	size_t n = 0, kept = 0;

	while (environ[n] != NULL)
		n++;
	env = xcalloc(n + 1, sizeof(*env));
	for (size_t i = 0; i < n; i++)
		if (!is_ours_alone(environ[i]))
			env[kept++] = environ[i];
	return env;
}

static int
spawn(const char *program, const char *channels, int theirs, pid_t *pid)
{
	const char *argv[] = {program, "--fd", "3", "-c", channels, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char **env = environment();
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	plain_signals(&attr);
	posix_spawn_file_actions_adddup2(&files, theirs, 3);
	error = posix_spawnp(
	    pid, program, &files, &attr, (char *const *)(uintptr_t)argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(env);
	return error;
}

pid_t
courier_end_spawn(const char *program, const char *channels, int *fd)
{
	int pair[2], error;
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		log_error("courier not started errno=%d", errno);
		return -1;
	}
	error = spawn(program, channels, pair[1], &pid);
	close(pair[1]);
	if (error == 0) {
		*fd = pair[0];
		return pid;
	}
	close(pair[0]);
	log_error("courier not started why=\"%s\"", strerror(error));
	return -1;
}

static bool
address_of(const char *path, struct sockaddr_un *at)
{
	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(at->sun_path))
		return false;
	memcpy(at->sun_path, path, strlen(path) + 1);
	return true;
}

int
courier_end_listen(const char *path)
{
	struct sockaddr_un at;
	int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !address_of(path, &at))
		goto failed;
	/*
	 * The socket file takes its mode when it is bound.  The courier has a
	 * user of its own and shares our group, nobody else.
	 */
	if (fchmod(fd, 0600) != 0 || (unlink(path) != 0 && errno != ENOENT))
		goto failed;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    chmod(path, 0660) == 0 && listen(fd, 4) == 0)
		return fd;
failed:
	log_error("courier socket not opened why=\"%s\"", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
