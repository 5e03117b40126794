/*
 * The file system under SQLite: pwrite64 and its sisters stand before libc's.
 * What was written and not synced is remembered, old and new; a power cut puts
 * the old back and then a part of the new, by sectors.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simulation.h"

#define SECTOR 512

/* n new bytes at at, or (is_cut) the end of the file there. */
struct change {
	TAILQ_ENTRY(change) next;
	ino_t file;
	off_t at, old_size;
	size_t n, n_old;
	char *new, *old;
	bool is_cut;
};
static TAILQ_HEAD(changes, change) changes = TAILQ_HEAD_INITIALIZER(changes);

static struct {
	const char *dir;
	enum breakage fault;
	int64_t left, capacity;
	bool is_dead, is_cut;
} disk = {.capacity = -1};

void
disk_begin(const char *dir)
{
	disk.dir = dir;
}

void
disk_fail(enum breakage what, int64_t operations)
{
	disk.fault = what;
	disk.left = operations;
}

bool
disk_is_dead(void)
{
	return disk.is_dead;
}

void
disk_kill(void)
{
	disk.is_dead = true;
}

static int64_t
used(void)
{
	DIR *d = opendir(disk.dir);
	struct dirent *e;
	struct stat st;
	int64_t sum = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
		    S_ISREG(st.st_mode))
			sum += st.st_size;
	if (d != NULL)
		closedir(d);
	return sum;
}

void
disk_room(int64_t bytes)
{
	disk.capacity = bytes < 0 ? -1 : used() + bytes;
}

static bool
has_room(int fd, int64_t end)
{
	struct stat st;

	if (disk.capacity < 0 || fstat(fd, &st) != 0 || end <= st.st_size)
		return true;
	return used() + end - st.st_size <= disk.capacity;
}

/* Does this operation fail?  An errno, or 0. */
static int
fault_now(bool is_sync)
{
	if (disk.is_dead)
		return EIO;
	if (disk.fault == FAULT_NONE || disk.left-- > 0)
		return 0;
	if (disk.fault == FAULT_SYNC && !is_sync)
		return 0;
	disk.is_dead = disk.fault != FAULT_EIO;
	disk.is_cut = disk.fault == FAULT_CUT || disk.fault == FAULT_SYNC;
	disk.fault = FAULT_NONE;
	return EIO;
}

static struct change *
remember(int fd, off_t at, size_t n)
{
	struct change *c = xcalloc(1, sizeof(*c));
	struct stat st = {0};
	ssize_t got;

	(void)fstat(fd, &st);
	c->file = st.st_ino;
	c->at = at;
	c->old_size = st.st_size;
	c->old = xcalloc(1, n + 1);
	got = syscall(SYS_pread64, fd, c->old, n, at);
	c->n_old = got > 0 ? (size_t)got : 0;
	TAILQ_INSERT_TAIL(&changes, c, next);
	return c;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	struct change *c;

	errno = fault_now(false);
	if (errno == 0 && !has_room(fd, at + (int64_t)n))
		errno = ENOSPC;
	if (errno != 0)
		return -1;
	c = remember(fd, at, n);
	c->n = n;
	c->new = xcalloc(1, n);
	memcpy(c->new, p, n);
	return syscall(SYS_pwrite64, fd, p, n, at);
}

int
ftruncate64(int fd, off64_t size)
{
	struct stat st = {0};

	errno = fault_now(false);
	if (errno != 0)
		return -1;
	(void)fstat(fd, &st);
	if (st.st_size > size)
		remember(fd, size, (size_t)(st.st_size - size))->is_cut = true;
	return (int)syscall(SYS_ftruncate, fd, size);
}

static void
forget(struct change *c)
{
	TAILQ_REMOVE(&changes, c, next);
	free(c->old);
	free(c->new);
	free(c);
}

static int
sync_file(int fd)
{
	struct change *c, *next;
	struct stat st = {0};

	errno = fault_now(true);
	if (errno != 0)
		return -1;
	(void)fstat(fd, &st);
	for (c = TAILQ_FIRST(&changes); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		if (c->file == st.st_ino)
			forget(c);
	}
	return 0;
}

int
fdatasync(int fd)
{
	return sync_file(fd);
}

int
fsync(int fd)
{
	return sync_file(fd);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	int error = disk.is_dead ? EIO : 0;

	if (error == 0 && !has_room(fd, at + n))
		error = ENOSPC;
	if (error == 0 && syscall(SYS_fallocate, fd, 0, at, n) != 0)
		error = errno;
	return error;
}

int
statvfs(const char *path, struct statvfs *fs)
{
	int64_t room = disk.capacity < 0 ? 1 << 30 : disk.capacity - used();

	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_frsize = 1;
	fs->f_bavail = room > 0 ? (fsblkcnt_t)room : 0;
	return 0;
}

/* A descriptor of the file with that number; -1: it is gone. */
static int
open_file(ino_t file)
{
	DIR *d = opendir(disk.dir);
	struct dirent *e;
	int fd = -1;

	while (d != NULL && fd < 0 && (e = readdir(d)) != NULL)
		if (e->d_ino == file)
			fd = openat(dirfd(d), e->d_name, O_RDWR | O_CLOEXEC);
	if (d != NULL)
		closedir(d);
	return fd;
}

static void
put_old(const struct change *c)
{
	int fd = open_file(c->file);

	if (fd < 0)
		return;
	(void)syscall(SYS_pwrite64, fd, c->old, c->n_old, c->at);
	(void)syscall(SYS_ftruncate, fd, c->old_size);
	close(fd);
}

static void
put_new(const struct change *c)
{
	int fd = open_file(c->file);

	if (fd < 0)
		return;
	if (c->is_cut && chance(50))
		(void)syscall(SYS_ftruncate, fd, c->at);
	for (size_t i = 0; i < c->n; i += SECTOR)
		if (chance(50))
			(void)syscall(SYS_pwrite64, fd, c->new + i,
			    c->n - i < SECTOR ? c->n - i : SECTOR,
			    c->at + (off_t)i);
	close(fd);
}

void
disk_mend(void)
{
	struct change *c;

	if (disk.is_cut) {
		TAILQ_FOREACH_REVERSE(c, &changes, changes, next)
		put_old(c);
		TAILQ_FOREACH(c, &changes, next)
		put_new(c);
		while ((c = TAILQ_FIRST(&changes)) != NULL)
			forget(c);
	}
	disk.is_dead = disk.is_cut = false;
	disk.fault = FAULT_NONE;
}
