package import FoundationEssentials

/// Until when these data were served, to know a machine's clock that is behind (security.md R-07): by such a clock
/// what has ended would be good again.
extension ApplicationRegistry {
    /// Clocks of several servers may differ by so much, in seconds.
    private static let tolerance: TimeInterval = 60

    /// When these data were last known to be served, if that is yet to come by this machine's clock.
    package func servedInTheFuture() async throws -> Date? {
        let rows = try await database.read("SELECT held_until FROM chores WHERE name = 'clock'", .directory)
        guard let last = try rows.first?.date(0) else { return nil }
        return last.timeIntervalSince(clock()) > Self.tolerance ? last : nil
    }

    /// Forgets what another clock said, and who took on a chore by it.
    package func trustClock() async throws {
        try await database.write("DELETE FROM chores", .directory)
    }

    func noteServing(at now: Date) async throws {
        try await database.write(
            """
            INSERT INTO chores (name, holder, held_until) VALUES ('clock', \(processName), \(now))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE chores.held_until < excluded.held_until
            """,
            .directory
        )
    }
}
