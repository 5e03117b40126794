/* Cases: one a child; opened by a referral, moved by acts. */
#ifndef CASES_H
#define CASES_H

#include "allow.h"
#include "http.h"
#include "procedure.h"
#include "store.h"

struct case_row {
	char id[ID_SIZE], code[16], incident[16], assignee[ID_SIZE];
	char file[ID_SIZE]; /* the case whose file it is in: mostly itself */
	bool is_merged;	    /* into another; then it is not open */
	bool is_open, is_confidential, is_possible_duplicate;
	int64_t t0_at, received_at, version;
	struct facts facts;
	const char *doing; /* the step that an act is doing: facts leave it */
};

/* By code ("K7Q2-M4XD") or by id; NOT_FOUND. */
enum outcome case_find(struct tx *tx, const char *code, struct case_row *c);
enum outcome case_get(struct tx *tx, const char *id, struct case_row *c);
/* The case whose file it is in now: the one it was merged into, or itself. */
enum outcome case_get_file(struct tx *tx, const char *id, struct case_row *c);
/* What allow() needs to know about a subject and this case. */
void case_object(struct tx *tx, const struct case_row *c,
    const struct subject *s, struct object *o);
bool
case_is_barred(struct tx *tx, const char *case_id, const struct subject *s);
/* As a line of the log may name it, which admins read: "-" if none must. */
const char *case_for_log(struct tx *tx, const char *case_id);

/*
 * Change facts, bump the version, audit the difference, and tell the clocks:
 * steps whose condition ended are dropped, "<fact>.<word>" events open others.
 */
enum outcome case_set_fact(struct tx *tx, struct case_row *c, enum fact f,
    int word, const struct subject *by);
/*
 * The same, with when it happened, which is when clocks start that it opens;
 * then what the procedure says that follows from it.
 */
struct change {
	enum fact fact;
	int word;
	int64_t at;
};
enum outcome case_change(struct tx *tx, struct case_row *c,
    const struct change *what, const struct subject *by);

/* An act as the record keeps it. */
struct act {
	char id[ID_SIZE];
	const char *case_id, *step, *kind;
	const struct subject *by;
	int64_t acted_at;     /* claimed; never later than now */
	const char *evidence; /* coded; may be NULL */
	const json_t *body;   /* sealed with the case key; may be NULL */
};
/* Store and audit an act; fills a->id.  recorded_at is clock_now(). */
enum outcome act_add(struct tx *tx, struct act *a);

/* A code as people say it: 8 letters and digits without 0 O 1 I, one hyphen. */
void case_code(char code[16]);
/* Does a text hold what could be a case's code, whether there is one or not? */
bool case_code_in(const char *text);

#endif
