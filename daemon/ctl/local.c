/* Verbs that need no daemon. */
#include "ctl.h"

#include <stdio.h>

#include "audit.h"
#include "seal.h"
#include "store.h"

int
verb_secret_init(struct call *c)
{
	const char *path = call_text(c, "file");

	switch (key_write_new(path)) {
	case OK:
		printf("%s: made; without a copy of it the data is lost with"
		       " this disk\n",
		    path);
		return CTL_OK;
	case CONFLICT:
		fprintf(stderr,
		    "hotlinectl: %s is there already and stays as"
		    " it is\n",
		    path);
		return CTL_NO;
	default:
		fprintf(stderr, "hotlinectl: %s cannot be written\n", path);
		return CTL_NO;
	}
}

static int
verify(const struct call *c, const char *path)
{
	struct audit_report report = {0};
	struct store *s = store_open_copy(path);
	enum outcome how;

	if (s == NULL)
		return CTL_USAGE;
	how = store_read_now(s, audit_verify, &report);
	store_close(s);
	store_reap(s);
	if (how != OK && report.bad_seq == 0) {
		fprintf(stderr, "hotlinectl: %s cannot be read\n", path);
		return CTL_USAGE;
	}
	if (report.bad_seq != 0) {
		fprintf(stderr, "hotlinectl: chain broken at row %lld: %s\n",
		    (long long)report.bad_seq, report.why);
		return CTL_NO;
	}
	if (c->json)
		printf("{\"rows\": %lld, \"head\": \"%s\"}\n",
		    (long long)report.rows, report.head);
	else
		printf("%lld rows, chain whole, head %s\n",
		    (long long)report.rows, report.head);
	return CTL_OK;
}

int
verb_audit_verify(struct call *c)
{
	const char *path = call_text(c, "file");
	json_t *answer = NULL;
	int rc;

	if (path != NULL)
		return verify(c, path);
	rc = call_send_to(c, "POST", "/v1/admin/audit/copy", &answer);
	if (rc == CTL_OK) {
		path = json_string_value(json_object_get(answer, "path"));
		rc = path == NULL ? CTL_NO : verify(c, path);
	}
	if (path != NULL)
		remove_copy(path);
	json_decref(answer);
	return rc;
}
