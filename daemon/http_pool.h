/*
 * One thread for work that takes long and touches nothing but its own: neither
 * the loop nor the store waits for it.
 */
#ifndef HTTP_POOL_H
#define HTTP_POOL_H

#include <stdbool.h>

struct event_base;
struct pool;

/* The thread starts with the first work. */
struct pool *pool_new(struct event_base *base);
/*
 * work(arg) on the thread, then done(arg) on the loop.  False, and nothing is
 * called, if POOL_WAITING are waiting already.
 */
#define POOL_WAITING 16
bool pool_post(
    struct pool *p, void (*work)(void *), void (*done)(void *), void *arg);
/*
 * Let what is at work end, and call every done that is left, also of work that
 * was not begun.  NULL is fine.
 */
void pool_free(struct pool *p);

#endif
