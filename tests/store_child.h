/* A test that ends its process, in a child of its own. */
#ifndef STORE_CHILD_H
#define STORE_CHILD_H

#include "store_jobs.h"

#include <signal.h>
#include <sys/wait.h>

/* How a child process that runs fn ends, as of waitpid. */
static inline int
rig_child(void (*fn)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

#endif
