import Glibc
import Synchronization

/// Keeps time over every connection, on a thread of its own.
///
/// libmicrohttpd counts only inactivity, so a client that sends one byte every two seconds would stay
/// for ever. Here every phase of a connection has a deadline; a connection that misses it is shut down,
/// which libmicrohttpd then sees as closed by the client. The same thread lets refused uploads run out
/// (so that the client reads our answer before it sees the connection reset) and waits, when the server
/// stops, for requests under way.
///
/// It also tells libmicrohttpd of clients that are gone: 0.9.75 takes a short read for "nothing more to
/// come" and waits for an edge that has passed when data and end of stream arrived together, so that
/// clients who sent half a request and left would hold their places until the deadline.
final class Watchdog: Sendable {
    private struct Lingering {
        let descriptor: Int32
        let until: Int64
        var allowance: Int
    }

    private struct Drain: Sendable {
        let port: Int
        let until: Int64
        let finish: @Sendable () -> Void

        /// Since when there has been no connection.
        var quietSince: Int64?

        /// Says whether nothing has been under way for so long that a descriptor of whoever was just accepted would be seen.
        mutating func isDone(isQuiet: Bool, at now: Int64) -> Bool {
            quietSince = isQuiet ? quietSince ?? now : nil
            return until <= now || quietSince.map { now - $0 >= Watchdog.settlingMilliseconds } ?? false
        }
    }

    private struct State {
        var connections: [ObjectIdentifier: ClientConnection] = [:]
        var neighbourhoods: [Address: Int] = [:]
        var arrivals: [Lingering] = []
        var drain: Drain?
    }

    private static let settlingMilliseconds: Int64 = 50
    private static let stillnessMilliseconds: Int64 = 1_000
    private static let maxLingering = 64
    private static let lingerMilliseconds: Int64 = 1_000
    private static let lingerBytes = 512 * 1024

    private let state = Mutex(State())
    private let alarm = Alarm()
    private let lingeringCount = Atomic<Int>(0)

    /// Milliseconds of a clock that only goes forward, exact to a few.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    func start() {
        startThread { self.watch() }
    }

    /// Says whether one more connection from this address is within the cap for one client.
    func hasRoom(for address: Address, upTo limit: Int) -> Bool {
        state.withLock { $0.neighbourhoods[address.neighbourhood, default: 0] < limit }
    }

    func add(_ connection: ClientConnection) {
        let isFirst = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            if let address = connection.address {
                state.neighbourhoods[address.neighbourhood, default: 0] += 1
            }
            return state.connections.count == 1
        }
        if isFirst { alarm.ring() }
    }

    /// Forgets a connection; must be called before its descriptor is closed.
    ///
    /// Only what is listed is ever shut down, and under the same lock: a descriptor that the system has
    /// given to somebody else meanwhile cannot be hit.
    func remove(_ connection: ClientConnection) {
        state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = nil
            guard let place = connection.address?.neighbourhood else { return }
            let left = state.neighbourhoods[place, default: 1] - 1
            state.neighbourhoods[place] = left > 0 ? left : nil
        }
        if connection.lingers.load(ordering: .relaxed) { linger(connection.descriptor) }
    }

    /// Ends idle connections at this port now and the others as they finish, then calls `finish` on this thread.
    ///
    /// It is called `within` that time in any case, and the thread ends after it.
    func drain(at port: Int, within limit: Duration, finish: @escaping @Sendable () -> Void) {
        let drain = Drain(port: port, until: Self.now + limit.milliseconds, finish: finish)
        state.withLock { $0.drain = drain }
        alarm.ring()
    }

    private func linger(_ descriptor: Int32) {
        guard lingeringCount.load(ordering: .relaxed) < Self.maxLingering else { return }
        let copy = dup(descriptor)
        guard copy >= 0 else { return }
        shutdown(copy, Int32(SHUT_WR))
        lingeringCount.add(1, ordering: .relaxed)
        let until = Self.now + Self.lingerMilliseconds
        let arrival = Lingering(descriptor: copy, until: until, allowance: Self.lingerBytes)
        state.withLock { $0.arrivals.append(arrival) }
        alarm.ring()
    }

    // MARK: The thread

    private func watch() {
        var lingering: [Lingering] = []
        var timeout: Int32 = -1
        while true {
            let asleep = Self.now
            wait(for: lingering, atMost: timeout)
            let late = timeout < 0 ? 0 : Self.now - asleep - Int64(timeout)
            lingering = runOut(lingering + state.withLock { takeAll(&$0.arrivals) })
            let now = Self.now
            let finish = state.withLock { state -> (@Sendable () -> Void)? in
                if late >= Self.stillnessMilliseconds {
                    state.connections.values.forEach { $0.prolong(by: late) }
                }
                shutDownOverdue(state, at: now)
                pointOutDeparted(state)
                timeout = pause(state, isLingering: !lingering.isEmpty)
                return finishDue(&state, besides: lingering, at: now)
            }
            if let finish {
                lingering.forEach { close($0.descriptor) }
                return finish()
            }
        }
    }

    /// Says what is to be called if the server stops and nothing is under way any more, or no longer may be.
    private func finishDue(
        _ state: inout State,
        besides lingering: [Lingering],
        at now: Int64
    ) -> (@Sendable () -> Void)? {
        guard let port = state.drain?.port else { return nil }
        // A thread that has accepted a connection may not have got so far as to list it.
        let isQuiet =
            state.connections.isEmpty
            && !ListeningSocket.hasConnections(at: port, besides: lingering.map(\.descriptor))
        let isDone = state.drain?.isDone(isQuiet: isQuiet, at: now) ?? false
        return isDone ? state.drain?.finish : nil
    }

    private func takeAll(_ arrivals: inout [Lingering]) -> [Lingering] {
        defer { arrivals = [] }
        return arrivals
    }

    private func shutDownOverdue(_ state: State, at now: Int64) {
        for connection in state.connections.values {
            if connection.isOverdue(at: now) {
                shutdown(connection.descriptor, bothWays)
            } else if state.drain != nil, connection.isIdle, !connection.hasUnread {
                // A request that is being read in this moment is answered all the same.
                shutdown(connection.descriptor, Int32(SHUT_RD))
            }
        }
    }

    /// Has epoll report once more each connection whose client has ended its side.
    ///
    /// Nothing is lost by it: what has arrived can still be read, and the answer still be sent.
    private func pointOutDeparted(_ state: State) {
        var polled = state.connections.values.map { pollfd(fd: $0.descriptor, events: peerEnded, revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
        for socket in polled where socket.revents & peerEnded != 0 {
            shutdown(socket.fd, Int32(SHUT_RD))
        }
    }

    /// Milliseconds until the next look; with nothing to watch, only a call wakes the thread.
    private func pause(_ state: State, isLingering: Bool) -> Int32 {
        if state.drain != nil { return 10 }
        return state.connections.isEmpty && !isLingering ? -1 : 100
    }

    private func wait(for lingering: [Lingering], atMost timeout: Int32) {
        var polled = [pollfd(fd: alarm.descriptor, events: Int16(POLLIN), revents: 0)]
        for socket in lingering where socket.allowance > 0 {
            polled.append(pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0))
        }
        poll(&polled, nfds_t(polled.count), timeout)
        alarm.clear()
    }

    /// Reads and drops what has come, and closes what is finished, late, or has sent its allowance.
    ///
    /// One that used up its allowance is left unread, not closed: its client stops when the network is
    /// full, and still has until the deadline to read our answer.
    private func runOut(_ lingering: [Lingering]) -> [Lingering] {
        let now = Self.now
        return lingering.compactMap { socket in
            var socket = socket
            let isOpen = socket.until > now && takeIn(&socket)
            if !isOpen {
                close(socket.descriptor)
                lingeringCount.subtract(1, ordering: .relaxed)
            }
            return isOpen ? socket : nil
        }
    }

    /// Returns false when the client has closed its side.
    private func takeIn(_ socket: inout Lingering) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 1) { buffer in
            while socket.allowance > 0 {
                let count = recv(socket.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count < 0 { return errno == EAGAIN || errno == EINTR }
                if count == 0 { return false }
                socket.allowance -= count
            }
            return true
        }
    }
}

extension Duration {
    /// Whole milliseconds, at most some thousand years.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(seconds, 1 << 40) * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}

/// What poll(2) calls `POLLRDHUP`, which Swift's import of it leaves out.
private let peerEnded: Int16 = 0x2000

/// What shutdown(2) calls `SHUT_RDWR`, which Swift's import of it leaves out.
let bothWays: Int32 = 2
