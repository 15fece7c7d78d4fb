package import FoundationEssentials

/// A token for one customer, asked for without a sign-in flow of the partner's own.
///
/// A partner asks, or an administrator does; the administrator puts it to the customer, who answers on the consent
/// screen. Nothing is minted before the customer allowed it.
package struct ManualRequest: Sendable {
    package enum State: String, Sendable, Bindable {
        /// By the partner; waits for an administrator.
        case asked

        /// For the customer's answer.
        case waiting
        case refused

        /// Waits to be collected.
        case allowed
        case collected

        /// Declined or withdrawn; where there was a token, it is dead.
        case ended

        package var binding: Value { rawValue.binding }
    }

    /// What people name on the phone: `A-` and 8 letters and digits.
    package let reference: String
    package let application: ClientID

    /// As the one who asked wrote it; whose it is, is known once an administrator asked them.
    package let email: EmailAddress
    package let customer: Account?
    package let scopes: ScopeSet
    package let reason: String
    package let askedBy: Account
    package let askedAt: Date
    package let state: State

    /// Who put it to the customer.
    package let admin: Account?
    package let customerAskedAt: Date?

    /// How long the token will work.
    package let lifetime: Lifetime

    /// The token itself travels in the letter, see ``Policy/manualTokenByMail``.
    package let isByLetter: Bool

    /// When what it waits for can no longer happen.
    let expiresAt: Date?
    package let allowedAt: Date?
    package let grant: String?
    let family: String?
    package let collectedBy: Account?
    package let collectedAt: Date?

    package func isOver(at now: Date) -> Bool {
        switch state {
        case .asked, .collected: false
        case .refused, .ended: true
        case .waiting, .allowed: expiresAt.map { $0 <= now } ?? false
        }
    }

    package var expiry: Date? { state == .waiting || state == .allowed ? expiresAt : nil }

    /// Whom the partner will read of: the company, or the address where it has none.
    package var customerName: String {
        customer.flatMap { $0.organisation.isEmpty ? nil : $0.organisation } ?? email.text
    }

    /// How long a customer may think about it, and how long a partner may leave it.
    package static let patience: Duration = .seconds(7 * 86_400)

    /// As much as somebody may write, in characters.
    package static let maxReasonLength = 1000

    /// As many as one application may have waiting for the administrators.
    package static let maxWaiting = 10

    /// Everybody in it, for the ledger.
    var parties: [(String, String)] {
        [("request", reference), ("asked_by", askedBy.id.text)]
            + [("admin", admin?.id.text), ("customer", customer?.id.text)].compactMap { name, id in
                id.map { (name, $0) }
            }
    }
}

/// Why nothing became of a request by hand.
package enum ManualRefusal: Error, Equatable, Sendable {
    /// The tenant gives no tokens by hand.
    case notOffered
    case tooMany
    case noSuchApplication
    case noSuchCustomer
    case customerDisabled

    /// By hand only reading is given, and only what the application may ask for.
    case notAllowedByHand
    case suspended

    /// The application waits for approval, and the customer does not test it.
    case mayNotConnect

    /// The tenant does not send tokens by letter.
    case notByLetter

    /// A token that never ends needs a reason, neither empty nor endless.
    case needsReason

    /// Somebody else has decided, or it is over.
    case overtaken
}

extension Tenant {
    /// What may be given by hand: reading, and nothing more (ux A17).
    package func givenByHand(to application: Application) -> [OfferedScope] {
        application.kind == .resourceServer ? [] : offers(application.scopes).filter { $0.kind == .read }
    }

    func requireByHand(_ scopes: ScopeSet, to application: Application) throws(ManualRefusal) {
        guard policy.manualIssuance else { throw .notOffered }
        let offered = ScopeSet(givenByHand(to: application).map(\.name))
        let isSome = !scopes.names.isEmpty || application.scopes.isEmpty
        guard application.kind != .resourceServer, scopes.isSubset(of: offered), isSome else {
            throw .notAllowedByHand
        }
    }
}

// MARK: - What a partner does

extension MemberAccess {
    /// Asks the tenant's people for a token of one customer; throws ``ManualRefusal``.
    ///
    /// Whether the address is a customer's is not told.
    package func askForToken(
        of email: EmailAddress,
        _ scopes: ScopeSet,
        because reason: String
    ) async throws {
        let (tenant, account, outbox) = (tenant, account, registry.outbox)
        let reference = registry.newManualReference()
        try await change(atLeast: .developer) { transaction, current, now in
            try tenant.requireByHand(scopes, to: current)
            let waiting = try transaction.countManualRequests(.asked, of: current.id, tenant: tenant.id)
            guard waiting < ManualRequest.maxWaiting else { throw ManualRefusal.tooMany }
            try transaction.insertManualRequest(
                reference,
                for: current.id,
                email,
                scopes,
                reason,
                by: account.id,
                tenant: tenant.id,
                at: now
            )
            let letter = Letter.askedForToken(
                application: .init(current),
                by: account.email.text,
                request: reference,
                at: now
            )
            // Each that waits at the same time, however often one is taken back and asked for again.
            try outbox.postHourly(
                letter,
                about: "token \(current.id) \(waiting)",
                to: try transaction.administratorAddresses(tenant: tenant.id),
                in: transaction,
                tenant: tenant.id,
                at: now
            )
            return Change(.manualTokenAsked, [("request", reference)])
        }
    }

    /// The latest first.
    package func manualRequests() async throws -> [ManualRequest] {
        try await reading { connection, application, tenant in
            try connection.manualRequests(of: application, tenant: tenant)
        }
    }

    /// One of this application's.
    package func manualRequest(_ reference: String) async throws -> ManualRequest? {
        try await reading { connection, application, tenant in
            let request = try connection.manualRequest(reference, tenant: tenant)
            return request?.application == application ? request : nil
        }
    }

    /// Takes a request back, and with it the token it gave; throws ``ManualRefusal``.
    package func end(_ request: ManualRequest) async throws {
        let (tenant, registry) = (tenant.id, registry)
        try await change(atLeast: .developer) { transaction, current, now in
            guard request.application == current.id else { throw ManualRefusal.overtaken }
            try registry.end(request, in: transaction, tenant: tenant, at: now)
            return Change(.manualTokenEnded, request.parties)
        }
    }
}

extension ApplicationRegistry {
    func newManualReference() -> String { "A-" + entropy.readable(8) }

    /// Ends a request as it was seen, the links that wait for it, and its token; throws ``ManualRefusal``.
    func end(
        _ request: ManualRequest,
        in transaction: any Connection,
        tenant: TenantID,
        at now: Date
    ) throws {
        let ended = try transaction.run(
            """
            UPDATE manual_requests SET state = 'ended'
            WHERE tenant = \(tenant) AND reference = \(request.reference) AND state = \(request.state)
                AND state NOT IN ('ended', 'refused')
            RETURNING reference
            """
        )
        if ended.isEmpty { throw ManualRefusal.overtaken }
        for purpose in [OneTimeLink.Purpose.requestToken, .collectToken] {
            try transaction.endLink(purpose, about: request.reference, tenant: tenant)
        }
        if let family = request.family { try transaction.endFamily(family, tenant: tenant, at: now) }
    }
}
