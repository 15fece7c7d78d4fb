/// An entry by which a ledger is known again: its place, and the hash that seals everything up to it.
///
/// Whoever can write to the database, but has no key, can cut entries off and put back the head that the ledger had
/// before them, which is as valid as it was then. Only what was noted elsewhere tells.
package struct LedgerMark: Sendable, Equatable {
    package let sequence: Int
    private let hash: [UInt8]

    fileprivate init(_ entry: LedgerEntry) {
        (sequence, hash) = (entry.sequence, entry.hash)
    }

    /// Reads what ``text`` says; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int(parts[0]), sequence > 0,
            let hash = bytes(base64URL: String(parts[1])), !hash.isEmpty
        else { return nil }
        (self.sequence, self.hash) = (sequence, hash)
    }

    /// The place and the hash, as in `812:kQ3…`.
    package var text: String { "\(sequence):\(base64URL(hash))" }
}

extension OperatorAccess {
    /// The mark of an entry; nil where there is none.
    package func mark(at sequence: Int) async throws -> LedgerMark? {
        try await ledger(after: sequence - 1, limit: 1).first { $0.sequence == sequence }.map(LedgerMark.init)
    }
}
