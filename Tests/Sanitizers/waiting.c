/*
 * Where one thread waits for another, as ThreadSanitizer has to see it. Swift's Mutex and its continuations wait inside
 * libraries that are not instrumented, so that what one thread did before it let go, or resumed somebody, would seem to
 * race with what the other does next. Preloaded, this says in those places what happens (Swift 6:
 * stdlib/public/Synchronization/Mutex/LinuxImpl.swift, stdlib/public/Concurrency/Task.cpp).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SWIFT_ASYNC __attribute__((swiftasynccall))
#define SELF __attribute__((swift_context)) void *self
#define CONTEXT __attribute__((swift_async_context)) void *context

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

/* Of the program that is looked at; others that this is loaded into have none of them. */
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);
__attribute__((weak)) SWIFT void *swift_task_getCurrent(void);

static void acquired(void *what)
{
    if (__tsan_acquire && what) __tsan_acquire(what);
}

static void released(void *what)
{
    if (__tsan_release && what) __tsan_release(what);
}

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF)
{
    SWIFT void (*theirs)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    theirs(thread, self);
    acquired(self);
}

SWIFT void unlock_slow(SELF)
{
    SWIFT void (*theirs)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    released(self);
    theirs(self);
}

SWIFT void swift_continuation_resume(void *task)
{
    SWIFT void (*theirs)(void *) = dlsym(RTLD_NEXT, "swift_continuation_resume");
    released(task);
    theirs(task);
}

SWIFT void swift_continuation_throwingResume(void *task)
{
    SWIFT void (*theirs)(void *) = dlsym(RTLD_NEXT, "swift_continuation_throwingResume");
    released(task);
    theirs(task);
}

SWIFT void swift_continuation_throwingResumeWithError(void *task, void *error)
{
    SWIFT void (*theirs)(void *, void *) = dlsym(RTLD_NEXT, "swift_continuation_throwingResumeWithError");
    released(task);
    theirs(task, error);
}

/* Whoever was resumed before it came to wait goes on at once; whoever waits is seen by the runtime's own hooks. */
SWIFT_ASYNC void swift_continuation_await(CONTEXT)
{
    SWIFT_ASYNC void (*theirs)(CONTEXT) = dlsym(RTLD_NEXT, "swift_continuation_await");
    if (swift_task_getCurrent) acquired(swift_task_getCurrent());
    __attribute__((musttail)) return theirs(context);
}
