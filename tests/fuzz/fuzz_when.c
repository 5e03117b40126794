/* Conditions of a procedure: compiled they fit their stack and can be asked. */
#include "procedure_when.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct node here = {
	    .kind = NODE_TEXT, .file = "made-up.conf", .line = 1};
	struct faults faults = {0};
	char *text = xstrndup((const char *)p, n);
	struct facts f;
	struct when w;

	facts_parse(&f, text);
	if (when_compile(&w, text, &here, &faults)) {
		HOLDS(w.n <= WHEN_MAX && faults.n == 0);
		when_holds(&w, &f);
	} else
		HOLDS(faults.n > 0);
	faults_done(&faults);
	free(text);
	return 0;
}
