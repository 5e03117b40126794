/* An answer that does not end: whoever asked is told when it would differ. */
#ifndef HTTP_FOLLOW_H
#define HTTP_FOLLOW_H

#include "http.h"

struct exchange;

/*
 * http_follow.c: is it one, and is there room for it?  If not, it becomes a
 * 503; of one caller's too many the oldest ends instead.
 */
bool follow_is_due(struct exchange *x);
/* Send the first news and keep it open. */
void follow_begin(struct exchange *x);
/* Its connection has gone. */
void follow_lost(struct exchange *x);
struct followers *followers_new(struct http *h);
/* All end, in the middle of whatever. */
void followers_end(struct http *h);
void followers_free(struct http *h);
int64_t followers_count(const struct http *h);
/* Something may have been committed: look, if somebody waits for news. */
void http_kick(struct http *h);

#endif
