/* Duty as the database has it: the rota, and what the daemon does about it. */
#ifndef DUTY_H
#define DUTY_H

#include "http.h"
#include "rota.h"
#include "store.h"

/*
 * The ward's rota, whole for instants in [from, until); rota_done it, even
 * after a failure.
 */
enum outcome
duty_load(struct tx *tx, int64_t from, int64_t until, struct rota *r);

#endif
