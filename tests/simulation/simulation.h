/*
 * A ward's years in one process: the daemon's store, services and handlers, and
 * around them a clock, a disk, a courier and people that are made up from one
 * seed.  The same seed is the same life, to the byte.
 */
#ifndef SIMULATION_H
#define SIMULATION_H

#include <event2/event.h>
#include <jansson.h>

#include "clock.h"
#include "context.h"
#include "disk.h"
#include "http.h"
#include "log.h"
#include "outbox.h"
#include "schedule.h"

#define BEGIN INT64_C(1795478400000) /* 2026-11-24T07:00:00+07:00 */

/* Whoever calls the daemon. */
struct caller {
	const char *name; /* login or code */
	const char *roles;
	struct subject subject;
};

struct life {
	uint64_t seed;
	const char *canary; /* a child's name */
	char *dir, *database;
	int64_t end_at;
	struct event_base *base;
	struct event *reap, *crash;
	struct context context;
	/* NULL while the daemon is down. */
	struct store *store;
	struct outbox *outbox;
	struct schedule *schedule;
	int64_t up_since, longest_outage;
	int boots;
	bool has_people;
	json_t *books; /* what clients and receivers know, as auditor.Books */
	struct hash ledger;
};
extern struct life life;

/* time.c: virtual, both clocks; and all chance. */
void time_begin(uint64_t seed);
int64_t time_now(void); /* of the wall clock */
/* Run something so much later, never cancelled. */
void later(int64_t ms, void (*run)(void *), void *arg);
/* Of the world's own dice: 0 to below - 1. */
int64_t dice(int64_t below);
bool chance(int percent);
/* A wall clock that is wrong for a while. */
void time_skew(int64_t ms);

/* lockstep.c: the store's thread works while the loop waits. */
extern bool has_crashed;
void crash_begin(void);

/* ward.c */
bool ward_begin(void);
void ward_open(void);
void ward_boot(void *arg);
void ward_stop(void); /* as systemd would */
void ward_crash(void);

/* api.c: a call as http_exchange.c makes it; 0: there was no answer. */
int api(const struct caller *who, const char *method, const char *path,
    json_t *body, json_t **ret);
int api_keyed(const struct caller *who, const char *path, json_t *body,
    const char *key, json_t **ret);
extern const struct caller admin;

/* people.c: the team, the agencies, what they do of themselves. */
extern struct caller officer, lead, boss, agency;
bool people_begin(void);
/* Somebody got a message. */
void people_got(const char *to, const char *channel, const json_t *msg);
void people_taken(const char *reply);

/* courier.c */
extern bool is_courier_up;
void courier_begin(void);
void courier_lost(void);

/* books.c */
void books_begin(void);
void books_add(const char *list, const char *text);
void books_note(const char *what, const char *text);
void books_receipt(const char *key, json_t *receipt);
void books_got(const json_t *msg);
void books_print(void);

#endif
