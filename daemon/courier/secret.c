#include "secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 4096

char *
path_beside(const struct common *c, const char *path)
{
	if (path[0] == '/')
		return xstrdup(path);
	return xasprintf("%s/%s", c->dir, path);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* White space off both ends of each line; empty lines go. */
static void
tidy(char *s)
{
	char *to = s;

	for (char *line = s; *line != '\0';) {
		size_t n = strcspn(line, "\n");
		char *next = line + n + (line[n] == '\n');
		char *end = line + n;

		while (line < end && is_space(*line))
			line++;
		while (end > line && is_space(end[-1]))
			end--;
		if (end > line && to != s)
			*to++ = '\n';
		memmove(to, line, (size_t)(end - line));
		to += end - line;
		line = next;
	}
	*to = '\0';
}

/*
 * What LoadCredential=secrets:/etc/hotlined/secrets makes of a relative path:
 * secrets/email.secret is the credential secrets_email.secret.  NULL if there
 * is none; the caller frees.
 */
static char *
credential_path(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *full;

	if (dir == NULL || path[0] == '/')
		return NULL;
	full = xasprintf("%s/%s", dir, path);
	for (char *p = full + strlen(dir) + 1; *p != '\0'; p++)
		if (*p == '/')
			*p = '_';
	if (access(full, R_OK) == 0)
		return full;
	free(full);
	return NULL;
}

/* is_lent: systemd guards it, with an access list that looks like a mode. */
static const char *
read_into(FILE *f, bool is_lent, char *room)
{
	struct stat st;
	size_t n;

	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
		return "is not a file";
	if (st.st_mode & (is_lent ? 007 : 077))
		return "can be read by others; chmod 600 it";
	n = fread(room, 1, SECRET_MAX + 1, f);
	if (ferror(f) || n > SECRET_MAX || memchr(room, '\0', n) != NULL)
		return "is not a text of at most 4 KiB";
	room[n] = '\0';
	tidy(room);
	return room[0] == '\0' ? "is empty" : NULL;
}

char *
secret_read(const struct common *c, const char *path, const struct node *at,
    struct faults *faults)
{
	char *lent = credential_path(path), *secret = NULL;
	char *full = lent != NULL ? lent : path_beside(c, path);
	char *room = xcalloc(1, SECRET_MAX + 2);
	FILE *f = fopen(full, "re");
	const char *why =
	    f == NULL ? strerror(errno) : read_into(f, lent != NULL, room);

	if (why == NULL)
		secret = xstrdup(room);
	else
		node_fault(at, faults, "secret file %s: %s", path, why);
	if (f != NULL)
		fclose(f);
	explicit_bzero(room, SECRET_MAX + 2);
	free(room);
	free(full);
	return secret;
}

void
secret_free(char *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
