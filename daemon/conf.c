#include "conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "conf_check.h"
#include "conf_term.h"
#include "conf_tree.h"

enum kind { KIND_STR, KIND_SECRET, KIND_INT, KIND_TERM, KIND_BOOL, KIND_WORD };

/* A row of settings.def. */
struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	int64_t low, high, number;
	const char *text_default, *words, *text;
};

#define ROW(f, k) .name = #f, .kind = k, .offset = offsetof(struct conf, f)
static const struct setting settings[] = {
#define STR(f, def, t)	  {ROW(f, KIND_STR), .text_default = def, .text = t},
#define SECRET(f, def, t) {ROW(f, KIND_SECRET), .text_default = def, .text = t},
#define INT(f, lo, hi, def, t)                                                 \
	{ROW(f, KIND_INT), .low = lo, .high = hi, .number = def, .text = t},
#define TERM(f, lo, hi, def, t)                                                \
	{ROW(f, KIND_TERM), .low = lo, .high = hi, .number = def, .text = t},
#define BOOL(f, def, t) {ROW(f, KIND_BOOL), .number = def, .text = t},
#define WORD(f, w, def, t)                                                     \
	{ROW(f, KIND_WORD), .text_default = def, .words = w, .text = t},
#include "settings.def"
};

/* Settings that name a file: relative ones stand beside the conf file. */
static const char *const paths[] = {"database", "master_key_file",
    "backup_folder", "procedures", "calendar", "messages", "channels",
    "control_socket", "courier_program", "courier_socket"};
/* Settings that a reload can change in a running daemon. */
static const char *const live[] = {"tell_stop", "heartbeat_channel",
    "heartbeat_every", "backup_folder", "backup_recipient", "backup_keep",
    "ward_name", "duty_phone", "language", "public_url", "procedure",
    "procedures", "calendar", "messages", "channels", "max_connections",
    "request_deadline", "idle_timeout", "agency_quota", "form_quota",
    "idempotency_keep", "refused_keep", "send_attempts", "backoff_first",
    "backoff_max", "lease", "accept_within", "breaker_failures",
    "breaker_pause", "digest_above", "digest_every", "link_life",
    "answer_tries", "log_level"};

static bool
is_among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool
is_text(const struct setting *s)
{
	return s->kind == KIND_STR || s->kind == KIND_SECRET ||
	       s->kind == KIND_WORD;
}

static char **
text_of(const struct setting *s, const struct conf *c)
{
	return (char **)((char *)(uintptr_t)c + s->offset);
}

static int64_t
number_of(const struct setting *s, const struct conf *c)
{
	const char *at = (const char *)c + s->offset;

	return s->kind == KIND_BOOL ? *(const bool *)at
				    : *(const int64_t *)(const void *)at;
}

static void
set_number(const struct setting *s, struct conf *c, int64_t n)
{
	char *at = (char *)c + s->offset;

	if (s->kind == KIND_BOOL)
		*(bool *)at = n != 0;
	else
		*(int64_t *)(void *)at = n;
}

static void
set_text(const struct setting *s, struct conf *c, const char *text)
{
	free(*text_of(s, c));
	*text_of(s, c) = xstrdup(text);
}

/* Is word one of the blank-separated words? */
static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	if (strchr(word, ' ') != NULL)
		return false;
	for (const char *p = words; n > 0 && (p = strstr(p, word)) != NULL; p++)
		if ((p == words || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static void
read_number(const struct setting *s, const struct node *n, struct conf *c,
    struct faults *faults)
{
	if (n->kind != NODE_INT || n->number < s->low || n->number > s->high)
		node_fault(n, faults, "'%s' must be %lld to %lld", s->name,
		    (long long)s->low, (long long)s->high);
	else
		set_number(s, c, n->number);
}

static void
read_term(const struct setting *s, const struct node *n, struct conf *c,
    struct faults *faults)
{
	char low[TERM_SIZE], high[TERM_SIZE];
	int64_t ms;

	term_format(low, s->low);
	term_format(high, s->high);
	if (n->kind != NODE_TEXT || !term_parse(n->text, &ms) || ms < s->low ||
	    ms > s->high)
		node_fault(n, faults, "'%s' must be \"%s\" to \"%s\"", s->name,
		    low, high);
	else
		set_number(s, c, ms);
}

static void
read_setting(const struct setting *s, const struct node *n, struct conf *c,
    struct faults *faults)
{
	const char *fault =
	    n->kind == NODE_TEXT ? conf_text_fault(s->name, n->text) : NULL;

	if (s->kind == KIND_INT)
		read_number(s, n, c, faults);
	else if (s->kind == KIND_TERM)
		read_term(s, n, c, faults);
	else if (s->kind == KIND_BOOL && n->kind != NODE_BOOL)
		node_fault(n, faults, "'%s' must be true or false", s->name);
	else if (s->kind == KIND_BOOL)
		set_number(s, c, n->number);
	else if (n->kind != NODE_TEXT)
		node_fault(n, faults, "'%s' must be a text", s->name);
	else if (s->kind == KIND_WORD && !has_word(s->words, n->text))
		node_fault(
		    n, faults, "'%s' must be one of: %s", s->name, s->words);
	else if (fault != NULL)
		node_fault(n, faults, "'%s' %s", s->name, fault);
	else
		set_text(s, c, n->text);
}

static struct conf *
defaults(void)
{
	struct conf *c = xcalloc(1, sizeof(*c));

	for (size_t i = 0; i < NELEM(settings); i++)
		if (is_text(&settings[i]))
			set_text(&settings[i], c, settings[i].text_default);
		else
			set_number(&settings[i], c, settings[i].number);
	return c;
}

/* Two listeners cannot have one address; one of the ports the file has set. */
static void
check_ports(
    const struct conf *c, const struct node *root, struct faults *faults)
{
	const struct node *n = node_get(root, "metrics_port");

	if (n == NULL)
		n = node_get(root, "port");
	if (n != NULL && c->port != 0 && c->port == c->metrics_port &&
	    strcmp(c->listen, c->metrics_listen) == 0)
		node_fault(n, faults,
		    "'port' and 'metrics_port' must not be the same");
}

/* The table as node_read wants it, to find names that nobody knows. */
static void
read_file(struct conf *c, const struct node *root, struct faults *faults)
{
	struct conf_key keys[NELEM(settings)];
	const struct node *nodes[NELEM(settings)] = {0};

	for (size_t i = 0; i < NELEM(settings); i++)
		keys[i] = (struct conf_key){.name = settings[i].name,
		    .kind = KEY_ANY,
		    .offset = i * sizeof(nodes[0])};
	node_read(root, keys, NELEM(keys), nodes, faults);
	for (size_t i = 0; i < NELEM(settings); i++)
		if (nodes[i] != NULL)
			read_setting(&settings[i], nodes[i], c, faults);
	check_ports(c, root, faults);
}

static void
anchor_paths(struct conf *c, const char *conf_path)
{
	const char *slash = strrchr(conf_path, '/');
	int n = slash != NULL ? (int)(slash - conf_path) : 1;

	for (size_t i = 0; i < NELEM(settings); i++) {
		char **at = text_of(&settings[i], c), *old;

		if (!is_among(paths, NELEM(paths), settings[i].name))
			continue;
		old = *at;
		if (*old == '/' || *old == '\0')
			continue;
		*at = xasprintf(
		    "%.*s/%s", n, slash != NULL ? conf_path : ".", old);
		free(old);
	}
}

struct conf *
conf_load(const char *path, struct faults *faults)
{
	struct conf *c = defaults();
	size_t before = faults->n;
	struct conf_tree *t;

	if (path == NULL)
		return c;
	t = conf_tree_load(path, faults);
	if (t != NULL)
		read_file(c, conf_tree_root(t), faults);
	conf_tree_free(t);
	anchor_paths(c, path);
	if (faults->n == before)
		return c;
	conf_free(c);
	return NULL;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < NELEM(settings); i++)
		if (is_text(&settings[i]))
			free(*text_of(&settings[i], c));
	free(c);
}

/* As the file would have it, so that --dump can be read again. */
static void
print_text(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	printf("\";\n");
}

static void
print_value(const struct setting *s, const struct conf *c)
{
	char term[TERM_SIZE];

	if (s->kind == KIND_SECRET)
		print_text(**text_of(s, c) != '\0' ? "***" : "");
	else if (is_text(s))
		print_text(*text_of(s, c));
	else if (s->kind == KIND_BOOL)
		printf("%s;\n", number_of(s, c) ? "true" : "false");
	else if (s->kind == KIND_INT)
		printf("%lld;\n", (long long)number_of(s, c));
	else {
		term_format(term, number_of(s, c));
		printf("\"%s\";\n", term);
	}
}

/* A comment of at most 78 columns a line. */
static void
print_comment(const char *text)
{
	while (*text != '\0') {
		size_t n = strlen(text);

		if (n > 76) {
			n = 76;
			while (n > 1 && text[n] != ' ')
				n--;
		}
		printf("# %.*s\n", (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
}

static void
print_range(const struct setting *s)
{
	char low[TERM_SIZE], high[TERM_SIZE];

	if (s->kind == KIND_INT) {
		printf(
		    "# %lld to %lld.\n", (long long)s->low, (long long)s->high);
	} else if (s->kind == KIND_TERM) {
		term_format(low, s->low);
		term_format(high, s->high);
		printf("# \"%s\" to \"%s\".\n", low, high);
	} else if (s->kind == KIND_WORD) {
		printf("# One of: %s.\n", s->words);
	}
}

void
conf_print_sample(void)
{
	struct conf *c = defaults();

	printf("# Settings of hotlined with their defaults; printed by "
	       "hotlined --settings.\n");
	for (size_t i = 0; i < NELEM(settings); i++) {
		putchar('\n');
		print_comment(settings[i].text);
		print_range(&settings[i]);
		printf("# %s = ", settings[i].name);
		print_value(&settings[i], c);
	}
	conf_free(c);
}

void
conf_print(const struct conf *c)
{
	for (size_t i = 0; i < NELEM(settings); i++) {
		printf("%s = ", settings[i].name);
		print_value(&settings[i], c);
	}
}

static bool
is_same(const struct setting *s, const struct conf *a, const struct conf *b)
{
	if (is_text(s))
		return strcmp(*text_of(s, a), *text_of(s, b)) == 0;
	return number_of(s, a) == number_of(s, b);
}

char *
conf_restart_needed(const struct conf *old, const struct conf *new)
{
	struct buf names = BUF_MAX(2000);

	for (size_t i = 0; i < NELEM(settings); i++)
		if (!is_same(&settings[i], old, new) &&
		    !is_among(live, NELEM(live), settings[i].name))
			buf_addf(&names, "%s%s", names.len > 0 ? " " : "",
			    settings[i].name);
	return buf_take(&names);
}
