#include "clock.h"
#include "schedule_loop.h"

#define BACK_LIMIT  MINUTE
#define AHEAD_LIMIT HOUR

const char *
clock_jump(int64_t wall, int64_t boot, int64_t wall2, int64_t boot2)
{
	int64_t jump = (wall2 - wall) - (boot2 - boot);

	if (jump < -BACK_LIMIT)
		return "back";
	return jump > AHEAD_LIMIT ? "ahead" : NULL;
}
