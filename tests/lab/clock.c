/* A wrong clock for the programs that load this first: LAB_CLOCK_OFFSET is how many seconds it is ahead.
   Only the time of day is wrong; monotonic clocks are left alone. Raw system calls, since a browser replaces the
   allocator that dlsym() may need. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    static long seconds;
    static int known;
    if (!known) {
        const char *text = getenv("LAB_CLOCK_OFFSET");
        seconds = text ? atol(text) : 0;
        known = 1;
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *result) {
    int failed = syscall(SYS_clock_gettime, clock, result);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) result->tv_sec += offset();
    return failed;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    int failed = syscall(SYS_gettimeofday, result, zone);
    if (!failed && result) result->tv_sec += offset();
    return failed;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
