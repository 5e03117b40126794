/* The body of a referral, from bytes to what is stored. */
#include "http_parse.h"
#include "mau01.h"

#include "fuzz.h"

#define NOW INT64_C(1790000000000)

static void
look(const json_t *body)
{
	struct faults faults = {0};
	bool is_good = mau01_check(body, true, NOW, &faults);
	json_t *stored;

	HOLDS(is_good == (faults.n == 0));
	if (is_good) {
		stored = mau01_normalise(body);
		HOLDS(mau01_first_receipt(body, NOW) <= NOW);
		json_decref(stored);
	}
	faults_done(&faults);
	faults = (struct faults){0};
	HOLDS(mau01_check_update(body, &faults) == (faults.n == 0));
	faults_done(&faults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *problem = NULL;
	json_t *body = json_read((const char *)p, n, &problem);

	HOLDS((body == NULL) == (problem != NULL));
	if (body != NULL)
		look(body);
	json_decref(body);
	return 0;
}
