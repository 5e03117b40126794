/* A text as a QR code, for a printer. */
#ifndef QR_H
#define QR_H

/* On stdout, two modules a character; CTL_NO after saying why. */
int qr_print(const char *text);

#endif
