#include "qr.h"

#include <qrencode.h>
#include <stdio.h>

#include "ctl.h"

#define QUIET 2 /* empty modules around the code */

static bool
is_dark(const QRcode *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return false;
	return (qr->data[y * qr->width + x] & 1) != 0;
}

/* Two rows of modules a line of text; dark on light, as printers do. */
static void
print(const QRcode *qr)
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
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (qr == NULL) {
		fputs("hotlinectl: no QR code can be made\n", stderr);
		return CTL_NO;
	}
	print(qr);
	QRcode_free(qr);
	return CTL_OK;
}
