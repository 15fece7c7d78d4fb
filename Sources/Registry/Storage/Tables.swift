/// One table: what identifies a row of it, and what else the row says.
package struct Table: Sendable {
    package let name: SchemaName

    /// The primary key in its order, which begins with the tenant where rows belong to one.
    package let key: [SchemaName]
    package let others: [SchemaName]

    /// How many rows are read at once, so that a page of the longest ones fits into memory.
    let page: Int

    package var columns: [SchemaName] { key + others }

    fileprivate init(_ name: SchemaName, key: [SchemaName], columns: [SchemaName], page: Int = 2000) {
        self.name = name
        self.key = key
        others = columns
        self.page = page
    }
}

/// The tables as data, for what has to treat them all alike; each stands after those that its rows refer to.
extension Schema {
    /// Which tenants there are and how each is found.
    static let tenantDirectory = [
        Table(
            "tenants",
            key: ["id"],
            columns: ["name", "settings", "created_at", "updated_at", "imported", "disabled_at"],
            page: 200
        ),
        Table("tenant_hosts", key: ["host"], columns: ["tenant"]),
        Table("former_tenants", key: ["id"], columns: ["deleted_at"]),
    ]

    /// What the data were made with.
    static let keyRecords = Table("master_keys", key: ["number"], columns: ["mark", "since"])
    static let migrationRecords = Table("schema_migrations", key: ["number"], columns: ["name", "digest"])

    /// What servers agree about from minute to minute, which is not worth copying.
    static let agreements = Table("chores", key: ["name"], columns: ["holder", "held_until"])

    /// Whose rows belong to no tenant: on PostgreSQL every tenant's transactions see them.
    package static let directory = tenantDirectory + [keyRecords, migrationRecords, agreements]

    /// Whose rows each belong to a tenant, which is the first column of their key.
    package static let ofTenants: [Table] = [
        Table(
            "accounts",
            key: ["tenant", "id"],
            columns: [
                "role", "email", "name", "organisation", "password", "created_at", "rank", "closed_at",
                "signed_in_at", "disabled_at", "language",
            ]
        ),
        Table("companies", key: ["tenant", "account", "name"], columns: []),
        Table(
            "sessions",
            key: ["tenant", "id"],
            columns: [
                "digest", "account", "role", "seen_at", "expires_at", "started_at", "address", "proven_at",
                "browser",
            ]
        ),
        Table(
            "second_factors",
            key: ["tenant", "account"],
            columns: ["sealed_key", "last_step", "set_at"]
        ),
        Table("recovery_codes", key: ["tenant", "account", "digest"], columns: ["used_at"]),
        Table(
            "logos",
            key: ["tenant", "digest", "size"],
            columns: ["png", "stored_at", "look"],
            page: 20
        ),
        Table("logo_bytes", key: ["tenant"], columns: ["kept"]),
        Table(
            "staged_logos",
            key: ["tenant", "id"],
            columns: ["account", "digest", "file_name", "byte_count", "expires_at"]
        ),
        Table(
            "applications",
            key: ["tenant", "id"],
            columns: [
                "owner", "ticket", "company_name", "application_name", "logo", "website", "privacy_policy",
                "support_email", "purpose", "kind", "scopes", "revision", "created_at", "approved_at",
                "suspended_at", "suspension_reason", "tokens_void_before", "publisher", "terms",
                "suspension_note", "suspension_reference", "deleted_at", "frozen_at", "held_at",
                "consents_ended_at",
            ]
        ),
        Table(
            "members",
            key: ["tenant", "application", "account"],
            columns: ["role", "joined_at", "owner_since"]
        ),
        Table(
            "redirect_uris",
            key: ["tenant", "application", "uri"],
            columns: ["origin", "added_at", "last_used_at"]
        ),
        Table("door_uses", key: ["tenant", "application", "door"], columns: ["last_used_at"]),
        Table(
            "domain_proofs",
            key: ["tenant", "application", "domain"],
            columns: ["token", "begun_at", "way", "proved_at", "ends_at", "looked_at", "missing_since"]
        ),
        Table(
            "test_accounts",
            key: ["tenant", "application", "email"],
            columns: ["agreed_at"]
        ),
        Table(
            "client_secrets",
            key: ["tenant", "application", "id"],
            columns: [
                "digest", "hint", "label", "ticket", "created_by", "created_at", "ends_at", "revoked_at",
                "last_used_at", "last_used_from", "tokens_issued", "tokens_void_at", "warned", "reminded_at",
            ]
        ),
        Table(
            "secret_uses",
            key: ["tenant", "application", "secret", "hour", "address_block"],
            columns: ["uses"]
        ),
        Table(
            "submissions",
            key: ["tenant", "application"],
            columns: ["state", "asked_at", "answered_at", "message", "first_admin", "first_publisher"]
        ),
        Table(
            "pending_revisions",
            key: ["tenant", "application"],
            columns: [
                "company_name", "application_name", "logo", "website", "privacy_policy", "terms",
                "added_scopes",
                "changed_at",
            ]
        ),
        Table(
            "pending_redirect_uris",
            key: ["tenant", "application", "uri"],
            columns: ["origin", "added_at"]
        ),
        Table(
            "activity",
            key: ["tenant", "application", "id"],
            columns: ["at", "step", "witness", "cause", "reference", "address"]
        ),
        Table("activity_counts", key: ["tenant", "application", "day"], columns: ["count"]),
        Table(
            "authorization_requests",
            key: ["tenant", "id"],
            columns: [
                "digest", "session", "browser", "query", "application", "redirect_uri", "redirect_uri_sent",
                "scopes", "state", "challenge", "revision", "expires_at", "answered_at", "response_type",
                "language", "shown", "manual_request",
            ]
        ),
        Table(
            "grants",
            key: ["tenant", "id"],
            columns: [
                "customer", "application", "scopes", "redirect_uri", "revision", "granted_at", "changed_at",
                "last_used_at", "ended_at", "declined", "ends_at", "company",
            ]
        ),
        Table(
            "consent_records",
            key: ["tenant", "id"],
            columns: [
                "grant_id", "place", "step", "at", "scopes", "ends_at", "document", "signature", "logo",
                "logo_size",
                "ended_codes", "ended_access_tokens", "ended_refresh_tokens",
            ]
        ),
        Table(
            "reports",
            key: ["tenant", "reference"],
            columns: [
                "application", "account", "reason", "words", "reported_at", "settled_at", "was_founded",
            ]
        ),
        Table(
            "manual_requests",
            key: ["tenant", "reference"],
            columns: [
                "application", "email", "customer", "scopes", "reason", "asked_by", "asked_at", "state",
                "admin",
                "customer_asked_at", "lifetime", "by_letter", "expires_at", "allowed_at", "grant_id",
                "family",
                "collected_by", "collected_at",
            ]
        ),
        Table(
            "authorization_codes",
            key: ["tenant", "id"],
            columns: [
                "digest", "grant_id", "application", "redirect_uri", "redirect_uri_sent", "scopes",
                "challenge", "created_at", "expires_at", "kept_until", "used_at", "used_from",
            ]
        ),
        Table(
            "token_families",
            key: ["tenant", "id"],
            columns: ["grant_id", "application", "scopes", "expires_at", "ended_at"]
        ),
        Table(
            "access_tokens",
            key: ["tenant", "id"],
            columns: [
                "digest", "application", "family", "scopes", "issued_at", "expires_at", "revoked_at",
                "secret",
            ]
        ),
        Table(
            "refresh_tokens",
            key: ["tenant", "id"],
            columns: [
                "digest", "family", "issued_at", "expires_at", "kept_until", "used_at", "used_from", "secret",
                "repeats",
            ]
        ),
        Table(
            "ledger",
            key: ["tenant", "sequence"],
            columns: ["at", "actor", "action", "object", "detail", "address", "reference", "hash"]
        ),
        Table(
            "ledger_heads",
            key: ["tenant"],
            columns: ["sequence", "hash"]
        ),
        Table("alerts", key: ["tenant", "kind", "subject"], columns: ["raised_at"]),
        Table("crossings", key: ["tenant", "minute"], columns: ["count"]),
        Table("shared_counts", key: ["tenant", "digest"], columns: ["times", "expires_at"]),
        Table("known_browsers", key: ["tenant", "account", "digest"], columns: ["seen_at"]),
        Table(
            "outbox",
            key: ["tenant", "id"],
            columns: [
                "sealed", "posted_at", "due_at", "claimed_until", "attempts", "handed_over", "ended_at",
                "problem",
            ]
        ),
        Table(
            "one_time_links",
            key: ["tenant", "purpose", "subject"],
            columns: ["id", "digest", "detail", "expires_at", "used_at"]
        ),
    ]
}
