/*
 * The settings of the daemon: one row per setting in settings.def makes this
 * struct, the parser, the sample file and the manual.
 */
#ifndef CONF_H
#define CONF_H

#include "core.h"

struct conf {
#define STR(field, def, text)		  char *field;
#define SECRET(field, def, text)	  char *field;
#define INT(field, low, high, def, text)  int64_t field;
#define TERM(field, low, high, def, text) int64_t field; /* milliseconds */
#define BOOL(field, def, text)		  bool field;
#define WORD(field, words, def, text)	  char *field;
#include "settings.def"
#undef STR
#undef SECRET
#undef INT
#undef TERM
#undef BOOL
#undef WORD
};

/*
 * Read a file into a new conf; NULL and every fault as file:line if anything
 * is wrong.  path NULL gives the defaults.  The caller frees with conf_free.
 */
struct conf *conf_load(const char *path, struct faults *faults);
void conf_free(struct conf *c);

/* The sample file with every setting's text and default, to stdout. */
void conf_print_sample(void);
/* The same as the list of a manual page. */
void conf_print_page(void);
/* The effective values, secrets masked, to stdout. */
void conf_print(const struct conf *c);

/*
 * Names of the settings that differ between two confs and only take effect
 * after a restart, separated by spaces; "" if none.  The caller frees.
 */
char *conf_restart_needed(const struct conf *old, const struct conf *new);

#endif
