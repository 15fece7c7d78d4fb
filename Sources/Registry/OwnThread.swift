import Glibc

/// A thread of our own, for what blocks.
package struct OwnThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread that runs `body`; throws ``ThreadProblem``.
    package init(_ body: @escaping @Sendable () -> Void) throws(ThreadProblem) {
        final class Errand: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let errand = Unmanaged.passRetained(Errand(body))
        var thread = pthread_t()
        let problem = pthread_create(
            &thread,
            nil,
            { errand in
                guard let errand else { return nil }
                Unmanaged<Errand>.fromOpaque(errand).takeRetainedValue().body()
                return nil
            },
            errand.toOpaque()
        )
        guard problem == 0 else {
            errand.release()
            throw ThreadProblem(code: problem)
        }
        self.thread = thread
    }

    /// Lets the thread end by itself.
    package func leave() { pthread_detach(thread) }

    /// Waits until the thread has ended, unless it is the one asking.
    func join() {
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }
}

/// The system gave no thread; `code` is its error number.
package struct ThreadProblem: Error { let code: Int32 }
