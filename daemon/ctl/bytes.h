/* Requests whose body, or whose answer, is bytes and no JSON (request.c). */
#ifndef CTL_BYTES_H
#define CTL_BYTES_H

#include "ctl.h"

/* Some of an answer's bytes; false, with errno, ends the request. */
typedef bool take_bytes(void *arg, const void *p, size_t n);
/* PUT n bytes with their digest (RFC 9530); as call_send. */
int call_put(const struct call *c, const char *path, const void *p, size_t n,
    json_t **answer);
/*
 * GET bytes as they come; as call_send.  CTL_USAGE: the daemon did not answer
 * to the end, what was taken is not all.
 */
int
call_fetch(const struct call *c, const char *path, take_bytes *take, void *arg);

#endif
