/* Transfers that were taken back before they came. */
#include <string.h>

#include "audit.h"
#include "case_give.h"
#include "clock.h"
#include "referral_transfer.h"

#define HIDDEN_MAX 20

/* To whom it is barred from it is not there; who works on it shall know. */
static enum outcome
tell_hidden(struct tx *tx, const char *agency_id, const char *source_ref)
{
	char list[HIDDEN_MAX][ID_SIZE];
	struct case_row c;
	size_t n = 0;
	enum outcome how = ids_read(
	    tx_query(tx, Q_RECALL_HIDDEN,
		ARGS(V_TEXT(agency_id), V_TEXT(source_ref), V_INT(HIDDEN_MAX))),
	    list, HIDDEN_MAX, &n);

	for (size_t i = 0; i < n && how == OK; i++) {
		how = case_get(tx, list[i], &c);
		if (how == OK)
			how = case_tell_lead(tx, &c, "transfer_withdrawn");
	}
	return how;
}

enum outcome
transfer_recall(struct tx *tx, const struct subject *by, const char *source_ref,
    char id[ID_SIZE])
{
	char made[ID_SIZE], list[1][ID_SIZE];
	size_t n = 0;
	enum outcome how;

	id_new(made);
	how =
	    ids_read(tx_query(tx, Q_RECALL_KEEP,
			 ARGS(V_TEXT(made), V_TEXT(tx_ward(tx)), V_TEXT(by->id),
			     V_TEXT(source_ref), V_INT(clock_now()))),
		list, NELEM(list), &n);
	if (how != OK || n == 0)
		return how == OK ? FAILED : how;
	memcpy(id, list[0], ID_SIZE);
	how = audit_add(tx, &(struct happening){
				.actor = by,
				.act = "transfer.recall_kept",
				.object_kind = "agency",
				.object_id = by->id,
				.detail = json_pack("{s:s}", "recall", id),
			    });
	return how == OK && strcmp(id, made) == 0
		   ? tell_hidden(tx, by->id, source_ref)
		   : how;
}

bool
transfer_was_recalled(
    struct tx *tx, const char *agency_id, const char *source_ref)
{
	return source_ref[0] != '\0' &&
	       tx_number(tx, Q_RECALL_KEPT, 0,
		   ARGS(V_TEXT(agency_id), V_TEXT(source_ref))) > 0;
}
