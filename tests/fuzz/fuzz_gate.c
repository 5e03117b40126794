/* The HTTP gate: bytes in one piece and one by one have the same reading. */
#include <string.h>

#include "http_gate.h"

#include "fuzz.h"

static const struct gate_limits limits = {
    .head = 1024, .uri = 256, .body = 1000};

static void
take(void *arg, const void *p, size_t n)
{
	buf_add(arg, p, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf once = BUF_MAX((size_t)1 << 20), bits = once;
	struct gate a, b;
	bool is_open = true, is_well;

	gate_init(&a, &limits);
	gate_init(&b, &limits);
	is_well = gate_feed(&a, (const char *)p, n, take, &once);
	for (size_t i = 0; i < n && is_open; i++)
		is_open = gate_feed(&b, (const char *)p + i, 1, take, &bits);
	HOLDS(is_well == is_open);
	HOLDS(is_well == (a.problem == NULL));
	HOLDS(is_well || strcmp(a.problem, b.problem) == 0);
	HOLDS(once.len == bits.len && once.len <= n);
	HOLDS(once.len == 0 || memcmp(once.data, bits.data, once.len) == 0);
	free(gate_header(&a, "host"));
	gate_done(&a);
	gate_done(&b);
	buf_done(&once);
	buf_done(&bits);
	return 0;
}
