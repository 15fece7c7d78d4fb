/*
 * Swift's Mutex as ThreadSanitizer has to see it. Where threads wait for each other its code is in a library that is not
 * instrumented, so that what one did before it let go would seem to race with what the next one does. Preloaded, this
 * says in both places what happens (Swift 6, stdlib/public/Synchronization/Mutex/LinuxImpl.swift).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

/* Of the program that is looked at; others that this is loaded into have neither. */
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF)
{
    SWIFT void (*theirs)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    theirs(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF)
{
    SWIFT void (*theirs)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(self);
    theirs(self);
}
