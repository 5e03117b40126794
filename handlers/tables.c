/* The tables that rows of .def files make. */
#include "handlers.h"

const struct route routes[] = {
#define ROUTE(method, path, who, kind, run)                                    \
	{#method, path, who, JOB_##kind, run, NULL},
#define LOOP(method, path, who, run) {#method, path, who, JOB_ACT, NULL, run},
#include "routes.def"
#undef ROUTE
#undef LOOP
};
const size_t n_routes = NELEM(routes);
