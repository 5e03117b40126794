/* Copies of the database in private folders, removed when we are done. */
#include "ctl.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

/* mkdtemp's letters at the end of a folder's name. */
#define LETTERS 6

/* Ours alone, and so old that whoever asked for it must have been killed. */
static bool
is_forgotten(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	       (st.st_mode & 077) == 0 &&
	       st.st_mtime * SECOND < clock_now() - DAY;
}

/* The folder, which holds files only. */
static void
remove_folder(int beside, const char *name)
{
	int fd = openat(
	    beside, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 && is_forgotten(fd) ? fdopendir(fd) : NULL;
	struct dirent *e;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlinkat(fd, e->d_name, 0);
	closedir(dir);
	(void)unlinkat(beside, name, AT_REMOVEDIR);
}

/* What others of us left beside this folder when they were killed. */
static void
remove_forgotten(const char *folder)
{
	char *copy = xstrdup(folder);
	const char *name = strrchr(folder, '/') + 1;
	size_t n = strlen(name);
	DIR *dir = opendir(dirname(copy));
	struct dirent *e;

	while (dir != NULL && n > LETTERS && (e = readdir(dir)) != NULL)
		if (strlen(e->d_name) == n &&
		    strncmp(e->d_name, name, n - LETTERS) == 0)
			remove_folder(dirfd(dir), e->d_name);
	if (dir != NULL)
		closedir(dir);
	free(copy);
}

void
remove_copy(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char *copy = xstrdup(path);
	const char *folder;

	for (size_t i = 0; i < NELEM(endings); i++) {
		char *file = xasprintf("%s%s", path, endings[i]);

		(void)unlink(file);
		free(file);
	}
	folder = dirname(copy);
	(void)rmdir(folder);
	remove_forgotten(folder);
	free(copy);
}
