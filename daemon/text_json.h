/* JSON as one line of text, for the record, the sealed fields and answers. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <jansson.h>

/*
 * The very bytes of json_dumps(value, JSON_COMPACT), members in the order in
 * which they were set, at a third of its cost: no value of ours contains
 * itself, which jansson looks for.  The caller frees; never NULL.
 */
char *text_json(const json_t *value);

#endif
