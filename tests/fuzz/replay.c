/* Instead of libFuzzer: give the target each file that is named. */
#include <stdio.h>

#include "core.h"
#include "fuzz.h"

static void
replay(const char *path)
{
	struct buf b = BUF_MAX((size_t)1 << 20);
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	HOLDS(f != NULL);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&b, part, n);
	fclose(f);
	LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
	buf_done(&b);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
