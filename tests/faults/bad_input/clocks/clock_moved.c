/* Preloaded into a process: its wall clock is ahead by as many seconds as the file CLOCK_MOVED says, which may be less
   than none. Clocks that only measure go on as they do. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long moved(void)
{
	const char *file = getenv("CLOCK_MOVED");
	char said[32];
	ssize_t length = -1;
	int kept = errno, fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
	{
		length = read(fd, said, sizeof said - 1);
		close(fd);
	}
	errno = kept;
	if (length < 0)
		return 0;
	said[length] = 0;
	return strtol(said, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
	int failed = (int) syscall(SYS_clock_gettime, clock, at);

	if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		at->tv_sec += moved();
	return failed;
}

int gettimeofday(struct timeval *at, void *zone)
{
	struct timespec now;

	(void) zone;
	clock_gettime(CLOCK_REALTIME, &now);
	at->tv_sec = now.tv_sec;
	at->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *at)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (at != NULL)
		*at = now.tv_sec;
	return now.tv_sec;
}
