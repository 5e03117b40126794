/* The daemon's services, up and down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "channels.h"
#include "messages.h"
#include "procedure.h"
#include "simulation.h"

#define RESERVE ((int64_t)1 << 20)

static void
on_reap(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (life.store == NULL || has_crashed)
		return;
	store_reap(life.store);
	if (life.schedule != NULL)
		schedule_kick(life.schedule);
}

static void
on_changed(void *arg)
{
	(void)arg;
	if (life.schedule != NULL)
		schedule_kick(life.schedule);
}

static void
write_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", life.dir, name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		fatal("cannot write %s", path);
	free(path);
}

/* The shipped years, and plain ones after them. */
static const struct calendar *
make_calendar(struct faults *faults)
{
	char *dir = xasprintf("%s/calendar", life.dir), name[64], text[128];
	const struct calendar *c;

	if (mkdir(dir, 0700) != 0)
		fatal("no folder %s", dir);
	for (int year = 2026; year < 2042; year++) {
		snprintf(name, sizeof(name), "calendar/%d.conf", year);
		snprintf(text, sizeof(text),
		    "year = %d; holidays = ( \"%d-01-01\", \"%d-09-02\" );\n",
		    year, year, year);
		write_file(name, text);
	}
	c = calendar_load(dir, 420, faults);
	free(dir);
	return c;
}

static void
load(void)
{
	struct faults faults = {0};
	struct conf *conf = conf_load(NULL, &faults);
	char *path = xasprintf("%s/channels.conf", life.dir);

	write_file("channels.conf",
	    "channels = ({ name = \"sms\"; kind = \"spool\"; replies = true;"
	    " interval = \"2s\"; }, { name = \"email\"; kind = \"email\";"
	    " interval = \"now\"; });\n");
	conf->agency_quota = 100000;
	/* The team never changes: nobody need look after it every hour. */
	conf->team_watch = false;
	conf->gaps_ahead = 0;
	conf->hand_over = chance(20);
	conf->drill_every = 200 * DAY;
	free(conf->public_url);
	conf->public_url = xstrdup("https://thu.test");
	life.context = (struct context){
	    .conf = conf,
	    .calendar = make_calendar(&faults),
	    .procedure = procedure_load(
		SOURCE_DIR "/conf/procedures/vn-nd56-2017.conf", &faults),
	    .messages = messages_load(SOURCE_DIR "/conf/messages", &faults),
	    .channels = channels_load(path, &faults),
	    .wrap = {.bytes = {5}, .version = 1},
	    .blind = {.bytes = {7}, .version = 1},
	};
	for (size_t i = 0; i < faults_held(&faults); i++)
		fprintf(stderr, "%s: %s\n", faults.list[i].where,
		    faults.list[i].what);
	if (faults.n > 0)
		fatal("the ward's files are wrong");
	free(path);
}

static bool
open_store(void)
{
	const struct store_options o = {.path = life.database,
	    .reserve_bytes = RESERVE,
	    .quick_check_bytes = 1 << 30};

	life.store = store_open(&o);
	return life.store != NULL;
}

static bool
start(void)
{
	struct outbox_options o = {.base = life.base,
	    .parallel = (int)life.context.conf->courier_parallel,
	    .changed = on_changed};

	has_crashed = false;
	if (!open_store())
		return false;
	store_set_context(life.store, &life.context, NULL, NULL);
	o.store = life.store;
	life.outbox = outbox_start(&o);
	if (!has_crashed && life.has_people)
		life.schedule =
		    schedule_start(life.base, life.store, life.outbox);
	if (!has_crashed)
		outbox_set_link(life.outbox, (struct courier_link *)&life);
	life.boots++;
	books_note("boot", "");
	if (time_now() - life.up_since > life.longest_outage)
		life.longest_outage = time_now() - life.up_since;
	return true;
}

/* What services hold is freed with them; what the dead one did is not. */
void
ward_stop(void)
{
	if (life.store == NULL)
		return;
	outbox_set_link(life.outbox, NULL);
	if (life.schedule != NULL)
		schedule_stop(life.schedule);
	life.schedule = NULL;
	outbox_stop(life.outbox);
	life.outbox = NULL;
	courier_lost();
	store_close(life.store);
	store_reap(life.store);
	life.store = NULL;
	life.up_since = time_now();
}

void
ward_boot(void *arg)
{
	(void)arg;
	if (life.store != NULL)
		return;
	disk_mend();
	if (!start()) {
		if (!disk_is_dead())
			books_add("faults", "the daemon does not start");
		later(MINUTE, ward_boot, NULL);
	}
}

void
ward_crash(void)
{
	books_note("crash", "");
	ward_stop();
	later(chance(80) ? SECOND + dice(MINUTE) : dice(2 * DAY), ward_boot,
	    NULL);
}

static void
on_crash(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ward_crash();
}

bool
ward_begin(void)
{
	load();
	life.base = event_base_new();
	life.reap = event_new(life.base, -1, 0, on_reap, NULL);
	life.crash = event_new(life.base, -1, 0, on_crash, NULL);
	life.up_since = time_now();
	return start();
}

/* Nobody rings before there are people. */
void
ward_open(void)
{
	life.has_people = true;
	life.schedule = schedule_start(life.base, life.store, life.outbox);
}
