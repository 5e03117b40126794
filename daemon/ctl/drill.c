/* drill --until: who would be called if nobody acted, on a copy. */
#include <errno.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"

#define PROGRAM	   "/usr/sbin/hotlined"
#define CONF	   "/etc/hotlined/hotlined.conf"
#define OFFSET_MIN 420
#define DAYS_MAX   90

/* The daemon's program: beside our own, or where it is installed. */
static char *
daemon_path(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *path;

	self[n < 0 ? 0 : n] = '\0';
	path = xasprintf("%s/hotlined", dirname(self));
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return xstrdup(PROGRAM);
}

/* "+7d", "+12h" from now, or an instant; false after saying so. */
static bool
read_until(const char *s, int64_t now, int64_t *until)
{
	size_t n = s[0] == '+' ? strspn(s + 1, "0123456789") : 0;
	char number[8];
	int64_t count;

	*until = 0;
	if (n > 0 && n < sizeof(number) && s[n + 2] == '\0') {
		snprintf(number, sizeof(number), "%.*s", (int)n, s + 1);
		if (number_parse(number, 1, 9999, &count))
			*until = now + count * (s[n + 1] == 'd'	     ? DAY
						   : s[n + 1] == 'h' ? HOUR
								     : 0);
	} else if (instant_parse(s, until)) {
		/* as it stands */
	}
	if (*until > now && *until <= now + DAYS_MAX * DAY)
		return true;
	fprintf(stderr,
	    "hotlinectl: --until must be such as +7d, +12h or an instant, at "
	    "most %d days away\n",
	    DAYS_MAX);
	return false;
}

static int64_t
now_of(const struct call *c, int *rc)
{
	json_t *answer = NULL;
	const char *text;
	int64_t now = 0;

	*rc = call_send_to(c, "GET", "/v1/admin/clock", &answer);
	text = json_string_value(json_object_get(answer, "now"));
	if (text != NULL)
		(void)instant_parse(text, &now);
	json_decref(answer);
	return now;
}

/* What the program prints as JSON, or NULL after saying why. */
static json_t *
run(char *const argv[])
{
	posix_spawn_file_actions_t files;
	json_t *rows = NULL;
	int ends[2], status = 0;
	pid_t pid;
	FILE *f;

	if (pipe(ends) != 0)
		return NULL;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&files, ends[0]);
	errno = posix_spawn(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	(void)close(ends[1]);
	f = fdopen(ends[0], "r");
	if (errno != 0)
		fprintf(
		    stderr, "hotlinectl: %s: %s\n", argv[0], strerror(errno));
	else if (f != NULL)
		rows = json_loadf(f, 0, NULL);
	if (f != NULL)
		(void)fclose(f);
	if (waitpid(pid, &status, 0) == pid && status == 0)
		return rows;
	json_decref(rows);
	return NULL;
}

static int
rehearse(const struct call *c, const char *copy, int64_t now, int64_t until)
{
	const char *conf = call_text(c, "conf");
	char from[INSTANT_SIZE], to[INSTANT_SIZE];
	char *argv[6] = {daemon_path()};
	json_t *rows;

	instant_format(from, now, OFFSET_MIN);
	instant_format(to, until, OFFSET_MIN);
	argv[1] = xasprintf("--rehearse=%s", copy);
	argv[2] = xasprintf("--until=%s", to);
	argv[3] = xasprintf("--test-clock=%s", from);
	argv[4] = xasprintf("--conf=%s", conf == NULL ? CONF : conf);
	rows = run(argv);
	for (size_t i = 0; i < 5; i++)
		free(argv[i]);
	if (rows == NULL)
		return CTL_NO;
	rows = json_pack("{s:o}", "items", rows);
	answer_print(c, rows);
	json_decref(rows);
	return CTL_OK;
}

int
verb_drill(struct call *c)
{
	json_t *answer = NULL;
	int64_t until, now;
	int rc;

	now = now_of(c, &rc);
	if (rc != CTL_OK)
		return rc;
	if (!read_until(call_text(c, "until"), now, &until))
		return CTL_USAGE;
	rc = call_send_to(c, "POST", "/v1/admin/audit/copy", &answer);
	if (rc == CTL_OK) {
		const char *copy =
		    json_string_value(json_object_get(answer, "path"));

		rc = rehearse(c, copy, now, until);
		remove_copy(copy);
	}
	json_decref(answer);
	return rc;
}
