import Glibc

/// What one thread rings to wake another that polls.
final class Alarm: Sendable {
    /// Becomes readable when the alarm rings.
    let descriptor: Int32
    private let bell: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let made = pipe(&ends) == 0
        precondition(made, "The process has no file descriptor left to start with.")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        bell = ends[1]
    }

    deinit {
        close(descriptor)
        close(bell)
    }

    func ring() {
        var byte: UInt8 = 1
        write(bell, &byte, 1)  // a full pipe rings already
    }

    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }

    /// Waits until it rings, for at most so many milliseconds; -1 is for ever.
    func wait(atMost milliseconds: Int32) {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&polled, 1, milliseconds)
    }
}

/// Runs `body` on a thread of its own, which ends when `body` returns and gets no signals.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let start = Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let failed = pthread_create(&thread, nil, threadMain, start.toOpaque())
    precondition(failed == 0, "The system has no thread left to start with.")
    pthread_detach(thread)

    func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
}
