/* What of an opened case stays in it for who reads it; pure. */
#ifndef CASE_FIELDS_H
#define CASE_FIELDS_H

#include <jansson.h>

#include "allow.h"

/*
 * Takes out of case_full_json's object what allow() does not let by see of o:
 * lists become empty, other members and parts of notifications go.
 */
void case_fields_hide(
    json_t *full, const struct subject *by, const struct object *o);

#endif
