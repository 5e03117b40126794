#include "phoned.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* Digits, and what people write between them. */
#define DIALLED "+0123456789 .-()"

static const struct field fields[] = {
    {.name = "who",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "rank",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 200},
    {.name = "number",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 2,
	.high = 30},
    {.name = "called_at", .kind = FIELD_INSTANT, .required = true},
    {.name = "paper",
	.kind = FIELD_TEXT,
	.required = true,
	.low = 1,
	.high = 100},
};
const struct schema phoned_schema = {fields, NELEM(fields)};

static void
fault(struct faults *faults, const char *at, const char *name, const char *what)
{
	char *pointer = xasprintf("%s/%s", at, name);

	faults_add(faults, pointer, "%s", what);
	free(pointer);
}

static const char *
text(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(record, name));
}

void
phoned_check(const json_t *record, const char *at, int64_t from_at,
    struct faults *faults)
{
	const char *number;
	int64_t called_at;

	if (record == NULL)
		return;
	number = text(record, "number");
	if (number[strspn(number, DIALLED)] != '\0' ||
	    strpbrk(number, "0123456789") == NULL)
		fault(faults, at, "number", "phải là số điện thoại");
	(void)instant_parse(text(record, "called_at"), &called_at);
	if (called_at > clock_now())
		fault(faults, at, "called_at", "không được ở tương lai");
	if (called_at < from_at)
		fault(faults, at, "called_at",
		    "không được trước khi thông báo được tiếp nhận");
}
