/*
 * The page behind a one-time link.  It says nothing about anybody: whoever
 * holds the phone sees a question and a button.  Only the button, a POST,
 * acknowledges; what fetches links ahead of people is harmless.
 */
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "clock.h"
#include "context.h"
#include "handlers.h"
#include "messages.h"

#define PAGE_MAX 16384
/* Its hash stands in the policy below; tests/test_alerts.py compares them. */
#define STYLE                                                                  \
	"body{font:1.2em sans-serif;margin:2em auto;max-width:24em;"           \
	"padding:0 1em}button{font:inherit;padding:.8em 1.2em;width:100%}"
#define STYLE_HASH "3KOYhoO2D6ROokUIdtxOoeL7lXtndS99NkM9OMUI02Q="
#define POLICY                                                                 \
	"default-src 'none'; style-src 'sha256-" STYLE_HASH                    \
	"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static const struct {
	const char *name, *value;
} page_headers[] = {
    {"Content-Security-Policy", POLICY},
    {"Cache-Control", "no-store"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Robots-Tag", "noindex"},
};

static void
add_escaped(struct buf *b, const char *s)
{
	static const char *const names[] = {
	    ['&'] = "&amp;",
	    ['<'] = "&lt;",
	    ['>'] = "&gt;",
	    ['"'] = "&quot;",
	    ['\''] = "&#39;",
	};

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < NELEM(names) && names[c] != NULL)
			buf_adds(b, names[c]);
		else
			buf_add(b, s, 1);
	}
}

/* A page of one sentence and, if there is a label, one button. */
static enum outcome
answer_page(struct tx *tx, struct response *a, int status, const char *text,
    const char *button)
{
	const struct context *c = tx_context(tx);
	const char *language = c->conf->language;
	struct buf b = BUF_MAX(PAGE_MAX);

	buf_addf(&b,
	    "<!doctype html><html lang=\"%s\"><head>"
	    "<meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width\"><title>",
	    language);
	add_escaped(&b, messages_get(c->messages, language, "link_title"));
	buf_adds(&b, "</title><style>" STYLE "</style></head><body><main><h1>");
	add_escaped(&b, messages_get(c->messages, language, "link_title"));
	buf_adds(&b, "</h1><p>");
	add_escaped(&b, messages_get(c->messages, language, text));
	buf_adds(&b, "</p>");
	if (button != NULL) {
		buf_adds(&b, "<form method=\"post\"><button>");
		add_escaped(&b, messages_get(c->messages, language, button));
		buf_adds(&b, "</button></form>");
	}
	buf_adds(&b, "</main></body></html>\n");
	for (size_t i = 0; i < NELEM(page_headers); i++)
		answer_header(
		    a, page_headers[i].name, "%s", page_headers[i].value);
	return answer_bytes(
	    a, status, "text/html; charset=utf-8", buf_take(&b));
}

/* "open", "acked", "over", "drill" (open); "" if the link is nobody's. */
static enum outcome
find_state(
    struct tx *tx, const struct request *r, struct answered *out, char state[8])
{
	const char *word;
	struct rows *rows;
	enum outcome how = alert_of_token(tx, r->args[0], out);

	state[0] = '\0';
	if (how != OK)
		return how == NOT_FOUND ? OK : how;
	rows = tx_query(tx, Q_ALERT_STATE, ARGS(V_TEXT(out->alert_id)));
	if (rows_next(rows)) {
		word = row_text(rows, 0);
		if (strcmp(word, "open") == 0 && row_int(rows, 1) != 0)
			word = "drill";
		memcpy(state, word, strlen(word) + 1);
	}
	return rows_end(rows);
}

/* Not open any more, never there, or not there yet for want of room. */
static enum outcome
answer_closed(struct tx *tx, struct response *a, const char *state)
{
	if (state[0] == '\0' && tx_is_full(tx)) {
		answer_header(a, "Retry-After", "60");
		return answer_page(tx, a, 503, "link_full", NULL);
	}
	if (state[0] == '\0')
		return answer_page(tx, a, 404, "link_gone", NULL);
	return answer_page(tx, a, 410,
	    strcmp(state, "acked") == 0 ? "link_already" : "link_gone", NULL);
}

/* GET /a/{}: changes nothing. */
enum outcome
link_get(struct tx *tx, const struct request *r, struct response *a)
{
	struct answered found;
	char state[8];
	enum outcome how = find_state(tx, r, &found, state);

	if (how != OK)
		return answer_outcome(a, how);
	if (strcmp(state, "drill") == 0)
		return answer_page(tx, a, 200, "link_drill", "link_button");
	if (strcmp(state, "open") != 0)
		return answer_closed(tx, a, state);
	return answer_page(tx, a, 200, "link_question", "link_button");
}

/* POST /a/{}: acknowledges, once. */
enum outcome
link_post(struct tx *tx, const struct request *r, struct response *a)
{
	struct answered found;
	char state[8];
	struct ack k = {
	    .by = &found.who,
	    .how = "link",
	    .acted_at = clock_now(),
	    .evidence = "link",
	};
	enum outcome how = find_state(tx, r, &found, state);

	if (how == OK && state[0] != '\0')
		how = alert_ack(tx, found.alert_id, &k);
	if (how == OK && state[0] != '\0')
		return answer_page(tx, a, 200, "link_done", NULL);
	if (how == OK || how == CONFLICT)
		return answer_closed(tx, a, state);
	return answer_outcome(a, how);
}
