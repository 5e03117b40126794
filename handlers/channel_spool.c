/*
 * A file per message in a folder, as smstools' smsd takes them; replies come
 * into another folder (inbox.c).  The address is a phone number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel_kinds.h"
#include "secret.h"
#include "template.h"
#include "text.h"

struct spool {
	struct common common;
	const char *folder, *inbox, *drop;
	bool is_ascii;
	char *folder_path, *inbox_path;
};

#define AT(field) .offset = offsetof(struct spool, field)
static const struct conf_key keys[] = {
    {.name = "folder", .kind = KEY_TEXT, .required = true, AT(folder)},
    {.name = "inbox", .kind = KEY_TEXT, AT(inbox)},
    {.name = "ascii", .kind = KEY_BOOL, AT(is_ascii)},
    {.name = "drop", .kind = KEY_TEXT, AT(drop)},
};

static char *
folder(const struct spool *s, const char *path, const struct node *at,
    struct faults *faults)
{
	char *full = path_beside(&s->common, path);

	if (access(full, R_OK | W_OK | X_OK) != 0)
		node_fault(at, faults,
		    "%s must be a folder we can read and write: %s", path,
		    strerror(errno));
	return full;
}

static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct spool *s = settings;

	s->folder_path = folder(s, s->folder, node_get(at, "folder"), faults);
	if (s->inbox != NULL)
		s->inbox_path =
		    folder(s, s->inbox, node_get(at, "inbox"), faults);
}

static void
done(void *settings)
{
	struct spool *s = settings;

	free(s->folder_path);
	free(s->inbox_path);
}

static const char *
inbox(const void *settings)
{
	const struct spool *s = settings;

	return s->inbox_path;
}

/* The file of a message, or NULL if the address is no phone number. */
static char *
make_file(const struct spool *s, const struct errand *e)
{
	char *to = text_phone(e->to), *text, *file = NULL;

	if (to != NULL && to[0] != '\0') {
		text = wording(e->text, s->is_ascii, s->drop);
		file = xasprintf("To: %s\nAlphabet: %s\n\n%s", to,
		    s->is_ascii ? "ISO" : "UTF-8", text);
		free(text);
	}
	free(to);
	return file;
}

static bool
write_all(int fd, const char *data)
{
	size_t left = strlen(data);

	while (left > 0) {
		ssize_t n = write(fd, data, left);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			left -= (size_t)n;
		}
	}
	return fsync(fd) == 0;
}

static bool
write_file(int dir, const char *name, const char *data)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool is_ok;

	if (fd < 0)
		return false;
	is_ok = write_all(fd, data);
	return close(fd) == 0 && is_ok;
}

/*
 * Under its name the file is always whole.  smsd never takes a *.LOCK.  The
 * name is the delivery id: an attempt that is repeated before smsd came
 * replaces its like.
 */
static bool
put(const char *folder_path, const char *id, const char *data)
{
	char *temp = xasprintf(".%s.LOCK", id);
	int dir = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_ok = dir >= 0 && write_file(dir, temp, data) &&
		     renameat(dir, temp, dir, id) == 0 && fsync(dir) == 0;
	int error = errno;

	if (!is_ok && dir >= 0)
		(void)unlinkat(dir, temp, 0);
	if (dir >= 0)
		close(dir);
	free(temp);
	errno = error;
	return is_ok;
}

static void
deliver(const void *settings, const struct errand *e, struct judgement *j)
{
	const struct spool *s = settings;
	char *file = id_ok(e->id) ? make_file(s, e) : NULL;

	j->class = PERMANENT;
	if (file == NULL)
		return;
	if (put(s->folder_path, e->id, file)) {
		j->class = ACCEPTED;
	} else {
		j->code = errno;
		j->class = errno == ENOSPC || errno == EIO || errno == EDQUOT
			       ? TRANSIENT
			       : PERMANENT;
	}
	free(file);
}

const struct channel channel_spool = {
    .name = "spool",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct spool),
    .check = check,
    .done = done,
    .deliver = deliver,
    .inbox = inbox,
};
