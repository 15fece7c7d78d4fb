#include <malloc.h>
#include <png.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

// The rest is what the decoding process needs of the system and Swift cannot call by itself: fork(2) is kept from it,
// prctl(2) is variadic, what goes with a message is packed by macros, and the last two are declared for GNU sources only.

int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

/// A copy of this process, with the thread that asks and no other: only for a process that has no other.
static inline pid_t cpng_fork(void) { return fork(); }

/// Lets nothing be gained by running another program, no other process look inside this one, and this one not outlive
/// the one that started it.
///
/// 0 when all were done.
static inline int cpng_give_up_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) | prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        | prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/// Gives back what was freed, and from now on keeps it for what comes next unless it is very large.
static inline void cpng_keep_freed_memory(void) {
    malloc_trim(0);
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/// Has so many bytes at hand for what asks for memory next: the system gives all of them at once, in its large pages where
/// it has some, not one small page at a time when it is touched first. A kernel that is older than 5.14 gives them later.
static inline void cpng_make_room(size_t bytes) {
    const size_t large = 2 << 20, overhead = 2 * sizeof(size_t);
    char *all = malloc(large + bytes);
    if (!all) return;
    // What comes next begins with a large page: up to there nothing is used, and all behind it is free again.
    char *room = all + (large - (size_t)all % large);
    if (!realloc(all, (size_t)(room - all) - overhead)) return;
    madvise(room, bytes, MADV_HUGEPAGE);
    madvise(room, bytes, MADV_POPULATE_WRITE);
}

/// A message that is two open files (unix(7), SCM_RIGHTS), and a byte because it cannot be none.
struct cpng_message {
    int files[2];
};

/// 0 when the message was sent.
static inline int cpng_send(int socket, const struct cpng_message *message) {
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof message->files)] = {0};
    struct iovec byte = {.iov_base = "", .iov_len = 1};
    struct msghdr parts = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *files = CMSG_FIRSTHDR(&parts);
    *files = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof message->files)};
    memcpy(CMSG_DATA(files), message->files, sizeof message->files);
    return sendmsg(socket, &parts, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/// Waits for a message; 0 when a whole one came.
static inline int cpng_receive(int socket, struct cpng_message *message) {
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof message->files)];
    char content;
    struct iovec byte = {.iov_base = &content, .iov_len = 1};
    struct msghdr parts = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    if (recvmsg(socket, &parts, MSG_CMSG_CLOEXEC) != 1) return -1;
    struct cmsghdr *files = CMSG_FIRSTHDR(&parts);
    if (!files || files->cmsg_type != SCM_RIGHTS || files->cmsg_len != CMSG_LEN(sizeof message->files)) return -1;
    memcpy(message->files, CMSG_DATA(files), sizeof message->files);
    return 0;
}
