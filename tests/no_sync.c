/*
 * Preloaded, it makes the daemon's commits what synchronous=NORMAL would: the
 * log is not synced.  The teeth of the power cuts.
 */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int fdatasync(int fd);

int
fdatasync(int fd)
{
	char link[64] = "/proc/self/fd/", path[4096];
	char *end = link + strlen(link);
	ssize_t n;

	for (int div = 1000000; div > 0; div /= 10)
		if (fd >= div || div == 1)
			*end++ = (char)('0' + fd / div % 10);
	n = readlink(link, path, sizeof(path));
	if (n > 4 && memcmp(path + n - 4, "-wal", 4) == 0)
		return 0;
	return (int)syscall(SYS_fdatasync, fd);
}
