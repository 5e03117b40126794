/*
 * A disk that loses power: a FUSE folder with one file, "disk", that a loop
 * device stands on.  Writes go to memory and to a queue; a sync carries the
 * queue to the image.  On SIGUSR1 the power fails: of what was not synced
 * nothing, or a random half of the sectors, reaches the image, and from then
 * on every call fails.  A test tool: it aborts on faults of its own.
 *
 *	cutdisk IMAGE none|subset SEED FOLDER REPORT	(absolute paths)
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

/* A write that no sync has carried to the image yet. */
struct pending {
	struct pending *next;
	off_t at;
	size_t n;
	char bytes[];
};

static struct disk {
	pthread_mutex_t mutex;
	int image;
	off_t size;
	char *memory; /* what readers see */
	struct pending *first, **last;
	bool is_dead, keeps_some;
	unsigned seed;
	size_t writes, syncs;
	const char *report;
	sigset_t power;
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void *
need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
to_image(const char *bytes, size_t n, off_t at)
{
	if (pwrite(disk.image, bytes, n, at) != (ssize_t)n)
		abort();
}

static int
on_getattr(const char *path, struct stat *st, struct fuse_file_info *info)
{
	(void)info;
	*st = (struct stat){.st_nlink = 1};
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0755;
		return 0;
	}
	if (strcmp(path, "/disk") != 0)
		return -ENOENT;
	st->st_mode = S_IFREG | 0600;
	st->st_size = disk.size;
	return 0;
}

static int
on_read(
    const char *path, char *to, size_t n, off_t at, struct fuse_file_info *info)
{
	int got = -EIO;

	(void)path, (void)info;
	if (at >= disk.size)
		return 0;
	if ((off_t)n > disk.size - at)
		n = (size_t)(disk.size - at);
	pthread_mutex_lock(&disk.mutex);
	if (!disk.is_dead) {
		memcpy(to, disk.memory + at, n);
		got = (int)n;
	}
	pthread_mutex_unlock(&disk.mutex);
	return got;
}

static int
on_write(const char *path, const char *bytes, size_t n, off_t at,
    struct fuse_file_info *info)
{
	struct pending *p = need(malloc(sizeof(*p) + n));
	int put = -EIO;

	(void)path, (void)info;
	if (at + (off_t)n > disk.size) {
		free(p);
		return -ENOSPC;
	}
	*p = (struct pending){.at = at, .n = n};
	memcpy(p->bytes, bytes, n);
	pthread_mutex_lock(&disk.mutex);
	if (disk.is_dead) {
		free(p);
	} else {
		memcpy(disk.memory + at, bytes, n);
		*disk.last = p;
		disk.last = &p->next;
		disk.writes++;
		put = (int)n;
	}
	pthread_mutex_unlock(&disk.mutex);
	return put;
}

static int
on_fsync(const char *path, int data, struct fuse_file_info *info)
{
	struct pending *p;
	bool is_dead;

	(void)path, (void)data, (void)info;
	pthread_mutex_lock(&disk.mutex);
	is_dead = disk.is_dead;
	while (!is_dead && (p = disk.first) != NULL) {
		to_image(p->bytes, p->n, p->at);
		disk.first = p->next;
		free(p);
	}
	if (disk.first == NULL)
		disk.last = &disk.first;
	disk.syncs += !is_dead;
	pthread_mutex_unlock(&disk.mutex);
	return is_dead ? -EIO : 0;
}

/* The platter took whichever sectors it liked. */
static void
keep_some(const struct pending *p)
{
	for (size_t i = 0; i < p->n; i += SECTOR)
		if (random() & 1)
			to_image(p->bytes + i,
			    p->n - i < SECTOR ? p->n - i : SECTOR,
			    p->at + (off_t)i);
}

static void *
await_the_cut(void *arg)
{
	size_t unsynced = 0;
	FILE *f;
	int sig;

	(void)arg;
	sigwait(&disk.power, &sig);
	pthread_mutex_lock(&disk.mutex);
	disk.is_dead = true;
	srandom(disk.seed);
	for (const struct pending *p = disk.first; p != NULL; p = p->next) {
		unsynced++;
		if (disk.keeps_some)
			keep_some(p);
	}
	f = need(fopen(disk.report, "w"));
	fprintf(f, "writes=%zu syncs=%zu unsynced=%zu\n", disk.writes,
	    disk.syncs, unsynced);
	fclose(f);
	pthread_mutex_unlock(&disk.mutex);
	return NULL;
}

static int
on_truncate(const char *path, off_t size, struct fuse_file_info *info)
{
	(void)path, (void)size, (void)info;
	return 0;
}

static int
on_fallocate(
    const char *path, int mode, off_t at, off_t n, struct fuse_file_info *info)
{
	(void)path, (void)mode, (void)at, (void)n, (void)info;
	return -EOPNOTSUPP;
}

static void
load(const char *image)
{
	disk.image = open(image, O_RDWR);
	disk.size = lseek(disk.image, 0, SEEK_END);
	if (disk.size <= 0)
		abort();
	/* Private: pages nobody wrote are the image's, the others ours. */
	disk.memory = mmap(NULL, (size_t)disk.size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE, disk.image, 0);
	if (disk.memory == MAP_FAILED)
		abort();
	disk.last = &disk.first;
}

int
main(int argc, char **argv)
{
	static const struct fuse_operations operations = {
	    .getattr = on_getattr,
	    .read = on_read,
	    .write = on_write,
	    .fsync = on_fsync,
	    .truncate = on_truncate,
	    .fallocate = on_fallocate,
	};
	pthread_t cutter;

	if (argc != 6)
		return 2;
	load(argv[1]);
	disk.keeps_some = strcmp(argv[2], "subset") == 0;
	disk.seed = (unsigned)strtoul(argv[3], NULL, 10);
	disk.report = argv[5];
	sigemptyset(&disk.power);
	sigaddset(&disk.power, SIGUSR1);
	if (pthread_sigmask(SIG_BLOCK, &disk.power, NULL) != 0 ||
	    pthread_create(&cutter, NULL, await_the_cut, NULL) != 0)
		return 1;
	return fuse_main(3, ((char *[]){argv[0], (char *)"-f", argv[4], NULL}),
	    &operations, NULL);
}
