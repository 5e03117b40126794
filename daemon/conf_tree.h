/*
 * A configuration file as a tree of nodes that remember where they stood.
 * This is the only way to libconfig; its traps are caught here: a BOM, numbers
 * that overflow silently, duplicate keys, \x00 and \u escapes.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include "core.h"

enum node_kind { NODE_GROUP, NODE_LIST, NODE_TEXT, NODE_INT, NODE_BOOL };

struct node {
	enum node_kind kind;
	const char *name; /* NULL in a list */
	const char *file; /* as it was given */
	int line;
	const char *text; /* NODE_TEXT */
	int64_t number;	  /* NODE_INT; 0 or 1 for NODE_BOOL */
	struct node *child, *next;
};

struct conf_tree;

/*
 * Read one file.  NULL if it cannot be read or parsed; every fault is added
 * as "file:line".  The tree owns all its nodes.
 */
struct conf_tree *conf_tree_load(const char *path, struct faults *faults);
const struct node *conf_tree_root(const struct conf_tree *t);
void conf_tree_free(struct conf_tree *t);

/* Paths of all *.conf in a folder, sorted; the caller frees with free_paths. */
char **conf_glob(const char *dir, size_t *n);
void conf_glob_free(char **paths);

/* The child of that name, or NULL. */
const struct node *node_get(const struct node *group, const char *name);
size_t node_count(const struct node *n);
/* Add a fault at a node's file:line. */
void node_fault(const struct node *n, struct faults *faults, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/*
 * Take a group apart by a table.  Every key that is not in the table is a
 * fault that names the nearest known key; every required key that is missing
 * and every value of the wrong kind or out of range is one too.
 */
enum key_kind {
	KEY_TEXT,   /* const char *, owned by the tree */
	KEY_INT,    /* int64_t within low..high */
	KEY_BOOL,   /* bool */
	KEY_LIMIT,  /* struct limit (calendar.h), as text: "12h" */
	KEY_WORD,   /* int: index in words, a NULL-terminated array */
	KEY_TEXTS,  /* const struct node *, a list of texts */
	KEY_GROUPS, /* const struct node *, a list of groups */
	KEY_GROUP,  /* const struct node *, a group */
	KEY_ANY,    /* const struct node *, checked by the caller */
};
struct conf_key {
	const char *name;
	enum key_kind kind;
	bool required;
	size_t offset; /* of the field in the struct that is filled */
	int64_t low, high;
	const char *const *words;
};

/* Fields whose key is absent stay untouched.  True if no fault was added. */
bool node_read(const struct node *group, const struct conf_key *keys,
    size_t n_keys, void *into, struct faults *faults);

#endif
