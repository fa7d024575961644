// Lets fsync and fdatasync of a store's files fail with EIO while the file named by FAIL_FSYNC_WHEN exists: preloaded.
// With FAIL_FSYNC_OF only those of files whose path ends so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int file) {
  const char *when = getenv("FAIL_FSYNC_WHEN");
  char link[64], path[PATH_MAX + 1];
  if (when == NULL || access(when, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, PATH_MAX);
  if (length < 0) return 0;
  path[length] = 0;
  const char *of = getenv("FAIL_FSYNC_OF");
  size_t end = of == NULL ? 0 : strlen(of);
  if (end > (size_t)length || (of != NULL && strcmp(path + length - end, of) != 0)) return 0;
  return strstr(path, "hopper.db") != NULL && strstr(path, "lock") == NULL;
}

static int sync_by(const char *name, int file) {
  if (fails(file)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(file);
}

int fsync(int file) { return sync_by("fsync", file); }
int fdatasync(int file) { return sync_by("fdatasync", file); }
