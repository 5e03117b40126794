/* An input as a file in a folder of its own, for what reads files. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stdio.h>
#include <unistd.h>

#include "core.h"
#include "fuzz.h"

struct file {
	char *dir, *path;
};

static inline void
file_write(struct file *f, const uint8_t *p, size_t n)
{
	const char *tmp = getenv("TMPDIR");
	FILE *out;

	f->dir = xasprintf("%s/fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	HOLDS(mkdtemp(f->dir) != NULL);
	f->path = xasprintf("%s/one.conf", f->dir);
	out = fopen(f->path, "wb");
	HOLDS(out != NULL && fwrite(p, 1, n, out) == n && fclose(out) == 0);
}

static inline void
file_remove(struct file *f)
{
	HOLDS(unlink(f->path) == 0 && rmdir(f->dir) == 0);
	free(f->path);
	free(f->dir);
}

#endif
