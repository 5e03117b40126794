/*
 * What every module may use: outcomes, memory that cannot fail, a bounded
 * growing string, a list of faults, identifiers.
 */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

/* Size of a UUID as text with its terminating NUL. */
#define ID_SIZE 37

/* How an operation ended.  The world's errors are values; ours are fatal. */
enum outcome {
	OK,	   /* done */
	NOT_FOUND, /* no such row, file or member */
	INVALID,   /* the caller's input is wrong */
	REFUSED,   /* understood, but not allowed */
	CONFLICT,  /* a unique rule says no */
	FULL,	   /* no room on the disk */
	FAILED,	   /* anything else; logged where it happened */
};

/* Memory.  On exhaustion they log and abort: no caller checks. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
/* The same for libraries that ask for so many bytes. */
void *xmalloc(size_t n);
void *xresize(void *p, size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As much of from (NULL: nothing) as fits into size bytes with its NUL. */
void text_copy(char *to, size_t size, const char *from);

/*
 * A growing byte string that never exceeds max bytes (NUL not counted).
 * After an overflow `over` stays true and further additions are dropped.
 * data is NUL-terminated once anything was added; NULL before.
 */
struct buf {
	char *data;
	size_t len, cap, max;
	bool over;
};
#define BUF_MAX(n) ((struct buf){.max = (n)})

void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Hand the string to the caller, who frees it ("" if nothing was added). */
char *buf_take(struct buf *b);
void buf_done(struct buf *b);

/*
 * Faults found in somebody's input: where (a JSON pointer, or file:line) and
 * what is wrong and allowed.  Order of discovery is kept.  At most
 * FAULTS_MAX are stored; n counts all of them.
 */
#define FAULTS_MAX 100
struct fault {
	char *where, *what;
};
struct faults {
	struct fault list[FAULTS_MAX];
	size_t n;
};

void faults_add(struct faults *f, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Faults held in list, at most FAULTS_MAX. */
size_t faults_held(const struct faults *f);
void faults_done(struct faults *f);

/* A new UUIDv7 (RFC 9562, 5.7) of clock_now(), rising within this process. */
void id_new(char id[ID_SIZE]);
/*
 * An id that follows from what it stands for: the time of beside, then order
 * (12 bits: ids beside one another rise with it), then 62 bits of the hash.
 */
void id_derive(char id[ID_SIZE], const char *beside, uint64_t order,
    const unsigned char hash[16]);
/* True for the canonical lower-case text form of a UUID. */
bool id_ok(const char *id);

/* Lower-case hex of n bytes; out has room for 2n + 1. */
void hex_encode(char *out, const void *bytes, size_t n);
/* True if text is exactly 2n hex digits; fills n bytes. */
bool hex_decode(void *bytes, size_t n, const char *text);

/* A whole number in [low, high] written in plain decimal, nothing else. */
bool number_parse(const char *s, int64_t low, int64_t high, int64_t *n);

#endif
