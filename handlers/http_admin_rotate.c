/* A new master key, for hotlinectl secret rotate. */
#include <stdlib.h>

#include "admin.h"
#include "handlers.h"
#include "hotlined.h"
#include "rotation.h"

/* GET /v1/admin/master-key: which key is in force, and what is left to do. */
enum outcome
master_key_get(struct tx *tx, const struct request *r, struct response *a)
{
	const struct context *c = tx_context(tx);
	char print[17];

	(void)r;
	key_print(&c->wrap, print);
	return answer_json(a, 200,
	    json_pack("{s:I, s:s, s:I, s:b}", "version",
		(json_int_t)c->wrap.version, "print", print, "left",
		(json_int_t)rotation_left(tx), "is_running",
		c->wrap_old.version != 0));
}

static bool
read_key(const struct request *r, struct key *key)
{
	const json_t *version = json_object_get(r->body, "version");
	const char *hex = json_string_value(json_object_get(r->body, "key"));

	key->version = json_integer_value(version);
	return hex != NULL && hex_decode(key->bytes, KEY_SIZE, hex);
}

/* POST /v1/admin/master-key {version, key}: the next one. */
void
master_key_post(struct http *h, const struct request *r, struct response *a)
{
	struct hotlined *d = http_arg(h);
	struct faults faults = {0};
	struct key key;

	if (!read_key(r, &key))
		(void)answer_problem(a, "invalid_fields");
	else if (rotation_is_running(d->rotation) ||
		 key.version != d->context->wrap.version + 1)
		(void)answer_problem(a, "state_conflict");
	else if (hotlined_new_key(d, &key, &faults))
		(void)answer_json(a, 202,
		    json_pack("{s:I}", "version", (json_int_t)key.version));
	else
		(void)answer_faults(a, "invalid_conf", &faults);
	key_wipe(&key);
	faults_done(&faults);
	http_answer(h, a);
}
