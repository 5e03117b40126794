/*
 * Which answers of an HTTP API mean that it has taken the message.  Success is
 * what the application says, not only its status.
 */
#ifndef HTTP_RULES_H
#define HTTP_RULES_H

#include "channel.h"

struct http_rules {
	const char *status; /* "200-299 304"; NULL: 200-299 */
	/* One "path=value" or a list of them; NULL: the status is enough. */
	const struct node *accept, *transient;
	const char *ref; /* path of the provider's name for the message */
};

void http_rules_check(
    const struct http_rules *r, const struct node *at, struct faults *faults);
/*
 * A status that is not accepted: as judge_http, a 2xx permanent.  An accepted
 * one whose body cannot be read: ambiguous.  A body that no rule knows:
 * permanent, the next channel must not wait.
 */
void http_rules_judge(
    const struct http_rules *r, const struct answer *a, struct judgement *j);

#endif
