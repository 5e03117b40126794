/* What a page needs to subscribe its browser. */
#include <string.h>

#include "channels.h"
#include "conf_tree.h"
#include "context.h"
#include "handlers.h"

/* GET /v1/push: the first channel of browsers, and the key it is known by. */
enum outcome
push_get(struct tx *tx, const struct request *r, struct response *a)
{
	const struct channels *all = tx_context(tx)->channels;

	(void)r;
	for (size_t i = 0; i < channels_n(all); i++) {
		const struct channel_conf *c = channels_nth(all, i);
		const struct node *key = node_get(c->node, "public_key");

		if (strcmp(c->kind, "webpush") == 0 && key != NULL &&
		    key->kind == NODE_TEXT)
			return answer_json(a, 200,
			    json_pack("{s:s, s:s}", "channel", c->name,
				"public_key", key->text));
	}
	return answer_problem(a, "not_found");
}
