/// What is known of a secret besides itself, and which tokens came of it.
extension Schema {
    static var secretsWithProof: [SQL] {
        [
            "ALTER TABLE client_secrets ADD COLUMN tokens_issued INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE client_secrets ADD COLUMN tokens_void_at INTEGER",
            "ALTER TABLE client_secrets ADD COLUMN warned INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE client_secrets ADD COLUMN reminded_at INTEGER",
            """
            CREATE INDEX client_secrets_by_end ON client_secrets (tenant, ends_at)
            WHERE ends_at IS NOT NULL AND revoked_at IS NULL
            """,
            """
            CREATE INDEX client_secrets_unused ON client_secrets (tenant, created_at)
            WHERE last_used_at IS NULL AND reminded_at IS NULL AND revoked_at IS NULL
            """,
            "ALTER TABLE access_tokens ADD COLUMN secret TEXT",
            "ALTER TABLE refresh_tokens ADD COLUMN secret TEXT",
            """
            CREATE TABLE secret_uses (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                secret TEXT NOT NULL,
                hour INTEGER NOT NULL,
                address_block TEXT NOT NULL,
                uses INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, secret, hour, address_block),
                FOREIGN KEY (tenant, application, secret)
                    REFERENCES client_secrets (tenant, application, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX secret_uses_by_hour ON secret_uses (tenant, hour)",
        ]
    }
}
