/* A procedure file of any bytes: refused by line, or one that can be asked. */
#include "clock.h"
#include "procedure.h"

#include "file.h"

static void
ask(const struct procedure *p)
{
	struct facts facts;
	size_t n = procedure_n_steps(p);

	facts_parse(&facts, "{}");
	for (size_t i = 0; i < n; i++) {
		const struct step *s = procedure_nth_step(p, i);

		HOLDS(procedure_step(p, step_id(s)) == s);
		HOLDS(*step_name(s, "vi") != '\0');
		HOLDS(step_ladder(p, s, &facts) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct faults faults = {0};
	struct procedure *made;
	struct file f;

	file_write(&f, p, n);
	made = procedure_load(f.path, &faults);
	HOLDS((made == NULL) == (faults.n > 0));
	if (made != NULL) {
		ask(made);
		procedure_free(made);
	}
	faults_done(&faults);
	file_remove(&f);
	return 0;
}
