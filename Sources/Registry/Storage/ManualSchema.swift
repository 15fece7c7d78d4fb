/// What is asked for by hand: a token for one customer, and what became of it.
extension Schema {
    static var manualRequests: [SQL] {
        [
            """
            CREATE TABLE manual_requests (
                tenant INTEGER NOT NULL,
                reference TEXT NOT NULL,
                application TEXT NOT NULL,
                email TEXT NOT NULL,
                customer TEXT,
                scopes TEXT NOT NULL,
                reason TEXT NOT NULL,
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                state TEXT NOT NULL
                    CHECK (state IN ('asked', 'waiting', 'refused', 'allowed', 'collected', 'ended')),
                admin TEXT,
                customer_asked_at INTEGER,
                lifetime INTEGER,
                by_letter INTEGER NOT NULL DEFAULT 0,
                expires_at INTEGER,
                allowed_at INTEGER,
                grant_id TEXT,
                family TEXT,
                collected_by TEXT,
                collected_at INTEGER,
                PRIMARY KEY (tenant, reference),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id),
                FOREIGN KEY (tenant, customer) REFERENCES accounts (tenant, id),
                FOREIGN KEY (tenant, asked_by) REFERENCES accounts (tenant, id),
                FOREIGN KEY (tenant, admin) REFERENCES accounts (tenant, id),
                FOREIGN KEY (tenant, collected_by) REFERENCES accounts (tenant, id),
                FOREIGN KEY (tenant, grant_id) REFERENCES grants (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX manual_requests_by_application ON manual_requests (tenant, application, asked_at)",
            "CREATE INDEX manual_requests_by_customer ON manual_requests (tenant, customer)",
            "CREATE INDEX manual_requests_by_state ON manual_requests (tenant, state, asked_at)",
            "ALTER TABLE authorization_requests ADD COLUMN manual_request TEXT",
        ]
    }
}
