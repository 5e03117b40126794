/* What a handler gets: who calls, and what was asked. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <sys/types.h>

#include "core.h"
#include "http_response.h"
#include "seal_login.h"

struct route;

/* Who calls, as found by the authenticate callback. */
enum subject_kind {
	NOBODY,
	BY_AGENCY,
	BY_MEMBER,
	BY_LINK,
	BY_FORM, /* a create-only link of an agency */
	BY_ADMIN,
	BY_SYSTEM
};
/* How a member showed who they are. */
enum proof {
	PROOF_NONE,
	PROOF_TOKEN, /* a personal one, of a script */
	PROOF_PASSWORD,
	PROOF_TOTP, /* password and code */
	PROOF_BREAK_GLASS,
};
struct subject {
	enum subject_kind kind;
	char id[ID_SIZE];
	unsigned roles; /* bits of roles.def, of a member */
	enum proof proof;
	char session[ID_SIZE]; /* "": none */
	char form[ID_SIZE];    /* of BY_FORM: the link; id is its agency */
};

/* Work of a slow row: texts to be hashed.  NULL: nothing is to be done. */
struct slow_hash {
	const char *text;
	unsigned char salt[SALT_SIZE], out[HASH_SIZE];
	bool is_done;
};
struct slow {
	struct slow_hash old, new;
	char made[32]; /* room for a text that before makes up */
};

/*
 * Largest body of an UPLOAD row, whose bytes are no JSON and are left in
 * request.raw alone.  It has this limit whatever max_body is.
 */
#define UPLOAD_MAX ((size_t)192 * 1024)

#define PATH_ARGS_MAX 3
struct request {
	const struct route *route;
	char id[ID_SIZE];	   /* request_id of the answer */
	struct subject subject;	   /* set on the store thread before run */
	char *args[PATH_ARGS_MAX]; /* decoded {} segments, in order */
	json_t *query;		   /* object of texts, never NULL */
	json_t *body;		   /* parsed JSON, or NULL */
	/*
	 * A body came but is no JSON we take: the code of the problem.  After
	 * authentication http answers with it; only INTAKE rows run even so,
	 * body NULL, that nothing an agency sent is lost.
	 */
	const char *body_problem;
	const char *raw; /* body bytes as received */
	size_t raw_len;
	/* It was too large to be read (body_problem "too_large"); its length. */
	bool is_unread;
	int64_t unread_len;
	const char *authorization, *idempotency_key, *if_match, *if_none_match;
	const char *webhook_id, *webhook_timestamp, *webhook_signature;
	const char *accept_language;
	const char *receipt_secret; /* of a confidential referral */
	const char *cookie, *origin, *fetch_site, *csrf, *host;
	const char *forwarded_for;  /* set by our proxy */
	const char *content_digest; /* RFC 9530 */
	/* Of a long answer: which part of it is asked for, 0 first. */
	int64_t part;
	char mark[MARK_SIZE]; /* of news: what was sent last, "" at first */
	struct slow *slow;    /* of a slow row, else NULL */
	bool is_before;	      /* its before runs: nothing is written */
	uid_t peer_uid;	      /* on the control socket, else (uid_t)-1 */
	pid_t peer_pid;
};

/* The value of a query parameter, or NULL. */
const char *request_query(const struct request *r, const char *name);

#endif
