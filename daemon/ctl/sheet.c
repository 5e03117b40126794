/* The evening sheet as people read it, for the printer. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

static const char *
text_of(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s == NULL ? "" : s;
}

/* 2026-11-24T19:00:00+07:00 as 19:00 24/11. */
static void
print_instant(const char *at)
{
	if (strlen(at) < 16)
		fputs(at, stdout);
	else
		printf("%.5s %.2s/%.2s", at + 11, at + 8, at + 5);
}

static const char *
role_name(const char *role)
{
	static const struct {
		const char *role, *name;
	} names[] = {
	    {"duty", "trực"},
	    {"lead", "trưởng nhóm"},
	    {"chairman", "chủ tịch"},
	    {"vice_chairman", "phó chủ tịch"},
	    {"admin", "quản trị"},
	};

	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(names[i].role, role) == 0)
			return names[i].name;
	return role;
}

static void
print_people(const json_t *people)
{
	const json_t *one, *address;
	size_t i, k;

	if (json_array_size(people) == 0)
		puts("  KHÔNG CÓ AI / NOBODY");
	json_array_foreach(people, i, one)
	{
		printf("  [ ] %s (%s)", text_of(one, "name"),
		    role_name(text_of(one, "role")));
		json_array_foreach(json_object_get(one, "addresses"), k,
		    address) printf("  %s: %s", text_of(address, "channel"),
		    text_of(address, "address"));
		putchar('\n');
	}
}

static void
print_due(const json_t *sheet)
{
	const json_t *due = json_object_get(sheet, "due"), *one;
	json_int_t others =
	    json_integer_value(json_object_get(sheet, "others"));
	size_t i;

	json_array_foreach(due, i, one)
	{
		printf("  [ ] %s  ",
		    json_is_true(json_object_get(one, "is_urgent")) ? "KHẨN"
								    : "    ");
		print_instant(text_of(one, "due_at"));
		printf("  %s  %s  %s\n", text_of(one, "case"),
		    text_of(one, "step"), text_of(one, "holder"));
	}
	if (others > 0)
		printf("  và %lld việc khác: hỏi trưởng nhóm\n",
		    (long long)others);
	if (json_array_size(due) == 0 && others == 0)
		puts("  không có");
}

int
verb_duty_sheet(struct call *c)
{
	json_t *sheet = NULL;
	int rc = call_send_to(c, "GET", "/v1/admin/duty/sheet", &sheet);

	if (rc == CTL_OK && c->json) {
		answer_print(c, sheet);
	} else if (rc == CTL_OK) {
		printf(
		    "PHIẾU TRỰC ĐÊM - %s\nlúc ", text_of(sheet, "ward_name"));
		print_instant(text_of(sheet, "at"));
		puts("\n\nĐang trực:");
		print_people(json_object_get(sheet, "duty"));
		fputs("\nĐến hạn trước ", stdout);
		print_instant(text_of(sheet, "until"));
		puts(":");
		print_due(sheet);
		puts("\nGọi lần lượt nếu không ai trả lời:");
		print_people(json_object_get(sheet, "tree"));
		printf("  [ ] số luôn có người nghe: %s\n",
		    text_of(sheet, "duty_phone"));
		puts("  [ ] tổng đài quốc gia bảo vệ trẻ em: 111");
	}
	json_decref(sheet);
	return rc;
}
