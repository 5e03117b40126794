/* A server with made-up routes on a real store; the test turns its loop. */
#ifndef HTTP_RIG_H
#define HTTP_RIG_H

#include "store_rig.h"

#include <event2/event.h>
#include <signal.h>

#include "clock.h"
#include "http.h"

struct web {
	struct rig rig;
	struct event_base *base;
	struct http *http;
	char control[320];
	bool is_drained;
};

static inline void
web_options(struct web *w, struct http_options *o)
{
	*o = (struct http_options){
	    .listen = "127.0.0.1",
	    .control_path = w->control,
	    .max_connections = 64,
	    .max_body = 1000,
	    .deadline_ms = 400,
	    .idle_ms = 800,
	    .store = w->rig.store,
	    .arg = w,
	};
}

static inline void
web_turn(struct web *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	if (w->rig.store != NULL)
		store_reap(w->rig.store);
	usleep(300);
}

static inline void
web_turn_for(struct web *w, int64_t ms)
{
	int64_t until = clock_mono() + ms;

	while (clock_mono() < until)
		web_turn(w);
}

static inline enum outcome
who_calls(struct tx *tx, struct request *r, struct response *a)
{
	(void)tx;
	if (r->route->who == ADMIN)
		return OK;
	if (r->authorization == NULL)
		return answer_problem(a, "unauthorized");
	r->subject.kind = BY_AGENCY;
	return OK;
}

static inline void
web_start(struct web *w, const struct route *rows, size_t n)
{
	struct http_options o;

	signal(SIGPIPE, SIG_IGN);
	memset(w, 0, sizeof(*w));
	rig_new(&w->rig);
	rig_open(&w->rig, 0);
	snprintf(w->control, sizeof(w->control), "%s/control", w->rig.dir);
	assert_true(strlen(w->control) < 100);
	w->base = event_base_new();
	web_options(w, &o);
	o.routes = rows;
	o.n_routes = n;
	o.authenticate = who_calls;
	w->http = http_start(w->base, &o);
	assert_non_null(w->http);
}

static inline void
web_end(struct web *w)
{
	http_free(w->http);
	rig_end(&w->rig);
	event_base_free(w->base);
}

static inline bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

#endif
