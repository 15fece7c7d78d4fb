import Registry
import Support
import Testing

extension TestPortal {
    /// Every row there is, once what waits in memory is written as well.
    func rows(except left: Set<String> = []) async throws -> EveryRow {
        try await registry.writeLastUses()
        try await registry.writeActivity()
        try await registry.writeCrossings()
        return try await EveryRow(of: database, registry.tenantIDs(), except: left)
    }

    /// Expects that no row of any table is another than before; `left` are tables that do not count.
    func expectNothingChanged(
        since before: EveryRow,
        by act: String,
        except left: Set<String> = []
    ) async throws {
        let changed = Set(try await rows().tables(unlike: before)).subtracting(left)
        #expect(changed.isEmpty, "\(act) changed \(changed)")
    }
}
