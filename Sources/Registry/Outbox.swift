package import FoundationEssentials
import Synchronization

/// Letters that wait to be delivered, each written in the transaction of its cause.
///
/// Neither exists without the other: whoever was told that a letter is on its way will get it. Letter and recipient
/// wait sealed, because a letter may carry a link that opens an account, and the row is emptied when it has ended.
/// Several servers share one outbox: each letter is claimed for as long as handing it over may take, and that it is
/// about to be handed over is written down first. So a server that dies in the middle of it costs a second copy at
/// most, and never a third.
package final class Outbox: Sendable {
    private let keys: SealingKeys
    private let entropy: Entropy

    /// Tenants with letters of the last seconds, which need not wait for the next look at all of them.
    private let recent = Mutex<[TenantID: Date]>([:])

    init(keys: SealingKeys, entropy: Entropy) {
        self.keys = keys
        self.entropy = entropy
    }

    /// How long delivery is tried.
    package static let patience: Duration = .seconds(24 * 3600)

    /// For how long a server has a letter to itself.
    package static let claim: Duration = .seconds(150)

    /// The pause after so many attempts: 10 seconds, then three times as long each time, an hour at most.
    static func pause(after attempts: Int) -> TimeInterval {
        attempts > 6 ? 3600 : (0..<max(attempts - 1, 0)).reduce(10) { pause, _ in pause * 3 }
    }

    /// Sorts before every letter posted since then.
    static func firstID(at time: Date) -> String { "\(time.milliseconds)" }

    /// Leaves a letter, in the transaction of its cause.
    ///
    /// One for nobody costs what any other does and is over at once, so that time does not tell who has an account.
    /// Without a language it is written in English.
    package func post(
        _ letter: Letter,
        to recipient: EmailAddress,
        language: String? = nil,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date,
        isForNobody: Bool = false
    ) throws {
        let id = Self.firstID(at: now) + "-" + entropy.base62(22)
        try post(letter, as: id, to: recipient, language, in: transaction, tenant, at: now, isForNobody)
    }

    private func post(
        _ letter: Letter,
        as id: String,
        to recipient: EmailAddress,
        _ language: String? = nil,
        in transaction: any Connection,
        _ tenant: TenantID,
        at now: Date,
        _ isForNobody: Bool = false
    ) throws {
        let content = SealedContent(recipient: recipient.text, letter: letter, language: language)
        let sealed = keys.seal(
            Array(try JSONEncoder().encode(content)),
            at: Self.place(id, tenant),
            entropy: entropy
        )
        try transaction.insertLetter(id, sealed, tenant: tenant, at: now, end: isForNobody ? now : nil)
        recent.withLock { $0[tenant] = now }
    }

    /// Leaves the same letter for several people.
    func post(
        _ letter: Letter,
        to recipients: [EmailAddress],
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws {
        for recipient in recipients {
            try post(letter, to: recipient, in: transaction, tenant: tenant, at: now)
        }
    }

    /// Leaves a letter for several people that others cause as often as they like: of those about the same thing each
    /// gets one in an hour of the clock.
    func postHourly(
        _ letter: Letter,
        about thing: String,
        to recipients: [EmailAddress],
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws {
        let hour = now.milliseconds / 3_600_000 * 3_600_000
        for recipient in recipients {
            let id = "\(hour)-" + base64URL(sha256(Array("\(thing) \(recipient.text)".utf8)))
            try post(letter, as: id, to: recipient, in: transaction, tenant, at: now)
        }
    }

    /// Tenants that had letters posted here within the last seconds.
    package func recentTenants(at now: Date) -> [TenantID] {
        recent.withLock { recent in
            recent = recent.filter { $0.value > now.addingTimeInterval(-10) }
            return Array(recent.keys)
        }
    }

    fileprivate func open(_ row: StoredLetter, of tenant: TenantID) throws -> PostedLetter {
        guard let content = try keys.open(row.sealed, at: Self.place(row.id, tenant)) else {
            throw DamagedRow(place: "outbox.sealed")
        }
        let read = try JSONDecoder().decode(SealedContent.self, from: Data(content))
        guard let recipient = EmailAddress(read.recipient) else { throw DamagedRow(place: "outbox.sealed") }
        return PostedLetter(
            id: row.id,
            tenant: tenant,
            letter: read.letter,
            recipient: recipient,
            language: read.language,
            postedAt: row.postedAt,
            attempts: row.attempts,
            claimedUntil: row.claimedUntil
        )
    }

    private static func place(_ id: String, _ tenant: TenantID) -> [UInt8] {
        Array("\(tenant.number) \(id)".utf8)
    }
}

private struct SealedContent: Codable {
    let recipient: String
    let letter: Letter

    /// Absent from what was sealed before letters had one.
    let language: String?
}

/// A letter that has not been delivered yet.
package struct PostedLetter: Sendable {
    package let id: String
    package let tenant: TenantID
    package let letter: Letter
    package let recipient: EmailAddress

    /// What it is to be written in; nil for English.
    package let language: String?
    package let postedAt: Date
    let attempts: Int
    let claimedUntil: Date
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Takes the letter that is due longest, for ``Outbox/claim``; nil when none is due.
    package func claimLetter(of tenant: TenantID) async throws -> PostedLetter? {
        let now = clock()
        // A read, which few tenants need more than.
        let due = try await database.read(Outbox.anyDue(in: tenant, at: now), .tenant(tenant))
        guard !due.isEmpty else { return nil }
        let until = now.addingTimeInterval(Double(Outbox.claim.components.seconds))
        let row = try await database.transaction(.tenant(tenant)) { transaction in
            try transaction.claimLetter(until: until, tenant: tenant, at: now)
        }
        return try row.map { try outbox.open($0, of: tenant) }
    }

    /// Writes down that a claimed letter is about to leave; no when it may not, because it is another's by now or
    /// may have arrived twice.
    package func beginHandover(of letter: PostedLetter) async throws -> Bool {
        try await !database.write(
            """
            UPDATE outbox SET handed_over = handed_over + 1
            WHERE tenant = \(letter.tenant) AND id = \(letter.id) AND ended_at IS NULL
                AND claimed_until = \(letter.claimedUntil) AND handed_over < 2
            RETURNING id
            """,
            .tenant(letter.tenant)
        ).isEmpty
    }

    /// It was taken by the server: nothing of it is kept but that.
    package func end(_ letter: PostedLetter) async throws {
        try await database.write(
            """
            UPDATE outbox SET ended_at = \(clock()), sealed = \([UInt8]()), problem = NULL
            WHERE tenant = \(letter.tenant) AND id = \(letter.id)
            """,
            .tenant(letter.tenant)
        )
    }

    /// It was not taken, or nobody knows; tried again after a pause, for ``Outbox/patience`` in all.
    ///
    /// `problem` names the step that failed. A letter whose handover had begun and that certainly has not arrived may
    /// be handed over once more. Says whether it will be tried again.
    package func postpone(
        _ letter: PostedLetter,
        _ problem: String,
        certainlyNotArrived: Bool,
        handoverBegan: Bool
    ) async throws -> Bool {
        let now = clock()
        let last = letter.postedAt.addingTimeInterval(Double(Outbox.patience.components.seconds))
        let due = now.addingTimeInterval(Outbox.pause(after: letter.attempts))
        let taken = certainlyNotArrived && handoverBegan ? 1 : 0
        return try await database.transaction(.tenant(letter.tenant)) { transaction in
            let handedOver = try transaction.postpone(letter, problem, until: due, givingBack: taken)
            guard let handedOver, handedOver >= 2 || due > last else { return true }
            try transaction.giveUp(letter, at: now)
            return false
        }
    }

    /// Forgets claims: for a server that starts alone on its data, so all of them are a dead one's.
    ///
    /// A letter that was being handed over waits for the first pause: a server that dies soon again, and again, must
    /// not use up both copies before one arrives.
    package func releaseLetters() async throws {
        guard !database.isShared else { return }
        let due = clock().addingTimeInterval(Outbox.pause(after: 1))
        for tenant in try await tenantIDs() {
            let claimed: SQL = "WHERE tenant = \(tenant) AND claimed_until > 0 AND ended_at IS NULL"
            let any: SQL = "SELECT 1 FROM outbox " + claimed + " LIMIT 1"
            guard try await !database.read(any, .tenant(tenant)).isEmpty else { continue }
            let release: SQL = """
                UPDATE outbox SET claimed_until = 0, due_at = CASE handed_over WHEN 0 THEN due_at ELSE \(due) END
                """
            try await database.write(release + " " + claimed, .tenant(tenant))
        }
    }

    /// Up to `limit` letters that wait, latest first: what the operator reads where there is no mail server.
    package func waitingLetters(of tenant: TenantID, limit: Int = 50) async throws -> [PostedLetter] {
        let rows = try await database.read(.tenant(tenant)) { connection in
            try connection.waitingLetters(of: tenant, limit: limit)
        }
        return try rows.map { try outbox.open($0, of: tenant) }
    }
}
