/* Records what a program does to the files of one folder, in order, so that a test can work out what a disk would contain after a loss
 * of power. Loaded with LD_PRELOAD; Linux only.
 *
 * ATALAIA_POWER_ROOT: the folder, an absolute path without links. Without it nothing is recorded.
 * ATALAIA_POWER_LOG: the file the records are appended to, outside of the folder.
 * ATALAIA_POWER_FULL: the number (from 1) of the write into the folder from which the disk is full; absent or 0 means never.
 * ATALAIA_POWER_DIE: `ENDING:n`, to die in place of the n-th sync (from 1) of files whose names end in ENDING.
 *
 * A sync is recorded but not carried out: the test does not need it, and it would slow the machine down.
 *
 * A record: kind (1 byte), 3 unused bytes, file (4), offset or length (8), monotonic time in ns (8), length of the path (4),
 * length of the data (4), path relative to the folder, data; numbers little-endian. Kinds: P process begins; O an existing file is opened
 * under its path, C a file is created, and from then on each has its number; W written; T truncated or extended to a length;
 * S synced; D folder synced; R renamed (to the data); U removed; M folder created; X folder removed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FILES 8192
#define LOG_NUMBER 900

struct record {
    uint8_t kind, nothing[3];
    uint32_t file;
    uint64_t offset, time;
    uint32_t path_length, data_length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static dev_t device;
static int log_file = -1;
static long full_at, writes;
static char ending[64];
static long syncs_left;
/* Inodes of files by number; 0 for a number that is no longer in use. */
static ino_t inodes[MOST_FILES];
static uint32_t files = 1;

static void put(char kind, uint32_t file, uint64_t offset, const char *path, const void *data, size_t length) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct record record = {.kind = (uint8_t)kind, .file = file, .offset = offset};
    record.time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    record.path_length = path ? (uint32_t)strlen(path) : 0;
    record.data_length = (uint32_t)length;
    struct iovec parts[] = {{&record, sizeof record}, {(void *)path, record.path_length}, {(void *)data, length}};
    ssize_t written = syscall(SYS_writev, log_file, parts, 3);
    if (written != (ssize_t)(sizeof record + record.path_length + length)) {
        /* A missing record would invalidate every conclusion. */
        abort();
    }
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("ATALAIA_POWER_ROOT"), *log = getenv("ATALAIA_POWER_LOG"), *full = getenv("ATALAIA_POWER_FULL");
    struct stat found;
    if (!folder || !log || strlen(folder) >= sizeof root || stat(folder, &found) != 0) {
        return;
    }
    strcpy(root, folder);
    root_length = strlen(root);
    device = found.st_dev;
    full_at = full ? atol(full) : 0;
    if (getenv("ATALAIA_POWER_DIE") && sscanf(getenv("ATALAIA_POWER_DIE"), "%63[^:]:%ld", ending, &syncs_left) != 2) {
        abort();
    }
    int opened = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    log_file = fcntl(opened, F_DUPFD_CLOEXEC, LOG_NUMBER);
    syscall(SYS_close, opened);
    if (log_file < 0) {
        abort();
    }
    put('P', 0, 0, NULL, NULL, 0);
}

/* The path of an open file or folder; empty if unknown. */
static const char *path_of(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[0 < length ? length : 0] = 0;
    return path;
}

/* The path relative to the folder, in `space`; null if it is elsewhere. */
static const char *inside(int folder, const char *path, char space[PATH_MAX]) {
    if (log_file < 0 || !path) {
        return NULL;
    }
    if (path[0] == '/') {
        snprintf(space, PATH_MAX, "%s", path);
    } else {
        char base[PATH_MAX];
        if (folder != AT_FDCWD) {
            path_of(folder, base);
        } else if (!getcwd(base, sizeof base)) {
            return NULL;
        }
        if (snprintf(space, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) {
            return NULL;
        }
    }
    if (strncmp(space, root, root_length) != 0 || space[root_length] != '/') {
        return NULL;
    }
    return space + root_length + 1;
}

/* The number of an open file; 0 if it is not in the folder. */
static uint32_t number(const struct stat *found) {
    if (found->st_dev == device) {
        for (uint32_t file = 1; file < files; file++) {
            if (inodes[file] == found->st_ino) {
                return file;
            }
        }
    }
    return 0;
}

static void forget(const struct stat *found) {
    uint32_t file = number(found);
    if (file) {
        inodes[file] = 0;
    }
}

/* Takes the lock and returns the number of a file to be written; returns 0 without the lock for other files. */
static uint32_t enter(int fd, struct stat *found) {
    if (log_file < 0 || fstat(fd, found) != 0 || !S_ISREG(found->st_mode)) {
        return 0;
    }
    pthread_mutex_lock(&lock);
    uint32_t file = number(found);
    if (!file) {
        pthread_mutex_unlock(&lock);
    }
    return file;
}

static int leave(void) {
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
    return 0;
}

/* Whether the disk has no space for another write. */
static int is_full(void) {
    writes++;
    if (full_at && full_at <= writes) {
        errno = ENOSPC;
        return 1;
    }
    return 0;
}

static int open_file(int folder, const char *path, int flags, mode_t mode) {
    char space[PATH_MAX];
    if (log_file < 0) {
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    }
    const char *name = inside(folder, path, space);
    struct stat before, after;
    pthread_mutex_lock(&lock);
    int was = name && fstatat(folder, path, &before, 0) == 0;
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && fstat(fd, &after) == 0 && S_ISREG(after.st_mode)) {
        if (!name || !was) {
            /* The inode may have belonged to another file before. */
            forget(&after);
        }
        if (name && !number(&after)) {
            if (files == MOST_FILES) {
                abort();
            }
            inodes[files] = after.st_ino;
            put(was ? 'O' : 'C', files, 0, name, NULL, 0);
            files++;
        }
        if (name && was && (flags & O_TRUNC)) {
            put('T', number(&after), 0, NULL, NULL, 0);
        }
    }
    leave();
    return fd;
}

#define MODE(flags, last)                                                                                                                \
    mode_t mode = 0;                                                                                                                     \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                                               \
        va_list rest;                                                                                                                    \
        va_start(rest, last);                                                                                                            \
        mode = (mode_t)va_arg(rest, int);                                                                                                \
        va_end(rest);                                                                                                                    \
    }

int open(const char *path, int flags, ...) {
    MODE(flags, flags)
    return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags, flags)
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags, flags)
    return open_file(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags, flags)
    return open_file(folder, path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    struct stat found;
    uint32_t file = enter(fd, &found);
    if (!file) {
        return syscall(SYS_write, fd, bytes, count);
    }
    ssize_t written = -1;
    if (!is_full()) {
        int at_end = fcntl(fd, F_GETFL) & O_APPEND;
        off_t offset = at_end ? found.st_size : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        if (at_end && fstat(fd, &found) == 0) {
            offset = found.st_size;
        }
        written = syscall(SYS_write, fd, bytes, count);
        if (0 < written) {
            put('W', file, (uint64_t)offset, NULL, bytes, (size_t)written);
        }
    }
    leave();
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    struct stat found;
    uint32_t file = enter(fd, &found);
    if (!file) {
        return syscall(SYS_pwrite64, fd, bytes, count, offset);
    }
    ssize_t written = is_full() ? -1 : syscall(SYS_pwrite64, fd, bytes, count, offset);
    if (0 < written) {
        put('W', file, (uint64_t)offset, NULL, bytes, (size_t)written);
    }
    leave();
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    struct stat found;
    if (!enter(fd, &found)) {
        return syscall(SYS_writev, fd, parts, count);
    }
    leave();
    ssize_t all = 0;
    for (int part = 0; part < count; part++) {
        ssize_t written = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (written < 0) {
            return all ? all : -1;
        }
        all += written;
        if ((size_t)written < parts[part].iov_len) {
            break;
        }
    }
    return all;
}

/* Fails for files of the folder, so that copying falls back on reading and writing. */
ssize_t copy_file_range(int from, off64_t *read_at, int to, off64_t *written_at, size_t count, unsigned flags) {
    struct stat found;
    if (enter(to, &found)) {
        leave();
        errno = ENOSYS;
        return -1;
    }
    return syscall(SYS_copy_file_range, from, read_at, to, written_at, count, flags);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
    struct stat found;
    if (enter(to, &found)) {
        leave();
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_sendfile, to, from, offset, count);
}

int ftruncate64(int fd, off64_t length) {
    struct stat found;
    uint32_t file = enter(fd, &found);
    if (!file) {
        return (int)syscall(SYS_ftruncate, fd, length);
    }
    int outcome = (int)syscall(SYS_ftruncate, fd, length);
    if (outcome == 0) {
        put('T', file, (uint64_t)length, NULL, NULL, 0);
    }
    leave();
    return outcome;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* A folder is opened to be synced, and identified by its path. */
static int sync_folder(int fd) {
    char path[PATH_MAX], space[PATH_MAX];
    const char *name = strcmp(path_of(fd, path), root) == 0 ? "" : inside(AT_FDCWD, path, space);
    if (name) {
        pthread_mutex_lock(&lock);
        put('D', 0, 0, name, NULL, 0);
        leave();
    }
    return 0;
}

static void die_if_due(int fd) {
    char path[PATH_MAX];
    if (syncs_left && strlen(ending) <= strlen(path_of(fd, path)) && !strcmp(path + strlen(path) - strlen(ending), ending) &&
        --syncs_left == 0) {
        abort();
    }
}

int fsync(int fd) {
    struct stat found;
    if (log_file < 0) {
        return 0;
    }
    uint32_t file = enter(fd, &found);
    if (file) {
        die_if_due(fd);
        put('S', file, 0, NULL, NULL, 0);
        return leave();
    }
    if (fstat(fd, &found) == 0) {
        return S_ISDIR(found.st_mode) ? sync_folder(fd) : S_ISREG(found.st_mode) ? 0 : (int)syscall(SYS_fsync, fd);
    }
    return -1;
}

int fdatasync(int fd) { return fsync(fd); }

static int renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char from_space[PATH_MAX], to_space[PATH_MAX];
    const char *from_name = inside(from_folder, from, from_space), *to_name = inside(to_folder, to, to_space);
    if (!from_name || !to_name) {
        if (from_name || to_name) {
            abort();
        }
        return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    }
    pthread_mutex_lock(&lock);
    int outcome = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (outcome == 0) {
        put('R', 0, 0, from_name, to_name, strlen(to_name));
    }
    leave();
    return outcome;
}

int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renamed(from_folder, from, to_folder, to, 0);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return renamed(from_folder, from, to_folder, to, flags);
}

int unlinkat(int folder, const char *path, int flags) {
    char space[PATH_MAX];
    const char *name = inside(folder, path, space);
    if (!name) {
        return (int)syscall(SYS_unlinkat, folder, path, flags);
    }
    pthread_mutex_lock(&lock);
    int outcome = (int)syscall(SYS_unlinkat, folder, path, flags);
    if (outcome == 0) {
        put(flags & AT_REMOVEDIR ? 'X' : 'U', 0, 0, name, NULL, 0);
    }
    leave();
    return outcome;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char space[PATH_MAX];
    const char *name = inside(folder, path, space);
    if (!name) {
        return (int)syscall(SYS_mkdirat, folder, path, mode);
    }
    pthread_mutex_lock(&lock);
    int outcome = (int)syscall(SYS_mkdirat, folder, path, mode);
    if (outcome == 0) {
        put('M', 0, 0, name, NULL, 0);
    }
    leave();
    return outcome;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
