/*
 * The rules all channels share: what an answer, or none, means.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "channel.h"

/*
 * An HTTP answer by its status: 2xx accepted; 408, 425, 429 and 5xx transient;
 * everything else, redirects too, permanent.  Without a whole answer: see
 * judge_silence.
 */
void judge_http(const struct answer *a, struct judgement *j);
/* Not even that: ambiguous if anything was sent, else try again or not. */
void judge_silence(const struct answer *a, struct judgement *j);
/* SMTP: 4xx transient, 5xx permanent (RFC 5321, 4.2.1), accepted if all went
 * well. */
void judge_smtp(const struct answer *a, struct judgement *j);

#endif
