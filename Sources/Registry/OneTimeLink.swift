package import FoundationEssentials

/// A link that does one thing once: what a letter carries so that its reader can prove to be its reader.
///
/// Opening the page behind it consumes nothing, because scanners of mail open links; pressing the button there does.
/// Only a digest of its secret is kept. There is one for each purpose and subject: making another kills the last.
package struct OneTimeLink: Sendable {
    package enum Purpose: String, Sendable, CaseIterable, Bindable {
        case confirmAddress = "address.confirm"
        case invitePartner = "partner.invite"
        case resetPassword = "password.reset"
        case changeAddress = "address.change"
        case firstAdministrator = "admin.first"
        case inviteAdministrator = "admin.invite"
        case resetAdministrator = "admin.reset"
        case invite = "member.invite"
        case transfer = "application.transfer"
        case requestToken = "token.request"
        case collectToken = "token.collect"
        case collectSecret = "secret.collect"

        package var binding: Value { rawValue.binding }
    }

    /// What stands at the end of its address.
    package let secret: SecretText
    let purpose: Purpose

    /// Whom or what it is about, such as an account's id.
    let subject: String

    /// What its use needs to know besides; never a secret.
    let detail: String
    package let expiresAt: Date

    /// What is known of a link that somebody opens.
    package enum State: Sendable, Equatable {
        case open(Facts)
        case used(Facts, at: Date)

        /// Too old, replaced by a later one, or never one of ours: there is no telling.
        case gone
    }

    package struct Facts: Sendable, Equatable {
        package let subject: String
        package let detail: String
        package let expiresAt: Date
    }

    /// Of which links something is asked.
    enum Subjects: Sendable {
        case all
        case one(String)

        /// Those that have this word and a space before the rest.
        case beginning(word: String)

        /// What the key can answer: texts are kept in the order of their bytes, where `!` comes next to the space.
        fileprivate var condition: SQL {
            switch self {
            case .all: ""
            case .one(let subject): " AND subject = \(subject)"
            case .beginning(let word): " AND subject >= \(word + " ") AND subject < \(word + "!")"
            }
        }
    }
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Makes a link; it works once the transaction that ``keep(_:in:tenant:)`` it is committed.
    func newLink(
        _ purpose: OneTimeLink.Purpose,
        about subject: String,
        _ detail: String = "",
        lasting life: Duration,
        at tenant: Tenant
    ) -> OneTimeLink {
        let now = clock()
        return OneTimeLink(
            secret: newSecret(.link, at: tenant),
            purpose: purpose,
            subject: subject,
            detail: detail,
            expiresAt: now.addingTimeInterval(Double(life.components.seconds))
        )
    }

    /// Stores a link in the transaction of its cause; any older one of the same purpose and subject is dead.
    func keep(_ link: OneTimeLink, in transaction: any Connection, tenant: TenantID) throws {
        try transaction.upsert(link, link.secret.digest(with: secretKeys), tenant: tenant)
    }

    /// What a link is good for, without using it.
    package func look(
        at text: String,
        _ purpose: OneTimeLink.Purpose,
        at tenant: Tenant
    ) async throws -> OneTimeLink.State {
        guard let secret = SecretText(parsing: text, kind: .link) else { return .gone }
        let (now, shown) = (clock(), secret.shown(to: secretKeys))
        let row = try await database.read(.tenant(tenant.id)) {
            try $0.storedLink(secret.id, purpose, tenant: tenant.id)
        }
        guard let row, try shown.isKept(as: row.digest) else { return .gone }
        if let date = row.usedAt { return .used(row.facts, at: date) }
        return row.facts.expiresAt > now ? .open(row.facts) : .gone
    }

    /// Uses a link up in the transaction of what it does; nil unless this call is the one that used it.
    ///
    /// `outcome` is kept in place of its detail, for whoever opens it again.
    func use(
        _ text: String,
        _ purpose: OneTimeLink.Purpose,
        leaving outcome: String? = nil,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws -> OneTimeLink.Facts? {
        guard let secret = SecretText(parsing: text, kind: .link) else { return nil }
        let row = try transaction.storedLink(secret.id, purpose, tenant: tenant)
        guard let row, try secret.shown(to: secretKeys).isKept(as: row.digest) else { return nil }
        let isUsed = try transaction.useLink(secret.id, purpose, leaving: outcome, tenant: tenant, at: now)
        return isUsed ? row.facts : nil
    }
}

// MARK: - How it is kept

private struct StoredLink {
    let digest: [UInt8]
    let facts: OneTimeLink.Facts
    let usedAt: Date?
}

extension OneTimeLink.Facts {
    fileprivate init(_ row: Row) throws {
        self.init(subject: try row.text(0), detail: try row.text(1), expiresAt: try row.date(2))
    }
}

extension Connection {
    /// The links that still work.
    func openLinks(
        _ purpose: OneTimeLink.Purpose,
        about subjects: OneTimeLink.Subjects,
        tenant: TenantID,
        at now: Date
    ) throws -> [OneTimeLink.Facts] {
        let open: SQL = """
            SELECT subject, detail, expires_at FROM one_time_links
            WHERE tenant = \(tenant) AND purpose = \(purpose) AND used_at IS NULL AND expires_at > \(now)
            """
        return try run(open + subjects.condition + " ORDER BY subject").map(OneTimeLink.Facts.init)
    }

    /// Kills the link of a purpose and subject; nil where there is none that was not used, it may be too old already.
    @discardableResult
    func endLink(
        _ purpose: OneTimeLink.Purpose,
        about subject: String,
        tenant: TenantID
    ) throws -> OneTimeLink.Facts? {
        try endLinks(purpose, about: .one(subject), tenant: tenant).first
    }

    /// Kills what could still set a password or an address of this account.
    func endLinks(leadingInto account: AccountID, tenant: TenantID) throws {
        for purpose in [OneTimeLink.Purpose.resetPassword, .changeAddress, .resetAdministrator] {
            try endLink(purpose, about: account.text, tenant: tenant)
        }
    }

    /// Kills the links that meet a further condition, and returns what they said.
    @discardableResult
    func endLinks(
        _ purpose: OneTimeLink.Purpose,
        about subjects: OneTimeLink.Subjects,
        _ condition: SQL = "",
        tenant: TenantID
    ) throws -> [OneTimeLink.Facts] {
        let removal: SQL = """
            DELETE FROM one_time_links
            WHERE tenant = \(tenant) AND purpose = \(purpose) AND used_at IS NULL
            """
        return try run(removal + subjects.condition + condition + " RETURNING subject, detail, expires_at")
            .map(OneTimeLink.Facts.init)
    }

    /// Kills the links whose detail begins with the account that sent them.
    func endLinks(
        _ purpose: OneTimeLink.Purpose,
        sentBy account: AccountID,
        about subjects: OneTimeLink.Subjects = .all,
        tenant: TenantID
    ) throws {
        let sender = "\(account) "
        try endLinks(
            purpose,
            about: subjects,
            " AND substr(detail, 1, CAST(\(sender.unicodeScalars.count) AS INTEGER)) = \(sender)",
            tenant: tenant
        )
    }

    fileprivate func upsert(_ link: OneTimeLink, _ digest: [UInt8], tenant: TenantID) throws {
        try run(
            """
            INSERT INTO one_time_links (tenant, purpose, subject, id, digest, detail, expires_at, used_at)
            VALUES (\(tenant), \(link.purpose), \(link.subject), \(link.secret.id), \(digest), \(link.detail),
                \(link.expiresAt), NULL)
            ON CONFLICT (tenant, purpose, subject) DO UPDATE SET id = excluded.id, digest = excluded.digest,
                detail = excluded.detail, expires_at = excluded.expires_at, used_at = NULL
            """
        )
    }

    fileprivate func storedLink(
        _ id: String,
        _ purpose: OneTimeLink.Purpose,
        tenant: TenantID
    ) throws -> StoredLink? {
        try run(
            """
            SELECT digest, subject, detail, expires_at, used_at FROM one_time_links
            WHERE tenant = \(tenant) AND id = \(id) AND purpose = \(purpose)
            """
        ).first.map { row in
            StoredLink(
                digest: try row.bytes(0),
                facts: OneTimeLink.Facts(
                    subject: try row.text(1),
                    detail: try row.text(2),
                    expiresAt: try row.date(3)
                ),
                usedAt: try row.optionalDate(4)
            )
        }
    }

    fileprivate func useLink(
        _ id: String,
        _ purpose: OneTimeLink.Purpose,
        leaving outcome: String?,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE one_time_links SET used_at = \(now), detail = COALESCE(\(outcome), detail)
            WHERE tenant = \(tenant) AND id = \(id) AND purpose = \(purpose)
                AND used_at IS NULL AND expires_at > \(now)
            RETURNING id
            """
        ).isEmpty
    }
}
