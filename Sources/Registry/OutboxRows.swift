import FoundationEssentials

extension Outbox {
    static func anyDue(in tenant: TenantID, at now: Date) -> SQL {
        "SELECT 1 FROM outbox " + due(in: tenant, at: now) + " LIMIT 1"
    }

    static func due(in tenant: TenantID, at now: Date) -> SQL {
        "WHERE tenant = \(tenant) AND ended_at IS NULL AND due_at <= \(now) AND claimed_until <= \(now)"
    }
}

struct StoredLetter {
    let id: String
    let sealed: [UInt8]
    let postedAt: Date
    let attempts: Int
    let claimedUntil: Date

    init(_ row: Row) throws {
        id = try row.text(0)
        sealed = try row.bytes(1)
        postedAt = try row.date(2)
        attempts = try row.integer(3)
        claimedUntil = try row.date(4)
    }
}

extension Connection {
    /// Keeps a letter, unless there is one of this id, for as long as rows of the outbox are kept.
    func insertLetter(
        _ id: String,
        _ sealed: [UInt8],
        tenant: TenantID,
        at now: Date,
        end: Date?
    ) throws {
        try send(
            """
            INSERT INTO outbox
                (tenant, id, sealed, posted_at, due_at, claimed_until, attempts, handed_over, ended_at, problem)
            VALUES (\(tenant), \(id), \(sealed), \(now), \(now), 0, 0, 0, \(end), NULL)
            ON CONFLICT (tenant, id) DO NOTHING
            """
        )
    }

    func claimLetter(
        until end: Date,
        tenant: TenantID,
        at now: Date
    ) throws -> StoredLetter? {
        let due = Outbox.due(in: tenant, at: now)
        return try run(
            "UPDATE outbox SET claimed_until = \(end), attempts = attempts + 1 " + due
                + " AND id = (SELECT id FROM outbox " + due + " ORDER BY due_at, id LIMIT 1)"
                + " RETURNING id, sealed, posted_at, attempts, claimed_until"
        ).first.map(StoredLetter.init)
    }

    /// How often it may have arrived; nil when it is another server's by now.
    func postpone(
        _ letter: PostedLetter,
        _ problem: String,
        until due: Date,
        givingBack count: Int
    ) throws -> Int? {
        try run(
            """
            UPDATE outbox SET due_at = \(due), claimed_until = 0, problem = \(problem),
                handed_over = handed_over - \(count)
            WHERE tenant = \(letter.tenant) AND id = \(letter.id) AND ended_at IS NULL
                AND claimed_until = \(letter.claimedUntil)
            RETURNING handed_over
            """
        ).first?.integer(0)
    }

    func giveUp(_ letter: PostedLetter, at now: Date) throws {
        try run(
            """
            UPDATE outbox SET ended_at = \(now), sealed = \([UInt8]())
            WHERE tenant = \(letter.tenant) AND id = \(letter.id)
            """
        )
    }

    func waitingLetters(of tenant: TenantID, limit: Int) throws -> [StoredLetter] {
        try run(
            """
            SELECT id, sealed, posted_at, attempts, claimed_until FROM outbox
            WHERE tenant = \(tenant) AND ended_at IS NULL ORDER BY posted_at DESC, id DESC LIMIT \(limit)
            """
        ).map(StoredLetter.init)
    }
}
