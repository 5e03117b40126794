#include "conf_tree.h"

#include <errno.h>
#include <glob.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_text.h"
#include "log.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define DEPTH_MAX      16

struct conf_tree {
	char *path;
	struct node *root;
};

static char *
read_file(const char *path, struct faults *faults)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n;

	if (f == NULL) {
		faults_add(faults, path, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	text = xcalloc(FILE_MAX_BYTES + 2, 1);
	n = fread(text, 1, FILE_MAX_BYTES + 1, f);
	if (ferror(f) || n > FILE_MAX_BYTES || strlen(text) != n) {
		faults_add(faults, path,
		    "cannot be read: over 1 MiB, a NUL byte, or an error");
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static enum node_kind
kind_of(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return NODE_GROUP;
	case CONFIG_TYPE_STRING:
		return NODE_TEXT;
	case CONFIG_TYPE_BOOL:
		return NODE_BOOL;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return NODE_INT;
	default:
		return NODE_LIST;
	}
}

/* libconfig gives NULL for a text that it had no memory for. */
static char *
text_of(const config_setting_t *s)
{
	const char *text = config_setting_get_string(s);

	if (text == NULL)
		fatal("out of memory in a file of settings");
	return xstrdup(text);
}

static struct node *
make_node(const struct conf_tree *t, const config_setting_t *s)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->kind = kind_of(s);
	n->name = config_setting_name(s) != NULL
		      ? xstrdup(config_setting_name(s))
		      : NULL;
	n->file = t->path;
	n->line = (int)config_setting_source_line(s);
	if (n->line == 0)
		n->line = 1; /* the root: the file as a whole */
	if (n->kind == NODE_TEXT)
		n->text = text_of(s);
	else if (n->kind == NODE_INT)
		n->number = config_setting_get_int64(s);
	else if (n->kind == NODE_BOOL)
		n->number = config_setting_get_bool(s);
	return n;
}

struct frame {
	const config_setting_t *from;
	struct node *to, **tail;
	int next;
};

/* Copy the tree without recursion; a file may nest DEPTH_MAX deep. */
static void
copy(struct conf_tree *t, const config_setting_t *root, struct faults *faults)
{
	struct frame stack[DEPTH_MAX];
	int depth = 0;

	t->root = make_node(t, root);
	stack[0] = (struct frame){root, t->root, &t->root->child, 0};
	while (depth >= 0) {
		struct frame *f = &stack[depth];
		const config_setting_t *s;

		if (f->next == config_setting_length(f->from)) {
			depth--;
			continue;
		}
		s = config_setting_get_elem(f->from, (unsigned)f->next++);
		*f->tail = make_node(t, s);
		if (config_setting_type(s) == CONFIG_TYPE_FLOAT)
			node_fault(
			    *f->tail, faults, "fractions are not used here");
		else if (config_setting_is_aggregate(s) == CONFIG_TRUE &&
			 depth + 1 == DEPTH_MAX)
			node_fault(*f->tail, faults, "nested too deeply");
		else if (config_setting_is_aggregate(s) == CONFIG_TRUE)
			stack[++depth] =
			    (struct frame){s, *f->tail, &(*f->tail)->child, 0};
		f->tail = &(*f->tail)->next;
	}
}

static void
parse(struct conf_tree *t, const char *text, struct faults *faults)
{
	config_t c;
	char where[512];

	config_init(&c);
	if (config_read_string(&c, text) == CONFIG_TRUE) {
		copy(t, config_root_setting(&c), faults);
	} else {
		snprintf(where, sizeof(where), "%s:%d", t->path,
		    config_error_line(&c));
		faults_add(faults, where, "%s",
		    strcmp(config_error_text(&c), "duplicate setting name") == 0
			? "this name stands here twice"
			: config_error_text(&c));
	}
	config_destroy(&c);
}

struct conf_tree *
conf_tree_load(const char *path, struct faults *faults)
{
	size_t before = faults->n;
	char *text = read_file(path, faults);
	struct conf_tree *t = xcalloc(1, sizeof(*t));

	t->path = xstrdup(path);
	if (text != NULL) {
		conf_text_check(path, text, faults);
		if (faults->n == before)
			parse(t, text, faults);
	}
	free(text);
	if (faults->n == before)
		return t;
	conf_tree_free(t);
	return NULL;
}

const struct node *
conf_tree_root(const struct conf_tree *t)
{
	return t->root;
}

/* Depth first without recursion: children are hung before what follows. */
static void
free_nodes(struct node *n)
{
	while (n != NULL) {
		struct node *next, *last;

		if (n->child != NULL) {
			for (last = n->child; last->next != NULL;)
				last = last->next;
			last->next = n->next;
			n->next = n->child;
		}
		next = n->next;
		free((char *)n->name);
		free((char *)n->text);
		free(n);
		n = next;
	}
}

void
conf_tree_free(struct conf_tree *t)
{
	if (t == NULL)
		return;
	free_nodes(t->root);
	free(t->path);
	free(t);
}

char **
conf_glob(const char *dir, size_t *n)
{
	char *pattern = xasprintf("%s/*.conf", dir), **paths;
	glob_t g;

	*n = glob(pattern, 0, NULL, &g) == 0 ? g.gl_pathc : 0;
	paths = xcalloc(*n + 1, sizeof(*paths));
	for (size_t i = 0; i < *n; i++)
		paths[i] = xstrdup(g.gl_pathv[i]);
	globfree(&g);
	free(pattern);
	return paths;
}

void
conf_glob_free(char **paths)
{
	for (size_t i = 0; paths[i] != NULL; i++)
		free(paths[i]);
	free(paths);
}

const struct node *
node_get(const struct node *group, const char *name)
{
	const struct node *n = group->child;

	while (n != NULL && (n->name == NULL || strcmp(n->name, name) != 0))
		n = n->next;
	return n;
}

size_t
node_count(const struct node *n)
{
	size_t count = 0;

	for (n = n->child; n != NULL; n = n->next)
		count++;
	return count;
}

void
node_fault(const struct node *n, struct faults *faults, const char *fmt, ...)
{
	char where[512];
	va_list ap;
	char *what;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		what = xstrdup("wrong");
	va_end(ap);
	snprintf(where, sizeof(where), "%s:%d", n->file, n->line);
	faults_add(faults, where, "%s", what);
	free(what);
}
