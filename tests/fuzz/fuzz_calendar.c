/* A year's file of any bytes: refused by line, or days that can be counted. */
#include "calendar.h"
#include "clock.h"

#include "file.h"

/* Early in the morning of a day of 2026. */
#define START INT64_C(1789950000000)

static void
count(const struct calendar *c)
{
	day_t day = calendar_day_of(c, START);

	HOLDS(calendar_day_start(c, day) <= START);
	HOLDS(START < calendar_day_start(c, day + 1));
	HOLDS(calendar_year_of(c, START) == 2026);
	(void)calendar_days_left(c, START);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct faults faults = {0};
	struct calendar *c;
	struct file f;

	file_write(&f, p, n);
	c = calendar_load(f.dir, 420, &faults);
	HOLDS((c == NULL) == (faults.n > 0));
	if (c != NULL) {
		count(c);
		calendar_free(c);
	}
	faults_done(&faults);
	file_remove(&f);
	return 0;
}
