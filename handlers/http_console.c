/*
 * The pages for people: files out of the binary.  They hold nothing of
 * anybody; whatever they show they ask of /v1 like any other client.
 */
#include <string.h>

#include "console.h"
#include "handlers.h"

/*
 * Only what we serve ourselves, nothing inline, nothing evaluated, and no text
 * ever becomes markup; the one trusted type is the address of the worker.
 */
#define POLICY                                                                 \
	"default-src 'none'; script-src 'self'; style-src 'self'; "            \
	"connect-src 'self'; img-src 'self'; manifest-src 'self'; "            \
	"worker-src 'self'; form-action 'self'; base-uri 'none'; "             \
	"frame-ancestors 'none'; require-trusted-types-for 'script'; "         \
	"trusted-types worker"

static const struct {
	const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
};

static const char *
type_of(const char *name)
{
	const char *ending = strrchr(name, '.');

	for (size_t i = 0; ending != NULL && i < NELEM(types); i++)
		if (strcmp(types[i].ending, ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static const struct console_file *
find(const char *name)
{
	for (size_t i = 0; i < n_console_files; i++)
		if (strcmp(console_files[i].name, name) == 0)
			return &console_files[i];
	return NULL;
}

/* Who has it asks each time whether it is new: a 304 of no bytes. */
#define ASK_AGAIN "no-cache"
/* At an address that names the build it is never another one. */
#define KEEP "public, max-age=31536000, immutable"

static enum outcome
answer_file(struct response *a, const char *name, const char *keep)
{
	const struct console_file *f = find(name);
	char *bytes;

	if (f == NULL)
		return answer_problem(a, "not_found");
	bytes = xcalloc(1, f->n);
	memcpy(bytes, f->gzip, f->n);
	answer_header(a, "ETag", "\"%s\"", f->tag);
	answer_header(a, "Cache-Control", "%s", keep);
	answer_header(a, "Content-Encoding", "gzip");
	answer_header(a, "Content-Security-Policy", "%s", POLICY);
	/* The worker lies in /console/ and is for the pages above it, too. */
	answer_header(a, "Service-Worker-Allowed", "/");
	return answer_part(a, type_of(name), bytes, f->n, (int64_t)f->n);
}

/* GET /: the page of the team */
enum outcome
console_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_file(a, "index.html", ASK_AGAIN);
}

/* GET /refer: the form of partners, and of children */
enum outcome
refer_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_file(a, "refer.html", ASK_AGAIN);
}

/* GET /console/{}: what is asked for by name: the worker, icons */
enum outcome
console_file_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	return answer_file(a, r->args[0], ASK_AGAIN);
}

/* GET /console/{}/{}: a file that a page of this build is made of */
enum outcome
console_built_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx;
	if (strcmp(r->args[0], console_build) != 0)
		return answer_problem(a, "not_found");
	return answer_file(a, r->args[1], KEEP);
}
