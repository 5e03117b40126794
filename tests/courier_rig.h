/* Channels from a text, and an errand: for the unit tests of the courier. */
#ifndef COURIER_RIG_H
#define COURIER_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "roster.h"
#include "seal.h"

struct rig {
	char dir[64], conf[96];
	struct roster *roster;
	struct faults faults;
};

static void
rig_file(struct rig *rig, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", rig->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static struct rig
rig_new(void)
{
	struct rig rig = {.dir = "/tmp/unit_courier_XXXXXX"};

	assert_true(seal_init());
	assert_non_null(mkdtemp(rig.dir));
	snprintf(rig.conf, sizeof(rig.conf), "%s/channels.conf", rig.dir);
	return rig;
}

/* One channel named "it"; NULL if it has faults. */
static const struct instance *
rig_load(struct rig *rig, const char *rest)
{
	char *text = xasprintf("channels = ( { name = \"it\"; %s } );\n", rest);

	rig_file(rig, "channels.conf", text);
	free(text);
	roster_release(rig->roster);
	faults_done(&rig->faults);
	memset(&rig->faults, 0, sizeof(rig->faults));
	rig->roster = roster_load(rig->conf, &rig->faults);
	return rig->roster == NULL ? NULL : roster_nth(rig->roster, 0);
}

static bool
rig_said(const struct rig *rig, const char *what)
{
	for (size_t i = 0; i < faults_held(&rig->faults); i++)
		if (strstr(rig->faults.list[i].what, what) != NULL)
			return true;
	return false;
}

static void
rig_done(struct rig *rig)
{
	char *command = xasprintf("rm -rf %s", rig->dir);

	roster_release(rig->roster);
	faults_done(&rig->faults);
	assert_int_equal(system(command), 0);
	free(command);
}

#define ERRAND_ID "01935a5c-7d00-7000-8000-000000000001"

static inline struct errand
errand_to(const char *to)
{
	return (struct errand){
	    .id = ERRAND_ID,
	    .channel = "it",
	    .to = to,
	    .subject = "Hồ sơ K7Q2",
	    .text = "Hạn còn 6 giờ",
	    .now = 1795478400000, /* 2026-11-24T00:00:00Z */
	};
}

#endif
