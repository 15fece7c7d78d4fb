// Longer than others because a released migration stays as and where it is.

/// The tables, as the migrations that made them.
///
/// Every table of a tenant's data starts its key with the tenant. A released migration never changes: what
/// comes after is another one at the end of the list.
package enum Schema {
    package static var migrations: [Migration] {
        [
            Migration("tenants and people", tenants + people),
            Migration("applications", applications),
            Migration("consent and tokens", consent + tokens),
            Migration("ledger", ledger),
            Migration("response types", responseTypes),
            Migration("refused redirects", refusedRedirects),
            Migration("master key", masterKeys),
            Migration("what servers share", shared),
            Migration("mail", mail),
            Migration("second factors", secondFactors),
            Migration("activity", activity),
            Migration("named sessions", namedSessions),
            Migration("teams", teams, filling: firstOwners),
            Migration("secrets with proof", secretsWithProof),
            Migration("looks of logos", ["ALTER TABLE logos ADD COLUMN look INTEGER"]),
            Migration("review", review),
            Migration("consent records", consentRecords),
            Migration("reports", reports),
            Migration("held applications", ["ALTER TABLE applications ADD COLUMN held_at INTEGER"]),
            Migration("tenants as imported", tenantsAsImported),
            Migration("tokens by hand", manualRequests),
            Migration("proved domains", domainProofs),
            Migration("alerts", alerts),
            Migration("logos in use", logosInUse),
            Migration("disabled accounts", disabledAccounts),
            Migration("companies", companies, filling: companiesOfConsents),
            Migration("disabled tenants", ["ALTER TABLE tenants ADD COLUMN disabled_at INTEGER"]),
            Migration("former tenants", formerTenants),
            Migration("ledger that stays", ledgerStays),
            Migration("several master keys", severalMasterKeys),
            Migration("uses of doors", doorUses),
            Migration("crossings", crossings),
            Migration(
                "repeated refreshes",
                ["ALTER TABLE refresh_tokens ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0"]
            ),
            Migration("languages of people", ["ALTER TABLE accounts ADD COLUMN language TEXT"]),
            Migration("since when owners own", sinceWhenOwnersOwn, filling: ownersFromTheBeginning),
            Migration("bytes of logos", bytesOfLogos, filling: bytesOfLogosSoFar),
            Migration("indexes for many", indexesForMany),
            Migration("deletion in batches", deletionInBatches, filling: deletionSoFar),
        ]
    }

    private static var tenants: [SQL] {
        [
            """
            CREATE TABLE tenants (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                settings TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            )
            """,
            """
            CREATE TABLE tenant_hosts (
                host TEXT NOT NULL PRIMARY KEY,
                tenant INTEGER NOT NULL REFERENCES tenants (id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX tenant_hosts_by_tenant ON tenant_hosts (tenant)",
        ]
    }

    private static var people: [SQL] {
        [
            """
            CREATE TABLE accounts (
                tenant INTEGER NOT NULL REFERENCES tenants (id),
                id TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('partner', 'customer', 'admin')),
                email TEXT NOT NULL,
                name TEXT NOT NULL,
                organisation TEXT NOT NULL,
                password TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, id),
                UNIQUE (tenant, role, email)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE sessions (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                account TEXT NOT NULL,
                role TEXT NOT NULL,
                seen_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, id),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX sessions_by_account ON sessions (tenant, account)",
            "CREATE INDEX sessions_by_expiry ON sessions (tenant, expires_at)",
        ]
    }

    private static var applications: [SQL] {
        [
            """
            CREATE TABLE logos (
                tenant INTEGER NOT NULL REFERENCES tenants (id),
                digest TEXT NOT NULL,
                size INTEGER NOT NULL,
                png BLOB NOT NULL,
                stored_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, digest, size)
            )
            """,
            """
            CREATE TABLE staged_logos (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                account TEXT NOT NULL,
                digest TEXT NOT NULL,
                file_name TEXT NOT NULL,
                byte_count INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX staged_logos_by_expiry ON staged_logos (tenant, expires_at)",
            """
            CREATE TABLE applications (
                tenant INTEGER NOT NULL REFERENCES tenants (id),
                id TEXT NOT NULL,
                owner TEXT NOT NULL,
                ticket TEXT NOT NULL,
                company_name TEXT NOT NULL,
                application_name TEXT,
                logo TEXT,
                website TEXT,
                privacy_policy TEXT,
                support_email TEXT,
                purpose TEXT,
                kind TEXT NOT NULL CHECK (kind IN ('confidential', 'public', 'resource_server')),
                scopes TEXT NOT NULL,
                revision INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                approved_at INTEGER,
                suspended_at INTEGER,
                suspension_reason TEXT,
                tokens_void_before INTEGER,
                PRIMARY KEY (tenant, id),
                UNIQUE (tenant, owner, ticket),
                FOREIGN KEY (tenant, owner) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE redirect_uris (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                uri TEXT NOT NULL,
                origin TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, uri),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX redirect_uris_by_origin ON redirect_uris (tenant, origin)",
            """
            CREATE TABLE test_accounts (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                email TEXT NOT NULL,
                PRIMARY KEY (tenant, application, email),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE client_secrets (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                hint TEXT NOT NULL,
                label TEXT NOT NULL,
                ticket TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                ends_at INTEGER,
                revoked_at INTEGER,
                last_used_at INTEGER,
                last_used_from TEXT,
                PRIMARY KEY (tenant, application, id),
                UNIQUE (tenant, application, ticket),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
        ]
    }

    private static var consent: [SQL] {
        [
            """
            CREATE TABLE authorization_requests (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                session TEXT,
                browser BLOB NOT NULL,
                query TEXT NOT NULL,
                application TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                redirect_uri_sent INTEGER NOT NULL,
                scopes TEXT NOT NULL,
                state TEXT,
                challenge TEXT NOT NULL,
                revision INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                answered_at INTEGER,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX authorization_requests_by_expiry ON authorization_requests (tenant, expires_at)",
            """
            CREATE TABLE grants (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                customer TEXT NOT NULL,
                application TEXT NOT NULL,
                scopes TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                revision INTEGER NOT NULL,
                granted_at INTEGER NOT NULL,
                changed_at INTEGER NOT NULL,
                last_used_at INTEGER,
                ended_at INTEGER,
                PRIMARY KEY (tenant, id),
                FOREIGN KEY (tenant, customer) REFERENCES accounts (tenant, id),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            """
            CREATE UNIQUE INDEX live_grants ON grants (tenant, customer, application)
            WHERE ended_at IS NULL
            """,
            "CREATE INDEX grants_by_application ON grants (tenant, application)",
            """
            CREATE TABLE authorization_codes (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                grant_id TEXT NOT NULL,
                application TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                redirect_uri_sent INTEGER NOT NULL,
                scopes TEXT NOT NULL,
                challenge TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                kept_until INTEGER NOT NULL,
                used_at INTEGER,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX authorization_codes_by_grant ON authorization_codes (tenant, grant_id, created_at)",
            """
            CREATE INDEX authorization_codes_by_application
            ON authorization_codes (tenant, application, expires_at)
            """,
            "CREATE INDEX authorization_codes_by_expiry ON authorization_codes (tenant, kept_until)",
        ]
    }

    private static var tokens: [SQL] {
        [
            """
            CREATE TABLE token_families (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                grant_id TEXT NOT NULL,
                application TEXT NOT NULL,
                scopes TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                ended_at INTEGER,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX token_families_by_grant ON token_families (tenant, grant_id)",
            "CREATE INDEX token_families_by_expiry ON token_families (tenant, expires_at)",
            """
            CREATE TABLE access_tokens (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                application TEXT NOT NULL,
                family TEXT,
                scopes TEXT NOT NULL,
                issued_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                revoked_at INTEGER,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX access_tokens_by_expiry ON access_tokens (tenant, expires_at)",
            """
            CREATE TABLE refresh_tokens (
                tenant INTEGER NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL,
                family TEXT NOT NULL,
                issued_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                kept_until INTEGER NOT NULL,
                used_at INTEGER,
                PRIMARY KEY (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (tenant, kept_until)",
        ]
    }

    private static var ledger: [SQL] {
        [
            """
            CREATE TABLE ledger (
                tenant INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                action TEXT NOT NULL,
                object TEXT NOT NULL,
                detail TEXT NOT NULL,
                address TEXT NOT NULL,
                reference TEXT NOT NULL,
                hash BLOB NOT NULL,
                PRIMARY KEY (tenant, sequence)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE ledger_heads (
                tenant INTEGER NOT NULL PRIMARY KEY,
                sequence INTEGER NOT NULL,
                hash BLOB NOT NULL
            ) WITHOUT ROWID
            """,
        ]
    }

    private static var responseTypes: [SQL] {
        ["ALTER TABLE authorization_requests ADD COLUMN response_type TEXT NOT NULL DEFAULT 'code'"]
    }

    private static var shared: [SQL] {
        [
            """
            CREATE TABLE shared_counts (
                tenant INTEGER NOT NULL,
                digest BLOB NOT NULL,
                times TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, digest)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX shared_counts_by_expiry ON shared_counts (tenant, expires_at)",
            """
            CREATE TABLE chores (
                name TEXT NOT NULL PRIMARY KEY,
                holder TEXT NOT NULL,
                held_until INTEGER NOT NULL
            ) WITHOUT ROWID
            """,
        ]
    }

    private static var formerTenants: [SQL] {
        ["CREATE TABLE former_tenants (id INTEGER PRIMARY KEY, deleted_at INTEGER NOT NULL)"]
    }

    private static var refusedRedirects: [SQL] {
        [
            """
            CREATE TABLE refused_redirects (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                reference TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                refused_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, reference),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX refused_redirects_by_time ON refused_redirects (tenant, refused_at)",
        ]
    }

    /// What is looked for among very many rows, of which few are meant.
    private static var indexesForMany: [SQL] {
        [
            """
            CREATE INDEX applications_unapproved ON applications (tenant)
            WHERE approved_at IS NULL AND deleted_at IS NULL
            """,
            """
            CREATE INDEX client_secrets_endless ON client_secrets (tenant, created_at)
            WHERE revoked_at IS NULL AND ends_at IS NULL
            """,
            "CREATE INDEX staged_logos_by_account ON staged_logos (tenant, account)",
            "CREATE INDEX reports_open ON reports (tenant, application) WHERE settled_at IS NULL",
            "CREATE INDEX manual_requests_by_time ON manual_requests (tenant, asked_at)",
            "CREATE INDEX activity_counts_by_day ON activity_counts (tenant, day)",
            "CREATE INDEX door_uses_by_time ON door_uses (tenant, last_used_at)",
            """
            CREATE INDEX authorization_requests_of_strangers ON authorization_requests (tenant, expires_at)
            WHERE session IS NULL
            """,
        ]
    }

    /// What the file said, to know what was changed since.
    private static var tenantsAsImported: [SQL] {
        [
            "ALTER TABLE tenants ADD COLUMN imported TEXT NOT NULL DEFAULT ''",
            "UPDATE tenants SET imported = settings",
        ]
    }
}
