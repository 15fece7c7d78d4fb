/// What happened to an application's requests, and what is worth knowing to explain it.
extension Schema {
    static var activity: [SQL] {
        [
            """
            CREATE TABLE activity (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                id TEXT NOT NULL,
                at INTEGER NOT NULL,
                step TEXT NOT NULL,
                witness TEXT NOT NULL CHECK (witness IN ('anyone', 'customer', 'application')),
                cause TEXT NOT NULL,
                reference TEXT NOT NULL,
                address TEXT,
                PRIMARY KEY (tenant, application, id),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id) ON DELETE CASCADE
            ) WITHOUT ROWID
            """,
            "CREATE INDEX activity_by_reference ON activity (tenant, application, reference)",
            "CREATE INDEX activity_by_time ON activity (tenant, at)",
            """
            CREATE TABLE activity_counts (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                day INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, day),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id) ON DELETE CASCADE
            ) WITHOUT ROWID
            """,
            "DROP TABLE refused_redirects",
            "ALTER TABLE redirect_uris ADD COLUMN last_used_at INTEGER",
            "ALTER TABLE authorization_codes ADD COLUMN used_from TEXT",
            "ALTER TABLE refresh_tokens ADD COLUMN used_from TEXT",
            "CREATE INDEX client_secrets_by_id ON client_secrets (tenant, id)",
        ]
    }
}
