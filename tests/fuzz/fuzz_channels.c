/* channels.conf of any bytes, as the daemon and as the courier read it. */
#include <string.h>

#include "channels.h"
#include "roster.h"

#include "file.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct faults faults = {0};
	struct channels *c;
	struct roster *r;
	struct file f;

	file_write(&f, p, n);
	c = channels_load(f.path, &faults);
	HOLDS((c == NULL) == (faults.n > 0));
	if (c != NULL)
		channels_free(c);
	faults_done(&faults);
	faults = (struct faults){0};
	r = roster_load(f.path, &faults);
	HOLDS(r != NULL || faults.n > 0);
	HOLDS(r == NULL || faults.n == 0 || roster_n(r) > 0);
	roster_release(r);
	faults_done(&faults);
	file_remove(&f);
	return 0;
}
