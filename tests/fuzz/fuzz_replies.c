/* What reaches the courier from outside: replies of smsd, vendors' answers. */
#include "inbox.h"
#include "judge.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct judgement j = {0};
	struct answer a = {.is_sent = true, .is_whole = true};
	struct reply r;

	if (reply_parse((const char *)p, n, &r))
		HOLDS(r.from != NULL && r.text != NULL);
	reply_done(&r);
	a.status = n > 1 ? p[0] << 2 | (p[1] & 3) : 0;
	a.body = (const char *)p;
	a.body_len = n;
	judge_http(&a, &j);
	HOLDS((j.class == ACCEPTED) == (a.status >= 200 && a.status <= 299));
	return 0;
}
