/*
 * Alert texts from conf/messages/<language>.conf.  The maker is never handed a
 * sealed field: this struct is all it knows (promise P5).
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "core.h"

struct messages;

struct alert_text {
	const char *kind; /* "opened", "warning", "lapsed", "digest" ... */
	const char *ward; /* name of the ward */
	const char *code; /* case code, or several for a digest */
	const char *step; /* step id and name; NULL for alarms */
	int64_t left_ms;  /* until due; negative: overdue by that much */
	bool is_late, is_drill;
	int count;	    /* of alerts in a digest */
	const char *answer; /* 6-character answer code */
	const char *link;   /* one-time link, or NULL */
};

/* All *.conf of a folder; NULL and faults as file:line. */
struct messages *messages_load(const char *dir, struct faults *faults);
void messages_free(struct messages *m);
/* Both texts are the caller's.  An unknown kind uses "other". */
void messages_make(const struct messages *m, const char *language,
    const struct alert_text *t, char **subject, char **text);
/* A plain text by its name (of pages and problems), or name itself. */
const char *
messages_get(const struct messages *m, const char *language, const char *name);

#endif
