/*
 * What providers answer, by status and body: no status is accepted that no rule
 * accepts.  Two bytes are the status, one says what libcurl saw, the rest is
 * the body.
 */
#include <string.h>

#include "conf_tree.h"
#include "http_rules.h"
#include "judge.h"

#include "fuzz.h"

static struct node
rule(const char *text)
{
	return (struct node){
	    .kind = NODE_TEXT, .text = text, .file = "made-up"};
}

static void
by_rules(const struct answer *a)
{
	const struct node accept = rule("result.code=0"),
			  transient = rule("error=-32");
	const struct http_rules rules = {.status = "200-299 304",
	    .accept = &accept,
	    .transient = &transient,
	    .ref = "result.id"};
	struct judgement j = {0};

	http_rules_judge(&rules, a, &j);
	HOLDS(j.class <= AMBIGUOUS && memchr(j.ref, '\0', sizeof(j.ref)));
	HOLDS(j.class != ACCEPTED || a->status == 304 ||
	      (a->status >= 200 && a->status <= 299));
	HOLDS(j.class != ACCEPTED || a->is_whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct answer a = {0};
	struct judgement j = {0};

	if (n < 3)
		return 0;
	a.status = (p[0] << 8 | p[1]) % 1000;
	a.is_sent = (p[2] & 1) != 0;
	a.is_whole = (p[2] & 2) != 0;
	a.is_hopeless = (p[2] & 4) != 0;
	a.error = p[2] >> 3;
	a.body = (const char *)p + 3;
	a.body_len = n - 3;
	by_rules(&a);
	judge_smtp(&a, &j);
	HOLDS(j.class <= AMBIGUOUS);
	HOLDS(j.class != ACCEPTED || a.is_whole);
	j = (struct judgement){0};
	judge_silence(&a, &j);
	HOLDS(j.class != ACCEPTED);
	return 0;
}
