import Glibc
import Synchronization

/// Work waiting for threads of our own, because it blocks: a disk's sync, a password's slow hash.
///
/// Bounded, so that a flood is declined at once instead of growing. Threads sleep reading a pipe, into
/// which one byte is written for each of them that is to wake up.
final class WaitingLine<Work: Sendable>: Sendable {
    private struct State {
        var work: [Work] = []
        var asleep = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let bell = Bell()

    init(capacity: Int) { self.capacity = capacity }

    enum Answer { case accepted, overfull, closed }

    func join(_ work: Work) -> Answer {
        let (answer, wakes) = state.withLock { state -> (Answer, Int) in
            if state.isClosed { return (.closed, 0) }
            if state.work.count >= capacity { return (.overfull, 0) }
            state.work.append(work)
            guard state.asleep > 0 else { return (.accepted, 0) }
            state.asleep -= 1
            return (.accepted, 1)
        }
        bell.ring(wakes)
        return answer
    }

    /// Takes the first `count` of those waiting, after sleeping until there is one; empty once closed and done.
    func next(_ count: Int = .max) -> [Work] {
        while true {
            let taken = state.withLock { state -> [Work]? in
                if !state.work.isEmpty || state.isClosed { return Self.take(count, from: &state) }
                state.asleep += 1
                return nil
            }
            if let taken { return taken }
            bell.wait()
        }
    }

    /// Takes up to `count` of those waiting now.
    func waiting(_ count: Int) -> [Work] {
        state.withLock { Self.take(count, from: &$0) }
    }

    /// Lets nobody else in; the threads finish what is waiting.
    func close() {
        let asleep = state.withLock { state in
            state.isClosed = true
            defer { state.asleep = 0 }
            return state.asleep
        }
        bell.ring(asleep)
    }

    private static func take(_ count: Int, from state: inout State) -> [Work] {
        guard count < state.work.count else {
            defer { state.work = [] }
            return state.work
        }
        defer { state.work.removeFirst(count) }
        return Array(state.work.prefix(count))
    }
}

/// Wakes as many sleepers as it is rung times.
private final class Bell: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var pair: [Int32] = [-1, -1]
        _ = pipe(&pair)
        for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    func ring(_ times: Int) {
        guard times > 0 else { return }
        _ = [UInt8](repeating: 0, count: times).withUnsafeBytes { write(ends.write, $0.baseAddress, times) }
    }

    func wait() {
        var rung: UInt8 = 0
        while read(ends.read, &rung, 1) < 0 && errno == EINTR {}
    }
}

/// A thread of our own.
struct OwnThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread that runs `body`; throws ``ThreadProblem``.
    init(_ body: @escaping @Sendable () -> Void) throws {
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
struct ThreadProblem: Error { let code: Int32 }
