/* The pure parts of http: routes, JSON and queries, answers. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "http.h"

/* What is looked for in the route table. */
struct target {
	const char *method, *path; /* path still encoded, without the query */
	bool is_control;	   /* ADMIN rows count */
	bool is_watch;		   /* only WATCHER rows count */
};
/*
 * Sets r->route and r->args, or returns the code of a problem.  If the path is
 * known, allow collects its methods.
 */
const char *route_find(const struct route_table *table, const struct target *t,
    struct request *r, struct buf *allow);
/* Does a whole request line ask for an UPLOAD row of this route_table? */
bool route_takes_upload(const void *table, const char *line, size_t n);
void route_args_free(struct request *r);

/* An object, or NULL and the code of a problem. */
json_t *json_read(const char *p, size_t n, const char **problem);
/* name=value&...; NULL if malformed, or if a name comes twice. */
json_t *query_read(const char *query);
/* NULL if it is not UTF-8 then; the caller frees. */
char *percent_decode(const char *s, size_t n, bool plus_is_blank);

bool answer_is_problem(const struct response *a);
const char *answer_get_header(const struct response *a, const char *name);
/* Empty it. */
void answer_done(struct response *a);
/* Does a list of entity tags (If-Match, If-None-Match) name this one? */
bool tag_matches(const char *list, const char *tag, bool weak_too);

#endif
