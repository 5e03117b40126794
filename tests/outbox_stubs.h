/* Included by outbox_rig.c: people and cases as the outbox sees them. */

static struct outbox_rig *the_rig;
static bool is_barred, is_everybody_gone;

enum outcome
people_find(struct tx *tx, const char *case_id, const char *who, int64_t at,
    struct people *out)
{
	(void)tx, (void)case_id, (void)who, (void)at;
	*out = (struct people){0};
	return NOT_FOUND;
}

void
people_done(struct people *p)
{
	json_decref(p->skipped);
}

size_t
people_addresses(
    struct tx *tx, const struct person *p, struct address out[ADDRESSES_MAX])
{
	static const struct {
		const char *id, *channel, *text;
	} all[] = {
	    {MAIL, "email", "an@phuong.test"}, {PHONE, "sms", "0900000001"}};
	size_t n = is_everybody_gone ? 0 : (size_t)the_rig->n_addresses;

	(void)tx, (void)p;
	for (size_t i = 0; i < n; i++) {
		snprintf(out[i].id, ID_SIZE, "%s", all[i].id);
		out[i].channel = xstrdup(all[i].channel);
		out[i].text = xstrdup(all[i].text);
	}
	return n;
}

void
address_done(struct address *a)
{
	free(a->channel);
	free(a->text);
}

char *
address_open(struct tx *tx, const char *id, const char *delivery_id)
{
	(void)tx, (void)delivery_id;
	return is_everybody_gone
		   ? NULL
		   : xstrdup(strcmp(id, MAIL) == 0 ? "an@phuong.test"
						   : "0900000001");
}

enum outcome
case_get(struct tx *tx, const char *id, struct case_row *c)
{
	(void)tx, (void)id, (void)c;
	return NOT_FOUND;
}

enum outcome
case_get_file(struct tx *tx, const char *id, struct case_row *c)
{
	return case_get(tx, id, c);
}

bool
case_is_barred(struct tx *tx, const char *case_id, const struct subject *s)
{
	(void)tx, (void)case_id, (void)s;
	return is_barred;
}

enum outcome
act_add(struct tx *tx, struct act *a)
{
	(void)tx, (void)a;
	return OK;
}
