/* The limits of the API server that a reload may change. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "hotlined.h"

/*
 * Fill the limits of o from the settings: connections (as they are set; the
 * server lowers them to fit the file limit), body in bytes, times in
 * milliseconds.
 */
void http_limits(const struct conf *c, struct http_options *o);

#endif
