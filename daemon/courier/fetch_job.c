#include "fetch_job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "curl_must.h"
#include "log.h"
#include "net.h"

/*
 * libcurl's own limit does not hold for the answer to QUIT; ms on top of it,
 * so that a limit in the transfer proper is told as one.
 */
#define LEAVE_TAKING 500

struct job *
job_new(struct transfer *t, fetch_done *done, void *arg)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->t = *t;
	memset(t, 0, sizeof(*t));
	j->done = done;
	j->arg = arg;
	j->body = BUF_MAX(BODY_KEPT);
	return j;
}

static size_t
on_answer(char *data, size_t size, size_t n, void *arg)
{
	struct job *j = arg;
	size_t room = BODY_KEPT - j->body.len;

	n *= size;
	j->n_read += n;
	buf_add(&j->body, data, n < room ? n : room);
	return j->n_read > BODY_READ ? 0 : n;
}

static size_t
on_mail(char *data, size_t size, size_t n, void *arg)
{
	struct job *j = arg;
	size_t left = j->t.body_len - j->n_sent;

	n *= size;
	if (n > left)
		n = left;
	memcpy(data, j->t.body + j->n_sent, n);
	j->n_sent += n;
	/* From here on the mail may have arrived. */
	j->is_all_sent = j->n_sent == j->t.body_len;
	return n;
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct job *j = arg;

	(void)purpose;
	if (!j->t.allow_private && address_is_private(&a->addr)) {
		j->is_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct job *j = arg;

	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(&j->is_abandoned) || clock_mono() > j->deadline;
}

/* What holds for everything that leaves this house. */
static void
set_walls(struct job *j)
{
	CURL *e = j->easy;
	long timeout = (long)j->t.timeout_ms;

	curl_set(e, CURLOPT_PRIVATE, j);
	curl_set(e, CURLOPT_NOSIGNAL, 1L);
	curl_set(e, CURLOPT_QUICK_EXIT, 1L);
	curl_set(e, CURLOPT_PROXY, "");
	curl_set(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_set(e, CURLOPT_FRESH_CONNECT, 1L);
	curl_set(e, CURLOPT_FORBID_REUSE, 1L);
	curl_set(e, CURLOPT_TIMEOUT_MS, timeout);
	curl_set(e, CURLOPT_CONNECTTIMEOUT_MS, timeout);
	curl_set(e, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout / 1000 + 1);
	curl_set(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (j->t.ca_file != NULL)
		curl_set(e, CURLOPT_CAINFO, j->t.ca_file);
	curl_set(e, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_set(e, CURLOPT_OPENSOCKETDATA, j);
	curl_set(e, CURLOPT_WRITEFUNCTION, on_answer);
	curl_set(e, CURLOPT_WRITEDATA, j);
	curl_set(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_set(e, CURLOPT_XFERINFODATA, j);
	curl_set(e, CURLOPT_NOPROGRESS, 0L);
}

static void
set_http(struct job *j)
{
	CURL *e = j->easy;

	curl_set(e, CURLOPT_PROTOCOLS_STR,
	    j->t.allow_private ? "http,https" : "https");
	curl_set(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_set(e, CURLOPT_USERAGENT, "hotlined/" HOTLINED_VERSION);
	if (j->t.body != NULL) {
		curl_set(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->t.body_len);
		curl_set(e, CURLOPT_POSTFIELDS, j->t.body);
	}
	curl_set(e, CURLOPT_CUSTOMREQUEST, j->t.method);
	j->headers = curl_list(NULL, "Expect:");
	for (size_t i = 0; i < j->t.n_headers; i++)
		j->headers = curl_list(j->headers, j->t.headers[i]);
	curl_set(e, CURLOPT_HTTPHEADER, j->headers);
}

static void
set_mail(struct job *j)
{
	static const long use[] = {
	    [TLS_OFF] = CURLUSESSL_NONE,
	    [TLS_OPTIONAL] = CURLUSESSL_TRY,
	    [TLS_REQUIRED] = CURLUSESSL_ALL,
	    [TLS_SMTPS] = CURLUSESSL_ALL,
	};
	CURL *e = j->easy;

	curl_set(
	    e, CURLOPT_PROTOCOLS_STR, j->t.tls == TLS_SMTPS ? "smtps" : "smtp");
	curl_set(e, CURLOPT_USE_SSL, use[j->t.tls]);
	curl_set(e, CURLOPT_MAIL_FROM, j->t.mail_from);
	j->to = curl_list(NULL, j->t.mail_to);
	curl_set(e, CURLOPT_MAIL_RCPT, j->to);
	curl_set(e, CURLOPT_UPLOAD, 1L);
	curl_set(e, CURLOPT_READFUNCTION, on_mail);
	curl_set(e, CURLOPT_READDATA, j);
	if (j->t.user != NULL) {
		curl_set(e, CURLOPT_USERNAME, j->t.user);
		curl_set(e, CURLOPT_PASSWORD, j->t.password);
	}
}

void
job_setup(struct job *j)
{
	j->deadline = clock_mono() + j->t.timeout_ms + LEAVE_TAKING;
	j->easy = curl_easy_init();
	if (j->easy == NULL)
		fatal("no memory for a transfer");
	curl_set(j->easy, CURLOPT_URL, j->t.url);
	set_walls(j);
	if (j->t.mail_to != NULL)
		set_mail(j);
	else
		set_http(j);
}

/* Errors that the same attempt will meet again. */
static bool
is_hopeless(CURLcode how)
{
	static const CURLcode list[] = {
	    CURLE_UNSUPPORTED_PROTOCOL,
	    CURLE_URL_MALFORMAT,
	    CURLE_USE_SSL_FAILED,
	    CURLE_PEER_FAILED_VERIFICATION,
	    CURLE_SSL_CACERT_BADFILE,
	    CURLE_LOGIN_DENIED,
	};

	for (size_t i = 0; i < NELEM(list); i++)
		if (list[i] == how)
			return true;
	return false;
}

/* A request this small leaves in one piece with its first byte. */
static bool
is_sent(struct job *j)
{
	long bytes = 0;

	if (j->t.mail_to != NULL)
		return j->is_all_sent;
	curl_easy_getinfo(j->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

struct answer
job_answer(struct job *j)
{
	struct answer a = {.error = (int)j->how};
	curl_off_t seconds = 0;
	long status = 0;

	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(j->easy, CURLINFO_RETRY_AFTER, &seconds);
	a.status = (int)status;
	a.retry_after_ms = seconds > DAY / SECOND ? DAY : seconds * SECOND;
	a.is_whole = j->how == CURLE_OK;
	a.is_sent = is_sent(j);
	a.is_hopeless = j->is_refused || is_hopeless(j->how);
	a.body = j->body.data == NULL ? "" : j->body.data;
	a.body_len = j->body.len;
	return a;
}

void
job_free(struct job *j)
{
	curl_easy_cleanup(j->easy);
	curl_slist_free_all(j->headers);
	curl_slist_free_all(j->to);
	transfer_done(&j->t);
	buf_done(&j->body);
	free(j);
}
