#include "ctl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "seal.h"

/* Does a verb have parameters at all?  NONE is one row without a name. */
static size_t
n_named(const struct verb *v)
{
	return v->params[0].name == NULL ? 0 : v->n_params;
}

static bool
is_option(const struct param *p)
{
	return p->name[0] == '-';
}

static void
print_usage(const struct verb *v)
{
	printf("usage: hotlinectl %s", v->words);
	for (size_t i = 0; i < n_named(v); i++) {
		const struct param *p = &v->params[i];

		if (p->kind == PARAM_MAYBE)
			printf(" [%s]", p->name);
		else if (!is_option(p))
			printf(" %s", p->name);
		else if (p->kind == PARAM_NEED)
			printf(" %s VALUE", p->name);
		else
			printf(p->kind == PARAM_FLAG ? " [%s]" : " [%s VALUE]",
			    p->name);
	}
	printf("%s [--json] [--socket PATH]\n",
	    v->is_own ? " --token-file FILE" : "");
}

void
help_verb(const struct verb *v)
{
	print_usage(v);
	printf("\n%s\n", v->help);
	if (n_named(v) > 0)
		putchar('\n');
	for (size_t i = 0; i < n_named(v); i++)
		printf("  %-16s %s\n", v->params[i].name, v->params[i].help);
}

bool
help_noun(const char *noun)
{
	size_t n = strlen(noun), found = 0;

	for (size_t i = 0; i < n_verbs; i++)
		if (strncmp(verbs[i].words, noun, n) == 0 &&
		    verbs[i].words[n] == ' ') {
			printf("  %-20s %s\n", verbs[i].words, verbs[i].help);
			found++;
		}
	return found > 0;
}

void
help_all(void)
{
	puts("usage: hotlinectl VERB ... [--json] [--socket PATH] [--help]\n"
	     "       hotlinectl --version | --man | --facts | --words\n");
	for (size_t i = 0; i < n_verbs; i++)
		printf("  %-20s %s\n", verbs[i].words, verbs[i].help);
	puts("\nThe socket is --socket, else $HOTLINED_SOCKET, else"
	     " /run/hotlined/control.sock.\n"
	     "What nobody does for a member needs their personal token in a"
	     " file that only its\nowner reads: --token-file, else"
	     " $HOTLINED_TOKEN_FILE.\n"
	     "Exit: 0 done, 1 refused or something found, 2 wrong arguments or"
	     " no daemon.");
}

static void
version(void)
{
	puts("hotlinectl " HOTLINED_VERSION);
}

/* What stands alone and needs no daemon; false if the word is none of it. */
static bool
tell(const char *word)
{
	static const struct {
		const char *word;
		void (*print)(void);
	} all[] = {{"--version", version}, {"--man", help_man},
	    {"--facts", help_facts}, {"--words", help_words}};

	for (size_t i = 0; i < NELEM(all); i++)
		if (strcmp(all[i].word, word) == 0) {
			all[i].print();
			return true;
		}
	return false;
}

int
main(int argc, char **argv)
{
	struct call c = {0};
	int rc;

	if (argc == 2 && tell(argv[1]))
		return CTL_OK;
	if (!seal_init() || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		fputs("hotlinectl: a library does not start\n", stderr);
		return CTL_USAGE;
	}
	rc = call_read(&c, argc, argv);
	if (rc == CTL_OK && c.help) {
		if (c.verb != NULL)
			help_verb(c.verb);
		else if (c.noun == NULL)
			help_all();
	} else if (rc == CTL_OK) {
		rc = c.verb->run(&c);
	}
	call_done(&c);
	curl_global_cleanup();
	return rc;
}
