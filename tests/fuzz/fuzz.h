/* What every fuzz target is: one function that takes any bytes. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Returns 0; whatever is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What must hold for every input, also where NDEBUG is set. */
#define HOLDS(what)                                                            \
	do {                                                                   \
		if (!(what))                                                   \
			abort();                                               \
	} while (0)

#endif
