/* What lists of cases and of what is due in them share (http_case_list.c). */
#ifndef CASE_LIST_H
#define CASE_LIST_H

#include "cursor.h"
#include "schema.h"

#define LIST_PAGE_MAX 200

/*
 * A list by its query, for who may list cases: answer() is given the query as
 * an object of the schema, in which limit is a number.
 */
enum outcome list_query(struct tx *tx, const struct request *r,
    struct response *a, const struct schema *schema,
    enum outcome (*answer)(struct tx *tx, const struct request *r,
	struct response *a, const json_t *asked));
/* What of it is asked; NULL and 50 if nothing is said. */
const char *list_text(const json_t *asked, const char *name);
size_t list_limit(const json_t *asked);
/* The question without where it goes on; new reference. */
json_t *list_question(const json_t *asked);
/* Record that these cases were listed; takes their codes. */
enum outcome list_audit(struct tx *tx, const struct request *r, json_t *codes);
/* "next" of a page: where it goes on behind last, if that was not all. */
void list_next(
    struct tx *tx, const struct cursor_of *of, const char *last, json_t *page);
/*
 * 200 with the page, which is taken, or what went wrong; INVALID: the query.
 * What goes on has a link to the next page of /v1/<list>, but for a search.
 */
enum outcome list_answer(const struct request *r, struct response *a,
    const char *list, enum outcome how, json_t *page);

#endif
