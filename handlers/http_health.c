/* Is it alive, and what does it speak. */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"

extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;

/* GET /healthz: the loop turns and the store thread answers. */
enum outcome
health_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_json(a, 200, json_pack("{s:s}", "status", "ok"));
}

/* GET /v1/openapi.json */
enum outcome
openapi_get(struct tx *tx, const struct request *r, struct response *a)
{
	(void)tx, (void)r;
	return answer_bytes(a, 200, "application/json",
	    xstrndup((const char *)openapi_json, openapi_json_len));
}
