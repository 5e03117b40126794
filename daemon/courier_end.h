/*
 * How the core gets hold of a courier: a child at the other end of a pair of
 * sockets, or a socket on which one is awaited.
 */
#ifndef COURIER_END_H
#define COURIER_END_H

#include <sys/types.h>

/*
 * Start the program with its end of a socket pair as descriptor 3; *fd is
 * ours.  Its pid, or -1 after logging why.
 */
pid_t courier_end_spawn(const char *program, const char *channels, int *fd);
/* Listen with mode 0660; a stale socket is replaced.  -1 after logging why. */
int courier_end_listen(const char *path);

#endif
