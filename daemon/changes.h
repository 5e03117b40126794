/*
 * A new member, role, name, address or way to log in is void until a second person
 * approves.  It waits as a row with the body of its call; nothing else in the
 * ward knows of it, so nothing is called, counted or locked out by it.  The
 * exception, recorded with each: until two people who can log in hold lead or
 * chairman, for nobody could approve; once they did, it never comes back.
 */
#ifndef CHANGES_H
#define CHANGES_H

#include "http_request.h"
#include "store.h"

enum change_kind {
#define CHANGE(name, apply) CHANGE_##name,
#include "changes.def"
#undef CHANGE
	CHANGE_MAX
};

struct asked {
	char id[ID_SIZE];
	enum change_kind kind;
	char about[ID_SIZE];	 /* login or agency code */
	char member_id[ID_SIZE]; /* whose it is; "": of nobody yet */
	json_t *body;		 /* owned; of the call */
	struct subject asker;	 /* kind and id */
	int64_t expires_at;	 /* UTC ms */
};
void change_done(struct asked *c);
const char *change_name(enum change_kind kind);

/* Does a second person have to approve now?  The first yes is recorded. */
enum outcome changes_are_guarded(struct tx *tx, bool *guarded);
/*
 * Is a new password, token or reset of this member one that needs it: they
 * decide in the ward, or could log in already?
 */
bool change_is_access(struct tx *tx, const char *member_id);
/* Keep it; fills id and expires_at; audits, and tells all leads. */
enum outcome change_ask(struct tx *tx, struct asked *c);
/*
 * One that waits, by its id; change_done it.  NOT_FOUND, or CONFLICT: it is
 * over.
 */
enum outcome change_get(struct tx *tx, const char *id, struct asked *c);
/*
 * May this member approve it?  REFUSED to who asked, to whom it is about (but
 * with a code from the safe, of which everybody is told), and to one who is an
 * admin, too, of what an admin asked.
 */
enum outcome change_may(const struct asked *c, const struct subject *by);
/* It is "approved" or "withdrawn"; its body is forgotten; audits. */
enum outcome change_end(struct tx *tx, const struct asked *c, const char *state,
    const struct subject *by);
/* It is void and calls nobody any more. */
enum outcome change_alarm_over(struct tx *tx, const struct asked *c);
/* Those that nobody approved in time are over. */
enum outcome changes_expire(struct tx *tx);
/* [{id, kind, about, asked_by, state, ...}], newest first; new reference. */
json_t *changes_json(struct tx *tx, bool all);
/*
 * To each that waits, what is asked for in so many words: who approves must see
 * it.  Never what a login is proved by.
 */
void changes_add_asked(struct tx *tx, json_t *list);

#endif
