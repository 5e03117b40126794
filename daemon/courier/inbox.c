#include "inbox.h"

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "text.h"

#define FILE_MAX_BYTES ((size_t)20 * 1024)
/* After which what was not taken is offered once more. */
#define AGAIN_AFTER MINUTE
/* Seconds between looks: where the kernel tells of new files, and where not. */
#define LOOK_RARELY 60
#define LOOK_OFTEN  1
/* Offered and not taken at once: a flood must not fill the core's queue. */
#define OPEN_MAX 64

struct offer {
	char *reply;	    /* "channel/file" */
	int64_t offered_at; /* monotonic; 0: not yet */
	bool is_bad;	    /* not a reply, or not yet */
	bool is_there;
};

struct inbox {
	struct courier *c;
	struct event *timer, *news;
	int watch; /* inotify; -1: there is none */
	struct offer open[OPEN_MAX];
	size_t n_open;
};

static struct offer *
find(struct inbox *b, const char *reply)
{
	for (size_t i = 0; i < b->n_open; i++)
		if (strcmp(b->open[i].reply, reply) == 0)
			return &b->open[i];
	return NULL;
}

static void
forget(struct inbox *b, struct offer *o)
{
	free(o->reply);
	*o = b->open[--b->n_open];
}

static void
forget_all(struct inbox *b)
{
	while (b->n_open > 0)
		forget(b, &b->open[0]);
}

/* The whole file; NULL if it is too long or no file. */
static char *
read_whole(int dir, const char *name, size_t *len)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *data = xcalloc(1, FILE_MAX_BYTES + 1);
	struct stat st;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size <= FILE_MAX_BYTES)
		n = read(fd, data, FILE_MAX_BYTES);
	if (fd >= 0)
		close(fd);
	if (n >= 0) {
		*len = (size_t)n;
		return data;
	}
	free(data);
	return NULL;
}

static void
send_reply(struct inbox *b, const struct offer *o, const char *channel,
    const struct reply *r)
{
	json_t *msg =
	    json_pack("{s:s, s:s, s:s, s:s, s:s}", "is", "reply", "reply",
		o->reply, "channel", channel, "from", r->from, "text", r->text);

	if (msg == NULL || !courier_tell(b->c, msg))
		log_debug("reply waits");
	json_decref(msg);
}

static void
offer(struct inbox *b, struct offer *o, const char *channel, int dir)
{
	const char *name = strchr(o->reply, '/') + 1;
	size_t len = 0;
	char *data = read_whole(dir, name, &len);
	struct reply r = {0};
	bool was_bad = o->is_bad;

	o->offered_at = clock_mono();
	o->is_bad = data == NULL || !reply_parse(data, len, &r);
	if (!o->is_bad)
		send_reply(b, o, channel, &r);
	else if (!was_bad)
		log_warn("inbox holds what is no reply channel=%s", channel);
	reply_done(&r);
	free(data);
}

static void
look_at(struct inbox *b, const char *channel, int dir, const char *name)
{
	char *reply = xasprintf("%s/%s", channel, name);
	struct offer *o = find(b, reply);

	if (o == NULL && b->n_open < OPEN_MAX) {
		o = &b->open[b->n_open++];
		*o = (struct offer){.reply = xstrdup(reply)};
	}
	if (o != NULL) {
		o->is_there = true;
		if (o->offered_at == 0 || o->is_bad ||
		    clock_mono() - o->offered_at >= AGAIN_AFTER)
			offer(b, o, channel, dir);
	}
	free(reply);
}

static bool
look_into(struct inbox *b, const char *channel, const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	if (d == NULL) {
		log_warn("inbox cannot be read channel=%s", channel);
		return false;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' &&
		    text_is_utf8(e->d_name, strlen(e->d_name)))
			look_at(b, channel, dirfd(d), e->d_name);
	closedir(d);
	return true;
}

/* Somebody else removed it. */
static void
drop_gone(struct inbox *b)
{
	for (size_t i = b->n_open; i-- > 0;)
		if (b->open[i].is_there)
			b->open[i].is_there = false;
		else
			forget(b, &b->open[i]);
}

static const char *
path_of(const struct instance *i)
{
	return i->kind->inbox == NULL ? NULL : i->kind->inbox(i->settings);
}

/*
 * The kernel tells of a file once it is whole.  Adding a watch that is there
 * changes nothing; a folder that was made anew gets a new one.
 */
static bool
watch_folder(const struct inbox *b, const char *path)
{
	return b->watch >= 0 &&
	       inotify_add_watch(b->watch, path,
		   IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) >= 0;
}

static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct inbox *b = arg;
	bool is_told = true; /* of all that comes, by the kernel */

	(void)fd, (void)what;
	for (size_t i = 0; i < roster_n(b->c->roster); i++) {
		const struct instance *one = roster_nth(b->c->roster, i);
		const char *path = path_of(one);

		if (path == NULL)
			continue;
		is_told = watch_folder(b, path) && is_told;
		is_told = look_into(b, one->name, path) && is_told;
	}
	drop_gone(b);
	event_add(b->timer,
	    &(struct timeval){.tv_sec = is_told ? LOOK_RARELY : LOOK_OFTEN});
}

/* What happened is not read, only that something did. */
static void
on_news(evutil_socket_t fd, short what, void *arg)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
	look(fd, what, arg);
}

struct inbox *
inbox_start(struct courier *c)
{
	struct inbox *b = xcalloc(1, sizeof(*b));

	b->c = c;
	b->timer = event_new(c->base, -1, 0, look, b);
	if (b->timer == NULL)
		fatal("no timer for the inbox");
	b->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (b->watch < 0)
		return b;
	b->news =
	    event_new(c->base, b->watch, EV_READ | EV_PERSIST, on_news, b);
	if (b->news == NULL || event_add(b->news, NULL) != 0)
		fatal("no event for the inbox");
	return b;
}

void
inbox_offer_again(struct inbox *b)
{
	forget_all(b);
	event_active(b->timer, EV_TIMEOUT, 0);
}

void
inbox_taken(struct inbox *b, const char *reply)
{
	struct offer *o = find(b, reply);
	const struct instance *i;
	char *channel, *path;

	if (o == NULL)
		return;
	channel = xstrndup(reply, strcspn(reply, "/"));
	i = roster_find(b->c->roster, channel);
	if (i != NULL && path_of(i) != NULL) {
		path = xasprintf("%s%s", path_of(i), strchr(reply, '/'));
		if (unlink(path) != 0)
			log_warn("reply not removed channel=%s", channel);
		free(path);
	}
	free(channel);
	forget(b, o);
	/* More than may be open at once can lie there. */
	event_add(b->timer, &(struct timeval){.tv_usec = 100000});
}

void
inbox_stop(struct inbox *b)
{
	if (b == NULL)
		return;
	forget_all(b);
	event_free(b->timer);
	if (b->news != NULL)
		event_free(b->news);
	if (b->watch >= 0)
		close(b->watch);
	free(b);
}
