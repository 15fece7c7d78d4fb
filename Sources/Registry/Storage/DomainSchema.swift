/// The tables of proved domains.
extension Schema {
    static var domainProofs: [SQL] {
        [
            """
            CREATE TABLE domain_proofs (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                domain TEXT NOT NULL,
                token TEXT NOT NULL,
                begun_at INTEGER NOT NULL,
                way TEXT CHECK (way IN ('record', 'file')),
                proved_at INTEGER,
                ends_at INTEGER,
                looked_at INTEGER,
                missing_since INTEGER,
                PRIMARY KEY (tenant, application, domain),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX domain_proofs_by_end ON domain_proofs (tenant, ends_at)",
            "CREATE INDEX domain_proofs_by_look ON domain_proofs (tenant, looked_at)",
        ]
    }
}
