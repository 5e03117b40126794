/* Mail over SMTP.  The address is a mail address. */
#include <stdlib.h>
#include <string.h>

#include "channel_kinds.h"
#include "judge.h"
#include "mail_text.h"
#include "secret.h"

struct email {
	struct common common;
	const char *server, *user, *password_file, *from, *from_name;
	int64_t port; /* 0: what the TLS mode is used with */
	int tls;
	char *password;
};

static const char *const tls_words[] = {
    [TLS_OFF] = "off",
    [TLS_OPTIONAL] = "optional",
    [TLS_REQUIRED] = "required",
    [TLS_SMTPS] = "smtps",
    NULL,
};

#define AT(field) .offset = offsetof(struct email, field)
static const struct conf_key keys[] = {
    {.name = "server", .kind = KEY_TEXT, .required = true, AT(server)},
    {.name = "port", .kind = KEY_INT, .low = 1, .high = 65535, AT(port)},
    {.name = "tls",
	.kind = KEY_WORD,
	.required = true,
	.words = tls_words,
	AT(tls)},
    {.name = "user", .kind = KEY_TEXT, AT(user)},
    {.name = "password_file", .kind = KEY_TEXT, AT(password_file)},
    {.name = "from", .kind = KEY_TEXT, .required = true, AT(from)},
    {.name = "from_name", .kind = KEY_TEXT, AT(from_name)},
};

static bool
is_host(const char *s)
{
	return s[0] != '\0' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
			   "YZ0123456789.-")] == '\0';
}

static void
check(void *settings, const struct node *at, struct faults *faults)
{
	struct email *s = settings;

	if (!is_host(s->server))
		node_fault(node_get(at, "server"), faults,
		    "'server' must be a host name without port or scheme");
	if (!mail_address_ok(s->from))
		node_fault(node_get(at, "from"), faults,
		    "'from' must be a mail address, as in alerts@ward.example");
	if ((s->user == NULL) != (s->password_file == NULL))
		node_fault(at, faults,
		    "'user' and 'password_file' go together, or neither");
	else if (s->user != NULL && s->tls < TLS_REQUIRED)
		node_fault(at, faults,
		    "a password needs tls = \"required\" or \"smtps\"");
	if (s->password_file != NULL)
		s->password = secret_read(&s->common, s->password_file,
		    node_get(at, "password_file"), faults);
	if (s->from_name != NULL && strpbrk(s->from_name, "\"\\") != NULL)
		node_fault(node_get(at, "from_name"), faults,
		    "'from_name' must be without quotes and backslashes");
}

static void
done(void *settings)
{
	struct email *s = settings;

	secret_free(s->password);
}

static const char *
domain_of(const char *address)
{
	return strchr(address, '@') + 1;
}

static bool
prepare(const void *settings, const struct errand *e, struct transfer *t)
{
	static const int ports[] = {[TLS_OFF] = 25,
	    [TLS_OPTIONAL] = 25,
	    [TLS_REQUIRED] = 587,
	    [TLS_SMTPS] = 465};
	const struct email *s = settings;
	struct mail m = {
	    .from = s->from,
	    .from_name = s->from_name,
	    .to = e->to,
	    .subject = e->subject,
	    .text = e->text,
	    .id = e->id,
	    .domain = domain_of(s->from),
	    .now = e->now,
	};

	if (!mail_address_ok(e->to))
		return false;
	/* What stands behind the slash is said in EHLO. */
	t->url = xasprintf("%s://%s:%d/%s",
	    s->tls == TLS_SMTPS ? "smtps" : "smtp", s->server,
	    s->port != 0 ? (int)s->port : ports[s->tls], domain_of(s->from));
	t->body = mail_text(&m, &t->body_len);
	t->mail_from = xasprintf("<%s>", s->from);
	t->mail_to = xasprintf("<%s>", e->to);
	t->tls = (enum tls)s->tls;
	t->user = s->user;
	t->password = s->password;
	return true;
}

static void
judge(const void *settings, const struct answer *a, struct judgement *j)
{
	(void)settings;
	judge_smtp(a, j);
}

const struct channel channel_email = {
    .name = "email",
    .keys = keys,
    .n_keys = NELEM(keys),
    .size = sizeof(struct email),
    .check = check,
    .done = done,
    .prepare = prepare,
    .judge = judge,
};
