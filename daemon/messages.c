#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf_tree.h"

#define TEXT_MAX      2000
#define LANGUAGES_MAX 8
/* A digest may list many cases; link and answer code must still fit. */
#define CODES_MAX 400

/* One file: plain texts by name, and {subject, text} by kind of alert. */
struct language {
	struct conf_tree *tree;
	const char *name; /* "vi": the file's own word for itself */
	const struct node *kinds, *texts;
};
struct messages {
	struct language list[LANGUAGES_MAX];
	size_t n;
};

struct kind_texts {
	const char *subject, *text;
};

static const struct conf_key top_keys[] = {
    {.name = "language",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct language, name)},
    {.name = "kinds",
	.kind = KEY_GROUP,
	.required = true,
	.offset = offsetof(struct language, kinds)},
    {.name = "texts",
	.kind = KEY_GROUP,
	.required = true,
	.offset = offsetof(struct language, texts)},
};
static const struct conf_key kind_keys[] = {
    {.name = "subject",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct kind_texts, subject)},
    {.name = "text",
	.kind = KEY_TEXT,
	.required = true,
	.offset = offsetof(struct kind_texts, text)},
};
/* Texts the program asks for by name; no language may lack one. */
static const char *const needed[] = {"days", "hours", "minutes", "left",
    "overdue", "due_now", "late", "drill", "no_link", "link_title",
    "link_drill", "link_question", "link_button", "link_done", "link_gone",
    "link_full"};
static const char *const words_known[] = {
    "ward", "code", "step", "left", "answer", "link", "count"};

/* The length of a {word} from its {, if it is known; else 0. */
static size_t
known_word(const char *template)
{
	size_t n = strcspn(template, "}");

	for (size_t i = 0; template[n] != '\0' && i < NELEM(words_known); i++)
		if (strlen(words_known[i]) == n - 1 &&
		    memcmp(words_known[i], template + 1, n - 1) == 0)
			return n + 1;
	return 0;
}

/* A subject or text: known words only; the text tells how to answer. */
static void
check_template(const struct node *n, bool is_text, struct faults *faults)
{
	if (n == NULL || n->kind != NODE_TEXT)
		return;
	for (const char *p = n->text; (p = strchr(p, '{')) != NULL; p++)
		if (known_word(p) == 0)
			node_fault(n, faults,
			    "only {ward} {code} {step} {left} {answer} {link} "
			    "{count} are known");
	if (is_text && strstr(n->text, "{answer}") == NULL)
		node_fault(n, faults, "{answer} is missing");
	if (!is_text && strpbrk(n->text, "\r\n") != NULL)
		node_fault(n, faults, "a subject is one line");
}

static void
check_language(const struct language *l, struct faults *faults)
{
	struct kind_texts k;

	for (const struct node *g = l->kinds->child; g != NULL; g = g->next)
		if (g->kind != NODE_GROUP)
			node_fault(g, faults, "'%s' must be a group", g->name);
		else if (node_read(
			     g, kind_keys, NELEM(kind_keys), &k, faults)) {
			check_template(node_get(g, "subject"), false, faults);
			check_template(node_get(g, "text"), true, faults);
		}
	for (const struct node *t = l->texts->child; t != NULL; t = t->next)
		if (t->kind != NODE_TEXT)
			node_fault(t, faults, "'%s' must be a text", t->name);
	if (node_get(l->kinds, "other") == NULL)
		node_fault(l->kinds, faults, "kind 'other' is missing");
	for (size_t i = 0; i < NELEM(needed); i++)
		if (node_get(l->texts, needed[i]) == NULL)
			node_fault(l->texts, faults, "text '%s' is missing",
			    needed[i]);
}

static void
load_one(struct messages *m, const char *path, struct faults *faults)
{
	struct language *l = &m->list[m->n];

	if (m->n == LANGUAGES_MAX) {
		faults_add(
		    faults, path, "more than %d languages", LANGUAGES_MAX);
		return;
	}
	l->tree = conf_tree_load(path, faults);
	if (l->tree == NULL)
		return;
	m->n++;
	if (node_read(
		conf_tree_root(l->tree), top_keys, NELEM(top_keys), l, faults))
		check_language(l, faults);
}

/* What one language says the other must say too. */
static void
compare(const struct node *one, const struct node *other, struct faults *faults)
{
	for (const struct node *n = one->child; n != NULL; n = n->next)
		if (node_get(other, n->name) == NULL)
			node_fault(
			    other, faults, "'%s' is missing here", n->name);
}

static void
compare_languages(const struct messages *m, struct faults *faults)
{
	const struct language *first = &m->list[0];

	for (size_t i = 1; i < m->n; i++) {
		compare(first->kinds, m->list[i].kinds, faults);
		compare(m->list[i].kinds, first->kinds, faults);
		compare(first->texts, m->list[i].texts, faults);
		compare(m->list[i].texts, first->texts, faults);
	}
}

struct messages *
messages_load(const char *dir, struct faults *faults)
{
	struct messages *m = xcalloc(1, sizeof(*m));
	size_t n = 0, before = faults->n;
	char **paths = conf_glob(dir, &n);

	for (size_t i = 0; i < n; i++)
		load_one(m, paths[i], faults);
	conf_glob_free(paths);
	if (m->n == 0)
		faults_add(faults, dir, "no alert texts (*.conf) here");
	if (faults->n == before)
		compare_languages(m, faults);
	if (faults->n == before)
		return m;
	messages_free(m);
	return NULL;
}

void
messages_free(struct messages *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		conf_tree_free(m->list[i].tree);
	free(m);
}

/* The language asked for, else the first. */
static const struct language *
find_language(const struct messages *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->list[i].name, name) == 0)
			return &m->list[i];
	return &m->list[0];
}

static const char *
text_of(const struct language *l, const char *name)
{
	const struct node *t = node_get(l->texts, name);

	return t != NULL ? t->text : name;
}

const char *
messages_get(const struct messages *m, const char *language, const char *name)
{
	return text_of(find_language(m, language), name);
}

/* "6 giờ", "1 ngày 3 giờ", "15 phút": the two largest units that count. */
static void
add_duration(struct buf *b, const struct language *l, int64_t minutes)
{
	const struct {
		const char *name;
		int64_t n;
	} parts[] = {{"days", minutes / (24 * 60)},
	    {"hours", minutes / 60 % 24}, {"minutes", minutes % 60}};
	size_t first = parts[0].n > 0 ? 0 : parts[1].n > 0 ? 1 : 2;

	for (size_t i = first; i < NELEM(parts) && i < first + 2; i++)
		if (parts[i].n > 0)
			buf_addf(b, " %lld %s", (long long)parts[i].n,
			    text_of(l, parts[i].name));
}

/* To the nearest minute: a message is made a little after it was due. */
static void
add_left(struct buf *b, const struct language *l, const struct alert_text *t)
{
	int64_t ms = t->left_ms < 0 ? -t->left_ms : t->left_ms;
	int64_t minutes = (ms + MINUTE / 2) / MINUTE;

	if (minutes == 0) {
		buf_adds(b, text_of(l, "due_now"));
		return;
	}
	buf_adds(b, text_of(l, t->left_ms >= 0 ? "left" : "overdue"));
	add_duration(b, l, minutes);
}

/* As many whole codes as there is room for. */
static void
add_codes(struct buf *b, const char *codes)
{
	size_t n = strlen(codes);

	if (n <= CODES_MAX) {
		buf_adds(b, codes);
		return;
	}
	for (n = CODES_MAX; n > 0 && codes[n] != ',';)
		n--;
	buf_add(b, codes, n);
	buf_adds(b, ", ...");
}

/* What a {word} stands for; nothing if it is not known here. */
static void
add_word(struct buf *b, const struct language *l, const struct alert_text *t,
    const char *word)
{
	const struct {
		const char *name, *value;
	} words[] = {{"{ward}", t->ward}, {"{step}", t->step},
	    {"{answer}", t->answer},
	    {"{link}", t->link != NULL ? t->link : text_of(l, "no_link")}};

	if (strncmp(word, "{left}", 6) == 0)
		add_left(b, l, t);
	else if (strncmp(word, "{count}", 7) == 0)
		buf_addf(b, "%d", t->count);
	else if (strncmp(word, "{code}", 6) == 0 && t->code != NULL)
		add_codes(b, t->code);
	for (size_t i = 0; i < NELEM(words); i++)
		if (words[i].value != NULL &&
		    strncmp(words[i].name, word, strlen(words[i].name)) == 0)
			buf_adds(b, words[i].value);
}

static char *
fill(const struct language *l, const char *template, const struct alert_text *t)
{
	struct buf b = BUF_MAX(TEXT_MAX);

	if (t->is_drill)
		buf_addf(&b, "%s ", text_of(l, "drill"));
	if (t->is_late)
		buf_addf(&b, "%s ", text_of(l, "late"));
	while (*template != '\0') {
		size_t plain = strcspn(template, "{");

		buf_add(&b, template, plain);
		template += plain;
		if (*template == '\0')
			break;
		add_word(&b, l, t, template);
		template += known_word(template);
	}
	return buf_take(&b);
}

void
messages_make(const struct messages *m, const char *language,
    const struct alert_text *t, char **subject, char **text)
{
	const struct language *l = find_language(m, language);
	const struct node *kind = node_get(l->kinds, t->kind);

	if (kind == NULL)
		kind = node_get(l->kinds, "other");
	*subject = fill(l, node_get(kind, "subject")->text, t);
	*text = fill(l, node_get(kind, "text")->text, t);
}
