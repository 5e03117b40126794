/*
 *	simulation SEED DAYS FOLDER NAME
 *
 * One life: the ward of a seed for so many days, in an empty FOLDER, with a
 * child called NAME.  Prints one line; leaves hotlined.db and books.json.
 */
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "simulation.h"

#define QUIET (3 * DAY) /* at the end, for all that is under way */

struct life life;

static void
room_again(void *arg)
{
	(void)arg;
	disk_room(-1);
}

static void
time_right(void *arg)
{
	(void)arg;
	time_skew(0);
}

/* What breaks next: the machine, its disk, its clock. */
static void
trouble(void *arg)
{
	static const enum breakage faults[] = {
	    FAULT_KILL, FAULT_CUT, FAULT_CUT, FAULT_EIO, FAULT_SYNC};
	int64_t what = dice(8);

	(void)arg;
	if (time_now() > life.end_at)
		return;
	later(HOUR + dice(120 * DAY), trouble, NULL);
	if (what < 5) {
		disk_fail(faults[what], dice(60));
	} else if (what < 7) {
		disk_room(dice(1 << 18));
		later(dice(12 * HOUR), room_again, NULL);
	} else {
		time_skew(dice(10 * MINUTE) - 5 * MINUTE);
		later(dice(DAY), time_right, NULL);
	}
}

static void
over(void *arg)
{
	(void)arg;
	event_base_loopbreak(life.base);
}

/* Nothing breaks any more; time to settle. */
static void
calm(void *arg)
{
	(void)arg;
	disk_fail(FAULT_NONE, 0);
	disk_room(-1);
	later(QUIET, over, NULL);
}

int
main(int argc, char **argv)
{
	int64_t days;

	if (argc != 5) {
		fprintf(stderr, "usage: simulation SEED DAYS FOLDER NAME\n");
		return 2;
	}
	life.seed = strtoull(argv[1], NULL, 10);
	days = strtoll(argv[2], NULL, 10);
	life.dir = argv[3];
	life.canary = argv[4];
	life.database = xasprintf("%s/hotlined.db", life.dir);
	life.end_at = BEGIN + days * DAY;
	log_set_level(getenv("LOG") != NULL ? getenv("LOG") : "error");
	json_object_seed(1);
	time_begin(life.seed);
	if (!seal_init())
		fatal("libsodium does not start");
	crash_begin();
	disk_begin(life.dir);
	books_begin();
	if (!ward_begin() || !people_begin())
		fatal("the ward does not begin");
	courier_begin();
	later(DAY + dice(30 * DAY), trouble, NULL);
	later(days * DAY, calm, NULL);
	event_base_dispatch(life.base);
	ward_stop();
	books_print();
	free(life.database);
	return 0;
}
