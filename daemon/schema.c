#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "text.h"

#define POINTER_MAX 200
#define ITEM_CHARS  200
#define YEAR_MIN    1900

/* One value on its way through a check. */
struct visit {
	const struct field *field;
	const json_t *value;
	const char *pointer;
	struct faults *faults;
};

static bool check_object(const struct schema *s, const json_t *body,
    const char *pointer, struct faults *faults);

/* RFC 6901: the names of our own tables hold neither ~ nor /. */
static void
point(char out[POINTER_MAX], const char *parent, const char *name)
{
	snprintf(out, POINTER_MAX, "%s/%s", parent, name);
}

static void
point_item(char out[POINTER_MAX], const char *parent, size_t i)
{
	snprintf(out, POINTER_MAX, "%s/%zu", parent, i);
}

/* Characters of valid UTF-8 (jansson has checked it), -1 for a control. */
static int64_t
count_characters(const json_t *text)
{
	const char *s = json_string_value(text);
	char *nfc = text_nfc(s);
	int64_t n = 0;

	if (nfc == NULL || strlen(s) != json_string_length(text))
		n = -1;
	free(nfc);
	for (; n >= 0 && *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool
is_blank(const json_t *text)
{
	const char *s = json_string_value(text);

	return *s != '\0' && s[strspn(s, " \t\r\n")] == '\0';
}

static void
check_text(const struct visit *v, const json_t *value, const char *pointer,
    int64_t low, int64_t high)
{
	int64_t n = json_is_string(value) ? count_characters(value) : 0;

	if (!json_is_string(value))
		faults_add(v->faults, pointer, "phải là chuỗi ký tự");
	else if (n < 0)
		faults_add(
		    v->faults, pointer, "không được chứa ký tự điều khiển");
	else if (n < low || n > high)
		faults_add(v->faults, pointer, "phải dài %lld đến %lld ký tự",
		    (long long)low, (long long)high);
	else if (low > 0 && is_blank(value))
		faults_add(v->faults, pointer, "không được chỉ có dấu cách");
}

static void
visit_text(const struct visit *v)
{
	check_text(v, v->value, v->pointer, v->field->low, v->field->high);
}

static void
visit_int(const struct visit *v)
{
	json_int_t n = json_integer_value(v->value);

	if (!json_is_integer(v->value) || n < v->field->low ||
	    n > v->field->high)
		faults_add(v->faults, v->pointer,
		    "phải là số nguyên từ %lld đến %lld",
		    (long long)v->field->low, (long long)v->field->high);
}

static void
visit_bool(const struct visit *v)
{
	if (!json_is_boolean(v->value))
		faults_add(v->faults, v->pointer, "phải là true hoặc false");
}

static bool
is_word(const struct field *f, const json_t *value)
{
	const char *s = json_string_value(value);

	if (s == NULL || strlen(s) != json_string_length(value))
		return false;
	for (size_t i = 0; f->words[i] != NULL; i++)
		if (strcmp(f->words[i], s) == 0)
			return true;
	return false;
}

static void
blame_word(const struct visit *v, const char *pointer)
{
	struct buf words = BUF_MAX(1000);

	for (size_t i = 0; v->field->words[i] != NULL; i++)
		buf_addf(&words, " %s", v->field->words[i]);
	faults_add(v->faults, pointer, "phải là một trong:%s",
	    words.data != NULL ? words.data : "");
	buf_done(&words);
}

static void
visit_word(const struct visit *v)
{
	if (!is_word(v->field, v->value))
		blame_word(v, v->pointer);
}

/* A list of low..high items; false if it is not even that. */
static bool
is_list(const struct visit *v)
{
	size_t n = json_array_size(v->value);

	if (json_is_array(v->value) && (int64_t)n >= v->field->low &&
	    (int64_t)n <= v->field->high)
		return true;
	faults_add(v->faults, v->pointer,
	    "phải là danh sách có từ %lld đến %lld phần tử",
	    (long long)v->field->low, (long long)v->field->high);
	return false;
}

static bool
stands_before(const json_t *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (json_equal(
			json_array_get(list, k), json_array_get(list, i)))
			return true;
	return false;
}

static void
visit_words(const struct visit *v)
{
	char pointer[POINTER_MAX];

	if (!is_list(v))
		return;
	for (size_t i = 0; i < json_array_size(v->value); i++) {
		point_item(pointer, v->pointer, i);
		if (!is_word(v->field, json_array_get(v->value, i)))
			blame_word(v, pointer);
		else if (stands_before(v->value, i))
			faults_add(v->faults, pointer, "đã có trong danh sách");
	}
}

/* n digits as a number, -1 if they are none. */
static int
digits(const char *s, int n)
{
	int v = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + (*s - '0');
	}
	return v;
}

static bool
is_date(const char *s)
{
	int y, m, d, real_y, real_m, real_d;

	if (s == NULL || strlen(s) != 10 || s[4] != '-' || s[7] != '-')
		return false;
	y = digits(s, 4);
	m = digits(s + 5, 2);
	d = digits(s + 8, 2);
	if (y < YEAR_MIN || m < 1 || m > 12 || d < 1)
		return false;
	day_to_civil(day_from_civil(y, m, d), &real_y, &real_m, &real_d);
	return y == real_y && m == real_m && d == real_d;
}

static void
visit_date(const struct visit *v)
{
	if (!is_date(json_string_value(v->value)))
		faults_add(v->faults, v->pointer,
		    "phải là ngày có thật, dạng YYYY-MM-DD, từ năm %d",
		    YEAR_MIN);
}

static void
visit_instant(const struct visit *v)
{
	const char *s = json_string_value(v->value);
	int64_t ms;

	if (s == NULL || strlen(s) != json_string_length(v->value) ||
	    !instant_parse(s, &ms))
		faults_add(v->faults, v->pointer,
		    "phải là thời điểm RFC 3339 có múi giờ, ví dụ "
		    "2026-11-24T07:00:00+07:00");
}

static void
visit_object(const struct visit *v)
{
	check_object(v->field->schema, v->value, v->pointer, v->faults);
}

static void
visit_list(const struct visit *v)
{
	char pointer[POINTER_MAX];

	if (!is_list(v))
		return;
	for (size_t i = 0; i < json_array_size(v->value); i++) {
		point_item(pointer, v->pointer, i);
		check_object(v->field->schema, json_array_get(v->value, i),
		    pointer, v->faults);
	}
}

static void
visit_texts(const struct visit *v)
{
	char pointer[POINTER_MAX];

	if (!is_list(v))
		return;
	for (size_t i = 0; i < json_array_size(v->value); i++) {
		point_item(pointer, v->pointer, i);
		check_text(
		    v, json_array_get(v->value, i), pointer, 1, ITEM_CHARS);
	}
}

static void (*const visits[])(const struct visit *) = {
    [FIELD_TEXT] = visit_text,
    [FIELD_INT] = visit_int,
    [FIELD_BOOL] = visit_bool,
    [FIELD_WORD] = visit_word,
    [FIELD_WORDS] = visit_words,
    [FIELD_DATE] = visit_date,
    [FIELD_INSTANT] = visit_instant,
    [FIELD_OBJECT] = visit_object,
    [FIELD_LIST] = visit_list,
    [FIELD_TEXTS] = visit_texts,
};

/* Members nobody asked for are blamed on the object: their names may be data. */
static void
find_strangers(const struct schema *s, const json_t *body, const char *pointer,
    struct faults *faults)
{
	size_t known = 0;

	for (size_t i = 0; i < s->n; i++)
		known += json_object_get(body, s->fields[i].name) != NULL;
	if (known < json_object_size(body))
		faults_add(faults, pointer,
		    "có %zu trường không có trong biểu mẫu",
		    json_object_size(body) - known);
}

/* As deep as our own tables go, never as deep as the input. */
static bool
check_object(const struct schema *s, const json_t *body, const char *pointer,
    struct faults *faults)
{
	size_t before = faults->n;
	char at[POINTER_MAX];

	if (!json_is_object(body)) {
		faults_add(faults, pointer, "phải là đối tượng JSON");
		return false;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		const struct visit v = {
		    f, json_object_get(body, f->name), at, faults};

		point(at, pointer, f->name);
		if (v.value == NULL && f->required)
			faults_add(faults, at, "còn thiếu");
		else if (v.value != NULL)
			visits[f->kind](&v);
	}
	find_strangers(s, body, pointer, faults);
	return faults->n == before;
}

bool
schema_check(const struct schema *s, const json_t *body, struct faults *faults)
{
	return check_object(s, body, "", faults);
}
