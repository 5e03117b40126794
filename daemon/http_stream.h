/* An answer of which one part is in memory at a time. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http.h"

struct exchange;
struct conn;

/*
 * http_stream.c: is there more than the part that was made?  If too many are on
 * their way already it becomes a 503.
 */
bool stream_is_due(struct exchange *x);
/* Send it all; ends the exchange. */
void stream_begin(struct exchange *x);
/* No more parts come: evhttp ends the answer and frees the request. */
void stream_finish(struct exchange *x);
/* The connection of any exchange has gone. */
void stream_lost(struct exchange *x);
/*
 * Has c been in its phase for longer than it may?  An answer that is still in
 * the kernel, because nobody reads it, is on its way.
 */
bool stream_is_late(const struct conn *c);

/* http_exchange.c: the handler, as a job_run; again for every part. */
enum outcome exchange_run(struct tx *tx, void *exchange);
/* Headers of the answer. */
void exchange_headers(struct exchange *x);
/* It is answered: gone from the list, and freed. */
void exchange_end(struct exchange *x);

/* http_conn.c: close it, whatever is on the way; c is gone. */
void conn_cut(struct conn *c);

#endif
