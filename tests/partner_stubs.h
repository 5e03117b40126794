/*
 * Included by outbox_rig.c: no partner is ever called, unless a test says what
 * there is to call with.
 */
#include "receipts.h"
#include "referral_transfer.h"

static struct partner {
	const char *path; /* of the call; NULL: there is none */
	const char *line; /* of a day's receipts; NULL: it is no such item */
	int told;	  /* calls that were taken */
} partner;

json_t *
transfer_call(struct tx *tx, const struct delivery *d)
{
	(void)tx, (void)d;
	return partner.path == NULL ? NULL
				    : json_pack("{s:s}", "path", partner.path);
}

enum outcome
transfer_delivered(struct tx *tx, const struct delivery *d)
{
	(void)tx, (void)d;
	partner.told++;
	return OK;
}

char *
receipts_line(struct tx *tx, const char *item)
{
	(void)tx, (void)item;
	return partner.line == NULL ? NULL : xstrdup(partner.line);
}
