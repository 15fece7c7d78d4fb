/// The tables about what customers decide beyond yes and no, and what is kept of it.
extension Schema {
    /// A consent's end, what was left out of it, and every step it took with what was shown.
    static var consentRecords: [SQL] {
        [
            "ALTER TABLE authorization_requests ADD COLUMN language TEXT NOT NULL DEFAULT 'en'",
            "ALTER TABLE authorization_requests ADD COLUMN shown BLOB",
            "ALTER TABLE grants ADD COLUMN declined TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE grants ADD COLUMN ends_at INTEGER",
            """
            CREATE INDEX grants_by_end ON grants (tenant, ends_at)
            WHERE ended_at IS NULL AND ends_at IS NOT NULL
            """,
            "CREATE INDEX grants_by_customer ON grants (tenant, customer, granted_at)",
            """
            CREATE TABLE consent_records (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                grant_id TEXT NOT NULL,
                place INTEGER NOT NULL,
                step TEXT NOT NULL
                    CHECK (step IN ('allowed', 'signed_in', 'by_hand', 'narrowed', 'ended', 'lapsed')),
                at INTEGER NOT NULL,
                scopes TEXT NOT NULL,
                ends_at INTEGER,
                document TEXT,
                signature BLOB,
                logo TEXT,
                logo_size INTEGER,
                ended_codes INTEGER,
                ended_access_tokens INTEGER,
                ended_refresh_tokens INTEGER,
                PRIMARY KEY (tenant, id),
                CHECK ((document IS NULL) = (signature IS NULL)),
                FOREIGN KEY (tenant, grant_id) REFERENCES grants (tenant, id),
                FOREIGN KEY (tenant, logo, logo_size) REFERENCES logos (tenant, digest, size)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX consent_records_by_grant ON consent_records (tenant, grant_id, place)",
            "CREATE INDEX consent_records_by_logo ON consent_records (tenant, logo, logo_size)",
            "CREATE INDEX access_tokens_by_family ON access_tokens (tenant, family) WHERE family IS NOT NULL",
            "CREATE INDEX refresh_tokens_by_family ON refresh_tokens (tenant, family)",
        ]
    }

    /// What people report, and the applications that are frozen for it.
    static var reports: [SQL] {
        [
            "ALTER TABLE applications ADD COLUMN frozen_at INTEGER",
            """
            CREATE TABLE reports (
                tenant INTEGER NOT NULL,
                reference TEXT NOT NULL,
                application TEXT NOT NULL,
                account TEXT,
                reason TEXT NOT NULL CHECK (reason IN ('not_me', 'pretends', 'too_much', 'other')),
                words TEXT NOT NULL,
                reported_at INTEGER NOT NULL,
                settled_at INTEGER,
                was_founded INTEGER,
                PRIMARY KEY (tenant, reference),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX reports_by_application ON reports (tenant, application, reported_at)",
            "CREATE INDEX reports_by_account ON reports (tenant, account, reported_at)",
        ]
    }
}
