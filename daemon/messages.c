#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf_tree.h"

#define TEXT_MAX      2000
#define LANGUAGES_MAX 8

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
/* Texts that durations and marks are made of; no language may lack one. */
static const char *const needed[] = {
    "days", "hours", "minutes", "left", "overdue", "late", "drill", "no_link"};

static void
check_language(const struct language *l, struct faults *faults)
{
	struct kind_texts k;

	for (const struct node *g = l->kinds->child; g != NULL; g = g->next)
		if (g->kind != NODE_GROUP)
			node_fault(g, faults, "'%s' must be a group", g->name);
		else
			node_read(g, kind_keys, NELEM(kind_keys), &k, faults);
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
add_duration(struct buf *b, const struct language *l, int64_t ms)
{
	const struct {
		const char *name;
		int64_t n;
	} parts[] = {{"days", ms / DAY}, {"hours", ms % DAY / HOUR},
	    {"minutes", ms % HOUR / MINUTE}};
	size_t first = parts[0].n > 0 ? 0 : parts[1].n > 0 ? 1 : 2;

	for (size_t i = first; i < NELEM(parts) && i < first + 2; i++)
		if (parts[i].n > 0 || (i == first && i == 2))
			buf_addf(b, "%s%lld %s", i > first ? " " : "",
			    (long long)parts[i].n, text_of(l, parts[i].name));
}

static void
add_left(struct buf *b, const struct language *l, const struct alert_text *t)
{
	buf_addf(b, "%s ", text_of(l, t->left_ms >= 0 ? "left" : "overdue"));
	add_duration(b, l, t->left_ms >= 0 ? t->left_ms : -t->left_ms);
}

/* What a {word} stands for; the word itself if it is none. */
static void
add_word(struct buf *b, const struct language *l, const struct alert_text *t,
    const char *word, size_t n)
{
	const struct {
		const char *name, *value;
	} words[] = {{"ward", t->ward}, {"code", t->code}, {"step", t->step},
	    {"answer", t->answer},
	    {"link", t->link != NULL ? t->link : text_of(l, "no_link")}};

	if (n == 4 && memcmp(word, "left", 4) == 0) {
		add_left(b, l, t);
		return;
	}
	if (n == 5 && memcmp(word, "count", 5) == 0) {
		buf_addf(b, "%d", t->count);
		return;
	}
	for (size_t i = 0; i < NELEM(words); i++)
		if (strlen(words[i].name) == n &&
		    memcmp(word, words[i].name, n) == 0) {
			if (words[i].value != NULL)
				buf_adds(b, words[i].value);
			return;
		}
	buf_add(b, word - 1, n + 2);
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
		size_t plain = strcspn(template, "{"), word;

		buf_add(&b, template, plain);
		template += plain;
		if (*template == '\0')
			break;
		word = strcspn(++template, "}");
		add_word(&b, l, t, template, word);
		template += word + (template[word] == '}');
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
