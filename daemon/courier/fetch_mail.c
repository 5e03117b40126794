#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "fetch_job.h"
#include "log.h"

/* A pointer is far below PIPE_BUF: written whole or not at all. */
static void
tell(struct job *j)
{
	ssize_t n;

	do {
		n = write(j->tell, &j, sizeof(j));
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(j))
		fatal("cannot tell the end of a mail errno=%d", errno);
}

static void *
run(void *arg)
{
	struct job *j = arg;

	j->how = curl_easy_perform(j->easy);
	tell(j);
	return NULL;
}

bool
mail_begin(struct job *j)
{
	sigset_t all, before;

	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	j->has_thread = pthread_create(&j->thread, NULL, run, j) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return j->has_thread;
}

void
mail_end(struct job *j)
{
	if (j->has_thread)
		pthread_join(j->thread, NULL);
	j->has_thread = false;
}
