/*
 * A disk that is full or fails: the test's own pwrite64, fdatasync,
 * posix_fallocate and statvfs stand before libc's, for SQLite too.
 */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENDLESS INT64_MAX

static struct {
	_Atomic int64_t capacity;
	atomic_int syncs, sync_errno, write_errno;
	const char *dir;
} disk = {.capacity = ENDLESS};

static int64_t
used(void)
{
	DIR *d = opendir(disk.dir);
	struct dirent *e;
	struct stat st;
	int64_t sum = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' &&
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			sum += st.st_size;
	if (d != NULL)
		closedir(d);
	return sum;
}

static bool
has_room(int fd, int64_t end)
{
	struct stat st;

	if (disk.capacity == ENDLESS || fstat(fd, &st) != 0 ||
	    end <= st.st_size)
		return true;
	return used() + end - st.st_size <= disk.capacity;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	errno = disk.write_errno;
	if (errno == 0 && !has_room(fd, at + (int64_t)n))
		errno = ENOSPC;
	return errno != 0 ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

int
fdatasync(int fd)
{
	disk.syncs++;
	errno = disk.sync_errno;
	return errno != 0 ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	if (disk.write_errno != 0 || !has_room(fd, at + n))
		return disk.write_errno != 0 ? disk.write_errno : ENOSPC;
	return syscall(SYS_fallocate, fd, 0, at, n) == 0 ? 0 : errno;
}

int
statvfs(const char *path, struct statvfs *fs)
{
	int64_t free =
	    disk.capacity == ENDLESS ? 1 << 30 : disk.capacity - used();

	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_frsize = 1;
	fs->f_bavail = free > 0 ? (fsblkcnt_t)free : 0;
	return 0;
}

#endif
