/*
 * Preloaded: the MALLOC_AT-th allocation of the program MALLOC_OF fails; with
 * MALLOC_STICKY all after it, too.  MALLOC_COUNT is a file that gets how many
 * there were.  A crash prints where it was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static struct {
	atomic_long n;
	long at;
	bool counts, is_sticky;
} state;

static void
on_crash(int sig)
{
	void *frames[32];

	state.counts = false;
	backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void __attribute__((constructor)) begin(void)
{
	void *frames[2];

	const char *of = getenv("MALLOC_OF"), *at = getenv("MALLOC_AT");

	if (of == NULL || strcmp(of, program_invocation_short_name) != 0)
		return;
	state.at = at == NULL ? 0 : strtol(at, NULL, 10);
	state.is_sticky = getenv("MALLOC_STICKY") != NULL;
	(void)backtrace(frames, 2); /* it allocates the first time */
	(void)signal(SIGSEGV, on_crash);
	state.counts = true;
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("MALLOC_COUNT");
	char text[32];
	int fd;

	if (!state.counts || path == NULL)
		return;
	state.counts = false;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	snprintf(text, sizeof(text), "%ld", state.n);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static bool
fails(void)
{
	long n;

	if (!state.counts)
		return false;
	n = ++state.n;
	if (state.at == 0 || n < state.at || (n > state.at && !state.is_sticky))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
