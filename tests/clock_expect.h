/* What clock_rig.c's courier got, held against what it should have. */
#ifndef CLOCK_EXPECT_H
#define CLOCK_EXPECT_H

/* Exactly this was sent since the last look: at minute, to whom, what. */
struct want {
	int minute; /* after T0 */
	const char *to, *subject;
};

static void
print_sent(void)
{
	for (size_t i = 0; i < r.n_sent; i++)
		print_message("at %lld ms to=%s %s\n",
		    (long long)(r.sent[i].at - T0), r.sent[i].to,
		    r.sent[i].subject);
}

static inline void
expect_sent(const struct want *want, size_t n)
{
	if (r.n_sent != n)
		print_sent();
	assert_int_equal(r.n_sent, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(r.sent[i].at, T0 + want[i].minute * MINUTE);
		assert_string_equal(r.sent[i].to, want[i].to);
		assert_non_null(strstr(r.sent[i].subject, want[i].subject));
	}
	r.n_sent = 0;
}
#define EXPECT(...)                                                            \
	expect_sent((const struct want[]){__VA_ARGS__},                        \
	    NELEM(((const struct want[]){__VA_ARGS__})))

#endif
