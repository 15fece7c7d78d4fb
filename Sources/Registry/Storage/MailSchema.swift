/// Letters on their way, and the links some of them carry.
extension Schema {
    /// By which people tell their own sessions apart.
    static var namedSessions: [SQL] {
        [
            "ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT ''",
            """
            CREATE TABLE known_browsers (
                tenant INTEGER NOT NULL,
                account TEXT NOT NULL,
                digest BLOB NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, account, digest),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX known_browsers_by_time ON known_browsers (tenant, seen_at)",
        ]
    }

    static var mail: [SQL] {
        [
            """
            CREATE TABLE outbox (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                sealed BLOB NOT NULL,
                posted_at INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                claimed_until INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                handed_over INTEGER NOT NULL CHECK (handed_over BETWEEN 0 AND 2),
                ended_at INTEGER,
                problem TEXT,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX outbox_by_due ON outbox (tenant, due_at) WHERE ended_at IS NULL",
            """
            CREATE TABLE one_time_links (
                tenant INTEGER NOT NULL,
                purpose TEXT NOT NULL,
                subject TEXT NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                detail TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                used_at INTEGER,
                PRIMARY KEY (tenant, purpose, subject),
                UNIQUE (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX one_time_links_by_expiry ON one_time_links (tenant, expires_at)",
        ]
    }
}
