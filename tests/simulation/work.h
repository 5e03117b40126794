/* Notifications that come, and the work on their cases. */
#ifndef WORK_H
#define WORK_H

void work_begin(void);

#endif
