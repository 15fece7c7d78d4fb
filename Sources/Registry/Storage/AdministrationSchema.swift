extension Schema {
    static var disabledAccounts: [SQL] {
        [
            "ALTER TABLE accounts ADD COLUMN disabled_at INTEGER",
            "CREATE INDEX disabled_accounts ON accounts (tenant, disabled_at) WHERE disabled_at IS NOT NULL",
        ]
    }

    /// Who may do what as an administrator, since when somebody was seen, and what proves them besides a password.
    static var secondFactors: [SQL] {
        [
            """
            ALTER TABLE accounts ADD COLUMN rank TEXT NOT NULL DEFAULT 'full'
            CHECK (rank IN ('full', 'read_only'))
            """,
            "ALTER TABLE accounts ADD COLUMN closed_at INTEGER",
            "ALTER TABLE accounts ADD COLUMN signed_in_at INTEGER",
            "ALTER TABLE sessions ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE sessions ADD COLUMN proven_at INTEGER",
            """
            CREATE TABLE second_factors (
                tenant INTEGER NOT NULL,
                account TEXT NOT NULL,
                sealed_key BLOB NOT NULL,
                last_step INTEGER NOT NULL,
                set_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, account),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE recovery_codes (
                tenant INTEGER NOT NULL,
                account TEXT NOT NULL,
                digest BLOB NOT NULL,
                used_at INTEGER,
                PRIMARY KEY (tenant, account, digest),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
        ]
    }
}
