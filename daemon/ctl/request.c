#include "courier/curl_must.h"
#include "ctl.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
#define CONNECT_MS 5000L
#define REQUEST_MS 600000L /* a clock step goes through every instant */

static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	buf_add(b, p, size * n);
	return b->over ? 0 : size * n;
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
set_body(CURL *curl, struct curl_slist *headers, const char *body)
{
	headers = curl_list(headers, "Content-Type: application/json");
	headers = curl_list(headers, "Expect:");
	curl_set(curl, CURLOPT_POSTFIELDS, body);
	curl_set(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	return headers;
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

static int
judge(CURL *curl, const json_t *answer)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return CTL_OK;
	problem_print(answer, status);
	return CTL_NO;
}

static int
perform(CURL *curl, const char *socket, json_t **answer)
{
	struct buf b = BUF_MAX(ANSWER_MAX);
	CURLcode how;
	int rc = CTL_USAGE;

	curl_set(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_set(curl, CURLOPT_PROXY, "");
	curl_set(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_set(curl, CURLOPT_TIMEOUT_MS, REQUEST_MS);
	curl_set(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_set(curl, CURLOPT_WRITEDATA, &b);
	how = curl_easy_perform(curl);
	if (how != CURLE_OK) {
		fprintf(stderr, "hotlinectl: no answer on %s: %s\n", socket,
		    curl_easy_strerror(how));
	} else {
		*answer =
		    json_loadb(b.data == NULL ? "" : b.data, b.len, 0, NULL);
		rc = judge(curl, *answer);
	}
	buf_done(&b);
	return rc;
}

int
call_send_to(
    const struct call *c, const char *method, const char *path, json_t **answer)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	char *url, *body = NULL;
	int rc;

	if (curl == NULL)
		return CTL_USAGE;
	url = make_url(curl, c, method, path);
	curl_set(curl, CURLOPT_URL, url);
	curl_set(curl, CURLOPT_CUSTOMREQUEST, method);
	if (strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0) {
		body = json_dumps(c->fields, JSON_COMPACT);
		headers = set_body(curl, headers, body);
	}
	if (c->verb->is_own && !set_owner(c->token_file, &headers)) {
		rc = CTL_USAGE;
	} else {
		curl_set(curl, CURLOPT_HTTPHEADER, headers);
		rc = perform(curl, c->socket, answer);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	free(body);
	free(url);
	return rc;
}

int
call_send(const struct call *c, json_t **answer)
{
	return call_send_to(c, c->verb->method, c->verb->path, answer);
}
