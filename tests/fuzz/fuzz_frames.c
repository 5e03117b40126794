/* A packet from the other end of the courier's socket: an object, or gone. */
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packets.h"

#include "fuzz.h"

struct seen {
	int messages, gone;
};

static void
on_message(void *arg, const json_t *msg)
{
	struct seen *s = arg;

	HOLDS(json_is_object(msg));
	s->messages++;
}

static void
on_gone(void *arg)
{
	struct seen *s = arg;

	s->gone++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct seen seen = {0};
	struct packets_options o = {
	    .on_message = on_message, .on_gone = on_gone, .arg = &seen};
	struct event_base *base = event_base_new();
	struct packets *link;
	int fd[2];

	HOLDS(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	link = packets_open(base, fd[0], &o);
	HOLDS(n == 0 || send(fd[1], p, n, MSG_NOSIGNAL) == (ssize_t)n);
	close(fd[1]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	HOLDS(seen.messages <= 1 && seen.gone <= 1);
	HOLDS(seen.messages + seen.gone >= 1);
	packets_close(link);
	event_base_free(base);
	return 0;
}
