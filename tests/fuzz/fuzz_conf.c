/* A configuration file of any bytes: settings, or faults that say where. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct faults faults = {0};
	int fd = memfd_create("conf", MFD_CLOEXEC);
	struct conf *c;
	char path[64];

	HOLDS(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = conf_load(path, &faults);
	HOLDS((c == NULL) == (faults.n > 0));
	if (c != NULL)
		conf_free(c);
	faults_done(&faults);
	close(fd);
	return 0;
}
