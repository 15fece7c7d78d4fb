import Glibc
import Synchronization

/// Work waiting for threads of our own, because it blocks: a disk's sync, a password's slow hash.
///
/// Bounded, so that a flood is declined at once instead of growing. Threads sleep reading a pipe, into
/// which one byte is written for each of them that is to wake up. Work that has time is done in its turn,
/// but waits ``patience`` for company, so that a thread finds much of it at once.
final class WaitingLine<Work: Sendable>: Sendable {
    private typealias Entry = (work: Work, hasTime: Bool)

    private struct State {
        var line: [Entry] = []

        /// How many of the line have no time.
        var pressing = 0
        var asleep = 0
        var isClosed = false

        mutating func take(_ count: Int) -> [Entry] {
            guard count < line.count else {
                defer { (line, pressing) = ([], 0) }
                return line
            }
            defer {
                line.removeFirst(count)
                pressing = line.count { !$0.hasTime }
            }
            return Array(line.prefix(count))
        }
    }

    /// Milliseconds.
    private static var patience: Int32 { 10 }

    private let state = Mutex(State())
    private let capacity: Int
    private let bell = Bell()

    init(capacity: Int) { self.capacity = capacity }

    enum Answer { case accepted, overfull, closed }

    func join(_ work: Work, hasTime: Bool = false) -> Answer {
        let (answer, wakes) = state.withLock { state -> (Answer, Int) in
            if state.isClosed { return (.closed, 0) }
            if state.line.count >= capacity { return (.overfull, 0) }
            // The first of the line wakes a sleeper even if it has time: to go on sleeping, but not for ever.
            let isHeard = !hasTime || state.line.isEmpty
            state.line.append((work, hasTime))
            if !hasTime { state.pressing += 1 }
            guard state.asleep > 0, isHeard else { return (.accepted, 0) }
            state.asleep -= 1
            return (.accepted, 1)
        }
        bell.ring(wakes)
        return answer
    }

    /// Takes the first `count` of those waiting, after sleeping until there is one; empty once closed and done.
    func next(_ count: Int = .max) -> [Work] {
        while true {
            let (taken, sleep) = state.withLock { state -> ([Entry]?, Int32) in
                if state.pressing > 0 || state.isClosed { return (state.take(count), 0) }
                state.asleep += 1
                return (nil, state.line.isEmpty ? -1 : Self.patience)
            }
            if let taken { return taken.map(\.work) }
            if bell.wait(atMost: sleep) { continue }
            stopSleeping()
            let patient = waiting(count)
            if !patient.isEmpty { return patient }
        }
    }

    /// Wakes up unbidden; a bell that was rung for this sleeper in the same moment is heard first.
    private func stopSleeping() {
        let isRung = state.withLock { state in
            guard state.asleep > 0 else { return true }
            state.asleep -= 1
            return false
        }
        if isRung { _ = bell.wait(atMost: -1) }
    }

    /// Takes up to `count` of those waiting now, from the first on, as long as they are `wanted`.
    func waiting(_ count: Int = .max, wanted: (Work) -> Bool = { _ in true }) -> [Work] {
        state.withLock { state in
            state.take(state.line.prefix(count).prefix { wanted($0.work) }.count)
        }.map(\.work)
    }

    /// Whether an eighth of all that may wait is waiting.
    var isLong: Bool { state.withLock { $0.line.count >= capacity / 8 } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Lets nobody else in; the threads finish what is waiting.
    func close() {
        let asleep = state.withLock { state in
            state.isClosed = true
            defer { state.asleep = 0 }
            return state.asleep
        }
        bell.ring(asleep)
    }
}

/// Wakes as many sleepers as it is rung times.
///
/// One is made with its line, before the server takes a request.
private final class Bell: Sendable {
    private let ends: (reading: Int32, writing: Int32)

    init() {
        guard let ends = makePipe() else { preconditionFailure("There is no descriptor left to wait with.") }
        self.ends = ends
    }

    deinit {
        close(ends.reading)
        close(ends.writing)
    }

    func ring(_ times: Int) {
        guard times > 0 else { return }
        _ = [UInt8](repeating: 0, count: times).withUnsafeBytes { write(ends.writing, $0.baseAddress, times) }
    }

    /// Says whether it was rung within so many milliseconds; -1 is for ever.
    func wait(atMost milliseconds: Int32) -> Bool {
        if milliseconds >= 0 {
            var end = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
            if poll(&end, 1, milliseconds) <= 0 { return false }
        }
        var rung: UInt8 = 0
        while read(ends.reading, &rung, 1) < 0 && errno == EINTR {}
        return true
    }
}
