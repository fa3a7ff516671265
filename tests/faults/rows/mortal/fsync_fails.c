/* Preloaded into PostgreSQL: fsync of a file below `base` or `pg_wal` fails once with EIO, each time that a file of
   that name lies in the folder FSYNC_FAILS. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int fd)
{
	static const char *const names[] = {"base", "pg_wal"};
	const char *folder = getenv("FSYNC_FAILS");
	char link[64], path[PATH_MAX], part[64], sign[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	if (folder == NULL || length < 0)
		return 0;
	path[length] = 0;
	for (int i = 0; i < 2; i++)
	{
		snprintf(part, sizeof part, "/data/%s/", names[i]);
		snprintf(sign, sizeof sign, "%s/%s", folder, names[i]);
		if (strstr(path, part) != NULL && unlink(sign) == 0)
			return 1;
	}
	return 0;
}

static int synced(int fd, long call)
{
	if (fails(fd))
	{
		errno = EIO;
		return -1;
	}
	return (int) syscall(call, fd);
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
