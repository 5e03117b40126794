/* The team: who they are, and what they do when a message reaches them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roles.h"
#include "simulation.h"
#include "work.h"

#define RESEND 10000 /* a courier offers a reply again until it is taken */

struct caller officer = {.name = "canbo", .roles = "officer"};
struct caller lead = {.name = "truongnhom", .roles = "lead"};
struct caller boss = {.name = "chutich", .roles = "chairman"};
struct caller agency = {.name = "tongdai"};
static struct caller second = {.name = "canbo2", .roles = "officer"};
static struct caller deputy = {.name = "phochutich", .roles = "vice_chairman"};
static const struct caller nobody = {.name = "nobody"};

/* ---- Who they are ---- */

/* In percent, how many messages each of them answers. */
static int diligence;

static bool
made(const char *path, json_t *body, json_t **ret)
{
	const char *method = strstr(path, "contact") != NULL ? "PUT" : "POST";
	int status = api(&admin, method, path, body, ret);

	if (status < 200 || status > 299)
		fprintf(stderr, "%s: %d\n", path, status);
	return status >= 200 && status <= 299;
}

static bool
add_address(
    const char *of, const char *who, const char *channel, const char *address)
{
	char *path = xasprintf("/v1/admin/%s/%s/addresses", of, who);
	bool is_made = made(path,
	    json_pack("{s:s, s:s, s:b}", "channel", channel, "address", address,
		"verified", 1),
	    NULL);

	free(path);
	return is_made;
}

static bool
add_member(struct caller *c, int n)
{
	json_t *a = NULL;
	char phone[16], mail[32];
	bool is_made = made("/v1/admin/members",
	    json_pack("{s:s, s:s, s:[s]}", "login", c->name, "name",
		"Người Thử Nghiệm", "roles", c->roles),
	    &a);

	c->subject = (struct subject){.kind = BY_MEMBER, .proof = PROOF_TOTP};
	(void)roles_parse(c->roles, &c->subject.roles);
	snprintf(c->subject.id, sizeof(c->subject.id), "%s",
	    json_string_value(json_object_get(a, "id")));
	json_decref(a);
	snprintf(phone, sizeof(phone), "090000000%d", n);
	snprintf(mail, sizeof(mail), "nguoi%d@phuong.test", n);
	return is_made && add_address("members", c->name, "sms", phone) &&
	       add_address("members", c->name, "email", mail);
}

static bool
add_duty(const struct caller *c)
{
	return made("/v1/admin/duty",
	    json_pack("{s:s, s:s, s:s}", "member", c->name, "from",
		"2026-01-01T00:00:00+07:00", "until",
		"2040-01-01T00:00:00+07:00"),
	    NULL);
}

/* A body outside that agreed to be written to. */
static bool
add_outside(const char *code, const char *kind, const char *phone)
{
	char *path = xasprintf("/v1/admin/agencies/%s/contact", code);
	bool is_made =
	    made("/v1/admin/agencies",
		json_pack("{s:s, s:s, s:s}", "code", code, "kind", kind, "name",
		    "Cơ quan thử nghiệm"),
		NULL) &&
	    add_address("agencies", code, "sms", phone) &&
	    made(path,
		json_pack("{s:s, s:s, s:s}", "who", "Giám đốc Thử Nghiệm",
		    "agreed_on", "2025-11-01", "paper", "7/BB"),
		NULL);

	free(path);
	return is_made;
}

static bool
add_agency(struct caller *c)
{
	json_t *a = NULL;
	bool is_made = made("/v1/admin/agencies",
	    json_pack("{s:s, s:s, s:s}", "code", c->name, "kind", "school",
		"name", "Trường Thử Nghiệm"),
	    &a);

	c->subject = (struct subject){.kind = BY_AGENCY};
	snprintf(c->subject.id, sizeof(c->subject.id), "%s",
	    json_string_value(json_object_get(a, "id")));
	json_decref(a);
	return is_made;
}

bool
people_begin(void)
{
	diligence = 50 + (int)dice(50);
	if (!add_member(&officer, 1) || !add_member(&second, 2) ||
	    !add_member(&lead, 3) || !add_member(&boss, 4) ||
	    !add_member(&deputy, 5) || !add_duty(&officer) ||
	    !add_duty(&second) || !add_outside("so", "other", "0900000112") ||
	    !add_agency(&agency))
		return false;
	/* With them comes a list of receipts every day. */
	if (chance(10) && !add_outside("th111", "hotline", "0900000111"))
		return false;
	ward_open();
	work_begin();
	return true;
}

/* ---- What they answer ---- */

struct reaction {
	char *link, *code, *from, *channel, *alert;
	char id[24];
	bool is_taken;
};

static struct reaction *open_replies[64];

static void
reaction_free(void *arg)
{
	struct reaction *r = arg;

	free(r->link);
	free(r->code);
	free(r->from);
	free(r->channel);
	free(r->alert);
	free(r);
}

void
people_taken(const char *reply)
{
	for (size_t i = 0; i < NELEM(open_replies); i++)
		if (open_replies[i] != NULL &&
		    strcmp(open_replies[i]->id, reply) == 0)
			open_replies[i]->is_taken = true;
}

static void
offer(void *arg)
{
	struct reaction *r = arg;
	json_t *msg;

	if (r->is_taken) {
		for (size_t i = 0; i < NELEM(open_replies); i++)
			if (open_replies[i] == r)
				open_replies[i] = NULL;
		reaction_free(r);
		return;
	}
	later(RESEND, offer, r);
	if (life.outbox == NULL || has_crashed || !is_courier_up)
		return;
	msg = json_pack("{s:s, s:s, s:s, s:s, s:s}", "is", "reply", "reply",
	    r->id, "channel", r->channel, "from", r->from, "text", r->code);
	outbox_on_message(life.outbox, msg);
	json_decref(msg);
}

/* By SMS, if there is a free place for it. */
static bool
reply(struct reaction *r)
{
	static int64_t n;

	for (size_t i = 0; i < NELEM(open_replies); i++)
		if (open_replies[i] == NULL) {
			open_replies[i] = r;
			snprintf(
			    r->id, sizeof(r->id), "sms/%lld", (long long)n++);
			offer(r);
			return true;
		}
	return false;
}

static void
press(struct reaction *r)
{
	char *path = xasprintf("/v1/alerts/%s/ack", r->alert);

	if (r->link != NULL && chance(50))
		(void)api(&nobody, "POST", r->link, NULL, NULL);
	else if (api(&lead, "POST", path, NULL, NULL) == 200)
		books_add("acked", r->alert);
	free(path);
}

static void
react(void *arg)
{
	struct reaction *r = arg;

	if (strcmp(r->channel, "sms") == 0 && r->code != NULL && chance(50) &&
	    reply(r))
		return;
	press(r);
	reaction_free(r);
}

static char *
copy_of(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

/* After a while, if at all. */
void
people_got(const char *to, const char *channel, const json_t *msg)
{
	const char *text = json_string_value(json_object_get(msg, "text"));
	const char *link = json_string_value(json_object_get(msg, "link"));
	const char *code = strstr(text, "OK ");
	struct reaction *r;

	if (!chance(diligence))
		return;
	r = xcalloc(1, sizeof(*r));
	r->from = xstrdup(to);
	r->channel = xstrdup(channel);
	r->code = code == NULL ? NULL : xstrndup(code, 9);
	r->link = copy_of(link == NULL ? NULL : strstr(link, "/a/"));
	r->alert = copy_of(json_string_value(
	    json_array_get(json_object_get(msg, "alerts"), 0)));
	later(MINUTE + dice(chance(80) ? 20 * MINUTE : 6 * HOUR), react, r);
}
