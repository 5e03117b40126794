/*
 * Who is on duty, who is away, who can be reached.  Pure: rotations,
 * overrides, swaps and leave in, an answer for any instant out; nothing is
 * worked out ahead and stored.  People are numbers into rota.people.
 */
#ifndef ROTA_H
#define ROTA_H

#include "core.h"

struct rota_person {
	char id[ID_SIZE];
	unsigned roles; /* bits of roles.def */
	bool is_active, has_address, has_cases;
};
struct rota_span {
	int who;
	int64_t from, until;
};
/* Two members agreed: whoever would be on duty here, the other one is. */
struct rota_swap {
	int who, instead;
	int64_t from, until;
};
/* One after the other in this order, each for unit ms, from first_at on. */
struct rotation {
	int64_t first_at, unit;
	int *order;
	size_t n;
};
struct rota {
	struct rota_person *people;
	struct rotation *rotations;
	struct rota_span *duties, *leaves;
	struct rota_swap *swaps;
	char **outside; /* kinds of agencies with an address */
	size_t n_people, n_rotations, n_duties, n_leaves, n_swaps, n_outside;
};
/* Frees the lists; the struct is the caller's. */
void rota_done(struct rota *r);
/* The number of a person by id; -1: not in the ward. */
int rota_find(const struct rota *r, const char *id);

#define ON_DUTY_MAX 16
struct on_duty {
	int who[ON_DUTY_MAX], passed[ON_DUTY_MAX];
	size_t n, n_passed;
};
/*
 * Who is on duty at t (UTC ms), and who was passed over: it is their turn, but
 * they are stopped or on leave.  An override beats the rotations while its
 * member is there.  For whoever is not there a swap falls back to the one who
 * gave the shift away, a rotation to the next in its order, an override to the
 * rotations: n is 0 only if nobody of any of them is there.
 */
void rota_on_duty(const struct rota *r, int64_t t, struct on_duty *out);
bool rota_is_away(const struct rota *r, int who, int64_t t);
/*
 * The first instant after t at which an answer may differ: a hand-over, or an
 * edge of an override, swap or leave.  INT64_MAX: never.
 */
int64_t rota_next_change(const struct rota *r, int64_t t);

/*
 * Does a rung's word ("duty", a role, "outside:hotline", "holder") reach
 * somebody at t?  "holder" does while everybody who holds an open case can be
 * reached.  A lone chairman is called even on leave.
 */
bool rota_reaches(const struct rota *r, const char *who, int64_t t);

struct procedure;
/* Nobody of a rung can be reached in [from, until). */
struct gap {
	const char *ladder;
	size_t rung;
	const char *const *who;
	size_t n_who;
	int64_t from, until;
};
/* Every gap of every rung of every ladder in [from, until), in order. */
void rota_gaps(const struct rota *r, const struct procedure *p,
    const int64_t span[2], void (*fn)(void *arg, const struct gap *g),
    void *arg);

#endif
