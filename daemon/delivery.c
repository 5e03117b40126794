#include "delivery.h"

#include <string.h>

static const char *const words[RESULT_MAX] = {
    [RESULT_ACCEPTED] = "accepted",
    [RESULT_TRANSIENT] = "transient",
    [RESULT_PERMANENT] = "permanent",
    [RESULT_AMBIGUOUS] = "ambiguous",
};

enum result
result_find(const char *word)
{
	for (int i = 0; word != NULL && i < RESULT_MAX; i++)
		if (strcmp(words[i], word) == 0)
			return (enum result)i;
	return RESULT_AMBIGUOUS;
}

const char *
result_word(enum result r)
{
	return words[r];
}

int64_t
delivery_backoff(const struct delivery_limits *l, const struct attempt *a)
{
	int64_t ceiling = l->backoff_first, asked = a->retry_after_ms;
	int64_t pause;

	for (int64_t i = 1; i < a->number && ceiling < l->backoff_max; i++)
		ceiling *= 2;
	if (ceiling > l->backoff_max)
		ceiling = l->backoff_max;
	if (asked > l->backoff_max)
		asked = l->backoff_max;
	pause = 1 + (int64_t)(((uint64_t)ceiling * a->random) >> 32);
	return pause > asked ? pause : asked;
}

struct verdict
delivery_judge(const struct delivery_limits *l, const struct attempt *a)
{
	struct verdict v = {.state = "waiting"};

	if (a->result == RESULT_ACCEPTED) {
		v.state = "accepted";
	} else if (a->result == RESULT_PERMANENT) {
		v.widens = !a->is_widened;
		if (a->is_last)
			v.next_at = a->now + l->backoff_max;
		else
			v.state = "refused";
	} else {
		v.widens = !a->is_widened && a->number >= l->attempts;
		v.next_at = a->now + delivery_backoff(l, a);
	}
	return v;
}

void
breaker_result(const struct breaker_limits *l, struct breaker *b, enum result r,
    int64_t now)
{
	if (r == RESULT_ACCEPTED || r == RESULT_PERMANENT) {
		*b = (struct breaker){0};
		return;
	}
	if (++b->failures >= l->failures)
		b->open_until_at = now + l->pause;
}

int64_t
breaker_room(const struct breaker_limits *l, const struct breaker *b,
    int64_t now, int64_t under_way, int64_t wanted)
{
	if (b->open_until_at > now)
		return 0;
	if (b->failures < l->failures)
		return wanted;
	return under_way == 0 && wanted > 0 ? 1 : 0;
}

int64_t
channel_share(int64_t leased, int64_t left, size_t n_channels)
{
	int64_t places = leased + left;
	int64_t more = places - (int64_t)n_channels + 1;
	int64_t half = n_channels > 1 ? (places + 1) / 2 : places;

	if (half <= 1 || half <= more)
		return half;
	return more > 1 ? more : 1;
}
