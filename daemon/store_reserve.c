#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "store_parts.h"

#define RETRY_MS (2 * SECOND)
#define SLACK	 65536

/* Room for the reserve and an eighth more, so that it does not flap. */
static bool
is_room(const struct store *s)
{
	struct statvfs fs;
	int64_t need = s->reserve_bytes + s->reserve_bytes / 8 + SLACK;

	if (statvfs(s->path, &fs) != 0)
		return false;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize >= need;
}

/* All of its blocks are ours; zero or an errno. */
static int
allocate(const struct store *s, int fd)
{
	struct stat st;
	int error;

	if (fstat(fd, &st) == 0 && st.st_size == s->reserve_bytes &&
	    st.st_blocks * 512 >= s->reserve_bytes)
		return 0;
	error = posix_fallocate(fd, 0, s->reserve_bytes);
	if (error == 0 && ftruncate(fd, s->reserve_bytes) != 0)
		error = errno;
	if (error == 0 && fsync(fd) != 0)
		error = errno;
	return error;
}

bool
store_is_over_quota(const struct store *s)
{
	char *path = xasprintf("%s.probe", s->path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error = fd < 0 ? errno : posix_fallocate(fd, 0, SLACK);

	if (fd >= 0)
		close(fd);
	unlink(path);
	free(path);
	return error == EDQUOT;
}

static int
make_reserve(const struct store *s)
{
	int fd, error;

	if (s->reserve_bytes == 0)
		return 0;
	fd = open(
	    s->reserve_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno;
	error = allocate(s, fd);
	close(fd);
	if (error != 0)
		unlink(s->reserve_path);
	return error;
}

void
store_reserve_start(struct store *s)
{
	int error = make_reserve(s);

	s->reserve_tried = clock_mono();
	if (error == 0)
		return;
	atomic_store(&s->full, true);
	s->stats.full_events++;
	log_error("disk full at start: intake is refused until the reserve can "
		  "be made errno=%d why=\"%s\"",
	    error, strerrordesc_np(error));
}

void
store_full_enter(struct store *s)
{
	if (atomic_load(&s->full))
		return;
	/* Cut first: an open descriptor elsewhere would keep the blocks. */
	if (s->reserve_bytes > 0 && truncate(s->reserve_path, 0) != 0)
		log_error("reserve not released errno=%d", errno);
	unlink(s->reserve_path);
	atomic_store(&s->full, true);
	s->reserve_tried = clock_mono();
	pthread_mutex_lock(&s->mutex);
	s->stats.full_events++;
	pthread_mutex_unlock(&s->mutex);
	log_error("disk full: the reserve is in use and intake is refused");
	if (s->wake != NULL)
		s->wake(s->wake_arg);
}

void
store_full_leave(struct store *s)
{
	if (!atomic_load(&s->full) ||
	    clock_mono() - s->reserve_tried < RETRY_MS)
		return;
	s->reserve_tried = clock_mono();
	if (!is_room(s) || make_reserve(s) != 0)
		return;
	atomic_store(&s->full, false);
	log_warn("disk has room again: intake is open");
}
