/* hotlinectl: a table of verbs over the control socket, and a few offline. */
#ifndef CTL_H
#define CTL_H

#include <jansson.h>

#include "core.h"

/* Exit codes. */
enum {
	CTL_OK = 0,
	CTL_NO = 1,    /* the daemon refused, or a check found something */
	CTL_USAGE = 2, /* wrong arguments, or no daemon to talk to */
};

enum param_kind {
	PARAM_PATH,   /* positional, fills the next {} of the path */
	PARAM_ARG,    /* positional, a text field */
	PARAM_MAYBE,  /* positional that may be left out */
	PARAM_BODY,   /* positional, a JSON file whose members are the fields */
	PARAM_OPT,    /* --name VALUE, a text field */
	PARAM_NEED,   /* the same, but it must be given */
	PARAM_NUMBER, /* --name N, a number field */
	PARAM_FLAG,   /* --name, a field that is true */
	PARAM_WORDS,  /* --name A,B, a list of texts; may be repeated */
	PARAM_SET,    /* --name KEY=VALUE, KEY in the field; may be repeated */
	PARAM_ONCE,   /* --name KEY: under this Idempotency-Key */
};
struct param {
	enum param_kind kind;
	const char *name;  /* as in the help: "CODE", "--phone" */
	const char *field; /* of the body or query; NULL with SET: the body */
	const char *help;
};

struct call;
typedef int verb_run(struct call *c);
struct verb {
	const char *words;  /* "agency add" */
	const char *method; /* NULL: offline */
	const char *path;
	verb_run *run;
	const struct param *params;
	size_t n_params;
	const char *help;
	const char *columns; /* people's table shows these only; NULL: all */
	bool is_own;	     /* a member's own act: it needs their token */
};
extern const struct verb verbs[];
extern const size_t n_verbs;

/* One invocation: a verb and what was said to it. */
struct call {
	const struct verb *verb;
	const char *socket;
	const char *token_file; /* NULL: none */
	const char *noun;	/* said alone: "agency" */
	const char *once;	/* Idempotency-Key; NULL: of the body */
	bool json, help;
	json_t *path_args; /* list of texts for the {} */
	json_t *fields;	   /* of the body or query */
};

/* Take argv apart; CTL_OK, or CTL_USAGE after saying why. */
int call_read(struct call *c, int argc, char **argv);
void call_done(struct call *c);
/* The text of a field, or NULL. */
const char *call_text(const struct call *c, const char *field);

/*
 * The verb's request with the call's fields, by method and path; *answer is
 * JSON or NULL, the caller decrefs.  Problems are printed; CTL_OK only for 2xx.
 */
int call_send(const struct call *c, json_t **answer);
int call_send_to(const struct call *c, const char *method, const char *path,
    json_t **answer);
/* Print an answer as tables, or as JSON with --json. */
void answer_print(const struct call *c, const json_t *answer);
/* A problem document, for people, on stderr. */
void problem_print(const json_t *problem, long status);

void help_all(void);
/* The verbs of a noun; false if there are none. */
bool help_noun(const char *noun);
void help_verb(const struct verb *v);
/* All verbs, as the list of a manual page; facts, for hotline-procedure(5);
 * words, for completion: each verb, then its options, one verb a line. */
void help_man(void), help_facts(void), help_words(void);
/* A whole file, at most 1 MiB, "-" is stdin; NULL after saying why. */
char *file_text(const char *path);
/* The daemon's copy with its folder, and what was forgotten beside it. */
void remove_copy(const char *path);
/* Rows of verbs.def that are more than a request. */
verb_run verb_send, verb_secret_init, verb_audit_verify, verb_procedure_list,
    verb_procedure_check, verb_procedure_simulate, verb_backup, verb_backup_key,
    verb_restore, verb_drill, verb_integrity, verb_secret_print,
    verb_secret_enter, verb_secret_rotate, verb_duty_sheet, verb_link,
    verb_push_key, verb_document_add, verb_document_get;

#endif
