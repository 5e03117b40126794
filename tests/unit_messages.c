/* Alert texts: filled by words, in people's units, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "messages.h"

static struct messages *shipped;

static int
load(void **state)
{
	struct faults faults = {0};

	(void)state;
	shipped = messages_load(SOURCE_DIR "/conf/messages", &faults);
	for (size_t i = 0; i < faults_held(&faults); i++)
		print_error(
		    "%s: %s\n", faults.list[i].where, faults.list[i].what);
	faults_done(&faults);
	return shipped == NULL;
}

static int
unload(void **state)
{
	(void)state;
	messages_free(shipped);
	return 0;
}

static struct alert_text
sample(void)
{
	return (struct alert_text){
	    .kind = "warning",
	    .ward = "Phường Thử",
	    .code = "TN-2345",
	    .step = "N03 Đánh giá",
	    .left_ms = 6 * HOUR,
	    .count = 1,
	    .answer = "K7Q2MX",
	    .link = "https://x.example/a/TOKEN",
	};
}

static char *
text_of(const char *language, const struct alert_text *t)
{
	char *subject = NULL, *text = NULL;

	messages_make(shipped, language, t, &subject, &text);
	assert_non_null(subject);
	assert_null(strpbrk(subject, "{}\r\n"));
	assert_null(strpbrk(text, "{}"));
	free(subject);
	return text;
}

static void
test_a_text_carries_what_it_is_given(void **state)
{
	struct alert_text t = sample();
	char *subject, *text;

	(void)state;
	messages_make(shipped, "vi", &t, &subject, &text);
	assert_string_equal(subject, "[Phường Thử] Sắp đến hạn TN-2345");
	assert_string_equal(text,
	    "Phường Thử: vụ việc TN-2345, bước N03 Đánh giá còn 6 giờ."
	    " Xác nhận: https://x.example/a/TOKEN hoặc trả lời OK K7Q2MX");
	free(subject);
	free(text);
	messages_make(shipped, "en", &t, &subject, &text);
	assert_string_equal(subject, "[Phường Thử] Due soon: TN-2345");
	assert_non_null(strstr(text, "due in 6 h."));
	free(subject);
	free(text);
}

static void
test_time_is_told_in_peoples_units(void **state)
{
	static const struct {
		int64_t ms;
		const char *said;
	} rows[] = {
	    {6 * HOUR, "còn 6 giờ."},
	    /* made a moment after the warning was due */
	    {6 * HOUR - 200, "còn 6 giờ."},
	    {6 * HOUR - 40 * SECOND, "còn 5 giờ 59 phút."},
	    {27 * HOUR, "còn 1 ngày 3 giờ."},
	    {2 * DAY + 5 * MINUTE, "còn 2 ngày."},
	    {45 * MINUTE, "còn 45 phút."},
	    {31 * SECOND, "còn 1 phút."},
	    {0, "đến hạn ngay bây giờ."},
	    {-150, "đến hạn ngay bây giờ."},
	    {-15 * MINUTE - 200, "quá hạn 15 phút."},
	    {-3 * DAY, "quá hạn 3 ngày."},
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		struct alert_text t = sample();
		char *text;

		t.left_ms = rows[i].ms;
		text = text_of("vi", &t);
		if (strstr(text, rows[i].said) == NULL)
			fail_msg("%s: %s", rows[i].said, text);
		free(text);
	}
}

static void
test_every_kind_is_filled_in_every_language(void **state)
{
	static const char *const kinds[] = {"opened", "warning", "lapsed",
	    "climb", "escalated", "resume", "digest", "other",
	    "alarm_refused_in_row", "alarm_channel_down", "drill",
	    "alarm_drill_unanswered", "alarm_agency_silent",
	    "alarm_channel_refused", "alarm_address_dead", "alarm_address_gone",
	    "alarm_clock_jump", "alarm_calendar_ends", "alarm_calendar_missing",
	    "alarm_disk_full", "alarm_courier_down", "alarm_database_damaged",
	    "alarm_spool_left", "alarm_no_person", "alarm_break_glass",
	    "alarm_access_reset", "alarm_change", "phone_task",
	    "alarm_admin_act", "alarm_agency_auth", "bar", "update",
	    "referral_refused", "transfer_accepted", "transfer_withdrawn",
	    "daily_list", "referral", "referral_sent", "referral_completed",
	    "alarm_step_unknown", "alarm_clock_stuck"};
	struct alert_text t = sample();

	(void)state;
	t.kind = "never heard of";
	for (size_t l = 0; l < 2; l++) {
		const char *language = l == 0 ? "vi" : "en";
		char *other = text_of(language, &t);

		for (size_t i = 0; i < NELEM(kinds); i++) {
			struct alert_text one = sample();
			char *text;

			one.kind = kinds[i];
			text = text_of(language, &one);
			assert_non_null(strstr(text, "K7Q2MX"));
			assert_non_null(strstr(text, "/a/TOKEN"));
			assert_int_equal(strcmp(text, other) == 0,
			    strcmp(kinds[i], "other") == 0);
			free(text);
		}
		free(other);
	}
}

static void
test_late_and_drill_are_marked(void **state)
{
	struct alert_text t = sample();
	char *subject, *text;

	(void)state;
	t.is_late = t.is_drill = true;
	messages_make(shipped, "vi", &t, &subject, &text);
	assert_int_equal(strncmp(subject, "[DIỄN TẬP] [GỬI MUỘN] ",
			     strlen("[DIỄN TẬP] [GỬI MUỘN] ")),
	    0);
	assert_int_equal(strncmp(text, "[DIỄN TẬP] [GỬI MUỘN] ",
			     strlen("[DIỄN TẬP] [GỬI MUỘN] ")),
	    0);
	free(subject);
	free(text);
}

static void
test_without_a_link_the_text_says_so(void **state)
{
	struct alert_text t = sample();
	char *text;

	(void)state;
	t.link = t.step = NULL;
	text = text_of("vi", &t);
	assert_non_null(strstr(text, "Xác nhận: mở hệ thống hoặc"));
	free(text);
}

/* A list of codes longer than a text once pushed link and code out of it. */
static void
test_a_long_digest_keeps_its_link_and_answer(void **state)
{
	struct buf codes = BUF_MAX(16384);
	struct alert_text t = sample();
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_addf(&codes, "%sTN-%04d", i > 0 ? ", " : "", i);
	t.kind = "digest";
	t.count = 1000;
	t.code = codes.data;
	text = text_of("vi", &t);
	assert_non_null(strstr(text, "1000 cảnh báo"));
	assert_non_null(strstr(text, "TN-0000, TN-0001"));
	assert_non_null(strstr(text, ", ..."));
	assert_non_null(strstr(text, "https://x.example/a/TOKEN"));
	assert_non_null(strstr(text, "OK K7Q2MX"));
	free(text);
	buf_done(&codes);
}

/* Words in a value are not words of the template. */
static void
test_values_are_not_filled_again(void **state)
{
	struct alert_text t = sample();
	char *subject, *text;

	(void)state;
	t.ward = "{answer}";
	messages_make(shipped, "vi", &t, &subject, &text);
	assert_int_equal(strncmp(text, "{answer}: ", 10), 0);
	free(subject);
	free(text);
}

static void
test_pages_have_texts(void **state)
{
	static const char *const names[] = {"link_title", "link_question",
	    "link_button", "link_done", "link_gone"};

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++)
		assert_string_not_equal(messages_get(shipped, "vi", names[i]),
		    messages_get(shipped, "en", names[i]));
	assert_string_equal(
	    messages_get(shipped, "en", "link_done"), "Recorded. Thank you.");
	assert_string_equal(messages_get(shipped, "vi", "none"), "none");
}

/* Load the shipped vi.conf after replacing one text by another; the first
 * fault, which the caller frees, or NULL. */
static char *
fault_of(const char *from, const char *to)
{
	char dir[] = "/tmp/unit-messages-XXXXXX", path[64];
	static char text[40000];
	struct faults faults = {0};
	struct messages *m;
	char *at, *what = NULL;
	FILE *f = fopen(SOURCE_DIR "/conf/messages/vi.conf", "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	at = strstr(text, from);
	assert_non_null(at);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/vi.conf", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	fclose(f);
	m = messages_load(dir, &faults);
	assert_int_equal(m == NULL, faults.n > 0);
	if (faults.n > 0)
		what = xstrdup(faults.list[0].what);
	messages_free(m);
	faults_done(&faults);
	remove(path);
	remove(dir);
	return what;
}

static void
test_mistakes_in_a_file_are_told(void **state)
{
	static const struct {
		const char *from, *to, *what;
	} rows[] = {
	    {"{code}.", "{cod}.", "only {ward}"},
	    {"bước {step}", "bước {step", "only {ward}"},
	    {"trả lời OK {answer}", "xem", "{answer} is missing"},
	    {"Vụ việc mới", "Vụ việc\\nmới", "one line"},
	    {"link_gone", "link_gnoe", "text 'link_gone' is missing"},
	    {"due_now", "due_then", "text 'due_now' is missing"},
	    {"  other = {", "  others = {", "kind 'other' is missing"},
	    {"subject", "subjekt", "unknown setting 'subjekt'"},
	    {"language", "lang", "unknown setting 'lang'"},
	};
	char *what = fault_of("còn", "còn lại");

	(void)state;
	assert_null(what);
	for (size_t i = 0; i < NELEM(rows); i++) {
		what = fault_of(rows[i].from, rows[i].to);
		if (what == NULL || strstr(what, rows[i].what) == NULL)
			fail_msg("%s: %s", rows[i].to, what ? what : "taken");
		free(what);
	}
}

static void
test_a_folder_without_texts_is_told(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_null(messages_load("/tmp/none/of/these", &faults));
	assert_int_equal(faults.n, 1);
	faults_done(&faults);
	messages_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_text_carries_what_it_is_given),
	    cmocka_unit_test(test_time_is_told_in_peoples_units),
	    cmocka_unit_test(test_every_kind_is_filled_in_every_language),
	    cmocka_unit_test(test_late_and_drill_are_marked),
	    cmocka_unit_test(test_without_a_link_the_text_says_so),
	    cmocka_unit_test(test_a_long_digest_keeps_its_link_and_answer),
	    cmocka_unit_test(test_values_are_not_filled_again),
	    cmocka_unit_test(test_pages_have_texts),
	    cmocka_unit_test(test_mistakes_in_a_file_are_told),
	    cmocka_unit_test(test_a_folder_without_texts_is_told),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
