#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOCKET_PATH "/run/hotlined/control.sock"
#define FILE_LIMIT  ((size_t)1024 * 1024)

/* What is left of argv, and how far the positionals are taken. */
struct reader {
	struct call *c;
	char **argv;
	int argc, at;
	size_t n_positional;
	bool only_positional; /* after -- */
};

static int
complain(const char *what, const char *which)
{
	fprintf(stderr, "hotlinectl: %s%s; --help tells more\n", what, which);
	return CTL_USAGE;
}

const char *
call_text(const struct call *c, const char *field)
{
	return json_string_value(json_object_get(c->fields, field));
}

static void
set_text(json_t *into, const char *field, const char *value)
{
	json_t *v = json_string(value);

	if (v == NULL) {
		(void)complain("not UTF-8: ", field);
		exit(CTL_USAGE);
	}
	json_object_set_new(into, field, v);
}

static int
set_number(struct call *c, const struct param *p, const char *value)
{
	int64_t n;

	if (!number_parse(value, 0, INT64_MAX, &n))
		return complain("a number is needed after ", p->name);
	json_object_set_new(c->fields, p->field, json_integer(n));
	return CTL_OK;
}

static int
set_words(struct call *c, const struct param *p, const char *value)
{
	json_t *list = json_object_get(c->fields, p->field);

	if (list == NULL) {
		list = json_array();
		json_object_set_new(c->fields, p->field, list);
	}
	while (*value != '\0') {
		size_t n = strcspn(value, ",");

		if (n > 0)
			json_array_append_new(list, json_stringn(value, n));
		value += n + (value[n] == ',');
	}
	return CTL_OK;
}

/* KEY:=JSON, such as item:=3 or paper:={"number": ...}. */
static int
set_json(json_t *into, const char *key, const char *text)
{
	json_t *value =
	    json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

	if (value == NULL)
		return complain("this is no JSON: ", text);
	json_object_set_new(into, key, value);
	return CTL_OK;
}

/* What the pairs of an option are put in. */
static json_t *
pairs_of(struct call *c, const struct param *p)
{
	if (p->field == NULL)
		return c->fields;
	if (json_object_get(c->fields, p->field) == NULL)
		json_object_set_new(c->fields, p->field, json_object());
	return json_object_get(c->fields, p->field);
}

static int
set_pair(struct call *c, const struct param *p, const char *value)
{
	const char *equals = strchr(value, '=');
	json_t *into;
	int rc = CTL_OK;
	char *key;
	bool is_json;

	if (equals == NULL || equals == value || *value == ':')
		return complain("KEY=VALUE is needed after ", p->name);
	into = pairs_of(c, p);
	is_json = equals[-1] == ':';
	key = xstrndup(value, (size_t)(equals - value) - is_json);
	if (is_json)
		rc = set_json(into, key, equals + 1);
	else if (strcmp(equals, "=true") == 0 || strcmp(equals, "=false") == 0)
		json_object_set_new(into, key, json_boolean(equals[1] == 't'));
	else
		set_text(into, key, equals + 1);
	free(key);
	return rc;
}

char *
file_text(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	char *buf = NULL;
	size_t n;

	if (f == NULL) {
		fprintf(stderr, "hotlinectl: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	buf = xcalloc(1, FILE_LIMIT + 1);
	n = fread(buf, 1, FILE_LIMIT + 1, f);
	if (ferror(f) || n > FILE_LIMIT) {
		fprintf(stderr,
		    "hotlinectl: %s: cannot be read, or is larger"
		    " than 1 MiB\n",
		    path);
		free(buf);
		buf = NULL;
	} else {
		buf[n] = '\0';
	}
	if (!is_stdin)
		(void)fclose(f);
	return buf;
}

/* The file's members become fields; options said before it stay. */
static int
set_body(struct call *c, const char *path)
{
	char *text = file_text(path);
	json_error_t e;
	json_t *body;

	if (text == NULL)
		return CTL_USAGE;
	body = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	free(text);
	if (!json_is_object(body)) {
		fprintf(stderr,
		    "hotlinectl: %s:%d: a JSON object is needed:"
		    " %s\n",
		    path, e.line, body ? "something else" : e.text);
		json_decref(body);
		return CTL_USAGE;
	}
	json_object_update_missing(body, c->fields);
	json_decref(c->fields);
	c->fields = body;
	return CTL_OK;
}

static int
set_param(struct call *c, const struct param *p, const char *value)
{
	switch (p->kind) {
	case PARAM_PATH:
		json_array_append_new(c->path_args, json_string(value));
		return CTL_OK;
	case PARAM_BODY:
		return set_body(c, value);
	case PARAM_NUMBER:
		return set_number(c, p, value);
	case PARAM_FLAG:
		json_object_set_new(c->fields, p->field, json_true());
		return CTL_OK;
	case PARAM_WORDS:
		return set_words(c, p, value);
	case PARAM_SET:
		return set_pair(c, p, value);
	case PARAM_ONCE:
		c->once = value;
		return CTL_OK;
	case PARAM_ARG:
	case PARAM_MAYBE:
	case PARAM_OPT:
	case PARAM_NEED:
		break;
	}
	set_text(c->fields, p->field, value);
	return CTL_OK;
}

/* The nth positional of a verb, or NULL. */
static const struct param *
positional(const struct verb *v, size_t nth)
{
	for (size_t i = 0; i < v->n_params; i++)
		if (v->params[i].name != NULL && v->params[i].name[0] != '-' &&
		    nth-- == 0)
			return &v->params[i];
	return NULL;
}

static const struct param *
option(const struct verb *v, const char *name, size_t n)
{
	for (size_t i = 0; i < v->n_params; i++) {
		const char *known = v->params[i].name;

		if (known != NULL && strlen(known) == n &&
		    strncmp(known, name, n) == 0)
			return &v->params[i];
	}
	return NULL;
}

/* The value of --x=value or --x value; NULL if there is none. */
static const char *
option_value(struct reader *r, const char *arg)
{
	const char *equals = strchr(arg, '=');

	if (equals != NULL)
		return equals + 1;
	return r->at < r->argc ? r->argv[r->at++] : NULL;
}

/* Options that every verb has; CTL_NO if it is not one of them. */
static int
take_global(struct reader *r, const char *arg)
{
	if (strcmp(arg, "--json") == 0) {
		r->c->json = true;
	} else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
		r->c->help = true;
	} else if (strcmp(arg, "--") == 0) {
		r->only_positional = true;
	} else if (strcmp(arg, "--token-file") == 0 ||
		   strncmp(arg, "--token-file=", 13) == 0) {
		r->c->token_file = option_value(r, arg);
		if (r->c->token_file == NULL)
			return complain("a path is needed after ", arg);
	} else if (strcmp(arg, "--socket") == 0 ||
		   strncmp(arg, "--socket=", 9) == 0) {
		r->c->socket = option_value(r, arg);
		if (r->c->socket == NULL)
			return complain("a path is needed after ", arg);
	} else {
		return CTL_NO;
	}
	return CTL_OK;
}

static int
take_option(struct reader *r, const char *arg)
{
	const struct param *p;
	const char *value = "";
	int rc = take_global(r, arg);

	if (rc != CTL_NO)
		return rc;
	if (r->c->verb == NULL)
		return complain("say the verb before ", arg);
	p = option(r->c->verb, arg, strcspn(arg, "="));
	if (p == NULL)
		return complain("unknown option ", arg);
	if (p->kind != PARAM_FLAG)
		value = option_value(r, arg);
	if (value == NULL)
		return complain("a value is needed after ", arg);
	return set_param(r->c, p, value);
}

static int
take_positional(struct reader *r, const char *arg)
{
	const struct param *p = positional(r->c->verb, r->n_positional++);

	if (p == NULL)
		return complain("too many arguments: ", arg);
	return set_param(r->c, p, arg);
}

/* Find the verb that the words at `at` say; the longest one wins. */
static int
take_verb(struct reader *r, const char *first)
{
	const char *second = r->at < r->argc ? r->argv[r->at] : "";
	char *both = xasprintf("%s %s", first, second);

	for (size_t i = 0; i < n_verbs && r->c->verb == NULL; i++)
		if (strcmp(verbs[i].words, both) == 0) {
			r->c->verb = &verbs[i];
			r->at++;
		}
	for (size_t i = 0; i < n_verbs && r->c->verb == NULL; i++)
		if (strcmp(verbs[i].words, first) == 0)
			r->c->verb = &verbs[i];
	free(both);
	if (r->c->verb != NULL)
		return CTL_OK;
	if (!help_noun(first))
		return complain("no such verb: ", first);
	r->c->noun = first;
	return CTL_OK;
}

static int
take(struct reader *r)
{
	const char *arg = r->argv[r->at++];

	if (arg[0] == '-' && arg[1] != '\0' && !r->only_positional)
		return take_option(r, arg);
	if (r->c->verb == NULL)
		return take_verb(r, arg);
	return take_positional(r, arg);
}

/* Every positional but a MAYBE, and every NEED, was given. */
static int
check_complete(const struct reader *r)
{
	const struct verb *v = r->c->verb;
	const struct param *p = positional(v, r->n_positional);

	if (v->is_own && r->c->token_file == NULL)
		return complain("this is a member's own act, and needs their "
				"personal token: ",
		    "--token-file FILE");

	if (p != NULL && p->kind != PARAM_MAYBE)
		return complain("missing argument ", p->name);
	for (size_t i = 0; i < v->n_params; i++) {
		p = &v->params[i];
		if (p->name != NULL && p->kind == PARAM_NEED &&
		    json_object_get(r->c->fields, p->field) == NULL)
			return complain("missing option ", p->name);
	}
	return CTL_OK;
}

int
call_read(struct call *c, int argc, char **argv)
{
	struct reader r = {.c = c, .argv = argv, .argc = argc, .at = 1};
	int rc = CTL_OK;

	c->socket = getenv("HOTLINED_SOCKET");
	c->token_file = getenv("HOTLINED_TOKEN_FILE");
	c->path_args = json_array();
	c->fields = json_object();
	while (rc == CTL_OK && r.at < r.argc)
		rc = take(&r);
	if (c->socket == NULL)
		c->socket = SOCKET_PATH;
	if (rc != CTL_OK)
		return rc;
	if (c->help)
		return CTL_OK;
	return c->verb != NULL ? check_complete(&r)
			       : complain("say a verb", "");
}

void
call_done(struct call *c)
{
	json_decref(c->path_args);
	json_decref(c->fields);
}
