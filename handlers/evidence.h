/*
 * Evidence, and the names of items, stand in the open in the record: a code or
 * a number, nobody's name.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>

/* Letters without marks, digits and - _ . / only; also true for NULL. */
bool evidence_ok(const char *s);
#define EVIDENCE_RULE "chỉ gồm chữ không dấu, số và các dấu - _ . /"

#endif
