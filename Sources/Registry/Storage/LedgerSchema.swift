/// What keeps the rows of a ledger as they were written.
extension Schema {
    /// A tenant whose whole ledger goes loses its head first; as long as that is there, no row does.
    static var ledgerStays: [SQL] {
        [
            """
            CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
            """,
            """
            CREATE TRIGGER ledger_is_not_shortened BEFORE DELETE ON ledger
            WHEN EXISTS (SELECT 1 FROM ledger_heads WHERE tenant = OLD.tenant)
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
            """,
        ]
    }
}
