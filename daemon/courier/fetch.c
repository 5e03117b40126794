#include "fetch.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fetch_job.h"
#include "log.h"

TAILQ_HEAD(jobs, job);

struct fetch {
	struct event_base *base;
	CURLM *multi;
	struct event *timer; /* curl's */
	struct event *turn;  /* look at the waiting ones */
	struct event *told;  /* a mail is over */
	int tell[2];
	struct jobs running, waiting;
	size_t n_running, n_pending, parallel;
};

/* Take it off every list and say so. */
static void
finish(struct fetch *f, struct job *j, bool is_abandoned)
{
	struct answer a = job_answer(j);

	if (a.error != 0 && !is_abandoned)
		log_info("transfer failed error=%d why=\"%s\"", a.error,
		    j->is_refused ? "private address"
				  : curl_easy_strerror(j->how));
	f->n_pending--;
	j->done(j->arg, is_abandoned ? NULL : &a);
	job_free(j);
	if (!TAILQ_EMPTY(&f->waiting))
		event_active(f->turn, EV_TIMEOUT, 0);
}

static void
take_off(struct fetch *f, struct job *j)
{
	TAILQ_REMOVE(&f->running, j, next);
	f->n_running--;
}

/* ---- HTTP on the multi handle ---- */

static void
collect(struct fetch *f)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct job *j = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &j);
		j->how = msg->data.result;
		take_off(f, j);
		curl_multi_remove_handle(f->multi, j->easy);
		finish(f, j, false);
	}
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	int running, bits = 0;

	if (what & EV_READ)
		bits |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		bits |= CURL_CSELECT_OUT;
	curl_multi_socket_action(f->multi, fd, bits, &running);
	collect(f);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	int running;

	(void)fd, (void)what;
	curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(f);
}

/* curl wants to be woken; never call it from in here. */
static int
on_want_timer(CURLM *multi, long ms, void *arg)
{
	struct fetch *f = arg;
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		event_del(f->timer);
	else
		event_add(f->timer, &tv);
	return 0;
}

static int
on_want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct fetch *f = arg;
	struct event *e = known;
	int events = EV_PERSIST;

	(void)easy;
	if (e != NULL)
		event_free(e);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(f->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EV_READ;
	if (what & CURL_POLL_OUT)
		events |= EV_WRITE;
	e = event_new(f->base, fd, (short)events, on_event, f);
	if (e == NULL || event_add(e, NULL) != 0)
		fatal("cannot watch a transfer");
	curl_multi_assign(f->multi, fd, e);
	return 0;
}

/* ---- Mail on threads ---- */

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	struct job *j;

	(void)what;
	while (read(fd, &j, sizeof(j)) == (ssize_t)sizeof(j)) {
		mail_end(j);
		take_off(f, j);
		finish(f, j, false);
	}
}

/* ---- Both ---- */

static void
begin(struct fetch *f, struct job *j)
{
	bool is_begun;

	job_setup(j);
	j->tell = f->tell[1];
	if (j->t.mail_to != NULL)
		is_begun = mail_begin(j);
	else
		is_begun = curl_multi_add_handle(f->multi, j->easy) == CURLM_OK;
	if (is_begun) {
		TAILQ_INSERT_TAIL(&f->running, j, next);
		f->n_running++;
		return;
	}
	log_error("transfer not begun");
	j->how = CURLE_FAILED_INIT;
	finish(f, j, false);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	struct job *j;

	(void)fd, (void)what;
	while (f->n_running < f->parallel &&
	       (j = TAILQ_FIRST(&f->waiting)) != NULL) {
		TAILQ_REMOVE(&f->waiting, j, next);
		begin(f, j);
	}
}

static void
make_events(struct fetch *f)
{
	f->timer = event_new(f->base, -1, 0, on_timer, f);
	f->turn = event_new(f->base, -1, 0, on_turn, f);
	f->told =
	    event_new(f->base, f->tell[0], EV_READ | EV_PERSIST, on_told, f);
	if (f->timer == NULL || f->turn == NULL || f->told == NULL ||
	    event_add(f->told, NULL) != 0)
		fatal("no events for transfers");
}

struct fetch *
fetch_new(struct event_base *base, int parallel)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->base = base;
	f->parallel = (size_t)parallel;
	TAILQ_INIT(&f->running);
	TAILQ_INIT(&f->waiting);
	/* Threads block in writing; the loop never does in reading. */
	if (pipe2(f->tell, O_CLOEXEC) != 0 ||
	    fcntl(f->tell[0], F_SETFL, O_NONBLOCK) != 0)
		fatal("no pipe errno=%d", errno);
	make_events(f);
	f->multi = curl_multi_init();
	if (f->multi == NULL)
		fatal("no memory for transfers");
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_want_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_want_timer);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	return f;
}

void
fetch_start(struct fetch *f, struct transfer *t, fetch_done *done, void *arg)
{
	struct job *j = job_new(t, done, arg);

	j->f = f;
	TAILQ_INSERT_TAIL(&f->waiting, j, next);
	f->n_pending++;
	event_active(f->turn, EV_TIMEOUT, 0);
}

size_t
fetch_pending(const struct fetch *f)
{
	return f->n_pending;
}

/* All threads hear it first, so that they end together. */
static void
abandon_all(struct fetch *f)
{
	struct job *j;

	TAILQ_FOREACH(j, &f->running, next)
	atomic_store(&j->is_abandoned, true);
	while ((j = TAILQ_FIRST(&f->running)) != NULL) {
		take_off(f, j);
		if (j->has_thread)
			mail_end(j);
		else
			curl_multi_remove_handle(f->multi, j->easy);
		finish(f, j, true);
	}
	while ((j = TAILQ_FIRST(&f->waiting)) != NULL) {
		TAILQ_REMOVE(&f->waiting, j, next);
		job_setup(j);
		finish(f, j, true);
	}
}

void
fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	abandon_all(f);
	curl_multi_cleanup(f->multi);
	event_free(f->timer);
	event_free(f->turn);
	event_free(f->told);
	close(f->tell[0]);
	close(f->tell[1]);
	free(f);
}
