#include "bytes.h"
#include "courier/curl_must.h"
#include "seal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
#define CONNECT_MS 5000L
#define REQUEST_MS 600000L /* a clock step goes through every instant */

/* One request under way: its body, and what becomes of the answer. */
struct request {
	CURL *curl;
	const void *body; /* NULL: none */
	size_t n;
	const char *type, *digest; /* of the body; digest NULL: none */
	take_bytes *take;	   /* of a 2xx; NULL: it is JSON */
	void *arg;
	bool is_refused; /* take had enough */
	struct buf answer;
};

static bool
is_good(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status < 300;
}

static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct request *r = arg;

	if (r->take != NULL && is_good(r->curl)) {
		r->is_refused = !r->take(r->arg, p, size * n);
		return r->is_refused ? 0 : size * n;
	}
	buf_add(&r->answer, p, size * n);
	return r->answer.over ? 0 : size * n;
}

static void
add_escaped(struct buf *b, CURL *curl, const char *text)
{
	char *escaped = curl_easy_escape(curl, text, 0);

	buf_adds(b, escaped);
	curl_free(escaped);
}

/* The template with its {} filled from the call's path arguments. */
static void
add_path(struct buf *b, CURL *curl, const struct call *c, const char *path)
{
	const char *hole;
	size_t n = 0;

	while ((hole = strstr(path, "{}")) != NULL) {
		const json_t *arg = json_array_get(c->path_args, n++);

		buf_add(b, path, (size_t)(hole - path));
		add_escaped(b, curl, json_string_value(arg));
		path = hole + 2;
	}
	buf_adds(b, path);
}

static void
add_query(struct buf *b, CURL *curl, const struct call *c)
{
	char separator = '?';
	const char *key;
	json_t *value;

	json_object_foreach(c->fields, key, value)
	{
		const char *text = json_string_value(value);

		buf_addf(b, "%c%s=", separator, key);
		add_escaped(b, curl, text == NULL ? "true" : text);
		separator = '&';
	}
}

static char *
make_url(CURL *curl, const struct call *c, const char *method, const char *path)
{
	struct buf b = BUF_MAX(16384);

	buf_adds(&b, "http://localhost");
	add_path(&b, curl, c, path);
	if (strcmp(method, "GET") == 0)
		add_query(&b, curl, c);
	return buf_take(&b);
}

static struct curl_slist *
set_body(const struct request *r, struct curl_slist *headers)
{
	char *line = xasprintf("Content-Type: %s", r->type);

	headers = curl_list(headers, line);
	headers = curl_list(headers, "Expect:");
	free(line);
	if (r->digest != NULL) {
		line = xasprintf("Content-Digest: sha-256=:%s:", r->digest);
		headers = curl_list(headers, line);
		free(line);
	}
	curl_set(r->curl, CURLOPT_POSTFIELDS, r->body);
	curl_set(r->curl, CURLOPT_POSTFIELDSIZE, (long)r->n);
	return headers;
}

/* A key of the caller's, or the digest of what is sent. */
static struct curl_slist *
set_once(const struct call *c, const struct request *r, struct curl_slist *list)
{
	unsigned char hash[HASH_SIZE];
	char digest[2 * HASH_SIZE + 1], *line;

	sha256_of(r->body, r->n, hash);
	hex_encode(digest, hash, sizeof(hash));
	line = xasprintf(
	    "Idempotency-Key: \"%s\"", c->once == NULL ? digest : c->once);
	list = curl_list(list, line);
	free(line);
	return list;
}

static bool
is_once(const struct verb *v)
{
	for (size_t i = 0; i < v->n_params; i++)
		if (v->params[i].kind == PARAM_ONCE)
			return true;
	return false;
}

/* A personal token, which only its owner may read; NULL after saying why. */
static char *
token_of(const char *path)
{
	struct stat st;
	char *token;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077) != 0) {
		fprintf(stderr,
		    "hotlinectl: %s: others may read it (chmod 0600)\n", path);
		return NULL;
	}
	token = file_text(path);
	if (token != NULL)
		token[strcspn(token, " \t\r\n")] = '\0';
	return token;
}

/* Who acts, and on whatever version is there: they say what they saw. */
static bool
set_owner(const char *path, struct curl_slist **headers)
{
	char *token = token_of(path), *line;

	if (token == NULL)
		return false;
	line = xasprintf("Authorization: Bearer %s", token);
	*headers = curl_list(*headers, line);
	*headers = curl_list(*headers, "If-Match: *");
	seal_free(line);
	seal_free(token);
	return true;
}

/* A yes that was cut off is none: libcurl takes a head without its end. */
static int
judge(CURL *curl, const json_t *answer, bool is_json)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (is_good(curl) && is_json && answer == NULL && status != 204) {
		fputs("hotlinectl: the answer was cut off\n", stderr);
		return CTL_USAGE;
	}
	if (is_good(curl))
		return CTL_OK;
	problem_print(answer, status);
	return CTL_NO;
}

static int
perform(struct request *r, const char *socket, json_t **answer)
{
	CURLcode how;
	int rc = CTL_USAGE;

	curl_set(r->curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_set(r->curl, CURLOPT_PROXY, "");
	curl_set(r->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_set(r->curl, CURLOPT_TIMEOUT_MS, REQUEST_MS);
	curl_set(r->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_set(r->curl, CURLOPT_WRITEDATA, r);
	how = curl_easy_perform(r->curl);
	if (r->is_refused) {
		fprintf(stderr, "hotlinectl: %s\n", strerror(errno));
		rc = CTL_NO;
	} else if (how != CURLE_OK) {
		fprintf(stderr, "hotlinectl: no answer on %s: %s\n", socket,
		    curl_easy_strerror(how));
	} else {
		*answer =
		    json_loadb(r->answer.data == NULL ? "" : r->answer.data,
			r->answer.len, 0, NULL);
		rc = judge(r->curl, *answer, r->take == NULL);
	}
	return rc;
}

/* What stands in r of the body and the answer, to a path of the call. */
static int
send_to(const struct call *c, const char *method, const char *path,
    struct request *r, json_t **answer)
{
	struct curl_slist *headers = NULL;
	char *url;
	int rc = CTL_USAGE;

	r->curl = curl_easy_init();
	if (r->curl == NULL)
		return CTL_USAGE;
	r->answer = BUF_MAX(ANSWER_MAX);
	url = make_url(r->curl, c, method, path);
	curl_set(r->curl, CURLOPT_URL, url);
	curl_set(r->curl, CURLOPT_CUSTOMREQUEST, method);
	if (r->body != NULL)
		headers = set_body(r, headers);
	if (r->body != NULL && is_once(c->verb))
		headers = set_once(c, r, headers);
	if (!c->verb->is_own || set_owner(c->token_file, &headers)) {
		curl_set(r->curl, CURLOPT_HTTPHEADER, headers);
		rc = perform(r, c->socket, answer);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(r->curl);
	buf_done(&r->answer);
	free(url);
	return rc;
}

int
call_send_to(
    const struct call *c, const char *method, const char *path, json_t **answer)
{
	struct request r = {.type = "application/json"};
	char *body = NULL;
	int rc;

	if (strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0) {
		body = json_dumps(c->fields, JSON_COMPACT);
		r.body = body;
		r.n = body == NULL ? 0 : strlen(body);
	}
	rc = send_to(c, method, path, &r, answer);
	free(body);
	return rc;
}

int
call_put(const struct call *c, const char *path, const void *p, size_t n,
    json_t **answer)
{
	unsigned char hash[HASH_SIZE];
	struct request r = {
	    .type = "application/octet-stream", .body = p, .n = n};
	char *digest;
	int rc;

	sha256_of(p, n, hash);
	digest = base64_encode(hash, sizeof(hash));
	r.digest = digest;
	rc = send_to(c, "PUT", path, &r, answer);
	free(digest);
	return rc;
}

int
call_fetch(const struct call *c, const char *path, take_bytes *take, void *arg)
{
	struct request r = {.take = take, .arg = arg};
	json_t *answer = NULL;
	int rc = send_to(c, "GET", path, &r, &answer);

	json_decref(answer);
	return rc;
}

int
call_send(const struct call *c, json_t **answer)
{
	return call_send_to(c, c->verb->method, c->verb->path, answer);
}
