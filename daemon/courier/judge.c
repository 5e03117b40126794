#include "judge.h"

#include <stdlib.h>
#include <string.h>

const char *class_word(enum class c)
{
	static const char *const words[] = {
	    "accepted", "transient", "permanent", "ambiguous"};

	return words[c];
}

static bool
is_passing(int status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

void
judge_silence(const struct answer *a, struct judgement *j)
{
	j->code = a->status != 0 ? a->status : a->error;
	if (a->is_sent)
		j->class = AMBIGUOUS;
	else
		j->class = a->is_hopeless ? PERMANENT : TRANSIENT;
}

void
judge_http(const struct answer *a, struct judgement *j)
{
	/* A refusal is one even if its text was cut off; a yes is not. */
	if (a->status < 200 || (!a->is_whole && a->status < 300)) {
		judge_silence(a, j);
		return;
	}
	j->code = a->status;
	j->retry_after_ms = a->retry_after_ms;
	if (a->status < 300)
		j->class = ACCEPTED;
	else
		j->class = is_passing(a->status) ? TRANSIENT : PERMANENT;
}

void
judge_smtp(const struct answer *a, struct judgement *j)
{
	j->code = a->status != 0 ? a->status : a->error;
	if (a->is_whole)
		j->class = ACCEPTED;
	else if (a->status >= 400)
		j->class = a->status < 500 ? TRANSIENT : PERMANENT;
	else
		judge_silence(a, j);
}

void
transfer_header(struct transfer *t, char *header)
{
	t->headers =
	    xrealloc(t->headers, t->n_headers + 1, sizeof(*t->headers));
	t->headers[t->n_headers++] = header;
}

void
transfer_done(struct transfer *t)
{
	for (size_t i = 0; i < t->n_headers; i++)
		free(t->headers[i]);
	free(t->headers);
	free(t->method);
	free(t->url);
	free(t->body);
	free(t->mail_from);
	free(t->mail_to);
	memset(t, 0, sizeof(*t));
}
