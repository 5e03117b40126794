#include "auth_session.h"

#include <string.h>

#include "context.h"
#include "log.h"
#include "session.h"

/* A session's last use is written at most this often. */
#define USED_EVERY MINUTE

/* scheme://host[:port] of a URL, n long. */
static size_t
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? 0
			    : (size_t)(host - url) + 3 + strcspn(host + 3, "/");
}

static bool
is_ours(const struct tx *tx, const struct request *r)
{
	const char *url = tx_context(tx)->conf->public_url;
	const char *host = strstr(r->origin, "://");
	size_t n = origin_len(url);

	if (n > 0 && strlen(r->origin) == n && strncmp(r->origin, url, n) == 0)
		return true;
	return host != NULL && r->host != NULL &&
	       strcmp(host + 3, r->host) == 0;
}

bool
auth_same_origin(const struct tx *tx, const struct request *r)
{
	if (r->fetch_site != NULL && strcmp(r->fetch_site, "same-origin") != 0)
		return false;
	return r->origin == NULL || is_ours(tx, r);
}

/* What the nearest proxy added stands last. */
const char *
auth_address(const struct request *r)
{
	const char *last;

	if (r->forwarded_for == NULL)
		return "";
	last = strrchr(r->forwarded_for, ',');
	last = last == NULL ? r->forwarded_for : last + 1;
	return last + strspn(last, " ");
}

static bool
is_change(const struct request *r)
{
	return strcmp(r->route->method, "GET") != 0;
}

static bool
has_csrf(const struct request *r, const char *token)
{
	char right[SESSION_TEXT];

	session_csrf(token, right);
	return r->csrf != NULL && strlen(r->csrf) == SESSION_TEXT - 1 &&
	       equal_ct(r->csrf, right, SESSION_TEXT - 1);
}

enum outcome
auth_session(struct tx *tx, struct request *r, struct response *a)
{
	char token[SESSION_TEXT];
	int64_t used_at;
	enum outcome how;

	if (!session_token(r->cookie, token))
		return auth_refuse(tx, a, "unauthorized", "none");
	how = session_find(tx, token, &r->subject, &used_at);
	if (how == REFUSED)
		return auth_refuse(tx, a, "unauthorized", r->subject.session);
	if (how != OK)
		return answer_outcome(a, how);
	if (!auth_may_call(r->route->who, &r->subject))
		return answer_problem(a, "forbidden");
	if (is_change(r) && (!auth_same_origin(tx, r) || !has_csrf(r, token)))
		return answer_problem(a, "csrf");
	if (r->route->kind == JOB_READ || r->is_before ||
	    clock_now() - used_at < USED_EVERY)
		return OK;
	how = session_touch(tx, &r->subject);
	return how == OK ? OK : answer_outcome(a, how);
}
