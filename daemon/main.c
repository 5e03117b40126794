/* Options; then the services in order, the loop, and back in reverse. */
#include "answerable.h"
#include "auth.h"
#include "clock.h"
#include "handlers.h"
#include "http_limits.h"
#include "log_kinds.h"
#include "notify.h"
#include "rehearsal.h"
#include "services.h"

#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define CONF_PATH "/etc/hotlined/hotlined.conf"

struct options {
	const char *conf_path;
	int (*mode)(const struct options *o);
	bool is_test;
	int64_t test_at;
	const char *rehearse; /* a copy of the database */
	int64_t until;
};

static bool
http_begin(struct daemon *d)
{
	const struct conf *c = d->h.context->conf;
	struct http_options o = {
	    .listen = c->listen,
	    .port = (int)c->port,
	    .control_path = c->control_socket,
	    .watch_listen = c->metrics_listen,
	    .watch_port = (int)c->metrics_port,
	    .sockets = &d->sockets,
	    .routes = routes,
	    .n_routes = n_routes,
	    .store = d->h.store,
	    .authenticate = authenticate,
	    .arg = &d->h,
	};

	http_limits(c, &o);
	d->h.http = http_start(d->h.base, &o);
	return d->h.http != NULL;
}

static void
http_end(struct daemon *d)
{
	http_free(d->h.http);
}

static const struct service {
	const char *name;
	bool (*start)(struct daemon *d);
	void (*stop)(struct daemon *d);
} services[] = {
    {"base", base_start, base_stop},
    {"store", store_begin, store_end},
    {"rotation", rotation_begin_service, rotation_end},
    {"outbox", outbox_begin, outbox_end},
    {"metrics", metrics_begin, metrics_end},
    {"beat", beat_begin, beat_end},
    {"schedule", schedule_begin, schedule_end},
    {"night", night_begin, night_end},
    {"courier", courier_begin, courier_end},
    {"trouble", trouble_begin, trouble_end},
    {"http", http_begin, http_end},
    {"pulse", pulse_begin, pulse_end},
    {"signals", signals_begin, signals_end},
};

/* ---- Start in order, loop, stop in reverse ---- */

static void
stop_from(struct daemon *d, size_t n)
{
	while (n-- > 0)
		services[n].stop(d);
}

/* How many services started; all of them if all is well. */
static size_t
start_all(struct daemon *d)
{
	size_t n;

	for (n = 0; n < NELEM(services); n++)
		if (!services[n].start(d)) {
			log_error("cannot start service=%s", services[n].name);
			break;
		}
	return n;
}

static void
print_faults(const struct faults *faults)
{
	for (size_t i = 0; i < faults_held(faults); i++)
		fprintf(stderr, "%s: %s\n", faults->list[i].where,
		    faults->list[i].what);
}

/* All there is to read, or every fault on stderr and NULL. */
static struct context *
load(const struct options *o)
{
	struct faults faults = {0};
	struct context *c = context_load(o->conf_path, &faults);

	print_faults(&faults);
	faults_done(&faults);
	return c;
}

/* Keys must not end in a core file; LeakSanitizer needs to look at us. */
static void
no_core(void)
{
#ifndef __SANITIZE_ADDRESS__
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		log_warn("core dumps stay on");
#endif
}

static int
serve(struct daemon *d)
{
	size_t n = start_all(d);

	if (n == NELEM(services)) {
		log_info("listening port=%d metrics_port=%d",
		    http_port(d->h.http), http_watch_port(d->h.http));
		notify_ready("running");
		(void)event_base_dispatch(d->h.base);
	}
	stop_from(d, n);
	log_info("stopped");
	return n == NELEM(services) ? 0 : 1;
}

static int
run(const struct options *o)
{
	struct daemon d = {.h = {.conf_path = o->conf_path}};
	struct faults faults = {0};
	int rc = 1;

	no_core();
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	if (o->is_test)
		clock_test_set(o->test_at);
	d.h.context = load(o);
	if (d.h.context == NULL)
		goto out;
	(void)log_set_level(d.h.context->conf->log_level);
	d.h.started_with = conf_load(o->conf_path, &faults);
	d.h.restart_needed = xstrdup("");
	d.h.started_at = clock_now();
	rc = serve(&d);
out:
	context_free(d.h.context);
	conf_free(d.h.started_with);
	free(d.h.restart_needed);
	faults_done(&faults);
	return rc;
}

/* ---- Options ---- */

static int
check(const struct options *o)
{
	struct context *c = load(o);
	struct faults faults = {0};
	bool is_fine = c != NULL;

	if (is_fine)
		answerable_probe(c, &faults);
	is_fine = is_fine && faults.n == 0;
	print_faults(&faults);
	faults_done(&faults);
	context_free(c);
	return is_fine ? 0 : 1;
}

/* hotlinectl drill runs us so. */
static int
rehearsal(const struct options *o)
{
	int64_t from = o->is_test ? o->test_at : clock_now();
	struct context *c = load(o);
	json_t *rows = NULL;

	if (c != NULL)
		(void)log_set_level("error");
	if (c != NULL)
		rows = rehearse(c, o->rehearse, from, o->until);
	if (rows != NULL)
		(void)json_dumpf(rows, stdout, JSON_COMPACT);
	json_decref(rows);
	context_free(c);
	return rows == NULL ? 1 : 0;
}

static int
dump(const struct options *o)
{
	struct faults faults = {0};
	struct conf *c = conf_load(o->conf_path, &faults);
	int rc = c == NULL ? 1 : 0;

	if (c != NULL)
		conf_print(c);
	print_faults(&faults);
	conf_free(c);
	faults_done(&faults);
	return rc;
}

static int
settings(const struct options *o)
{
	(void)o;
	conf_print_sample();
	return 0;
}

static int
messages(const struct options *o)
{
	(void)o;
	log_kinds_print();
	return 0;
}

static int
page(const struct options *o)
{
	(void)o;
	conf_print_page();
	return 0;
}

static int
version(const struct options *o)
{
	(void)o;
	puts("hotlined " HOTLINED_VERSION);
	return 0;
}

static int
help(const struct options *o)
{
	(void)o;
	puts("usage: hotlined [-c FILE] [--test-clock[=RFC3339]]\n"
	     "       hotlined --check | --dump [-c FILE]\n"
	     "       hotlined --rehearse=COPY --until=RFC3339 [-c FILE]\n"
	     "       hotlined --settings | --man | --messages | --version |"
	     " --help\n"
	     "\n"
	     "  -c FILE, --conf=FILE  settings, else " CONF_PATH "\n"
	     "  --check     read everything, print every mistake, exit 1 if"
	     " there is one\n"
	     "  --dump      print the settings in force, secrets masked\n"
	     "  --rehearse=COPY --until=RFC3339  let a copy's clocks run with"
	     " nobody\n"
	     "              answering and nothing sent; print who would be"
	     " called\n"
	     "  --settings  print a sample of all settings\n"
	     "  --messages  print the manual page of all log messages\n"
	     "  --man       print the settings as a manual page's list\n"
	     "  --test-clock[=RFC3339]  a clock that stands still until"
	     " hotlinectl moves it");
	return 0;
}

static int
usage(const struct options *o)
{
	(void)o;
	fputs("try hotlined --help\n", stderr);
	return 2;
}

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"check", no_argument, NULL, 'k'},
    {"dump", no_argument, NULL, 'd'},
    {"settings", no_argument, NULL, 's'},
    {"messages", no_argument, NULL, 'm'},
    {"man", no_argument, NULL, 'p'},
    {"conf", required_argument, NULL, 'c'},
    {"test-clock", optional_argument, NULL, 't'},
    {"rehearse", required_argument, NULL, 'r'},
    {"until", required_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

static const struct {
	int option;
	int (*mode)(const struct options *o);
} modes[] = {
    {'h', help},
    {'V', version},
    {'k', check},
    {'d', dump},
    {'s', settings},
    {'m', messages},
    {'r', rehearsal},
    {'p', page},
    {'?', usage},
};

static bool
read_test_clock(struct options *o, const char *text)
{
	o->is_test = true;
	o->test_at = clock_now();
	if (text == NULL || instant_parse(text, &o->test_at))
		return true;
	fprintf(stderr, "--test-clock: an instant like"
			" 2026-11-24T07:00:00+07:00 is needed\n");
	return false;
}

static void
take(struct options *o, int option)
{
	if (option == 'c')
		o->conf_path = optarg;
	else if (option == 'r')
		o->rehearse = optarg;
	else if ((option == 't' && !read_test_clock(o, optarg)) ||
		 (option == 'u' && !instant_parse(optarg, &o->until)))
		o->mode = usage;
	for (size_t i = 0; i < NELEM(modes); i++)
		if (modes[i].option == option)
			o->mode = modes[i].mode;
}

int
main(int argc, char **argv)
{
	struct options o = {.conf_path = CONF_PATH, .mode = run};
	int option;

	while (
	    (option = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1)
		take(&o, option);
	if (optind < argc)
		o.mode = usage;
	if (!seal_init())
		fatal("libsodium does not start");
	/* A record without its details would be worse than none. */
	json_set_alloc_funcs(xmalloc, free);
	/* By the first object of two threads at once it would be a race. */
	json_object_seed(0);
	return o.mode(&o);
}
