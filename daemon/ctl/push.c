/* The key by which push services know this ward (VAPID, RFC 8292). */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "courier/push.h"
#include "courier/push_base64.h"
#include "seal.h"

/* A new file, for its owner alone. */
static bool
write_new(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t n = strlen(text);
	bool is_ok;

	if (fd < 0)
		return false;
	is_ok = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	if (close(fd) != 0 || !is_ok) {
		(void)unlink(path);
		return false;
	}
	return true;
}

int
verb_push_key(struct call *c)
{
	const char *path = call_text(c, "file");
	struct push_key key;
	char *secret, *line, *point;
	bool is_ok;

	push_key_new(&key);
	secret = base64url_encode(key.secret, PUSH_KEY_SIZE);
	point = base64url_encode(key.point, PUSH_POINT_SIZE);
	line = xasprintf("%s\n", secret);
	is_ok = write_new(path, line);
	if (!is_ok)
		fprintf(stderr, "hotlinectl: %s: %s\n", path, strerror(errno));
	else if (c->json)
		printf("{\"public_key\": \"%s\"}\n", point);
	else
		printf("public_key = \"%s\";\n", point);
	explicit_bzero(&key, sizeof(key));
	seal_free(line);
	seal_free(secret);
	free(point);
	return is_ok ? CTL_OK : CTL_NO;
}
