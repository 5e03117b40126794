/* What the calls about duty share: who is meant, and who may. */
#ifndef DUTY_ADMIN_H
#define DUTY_ADMIN_H

#include "admin.h"

/* Leads and admins mind everybody's duty, others their own. */
bool may_manage(const struct request *r);
/*
 * The member that a field of the body names; without the field, or for
 * somebody who may not manage others, the caller.  Answers if it cannot be.
 */
enum outcome duty_member(struct tx *tx, const struct request *r,
    struct response *a, const char *field, char id[ID_SIZE]);
/* A span of the body, [0] before [1]; false after answering. */
bool duty_span(const struct request *r, struct response *a,
    const char *const names[2], int64_t span[2]);
/*
 * Record it, tell the leads if an admin did it, and look again who can be
 * reached.
 */
enum outcome duty_record(struct tx *tx, const struct request *r,
    const char *act, const char *id, json_t *detail);

#endif
