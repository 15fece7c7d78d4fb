#include <png.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <zlib.h>

// The rest is what the decoding process needs of the system and Swift cannot call by itself: prctl(2) is
// variadic, and the other two are declared for GNU sources only.

int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

/// Lets nothing be gained by running another program, and no other process look inside this one.
///
/// 0 when both were done.
static inline int cpng_give_up_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) | prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
