#include "qr.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "qr_code.h"

#define QUIET 2 /* empty modules around the code */

struct code {
	const char *modules;
	int width;
};

static bool
is_dark(const struct code *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return false;
	return qr->modules[y * qr->width + x] == '1';
}

/* Two rows of modules a line of text; dark on light, as printers do. */
static void
print(const struct code *qr)
{
	static const char *const blocks[] = {" ", "▀", "▄", "█"};

	for (int y = -QUIET; y < qr->width + QUIET; y += 2) {
		for (int x = -QUIET; x < qr->width + QUIET; x++)
			fputs(blocks[is_dark(qr, x, y) +
				     2 * is_dark(qr, x, y + 1)],
			    stdout);
		putchar('\n');
	}
}

int
qr_print(const char *text)
{
	size_t width;
	char *modules = qr_modules(text, &width);

	if (modules == NULL) {
		fputs("hotlinectl: no QR code can be made\n", stderr);
		return CTL_NO;
	}
	print(&(struct code){modules, (int)width});
	free(modules);
	return CTL_OK;
}
