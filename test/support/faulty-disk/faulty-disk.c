/* A disk that fails on demand, for a process that is started with LD_PRELOAD: while the folder FAULTY_DISK has a
 * file of that name, calls on the store of a log fail or wait.
 *
 *   fail-sync   fdatasync says EIO            hang-sync   fdatasync waits until the file is gone
 *   fail-write  writing says EROFS            fail-root   writing the newest root (O_DSYNC) says EIO
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_on(const char *fault) {
  char path[4096];
  const char *folder = getenv("FAULTY_DISK");
  if (folder == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, fault);
  return access(path, F_OK) == 0;
}

static int is_store(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return size >= 8 && strcmp(path + size - 8, "/log.mdb") == 0;
}

static int fail(int error) {
  errno = error;
  return -1;
}

static int refuses_write(int fd) {
  if (!is_store(fd)) return 0;
  if (is_on("fail-write")) return EROFS;
  return is_on("fail-root") && (fcntl(fd, F_GETFL) & O_DSYNC) ? EIO : 0;
}

int fdatasync(int fd) {
  if (is_store(fd)) {
    while (is_on("hang-sync")) usleep(10000);
    if (is_on("fail-sync")) return fail(EIO);
  }
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

#define WRITE(name, offset, third, third_type)                                                                  \
  ssize_t name(int fd, const void *data, third_type third, offset at) {                                          \
    int error = refuses_write(fd);                                                                                \
    if (error != 0) return fail(error);                                                                           \
    return ((ssize_t(*)(int, const void *, third_type, offset))dlsym(RTLD_NEXT, #name))(fd, data, third, at);     \
  }

WRITE(pwrite, off_t, size, size_t)
WRITE(pwrite64, off64_t, size, size_t)

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  int error = refuses_write(fd);
  if (error != 0) return fail(error);
  return ((ssize_t(*)(int, const struct iovec *, int, off_t))dlsym(RTLD_NEXT, "pwritev"))(fd, parts, count, at);
}
