import Glibc
import Synchronization

/// Holds handlers back until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Wire {
    /// Whether something has come that was not read yet.
    var hasAnswer: Bool { polled(for: 0) }

    /// Whether the server has ended the connection, waiting for so many milliseconds.
    func isEnded(within milliseconds: Int32) -> Bool { polled(for: milliseconds) }

    private func polled(for milliseconds: Int32) -> Bool {
        var socket = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, milliseconds) > 0
    }
}
