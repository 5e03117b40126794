/*
 * Conditions: comparisons of facts joined by and, or, not and parentheses.
 * Compiled with an operator stack to a flat postfix program; there is nothing
 * to loop over and nothing to recurse into, so every condition ends.
 */
#include "procedure_when.h"

#include <stdio.h>
#include <string.h>

enum token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_COMPARE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_BAD,
};

#define WORD_MAX 32

struct compiler {
	struct when *w;
	const struct node *node;
	struct faults *faults;
	const char *rest;
	enum token token;
	char word[WORD_MAX]; /* text of the token */
	uint8_t compare;     /* enum when_op of TOKEN_COMPARE */
	uint8_t stack[WHEN_MAX];
	size_t n_stack;
};

static const struct {
	const char *text;
	enum token token;
	uint8_t op;
} signs[] =
    {
	{"!=", TOKEN_COMPARE, WHEN_NE},
	{"<=", TOKEN_COMPARE, WHEN_LE},
	{">=", TOKEN_COMPARE, WHEN_GE},
	{"=", TOKEN_COMPARE, WHEN_EQ},
	{"<", TOKEN_COMPARE, WHEN_LT},
	{">", TOKEN_COMPARE, WHEN_GT},
	{"(", TOKEN_OPEN, 0},
	{")", TOKEN_CLOSE, 0},
},
  names[] = {
      {"and", TOKEN_AND, 0},
      {"or", TOKEN_OR, 0},
      {"not", TOKEN_NOT, 0},
};

static void
sign_next(struct compiler *c)
{
	c->token = *c->rest == '\0' ? TOKEN_END : TOKEN_BAD;
	snprintf(c->word, sizeof(c->word), "%.1s", c->rest);
	for (size_t i = 0; i < NELEM(signs); i++) {
		size_t len = strlen(signs[i].text);

		if (strncmp(c->rest, signs[i].text, len) != 0)
			continue;
		c->token = signs[i].token;
		c->compare = signs[i].op;
		c->rest += len;
		snprintf(c->word, sizeof(c->word), "%s", signs[i].text);
		return;
	}
}

static void
next(struct compiler *c)
{
	size_t len;

	c->rest += strspn(c->rest, " \t\n");
	len = strspn(c->rest, "abcdefghijklmnopqrstuvwxyz_0123456789");
	if (len == 0) {
		sign_next(c);
		return;
	}
	snprintf(c->word, sizeof(c->word), "%.*s", (int)len, c->rest);
	c->rest += len;
	c->token = len < sizeof(c->word) ? TOKEN_WORD : TOKEN_BAD;
	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(c->word, names[i].text) == 0)
			c->token = names[i].token;
}

static bool
wrong(const struct compiler *c, const char *wanted)
{
	if (c->token == TOKEN_END)
		node_fault(c->node, c->faults,
		    "condition ends too early: %s is wanted", wanted);
	else
		node_fault(c->node, c->faults,
		    "condition has '%s' where %s is wanted", c->word, wanted);
	return false;
}

static bool
emit(struct compiler *c, uint8_t op, int fact, int word)
{
	if (c->w->n == WHEN_MAX) {
		node_fault(c->node, c->faults,
		    "condition is too long: at most %d parts", WHEN_MAX);
		return false;
	}
	c->w->code[c->w->n++] = (struct when_code){
	    .op = op, .fact = (uint8_t)fact, .word = (uint8_t)word};
	return true;
}

static bool
push(struct compiler *c, uint8_t op)
{
	if (c->n_stack == WHEN_MAX) {
		node_fault(c->node, c->faults,
		    "condition is nested too deep: at most %d", WHEN_MAX);
		return false;
	}
	c->stack[c->n_stack++] = op;
	return true;
}

/* Emit what waits and binds at least as tightly as op, up to a parenthesis. */
static bool
settle(struct compiler *c, uint8_t op)
{
	while (c->n_stack > 0) {
		uint8_t top = c->stack[c->n_stack - 1];

		if (top == WHEN_OPEN || top < op)
			break;
		if (!emit(c, top, 0, 0))
			return false;
		c->n_stack--;
	}
	return true;
}

/* The token is the name of a fact: the comparison that it begins. */
static bool
comparison(struct compiler *c)
{
	int fact = fact_find(c->word), word;
	uint8_t op;

	if (fact < 0)
		return wrong(c, "the name of a fact");
	next(c);
	if (c->token != TOKEN_COMPARE)
		return wrong(c, "one of = != < <= > >=");
	op = c->compare;
	next(c);
	word =
	    c->token == TOKEN_WORD ? fact_word((enum fact)fact, c->word) : -1;
	if (word < 0)
		return wrong(c, "a word of that fact");
	return emit(c, op, fact, word);
}

/* At a place where a comparison may begin; *ended when it was complete. */
static bool
operand(struct compiler *c, bool *ended)
{
	*ended = c->token == TOKEN_WORD;
	if (c->token == TOKEN_WORD)
		return comparison(c);
	if (c->token == TOKEN_NOT)
		return push(c, WHEN_NOT);
	if (c->token == TOKEN_OPEN)
		return push(c, WHEN_OPEN);
	return wrong(c, "a comparison");
}

/* After a comparison; *again when another one must follow. */
static bool
operator(struct compiler *c, bool *again)
{
	uint8_t op = c->token == TOKEN_AND ? WHEN_AND : WHEN_OR;

	*again = c->token == TOKEN_AND || c->token == TOKEN_OR;
	if (*again)
		return settle(c, op) && push(c, op);
	if (c->token != TOKEN_CLOSE)
		return wrong(c, "'and', 'or', ')' or the end");
	if (!settle(c, WHEN_OR))
		return false;
	if (c->n_stack == 0)
		return wrong(c, "a '(' before it");
	c->n_stack--;
	return true;
}

bool
when_compile(struct when *w, const char *text, const struct node *node,
    struct faults *faults)
{
	struct compiler c = {
	    .w = w, .node = node, .faults = faults, .rest = text};
	bool wants = true, is_operand;

	w->n = 0;
	for (next(&c); wants || c.token != TOKEN_END; next(&c)) {
		if (!wants) {
			if (!operator(&c, &wants))
				return false;
			continue;
		}
		if (!operand(&c, &is_operand))
			return false;
		wants = !is_operand;
	}
	if (!settle(&c, WHEN_OR))
		return false;
	if (c.n_stack > 0)
		return wrong(&c, "a ')'");
	return true;
}

static bool
compares(const struct when_code *c, int have)
{
	switch (c->op) {
	case WHEN_EQ:
		return have == c->word;
	case WHEN_NE:
		return have != c->word;
	case WHEN_LT:
		return have < c->word;
	case WHEN_LE:
		return have <= c->word;
	case WHEN_GT:
		return have > c->word;
	default:
		return have >= c->word;
	}
}

/* The stack is the bits of one number, its top the lowest. */
bool
when_holds(const struct when *w, const struct facts *f)
{
	uint64_t stack = 1;

	for (size_t i = 0; i < w->n; i++) {
		const struct when_code *c = &w->code[i];
		uint64_t top = stack & 1;

		if (c->op == WHEN_NOT)
			stack ^= 1;
		else if (c->op == WHEN_AND)
			stack = (stack >> 1) & (top | ~UINT64_C(1));
		else if (c->op == WHEN_OR)
			stack = (stack >> 1) | top;
		else
			stack =
			    stack << 1 | (compares(c, f->v[c->fact]) ? 1 : 0);
	}
	return (stack & 1) != 0;
}
