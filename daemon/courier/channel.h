/*
 * What a kind of channel fills in.  It is as pure as possible: prepare() turns
 * an errand into a transfer, judge() an answer into a judgement; fetch.c does
 * the rest.  One file handlers/channel_<name>.c, one row in channels.def each.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <jansson.h>

#include "conf_tree.h"

/* Texts are borrowed, link may be NULL; id is on the wire, the same each time,
 * delivery what the core calls it. */
struct errand {
	const char *id, *delivery, *channel, *to, *subject, *text, *link;
	json_int_t epoch;
	const json_t *alerts; /* a list of ids */
	const json_t *words;  /* of a heartbeat, by name; else NULL */
	const json_t *call;   /* {path, body} to another hotlined; else NULL */
	bool is_beat;
	int64_t now; /* real time, UTC ms: for stamps in messages */
};

/* The keys all kinds share; every settings struct begins with it. */
struct common {
	const char *name;
	const char *timeout; /* as written, default "10s" */
	int64_t timeout_ms;  /* longest time for one attempt */
	const char *ca_file; /* as written, NULL: what the system trusts */
	char *ca_path;	     /* owned */
	bool allow_private;  /* private and loopback addresses, plain http */
	char *dir;	     /* of channels.conf, for relative paths; owned */
	const struct node *ignored; /* read by channels.c */
};

enum tls { TLS_OFF, TLS_OPTIONAL, TLS_REQUIRED, TLS_SMTPS };

/* What fetch.c shall do.  Texts are owned but for those marked borrowed. */
struct transfer {
	char *method, *url; /* mail: no method */
	char **headers;	    /* "Name: value" */
	size_t n_headers;
	char *body; /* the mail with its headers, or the HTTP body, or NULL */
	size_t body_len;
	char *mail_from, *mail_to;
	enum tls tls;
	const char *user, *password, *ca_file; /* borrowed */
	int64_t timeout_ms;
	bool allow_private;
};
void transfer_header(struct transfer *t, char *header);
void transfer_done(struct transfer *t);

/* What came of a transfer. */
struct answer {
	bool is_sent;	  /* the message, or a part, may have arrived */
	bool is_whole;	  /* a complete answer was read */
	bool is_hopeless; /* trying again will not help: certificate, address */
	int error, status; /* libcurl's, the last of HTTP or SMTP; 0: none */
	const char *body;
	size_t body_len;
	int64_t retry_after_ms; /* 0: none said */
};

enum class { ACCEPTED, TRANSIENT, PERMANENT, AMBIGUOUS };
struct judgement {
	enum class class;
	int code;
	int64_t retry_after_ms;
	char ref[65]; /* the provider's name for the message, "" if none */
};
const char *class_word(enum class c);

struct channel {
	const char *name;
	const struct conf_key *keys;
	size_t n_keys, size; /* size of its settings */
	/* After the keys were read without fault: the rest, secret files. */
	void (*check)(
	    void *settings, const struct node *at, struct faults *faults);
	/* Free what check() made; NULL if nothing. */
	void (*done)(void *settings);
	/* False: this errand can never be sent here. */
	bool (*prepare)(
	    const void *settings, const struct errand *e, struct transfer *t);
	void (*judge)(
	    const void *settings, const struct answer *a, struct judgement *j);
	/* Instead of prepare and judge: do it now. */
	void (*deliver)(
	    const void *settings, const struct errand *e, struct judgement *j);
	/* The folder replies come into, or NULL; NULL if it has none. */
	const char *(*inbox)(const void *settings);
};

/* By the rows of channels.def; NULL if unknown. */
const struct channel *channel_kind(const char *name);

#endif
