#include "mau01.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "schema.h"
#include "seal.h"
#include "text.h"
#include "text_json.h"

#define CHILDREN_MAX	20
#define ALLEGED_MAX	20
#define ID_DIGITS	12
#define LINE		200
#define TEXT		4000
#define STORY		20000
#define WORD_LIST(name) static const char *const name[]

WORD_LIST(kinds) = {"abused", "at_risk", "special_circumstance", "injury",
    "rights_violation", "disaster", "unknown", NULL};
WORD_LIST(abuse_kinds) = {"violence", "exploitation", "sexual", "trafficking",
    "abandonment", "neglect", "other", NULL};
WORD_LIST(channels) = {"phone", "in_person", "third_party", "letter", "email",
    "message", "web", "app", "other", NULL};
WORD_LIST(sexes) = {"male", "female", "unknown", NULL};
WORD_LIST(relations) = {"parent", "carer", "kin", "teacher", "health", "police",
    "official", "team_member", "other", "unknown", NULL};
WORD_LIST(risks) = {"unknown", "low", "medium", "high", NULL};

#define FIELDS(name) static const struct field name##_fields[] =
#define SCHEMA(name)                                                           \
	static const struct schema name##_schema = {                           \
	    name##_fields, NELEM(name##_fields)}
#define TEXT_FIELD(f, max)                                                     \
	{                                                                      \
		.name = f, .kind = FIELD_TEXT, .low = 1, .high = max           \
	}

FIELDS(source){
    {.name = "channel",
	.kind = FIELD_WORD,
	.required = true,
	.words = channels},
    {.name = "received_at", .kind = FIELD_INSTANT, .required = true},
};
SCHEMA(source);

FIELDS(parent){
    TEXT_FIELD("name", LINE),
    {.name = "age", .kind = FIELD_INT, .low = 0, .high = 130},
    TEXT_FIELD("job", LINE),
    TEXT_FIELD("phone", 30),
    TEXT_FIELD("address", LINE),
    TEXT_FIELD("relation", LINE),
};
SCHEMA(parent);

FIELDS(safe_contact){
    TEXT_FIELD("how", LINE),
    TEXT_FIELD("when", LINE),
    TEXT_FIELD("never", LINE),
    {.name = "never_to", .kind = FIELD_TEXTS, .low = 1, .high = 5},
};
SCHEMA(safe_contact);

FIELDS(child){
    TEXT_FIELD("name", LINE),
    {.name = "birth_date", .kind = FIELD_DATE},
    {.name = "age", .kind = FIELD_INT, .low = 0, .high = 18},
    {.name = "sex", .kind = FIELD_WORD, .words = sexes},
    TEXT_FIELD("personal_id", 20),
    TEXT_FIELD("place", 500),
    TEXT_FIELD("condition", TEXT),
    TEXT_FIELD("expected_harm", TEXT),
    {.name = "father", .kind = FIELD_OBJECT, .schema = &parent_schema},
    {.name = "mother", .kind = FIELD_OBJECT, .schema = &parent_schema},
    {.name = "carer", .kind = FIELD_OBJECT, .schema = &parent_schema},
    TEXT_FIELD("family", TEXT),
    TEXT_FIELD("ethnicity", 100),
    TEXT_FIELD("language", 100),
    {.name = "interpreter", .kind = FIELD_BOOL},
    {.name = "safe_contact",
	.kind = FIELD_OBJECT,
	.schema = &safe_contact_schema},
};
SCHEMA(child);

FIELDS(alleged){
    {.name = "relation",
	.kind = FIELD_WORD,
	.required = true,
	.words = relations},
    TEXT_FIELD("agency", LINE),
    TEXT_FIELD("name", LINE),
    TEXT_FIELD("phone", 30),
};
SCHEMA(alleged);

FIELDS(informant){
    TEXT_FIELD("name", LINE),
    TEXT_FIELD("phone", 30),
    TEXT_FIELD("address", LINE),
    TEXT_FIELD("notes", TEXT),
};
SCHEMA(informant);

FIELDS(referral){
    {.name = "kind", .kind = FIELD_WORD, .required = true, .words = kinds},
    {.name = "abuse_kinds",
	.kind = FIELD_WORDS,
	.high = NELEM(abuse_kinds) - 1,
	.words = abuse_kinds},
    {.name = "source",
	.kind = FIELD_OBJECT,
	.required = true,
	.schema = &source_schema},
    {.name = "children",
	.kind = FIELD_LIST,
	.low = 1,
	.high = CHILDREN_MAX,
	.schema = &child_schema},
    {.name = "alleged",
	.kind = FIELD_LIST,
	.high = ALLEGED_MAX,
	.schema = &alleged_schema},
    TEXT_FIELD("actions_taken", TEXT),
    {.name = "informant", .kind = FIELD_OBJECT, .schema = &informant_schema},
    TEXT_FIELD("narrative", STORY),
    TEXT_FIELD("source_ref", 100),
    {.name = "risk", .kind = FIELD_WORD, .words = risks},
    TEXT_FIELD("forwarded_by", LINE),
    {.name = "confidential", .kind = FIELD_BOOL},
    {.name = "transfer", .kind = FIELD_BOOL},
    TEXT_FIELD("case_code", 15),
    TEXT_FIELD("on_behalf_of", 16),
};
SCHEMA(referral);

FIELDS(update){
    {.name = "text",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = STORY},
    {.name = "risk", .kind = FIELD_WORD, .words = risks},
    {.name = "alleged",
	.kind = FIELD_LIST,
	.high = ALLEGED_MAX,
	.schema = &alleged_schema},
};
SCHEMA(update);

const char *
mau01_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* References stand in the open: what cannot be a name of a person. */
static bool
is_coded(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static bool
is_in_future(const char *date, int64_t now)
{
	int64_t ms;
	char *start = xasprintf("%sT00:00:00+07:00", date);
	bool is = instant_parse(start, &ms) && ms > now;

	free(start);
	return is;
}

static void
check_child(
    const json_t *child, const char *where, int64_t now, struct faults *faults)
{
	const char *id = mau01_text(child, "personal_id");
	const char *born = mau01_text(child, "birth_date");
	char *at;

	if (id != NULL && (strlen(id) != ID_DIGITS ||
			      strspn(id, "0123456789") != ID_DIGITS)) {
		at = xasprintf("%s/personal_id", where);
		faults_add(faults, at, "phải gồm đúng 12 chữ số");
		free(at);
	}
	if (born != NULL && is_in_future(born, now)) {
		at = xasprintf("%s/birth_date", where);
		faults_add(faults, at, "không được ở tương lai");
		free(at);
	}
}

/* A case must open with whatever the caller knows, but not with nothing. */
static void
check_place(const json_t *body, struct faults *faults)
{
	const json_t *children = json_object_get(body, "children"), *child;
	size_t i;

	if (mau01_text(body, "narrative") != NULL)
		return;
	json_array_foreach(children, i, child)
	{
		if (mau01_text(child, "place") != NULL)
			return;
	}
	faults_add(faults, "/narrative",
	    "cần có narrative, hoặc place của ít nhất một trẻ");
}

static void
check_coded(const json_t *body, const char *name, struct faults *faults)
{
	const char *s = mau01_text(body, name);
	char *at;

	if (s == NULL || is_coded(s))
		return;
	at = xasprintf("/%s", name);
	faults_add(
	    faults, at, "chỉ gồm chữ, số, dấu ASCII, không có khoảng trắng");
	free(at);
}

static void
check_sender(const json_t *body, bool by_agency, struct faults *faults)
{
	bool is_there = json_object_get(body, "on_behalf_of") != NULL;

	if (by_agency && is_there)
		faults_add(faults, "/on_behalf_of",
		    "chỉ thành viên ghi thay cơ quan mới dùng");
	if (!by_agency && !is_there)
		faults_add(faults, "/on_behalf_of",
		    "cần mã của cơ quan đã gọi hoặc gửi thông báo");
}

bool
mau01_check(
    const json_t *body, bool by_agency, int64_t now, struct faults *faults)
{
	const json_t *source = json_object_get(body, "source"), *child;
	const char *received = mau01_text(source, "received_at");
	size_t before = faults->n, i;
	int64_t at;

	schema_check(&referral_schema, body, faults);
	if (!json_is_object(body))
		return false;
	if (received != NULL && instant_parse(received, &at) &&
	    at > now + MAU01_AHEAD)
		faults_add(
		    faults, "/source/received_at", "không được ở tương lai");
	json_array_foreach(json_object_get(body, "children"), i, child)
	{
		char *where = xasprintf("/children/%zu", i);

		check_child(child, where, now, faults);
		free(where);
	}
	check_place(body, faults);
	check_coded(body, "source_ref", faults);
	check_coded(body, "case_code", faults);
	check_sender(body, by_agency, faults);
	return faults->n == before;
}

bool
mau01_check_part(
    const char *part, const json_t *object, int64_t now, struct faults *faults)
{
	bool is_child = strcmp(part, "child") == 0;
	size_t before = faults->n;

	schema_check(is_child			    ? &child_schema
		     : strcmp(part, "alleged") == 0 ? &alleged_schema
						    : &parent_schema,
	    object, faults);
	if (is_child)
		check_child(object, "", now, faults);
	return faults->n == before;
}

bool
mau01_check_update(const json_t *body, struct faults *faults)
{
	return schema_check(&update_schema, body, faults);
}

int64_t
mau01_first_receipt(const json_t *body, int64_t now)
{
	const json_t *source = json_object_get(body, "source");
	const char *s = mau01_text(source, "received_at");
	int64_t at;

	return s != NULL && instant_parse(s, &at) && at < now ? at : now;
}

bool
mau01_is_transfer(const json_t *body)
{
	return json_is_true(json_object_get(body, "transfer"));
}

bool
mau01_is_carer_alleged(const json_t *body)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(body, "alleged"), i, one)
	{
		const char *relation = mau01_text(one, "relation");

		if (strcmp(relation, "parent") == 0 ||
		    strcmp(relation, "carer") == 0)
			return true;
	}
	return false;
}

json_t *
mau01_normalise(const json_t *body)
{
	/* No sign of JSON composes with a mark, so the whole text will do. */
	char *text = text_json(body);
	char *nfc = text_nfc(text);
	json_t *out = NULL;

	if (nfc != NULL && strcmp(nfc, text) == 0)
		out = json_incref((json_t *)(uintptr_t)body);
	else if (nfc != NULL)
		out = json_loads(nfc, 0, NULL);
	seal_free(text);
	seal_free(nfc);
	return out;
}
