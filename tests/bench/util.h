/* What the small programs of the bench share. */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define BUFFER 65536

struct lines {
	char **v;
	size_t n;
};

/* Latencies in microseconds, as many as there is room for. */
struct timings {
	int64_t *us;
	size_t n, max;
};

/* The monotonic clock, in microseconds. */
int64_t now_us(void);
/* Say what failed and why (errno), and end. */
_Noreturn void die(const char *what);
/* p, which is not NULL. */
void *must(void *p);
/* The lines of a file; they live until the end. */
struct lines read_lines(const char *path);
/* A whole file of at most BUFFER / 2 bytes, in BUFFER bytes. */
char *read_all(const char *path);
struct timings timings_of(size_t max);
/* As a JSON member: n, p50, p99, max; sorts them. */
void print_timings(const char *name, struct timings *t);

#endif
