/*
 * Secrets of providers: one file each, readable by nobody else, so that
 * channels.conf can be shown to anybody.
 */
#ifndef SECRET_H
#define SECRET_H

#include "channel.h"

/* An absolute path, or one beside channels.conf.  The caller frees. */
char *path_beside(const struct common *c, const char *path);
/*
 * The lines of a credential of systemd's, "secrets_x" for the path "secrets/x",
 * or else of a file of at most 4 KiB, without white space at their ends,
 * joined by '\n'; NULL after adding a fault at the node.  secret_free it.
 */
char *secret_read(const struct common *c, const char *path,
    const struct node *at, struct faults *faults);
/* Wipe and free; NULL is fine. */
void secret_free(char *secret);

#endif
