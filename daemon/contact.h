/* What a child's safe_contact says must never be used: numbers, mail, chats. */
#ifndef CONTACT_H
#define CONTACT_H

#include <jansson.h>

#include "store.h"

/*
 * Remember the addresses of a child's safe_contact: those in never_to, and the
 * numbers and addresses written in never ("not 0905 123 456 at home").  They are
 * kept as blind indexes of the child.
 */
enum outcome
contact_index(struct tx *tx, const char *child_id, const json_t *child);
/*
 * May an alert be sent to this address, by whatever channel?  Not if a child of
 * its case's file named it.
 */
bool contact_allows(struct tx *tx, const char *alert_id, const char *text);

#endif
