/* Small facts of the daemon itself that outlive it: table meta. */
#ifndef META_H
#define META_H

#include "store.h"

/* A text by name, which the caller frees; NULL if it is not there. */
char *meta_text(struct tx *tx, const char *name);
enum outcome meta_put_text(struct tx *tx, const char *name, const char *text);
/* A number by name, or what if it is not there. */
int64_t meta_number(struct tx *tx, const char *name, int64_t what);
/* Write it; fails like any write. */
enum outcome meta_put(struct tx *tx, const char *name, int64_t n);

#endif
