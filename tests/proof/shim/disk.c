/* A disk that can lose power and can fail, for programs started with LD_PRELOAD.

   Power: a file below DISK_FOLDER is copied to DISK_PLATTER whenever a program asks to flush it (fsync, fdatasync), before
   the call returns, and takes DISK_FLUSH microseconds for it. Whatever was written later is not on the platter. A test that kills the program and puts the copies in
   the place of the files has what a disk would hold after a power cut that struck between two flushes.

   Failure: while the file DISK_FAULTS exists, its first line says which of the calls below fail: "fsync PERCENT" makes that
   share of all flushes fail with EIO; "full" makes every write that would grow a file fail with ENOSPC. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);

__attribute__((constructor)) static void find_real_calls(void) {
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
}

/* The path of a regular file below DISK_FOLDER, relative to it; NULL for everything else. */
static const char *watched(int descriptor, char *path) {
    const char *folder = getenv("DISK_FOLDER");
    char link[64];
    struct stat state;
    if (folder == NULL || fstat(descriptor, &state) != 0 || !S_ISREG(state.st_mode)) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = '\0';
    size_t prefix = strlen(folder);
    if (strncmp(path, folder, prefix) != 0 || path[prefix] != '/') return NULL;
    return path + prefix + 1;
}

/* Copy what the file holds now; the copy appears whole or not at all, and one flush of a file waits for the other. */
static int copy_to_platter(const char *path, const char *name) {
    const char *platter = getenv("DISK_PLATTER");
    char target[PATH_MAX], fresh[PATH_MAX + 32], buffer[1 << 16];
    if (platter == NULL) return 0;
    snprintf(target, sizeof target, "%s/%s", platter, name);
    for (char *part = target + strlen(platter) + 1; *part; part++)
        if (*part == '/') *part = '!';
    snprintf(fresh, sizeof fresh, "%s~%d-%ld", target, (int)getpid(), (long)gettid());
    char lock_name[PATH_MAX + 8];
    snprintf(lock_name, sizeof lock_name, "%s~lock", target);
    int lock = open(lock_name, O_CREAT | O_RDWR, 0666);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) return -1;
    int from = open(path, O_RDONLY), to = open(fresh, O_CREAT | O_TRUNC | O_WRONLY, 0666);
    ssize_t got = from < 0 || to < 0 ? -1 : 0;
    while (got >= 0 && (got = read(from, buffer, sizeof buffer)) > 0)
        if (real_write(to, buffer, (size_t)got) != got) got = -1;
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    if (got == 0) got = rename(fresh, target);
    close(lock);
    return got == 0 ? 0 : -1;
}

/* The share of flushes that fail, in percent; with -1 for a full disk. */
static int fault(void) {
    const char *name = getenv("DISK_FAULTS");
    char words[64] = "";
    int percent = 0;
    if (name == NULL) return 0;
    int saved = errno, file = open(name, O_RDONLY);
    if (file < 0) { errno = saved; return 0; }
    ssize_t got = read(file, words, sizeof words - 1);
    close(file);
    errno = saved;
    if (got >= 4 && strncmp(words, "full", 4) == 0) return -1;
    return sscanf(words, "fsync %d", &percent) == 1 ? percent : 0;
}

static int strikes(int percent) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return percent > 0 && (now.tv_nsec / 997) % 100 < percent;
}

static int flush(int descriptor, int (*real)(int)) {
    char path[PATH_MAX];
    const char *name = watched(descriptor, path);
    if (name == NULL) return real(descriptor);
    if (strikes(fault())) { errno = EIO; return -1; }
    if (getenv("DISK_FLUSH")) usleep((useconds_t)atoi(getenv("DISK_FLUSH")));
    if (copy_to_platter(path, name) != 0) { errno = EIO; return -1; }
    /* The platter is the disk of this model; the machine's own disk need not turn for it. */
    return getenv("DISK_PLATTER") ? 0 : real(descriptor);
}

int fsync(int descriptor) { return flush(descriptor, real_fsync); }
int fdatasync(int descriptor) { return flush(descriptor, real_fdatasync); }

/* Whether a full disk refuses this write: one beyond the end of a watched file. */
static int is_refused(int descriptor, off64_t end) {
    char path[PATH_MAX];
    struct stat state;
    if (fault() != -1 || watched(descriptor, path) == NULL) return 0;
    return fstat(descriptor, &state) == 0 && end > state.st_size;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    if (is_refused(descriptor, (off64_t)at + (off64_t)count)) { errno = ENOSPC; return -1; }
    return real_pwrite(descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    if (is_refused(descriptor, at + (off64_t)count)) { errno = ENOSPC; return -1; }
    return real_pwrite64(descriptor, bytes, count, at);
}
