/// What is asked of the tenant's people, and what approved applications are to become.
extension Schema {
    /// Test accounts of before had nobody to ask them; they count as agreed since the beginning of time.
    static var review: [SQL] {
        [
            "ALTER TABLE applications ADD COLUMN publisher TEXT",
            "ALTER TABLE applications ADD COLUMN terms TEXT",
            "ALTER TABLE applications ADD COLUMN suspension_note TEXT",
            "ALTER TABLE applications ADD COLUMN suspension_reference TEXT",
            "ALTER TABLE applications ADD COLUMN deleted_at INTEGER",
            "ALTER TABLE test_accounts ADD COLUMN agreed_at INTEGER DEFAULT 0",
            """
            CREATE TABLE submissions (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'changes', 'rejected')),
                asked_at INTEGER NOT NULL,
                answered_at INTEGER,
                message TEXT,
                first_admin TEXT,
                first_publisher TEXT,
                PRIMARY KEY (tenant, application),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX submissions_by_state ON submissions (tenant, state, asked_at)",
            """
            CREATE TABLE pending_revisions (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                company_name TEXT NOT NULL,
                application_name TEXT,
                logo TEXT,
                website TEXT,
                privacy_policy TEXT,
                terms TEXT,
                added_scopes TEXT NOT NULL,
                changed_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE pending_redirect_uris (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                uri TEXT NOT NULL,
                origin TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, uri),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
        ]
    }
}
