/*
 * hotline-courier: carries alerts to the outside.  It makes one attempt a
 * message and reports; it has no database, no keys of cases, and knows no
 * clock but its time limits.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "clock.h"
#include "courier.h"
#include "inbox.h"
#include "link.h"
#include "log.h"
#include "notify.h"
#include "seal.h"

#define PARALLEL 64
#define AT_ONCE	 2
/* Seconds: how long it stays for the core's last words, then for its own. */
#define STAY_MAX     5
#define LEAVE_WITHIN 3
/* The watchdog is petted this often within its time. */
#define BEATS 4

struct options {
	const char *channels, *socket;
	int64_t fd, parallel;
	bool checks;
};

static const char usage[] =
    "usage: hotline-courier [-c FILE] --fd N | --socket PATH\n"
    "       hotline-courier --check [-c FILE]\n"
    "\n"
    "  -c, --channels FILE  channels (/etc/hotlined/channels.conf)\n"
    "      --fd N           talk to the core over descriptor N\n"
    "      --socket PATH    connect to the core's courier_socket\n"
    "      --parallel N     transfers at once (64)\n"
    "      --check          print every mistake in FILE as file:line, exit 1\n"
    "      --log-level L    error, warn, info or debug\n"
    "      --version        print the version\n"
    "  -h, --help           print this\n";

static const struct option long_options[] = {
    {"channels", required_argument, NULL, 'c'},
    {"fd", required_argument, NULL, 'f'},
    {"socket", required_argument, NULL, 's'},
    {"parallel", required_argument, NULL, 'p'},
    {"check", no_argument, NULL, 'k'},
    {"log-level", required_argument, NULL, 'l'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* -1: go on; else the exit status. */
static int
take_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'c':
		o->channels = value;
		return -1;
	case 'f':
		return number_parse(value, 0, 1 << 20, &o->fd) ? -1 : 2;
	case 's':
		o->socket = value;
		return -1;
	case 'p':
		return number_parse(value, 1, 256, &o->parallel) ? -1 : 2;
	case 'k':
		o->checks = true;
		return -1;
	case 'l':
		return log_set_level(value) ? -1 : 2;
	case 'v':
		puts("hotline-courier " HOTLINED_VERSION);
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		return 2;
	}
}

static int
read_options(struct options *o, int argc, char **argv)
{
	int option, status = -1;

	while (status < 0 && (option = getopt_long(
				  argc, argv, "c:h", long_options, NULL)) != -1)
		status = take_option(o, option, optarg);
	if (status < 0 && optind < argc)
		status = 2;
	if (status < 0 && !o->checks && (o->fd < 0) == (o->socket == NULL))
		status = 2;
	if (status == 2)
		fputs(usage, stderr);
	return status;
}

/*
 * Print what is wrong, line by line as the log does when running.  Who starts
 * takes the channels that are sound: silence on all for one folder would be
 * worse.  Who checks, or has channels that were sound, takes all or none.
 */
static struct roster *
load(const char *path, FILE *out, bool takes_some)
{
	struct faults faults = {0};
	struct roster *r = roster_load(path, &faults);

	for (size_t i = 0; i < faults_held(&faults); i++)
		if (out != NULL)
			fprintf(out, "%s: %s\n", faults.list[i].where,
			    faults.list[i].what);
		else
			log_error("channels wrong where=\"%s\" what=\"%s\"",
			    faults.list[i].where, faults.list[i].what);
	if (faults.n > 0 && !takes_some) {
		roster_release(r);
		r = NULL;
	}
	faults_done(&faults);
	return r;
}

bool
courier_tell(struct courier *c, const json_t *msg)
{
	return link_send(c->link, msg);
}

void
courier_reload(struct courier *c)
{
	struct roster *r;

	notify_reloading();
	r = load(c->channels_path, NULL, false);
	if (r == NULL) {
		log_error("channels not reloaded, the old ones stay");
		notify_ready("reload refused, still on the old channels");
		return;
	}
	roster_release(c->roster);
	c->roster = r;
	log_info("channels loaded n=%zu", roster_n(r));
	notify_ready("running");
}

void
courier_attempt_over(struct courier *c)
{
	if (c->is_leaving && fetch_pending(c->fetch) == 0)
		event_base_loopexit(c->base, NULL);
}

/* Finish what can be finished within a moment, then leave the loop. */
static void
leave(struct courier *c)
{
	const struct timeval moment = {.tv_sec = LEAVE_WITHIN};

	c->is_leaving = true;
	event_base_loopexit(
	    c->base, fetch_pending(c->fetch) == 0 ? NULL : &moment);
}

static void
on_stayed(evutil_socket_t unused, short what, void *arg)
{
	(void)unused, (void)what;
	leave(arg);
}

/* Who asks twice does not want to wait. */
void
courier_stop(struct courier *c)
{
	const struct timeval most = {.tv_sec = STAY_MAX};

	notify_stopping();
	if (link_is_up(c->link) && !event_pending(c->stay, EV_TIMEOUT, NULL))
		(void)event_add(c->stay, &most);
	else
		leave(c);
}

bool
courier_follows(struct courier *c)
{
	if (!event_pending(c->stay, EV_TIMEOUT, NULL))
		return c->is_leaving;
	(void)event_del(c->stay);
	leave(c);
	return true;
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)what;
	if (number == SIGHUP)
		courier_reload(arg);
	else
		courier_stop(arg);
}

/* The loop turned; a transfer that hangs is not ours to hang with. */
static void
on_beat(evutil_socket_t unused, short what, void *arg)
{
	const struct courier *c = arg;
	char *status;

	(void)unused, (void)what;
	status = xasprintf("%zu channels, %zu under way", roster_n(c->roster),
	    (size_t)fetch_pending(c->fetch));
	notify_alive(status);
	free(status);
}

/* The watchdog's timer, or NULL if nobody waits for it; the caller frees. */
static struct event *
beat_start(struct courier *c)
{
	struct event *beat;
	int64_t every = notify_watchdog_ms() / BEATS;
	struct timeval tv;

	if (every <= 0)
		return NULL;
	tv.tv_sec = every / SECOND;
	tv.tv_usec = every % SECOND * 1000;
	beat = event_new(c->base, -1, EV_PERSIST, on_beat, c);
	if (beat == NULL || event_add(beat, &tv) != 0)
		fatal("no timer for the watchdog");
	event_active(beat, EV_TIMEOUT, 0);
	return beat;
}

static void
run(struct courier *c, const struct options *o)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
	struct event *signals[NELEM(numbers)], *beat;

	for (size_t i = 0; i < NELEM(numbers); i++) {
		signals[i] = event_new(
		    c->base, numbers[i], EV_SIGNAL | EV_PERSIST, on_signal, c);
		if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
			fatal("cannot watch signals");
	}
	c->stay = event_new(c->base, -1, 0, on_stayed, c);
	if (c->stay == NULL)
		fatal("no timer to leave by");
	c->fetch = fetch_new(c->base, (int)o->parallel);
	c->beats = fetch_new(c->base, AT_ONCE);
	c->inbox = inbox_start(c);
	c->link = link_start(c, (int)o->fd, o->socket);
	notify_ready("running");
	beat = beat_start(c);
	event_base_dispatch(c->base);
	if (beat != NULL)
		event_free(beat);
	fetch_free(c->fetch);
	fetch_free(c->beats);
	link_stop(c->link);
	inbox_stop(c->inbox);
	event_free(c->stay);
	for (size_t i = 0; i < NELEM(numbers); i++)
		event_free(signals[i]);
}

static int
serve(struct courier *c, const struct options *o)
{
	struct stat st;

	if (o->fd >= 0 && fstat((int)o->fd, &st) != 0) {
		log_error("descriptor is not open fd=%d", (int)o->fd);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	/* Every mail has a thread; their heaps shall not add up. */
	mallopt(M_ARENA_MAX, 2);
	if (!seal_init() || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	event_set_mem_functions(xmalloc, xresize, free);
	json_set_alloc_funcs(xmalloc, free);
	c->base = event_base_new();
	if (c->base == NULL)
		return 1;
	run(c, o);
	event_base_free(c->base);
	curl_global_cleanup();
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = {
	    .channels = "/etc/hotlined/channels.conf",
	    .fd = -1,
	    .parallel = PARALLEL,
	};
	int status = read_options(&o, argc, argv);
	struct courier c = {.channels_path = o.channels};

	if (status >= 0)
		return status;
	c.roster = load(o.channels, o.checks ? stdout : NULL, !o.checks);
	if (c.roster == NULL)
		return 1;
	status = o.checks ? 0 : serve(&c, &o);
	roster_release(c.roster);
	return status;
}
