#include "ctl.h"

#define ROW(kind, name, field, help)                                           \
	{                                                                      \
		PARAM_##kind, name, field, help                                \
	}
#define NONE			  ROW(PATH, NULL, NULL, NULL)
#define PATH(name, help)	  ROW(PATH, name, NULL, help)
#define ARG(name, field, help)	  ROW(ARG, name, field, help)
#define MAYBE(name, field, help)  ROW(MAYBE, name, field, help)
#define BODY(name, help)	  ROW(BODY, name, NULL, help)
#define OPT(name, field, help)	  ROW(OPT, name, field, help)
#define NEED(name, field, help)	  ROW(NEED, name, field, help)
#define NUMBER(name, field, help) ROW(NUMBER, name, field, help)
#define FLAG(name, field, help)	  ROW(FLAG, name, field, help)
#define WORDS(name, field, help)  ROW(WORDS, name, field, help)
#define ONCE(name, help)	  ROW(ONCE, name, NULL, help)
#define SET(name, help)		  ROW(SET, name, NULL, help)
#define SET_IN(name, field, help) ROW(SET, name, field, help)

#define PARAMS(...)                                                            \
	(const struct param[]){__VA_ARGS__},                                   \
	    sizeof((const struct param[]){__VA_ARGS__}) / sizeof(struct param)

const struct verb verbs[] = {
#define VERB(words, method, path, help, ...)                                   \
	{words, method, path, verb_send, PARAMS(__VA_ARGS__), help, NULL,      \
	    false},
#define OWN(words, method, path, help, ...)                                    \
	{words, method, path, verb_send, PARAMS(__VA_ARGS__), help, NULL, true},
#define OWN_LOCAL(words, run, help, ...)                                       \
	{words, NULL, NULL, run, PARAMS(__VA_ARGS__), help, NULL, true},
#define TABLE(words, method, path, columns, help, ...)                         \
	{words, method, path, verb_send, PARAMS(__VA_ARGS__), help, columns,   \
	    false},
#define LOCAL(words, run, help, ...)                                           \
	{words, NULL, NULL, run, PARAMS(__VA_ARGS__), help, NULL, false},
#include "verbs.def"
#undef VERB
#undef OWN
#undef OWN_LOCAL
#undef TABLE
#undef LOCAL
};
const size_t n_verbs = NELEM(verbs);

int
verb_send(struct call *c)
{
	json_t *answer = NULL;
	int rc = call_send(c, &answer);

	if (rc == CTL_OK)
		answer_print(c, answer);
	json_decref(answer);
	return rc;
}
