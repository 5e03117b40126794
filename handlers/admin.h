/* What the handlers of the control socket share (http_admin.c). */
#ifndef ADMIN_H
#define ADMIN_H

#include "audit.h"
#include "http.h"
#include "people.h"
#include "schema.h"
#include "store.h"

/* False after answering what is wrong with the body. */
bool
body_ok(const struct request *r, const struct schema *s, struct response *a);
/* Answer one mistake at a JSON pointer; INVALID. */
enum outcome
answer_fault(struct response *a, const char *pointer, const char *what);
/* A text or number of the body; NULL or otherwise if it is not there. */
const char *body_text(const struct request *r, const char *name);
/* A list of words as the database holds it, "officer lead"; the caller frees. */
char *body_words(const struct request *r, const char *name);
int64_t
body_instant(const struct request *r, const char *name, int64_t otherwise);

/* Record what the caller did (its actor is filled in); fails like the chain. */
enum outcome admin_audit(
    struct tx *tx, const struct request *r, const struct happening *what);
/*
 * What others count on was changed: the leads are told, in one coded word, once
 * there are two who could approve (changes.h).
 */
enum outcome leads_told(struct tx *tx, const char *act);
/* The same if an admin did it: on the socket, or by an OFFICE row. */
enum outcome
admin_told(struct tx *tx, const struct request *r, const char *act);
/* 200 {"items": [...]} of a query. */
enum outcome answer_list(struct response *a, json_t *items);
/* What a list has under this name, in its order; new reference. */
json_t *column(const json_t *items, const char *name);

/* Ids by login and by code; NOT_FOUND. */
enum outcome member_find(struct tx *tx, const char *login, char id[ID_SIZE]);
enum outcome agency_find(struct tx *tx, const char *code, char id[ID_SIZE]);
/* An active member with their roles, as if they called; NOT_FOUND. */
enum outcome
member_subject(struct tx *tx, const char *login, struct subject *who);
/*
 * A name or phone as look-ups find somebody by it, now and when it is alleged:
 * of whoever has it in a case that is there they may be the one (bars.h).
 */
enum outcome person_index(struct tx *tx, const struct person *who,
    const char *kind, const char *value);
/* The same of a member, by a body {name, phone}. */
enum outcome
member_index(struct tx *tx, const struct request *r, const char *id);
/*
 * The request as it would be if the active member named in a field of its body
 * made it: into->body is new.  Answers if there is no such member.
 */
enum outcome as_member(struct tx *tx, const struct request *r,
    struct response *a, const char *field, struct request *into);

/*
 * Store where a person is reached, from a body {channel, address, verified};
 * exactly one id is set.  Answers.  check: is the body one?
 */
enum outcome
address_check(struct tx *tx, const struct request *r, struct response *a);
enum outcome address_add(struct tx *tx, const struct request *r,
    struct response *a, const char *member_id, const char *agency_id);

#endif
