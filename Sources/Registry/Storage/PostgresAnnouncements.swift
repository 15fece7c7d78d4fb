import Glibc
import Synchronization

/// Hears of changes elsewhere for as long as the database is open.
final class Announcements: Sendable {
    private struct State {
        var bodies: [@Sendable () -> Void] = []
        var isStopped = false
    }

    /// By which this process knows its own again.
    let name = String(UInt64.random(in: 0 ... .max))
    private let state = Mutex(State())

    /// Milliseconds between two looks whether to stop, or to connect again.
    private static var pause: Int32 { 200 }

    func add(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.bodies.append(body) } }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Listens until stopped; to be called on a thread that has time.
    func listen(at address: String) {
        var listener: PostgresListener?
        while !state.withLock({ $0.isStopped }) {
            do throws(PostgresProblem) {
                if let listener {
                    let heard = try listener.announcements(within: Self.pause)
                    if heard.contains(where: { $0 != name }) { tell() }
                } else {
                    listener = try PostgresListener(address: address)
                    // What was announced before went unheard.
                    tell()
                }
            } catch {
                listener = nil
                tell()
                usleep(UInt32(Self.pause) * 1000)
            }
        }
    }

    private func tell() {
        for body in state.withLock({ $0.bodies }) { body() }
    }
}
