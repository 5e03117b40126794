#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES_MAX 100000

int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void *
must(void *p)
{
	if (p == NULL)
		die("memory");
	return p;
}

struct lines
read_lines(const char *path)
{
	struct lines l = {must(calloc(LINES_MAX, sizeof(char *))), 0};
	FILE *f = fopen(path, "re");
	char line[512];

	if (f == NULL)
		die(path);
	while (l.n < LINES_MAX && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		l.v[l.n++] = must(strdup(line));
	}
	fclose(f);
	return l;
}

char *
read_all(const char *path)
{
	char *text = must(calloc(1, BUFFER));
	FILE *f = fopen(path, "re");

	if (f == NULL || fread(text, 1, BUFFER / 2, f) == 0)
		die(path);
	fclose(f);
	return text;
}

struct timings
timings_of(size_t max)
{
	return (struct timings){must(calloc(max, sizeof(int64_t))), 0, max};
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
print_timings(const char *name, struct timings *t)
{
	qsort(t->us, t->n, sizeof(*t->us), by_size);
	printf("\"%s\":{\"n\":%zu", name, t->n);
	if (t->n > 0)
		printf(",\"p50\":%lld,\"p99\":%lld,\"max\":%lld",
		    (long long)t->us[t->n / 2],
		    (long long)t->us[t->n * 99 / 100],
		    (long long)t->us[t->n - 1]);
	printf("},");
}
