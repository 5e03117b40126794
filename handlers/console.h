/* The files of handlers/console as they were embedded (console.cmake). */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>

struct console_file {
	const char *name; /* "home.mjs" */
	const char *tag;  /* of its ETag, without quotes */
	const unsigned char *gzip;
	size_t n;
};
/* None if it was built without pages. */
extern const struct console_file console_files[];
extern const size_t n_console_files;
/* Of all of them as they are: the folder of their addresses. */
extern const char console_build[];

#endif
