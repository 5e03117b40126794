/* The tables that rows of .def files make. */
#include "handlers.h"

const struct route routes[] = {
#define ROUTE(method, path, who, kind, run)                                    \
	{#method, path, who, JOB_##kind, run, NULL, NULL, NULL},
#define LOOP(method, path, who, run)                                           \
	{#method, path, who, JOB_ACT, NULL, run, NULL, NULL},
#define SLOW(method, path, who, before, slow, run)                             \
	{#method, path, who, JOB_ACT, run, NULL, before, slow},
#include "routes.def"
#undef ROUTE
#undef LOOP
#undef SLOW
};
const size_t n_routes = NELEM(routes);
