/* Duty as the database has it: the rota, and what the daemon does about it. */
#ifndef DUTY_H
#define DUTY_H

#include "http.h"
#include "rota.h"
#include "store.h"

/* In table meta: when the watch has to look again; 0: at once. */
#define DUTY_NEXT "duty_next"

/*
 * The ward's rota, whole for instants in [from, until); rota_done it, even
 * after a failure.
 */
enum outcome
duty_load(struct tx *tx, int64_t from, int64_t until, struct rota *r);
/* The same without the bodies outside: enough to tell whose turn it is. */
enum outcome
duty_load_turns(struct tx *tx, int64_t from, int64_t until, struct rota *r);

/*
 * Something that decides who can be reached changed: the watch looks again
 * as soon as this transaction is over.
 */
enum outcome duty_changed(struct tx *tx);
/*
 * A message to one member by the ladder of that kind, whose first rung is
 * "named"; nothing if the procedure has none.
 */
enum outcome duty_tell(struct tx *tx, const char *kind, const char *member_id);
#define LOGIN_SIZE 33
enum outcome
duty_login(struct tx *tx, const char *member_id, char login[LOGIN_SIZE]);
/* A member is not there any more: nothing is asked of them. */
enum outcome duty_forget(struct tx *tx, const char *member_id);
/* Is there still an officer or somebody who decides, with an address? */
bool duty_has_anybody(struct tx *tx);

#endif
