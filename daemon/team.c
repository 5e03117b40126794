#include "team.h"

#include <stdio.h>
#include <string.h>

#include "alert.h"
#include "alert_rows.h"
#include "clock_rows.h"
#include "roles.h"

/* The decision as it is in force. */
struct decision {
	char id[ID_SIZE]; /* "": none */
	unsigned offices; /* named in it */
	bool is_stale;	  /* names somebody who is gone or has another office */
	bool is_same_chairman;
};

/* An alarm as long as something is so. */
static enum outcome
say(struct tx *tx, const char *kind, const char *item, bool is_so)
{
	return is_so ? alarm_raise(tx, kind, item) : alarm_over(tx, kind, item);
}

static size_t
count_role(const struct rota *r, enum role role)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_people; i++)
		n += r->people[i].is_active &&
		     has_role(r->people[i].roles, role);
	return n;
}

/* One row of TEAM_OFFICES; named chairmen that still are. */
static size_t
read_office(const struct rows *rows, struct decision *d)
{
	enum role office;
	unsigned roles = 0;
	bool holds;

	if (!role_parse(row_text(rows, 2), &office))
		return 0;
	(void)roles_parse(row_text(rows, 4), &roles);
	holds =
	    strcmp(row_text(rows, 3), "active") == 0 && has_role(roles, office);
	d->offices |= 1u << office;
	d->is_stale = d->is_stale || !holds;
	return holds && office == ROLE_chairman;
}

static enum outcome
read_decision(struct tx *tx, const struct rota *r, struct decision *d)
{
	char list[1][ID_SIZE];
	size_t n = 0, chairmen = 0;
	struct rows *rows;
	enum outcome how =
	    ids_read(tx_query(tx, Q_TEAM_LAST, ARGS(V_TEXT(tx_ward(tx)))), list,
		NELEM(list), &n);

	*d = (struct decision){0};
	if (how != OK || n == 0)
		return how;
	snprintf(d->id, sizeof(d->id), "%s", list[0]);
	rows = tx_query(tx, Q_TEAM_OFFICES, ARGS(V_TEXT(d->id)));
	while (rows_next(rows))
		chairmen += read_office(rows, d);
	d->is_same_chairman = chairmen == count_role(r, ROLE_chairman);
	return rows_end(rows);
}

enum outcome
team_watch(struct tx *tx, const struct rota *r)
{
	static const unsigned always =
	    1u << ROLE_officer | 1u << ROLE_lead | 1u << ROLE_chairman;
	struct decision d;
	enum outcome how = read_decision(tx, r, &d);
	bool is_there = d.id[0] != '\0';

	for (int role = 0; role < ROLE_MAX && how == OK; role++) {
		bool is_needed = ((always | d.offices) >> role & 1) != 0;

		how = say(tx, "alarm_office", role_names[role],
		    is_needed && count_role(r, (enum role)role) == 0);
	}
	if (how == OK)
		how = say(tx, "alarm_team", "none", !is_there);
	if (how == OK)
		how = say(tx, "alarm_team", "chairman",
		    is_there && !d.is_same_chairman);
	return how == OK ? say(tx, "alarm_team", "members",
			       is_there && d.is_same_chairman && d.is_stale)
			 : how;
}
