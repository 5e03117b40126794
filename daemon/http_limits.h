/* The limits of the API server that a reload may change. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "hotlined.h"

void http_limits(const struct conf *c, struct http_options *o);

#endif
