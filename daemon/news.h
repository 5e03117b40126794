/* What a member would see now, so short that two of them can be compared. */
#ifndef NEWS_H
#define NEWS_H

#include "http.h"

/* Roles to whom every open alert is listed, but where they are barred. */
#define NEWS_ALL_ALERTS                                                        \
	(1u << ROLE_lead | 1u << ROLE_chairman | 1u << ROLE_vice_chairman)

/*
 * The open alerts and cases that by may see, as a mark: another one, and there
 * is something to ask for.  Of what they are barred from nothing is in it.
 */
enum outcome
news_mark(struct tx *tx, const struct subject *by, char mark[MARK_SIZE]);

#endif
