/* Every handler of routes.def, and the table that http_start serves. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "http.h"

#define ROUTE(method, path, who, kind, run) handler_run run;
#define LOOP(method, path, who, run)	    loop_run run;
#define SLOW(method, path, who, before, slow, run)                             \
	handler_run before, run;                                               \
	slow_run slow;
#include "routes.def"
#undef ROUTE
#undef LOOP
#undef SLOW

extern const struct route routes[];
extern const size_t n_routes;

#endif
