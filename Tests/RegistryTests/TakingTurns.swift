import Synchronization
import Testing

@testable import Registry

@Suite("Taking turns", .timeLimit(.minutes(1)))
struct TakingTurns {
    private let busy = TenantID(number: 1)
    private let quiet = TenantID(number: 2)
    private let third = TenantID(number: 3)
    private let done = Turns()

    /// What became of whose work, in its order.
    private final class Turns: Sendable {
        private let lists = Mutex<(run: [TenantID?], declined: [TenantID?])>(([], []))
        var run: [TenantID?] { lists.withLock { $0.run } }
        var declined: [TenantID?] { lists.withLock { $0.declined } }

        func errand(of tenant: TenantID?) -> FairLine.Errand {
            FairLine.Errand(
                run: { self.lists.withLock { $0.run.append(tenant) } },
                decline: { self.lists.withLock { $0.declined.append(tenant) } }
            )
        }
    }

    private func join(_ line: FairLine, _ tenants: TenantID?...) {
        for tenant in tenants { line.join(done.errand(of: tenant), of: tenant) }
    }

    /// Closes the line and does what waits.
    private func finish(_ line: FairLine) {
        line.close()
        while let errand = line.next() { errand.run() }
    }

    @Test func `whoever comes once is next but one, however many others wait`() {
        let line = FairLine(capacity: 100)
        for _ in 1...50 { join(line, busy) }
        join(line, quiet, third, quiet)
        finish(line)
        #expect(done.run.prefix(5) == [busy, quiet, third, busy, quiet])
        #expect(done.run.count == 53 && done.declined.isEmpty)
    }

    @Test func `one tenant alone may use every place`() {
        let line = FairLine(capacity: 8)
        for _ in 1...10 { join(line, busy) }
        finish(line)
        #expect(done.run.count == 8 && done.declined.count == 2)
    }

    @Test func `where every place is taken, the longest line makes room`() {
        let line = FairLine(capacity: 4)
        join(line, busy, busy, busy, busy, quiet, quiet, quiet)
        finish(line)
        #expect(done.declined == [busy, busy, quiet])
        #expect(done.run == [busy, quiet, busy, quiet])
    }

    @Test func `what nobody waits for starts a new turn`() {
        let line = FairLine(capacity: 4)
        join(line, busy, busy)
        line.next()?.run()
        join(line, quiet)
        line.next()?.run()
        join(line, nil)
        finish(line)
        #expect(done.run == [busy, busy, quiet, nil])
    }

    @Test func `a closed line declines at once`() {
        let line = FairLine(capacity: 4)
        line.close()
        join(line, quiet)
        #expect(done.declined == [quiet] && line.next() == nil)
    }

    /// Whose work was done, and whose was sent away.
    private func outcomes(
        of tenants: [TenantID],
        in line: FairLine,
        before gate: Gate
    ) async -> [(tenant: TenantID, isDone: Bool)] {
        await withTaskGroup(of: (tenant: TenantID, isDone: Bool).self) { group in
            for tenant in tenants {
                group.addTask {
                    do {
                        try await line.run(of: tenant, orThrow: PasswordHasher.Fault.busy) {}
                        return (tenant, true)
                    } catch {
                        return (tenant, false)
                    }
                }
            }
            gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `on real threads everybody is answered once, and nobody of those who come seldom is declined`()
        async throws
    {
        let (line, gate) = (FairLine(capacity: 16), Gate())
        let threads = try (0..<4).map { _ in
            try OwnThread {
                gate.wait()
                while let errand = line.next() { errand.run() }
            }
        }
        let flood = [TenantID](repeating: busy, count: 400)
        let outcomes = await outcomes(of: flood + [quiet, third, quiet, third], in: line, before: gate)
        line.close()
        for thread in threads { thread.join() }
        #expect(outcomes.count == 404)
        #expect(outcomes.allSatisfy { $0.tenant == busy || $0.isDone })
        #expect(outcomes.contains { $0.tenant == busy && $0.isDone })
    }
}

/// Holds threads back until it is opened.
private final class Gate: Sendable {
    private let line = WaitingLine<Void>(capacity: 1)
    func wait() { _ = line.next() }
    func open() { line.close() }
}
