#include "qr_code.h"

#include <errno.h>
#include <qrencode.h>

#include "core.h"
#include "log.h"

char *
qr_modules(const char *text, size_t *width)
{
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	char *modules;
	size_t n;

	if (qr == NULL && errno == ENOMEM)
		fatal("out of memory for a QR code");
	if (qr == NULL)
		return NULL;
	*width = (size_t)qr->width;
	n = *width * *width;
	modules = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n; i++)
		modules[i] = (qr->data[i] & 1) != 0 ? '1' : '0';
	QRcode_free(qr);
	return modules;
}
