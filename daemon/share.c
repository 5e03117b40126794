#include "share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "case_informant.h"
#include "clock.h"
#include "context.h"

/* From this age on a child consents, too (Law 91/2025 art. 24). */
#define AGE_OF_CONSENT 7

enum where { CHILD, TOLD, INFORMANT };
static const struct {
	const char *name;
	enum where where;
	enum case_field see;
} shares[] = {
#define SHARE(name, where, see) {#name, where, SEE_##see},
#include "shares.def"
#undef SHARE
};
static const char *const names[] = {
#define SHARE(name, where, see) #name,
#include "shares.def"
#undef SHARE
    NULL};

/* Consent; life or health is in danger; the law says to pass it on. */
static const char *const grounds[] = {
    "consent", "vital_interest", "legal_duty", NULL};
static const char *const consents[] = {"representative", "child", NULL};

static const struct field fields[] = {
    {.name = "field", .kind = FIELD_WORD, .required = true, .words = names},
    {.name = "ground", .kind = FIELD_WORD, .required = true, .words = grounds},
    {.name = "consent_by",
	.kind = FIELD_WORDS,
	.low = 1,
	.high = NELEM(consents) - 1,
	.words = consents},
    {.name = "note", .kind = FIELD_TEXT, .low = 1, .high = 1000},
};
const struct schema share_schema = {fields, NELEM(fields)};

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

static size_t
find(const char *name)
{
	size_t i = 0;

	while (strcmp(shares[i].name, name) != 0)
		i++;
	return i;
}

static bool
has_word(const json_t *list, const char *word)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (strcmp(json_string_value(one), word) == 0)
			return true;
	}
	return false;
}

static int
year_of(const char *date)
{
	int year = 0;

	for (int i = 0; i < 4; i++)
		year = 10 * year + date[i] - '0';
	return year;
}

/* Whole years on a day, by the birthday of "YYYY-MM-DD". */
static int
years_between(const char *born, const char *today)
{
	int years = year_of(today) - year_of(born);

	return strcmp(today + 4, born + 4) < 0 ? years - 1 : years;
}

/* Nobody knows how old: old enough to be asked. */
static bool
is_asked(struct tx *tx, const json_t *child)
{
	const char *born = text(child, "birth_date");
	const json_t *age = json_object_get(child, "age");
	char today[INSTANT_SIZE];

	instant_format(
	    today, clock_now(), (int)tx_context(tx)->conf->utc_offset_min);
	today[10] = '\0';
	if (*born != '\0')
		return years_between(born, today) >= AGE_OF_CONSENT;
	return age == NULL || json_integer_value(age) >= AGE_OF_CONSENT;
}

static const json_t *
child_of(const struct sharing *s)
{
	return json_array_get(json_object_get(s->opened, "children"), 0);
}

static void
check_consent(struct tx *tx, const struct sharing *s, const json_t *one,
    const char *at, struct faults *faults)
{
	const json_t *by = json_object_get(one, "consent_by");

	if (strcmp(text(one, "ground"), "consent") != 0) {
		if (by != NULL)
			faults_add(
			    faults, at, "consent_by chỉ đi với sự đồng ý");
		return;
	}
	if (s->c->facts.v[FACT_alleged_carer] != 0)
		faults_add(faults, at,
		    "người đại diện là người bị nêu: không dựa vào sự đồng ý "
		    "được, hãy chọn căn cứ khác");
	if (!has_word(by, "representative"))
		faults_add(faults, at, "cần sự đồng ý của người đại diện");
	if (!has_word(by, "child") && is_asked(tx, child_of(s)))
		faults_add(
		    faults, at, "trẻ từ 7 tuổi: cần cả sự đồng ý của trẻ");
}

static bool
is_again(const json_t *share, size_t i)
{
	const char *name = text(json_array_get(share, i), "field");

	for (size_t k = 0; k < i; k++)
		if (strcmp(text(json_array_get(share, k), "field"), name) == 0)
			return true;
	return false;
}

void
share_check(struct tx *tx, const struct sharing *s, struct faults *faults)
{
	struct object o;
	const json_t *one;
	char at[32];
	size_t i;

	case_informant_object(tx, s->c, s->by, &o);
	json_array_foreach(s->share, i, one)
	{
		size_t n = find(text(one, "field"));

		snprintf(at, sizeof(at), "/share/%zu", i);
		if (is_again(s->share, i))
			faults_add(faults, at, "trường này được chọn hai lần");
		if (!allow(s->by, ACTION_case_read, &o, shares[n].see))
			faults_add(faults, at,
			    "bạn không được xem nên không được chia sẻ trường "
			    "này");
		check_consent(tx, s, one, at, faults);
	}
}

/* The first notification of the case that tells it. */
static json_t *
told(const struct sharing *s, const char *name)
{
	const json_t *r;
	size_t i;

	json_array_foreach(json_object_get(s->opened, "referrals"), i, r)
	{
		json_t *value =
		    json_object_get(json_object_get(r, "body"), name);

		if (strcmp(text(r, "direction"), "in") == 0 && value != NULL)
			return value;
	}
	return NULL;
}

/* Who told it first. */
static enum outcome
add_informant(
    struct tx *tx, const struct sharing *s, const json_t *one, json_t *out)
{
	json_t *list = NULL, *first;
	enum outcome how = case_informants(tx, s->c, one, s->by, &list);

	first = json_object_get(json_array_get(list, 0), "informant");
	if (how == OK && first != NULL)
		json_object_set(out, "informant", first);
	json_decref(list);
	return how;
}

static enum outcome
add_field(
    struct tx *tx, const struct sharing *s, const json_t *one, json_t *out)
{
	size_t n = find(text(one, "field"));
	const char *name = shares[n].name;
	json_t *child = json_array_get(json_object_get(out, "children"), 0);
	json_t *value;

	if (shares[n].where == INFORMANT)
		return add_informant(tx, s, one, out);
	value = shares[n].where == CHILD ? json_object_get(child_of(s), name)
					 : told(s, name);
	if (value != NULL)
		json_object_set(
		    shares[n].where == CHILD ? child : out, name, value);
	return OK;
}

/* Whoever is told of a child is told how not to endanger them. */
static void
warn(const struct sharing *s, json_t *child)
{
	json_t *safe = json_object_get(child_of(s), "safe_contact");

	if (json_object_size(child) > 0 && safe != NULL)
		json_object_set(child, "safe_contact", safe);
}

enum outcome
share_take(struct tx *tx, const struct sharing *s, json_t **out)
{
	const json_t *one;
	enum outcome how = OK;
	size_t i;

	*out = json_pack("{s:[{}]}", "children");
	json_array_foreach(s->share, i, one)
	{
		if (how == OK)
			how = add_field(tx, s, one, *out);
	}
	if (how == OK)
		warn(s, json_array_get(json_object_get(*out, "children"), 0));
	return how;
}

json_t *
share_coded(const json_t *share)
{
	json_t *out = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(share, i, one)
	{
		json_array_append_new(
		    out, json_pack("{s:O, s:O, s:O*}", "field",
			     json_object_get(one, "field"), "ground",
			     json_object_get(one, "ground"), "consent_by",
			     json_object_get(one, "consent_by")));
	}
	return out;
}
