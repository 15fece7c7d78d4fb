import FoundationEssentials

/// Putting a request by hand to its customer, and their answer.

/// What an administrator puts to a customer.
package struct ManualTerms: Sendable {
    package let application: String
    package let customer: EmailAddress
    package let scopes: ScopeSet
    package let lifetime: Lifetime
    package let isByLetter: Bool

    /// Why it never ends; for the ledger.
    package let reason: String

    package init(
        application: String,
        customer: EmailAddress,
        scopes: ScopeSet,
        lifetime: Lifetime,
        isByLetter: Bool,
        reason: String = ""
    ) {
        self.application = application
        self.customer = customer
        self.scopes = scopes
        self.lifetime = lifetime
        self.isByLetter = isByLetter
        self.reason = reason
    }
}

/// Those whom terms name, as they are now.
package struct ManualParties: Sendable {
    package let application: Application
    package let customer: Account

    /// The customer allows the application something already.
    package let isConnected: Bool
}

extension AdminAccess {
    /// The latest first.
    package func manualRequests() async throws -> [ManualRequest] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { try $0.manualRequests(tenant: tenant) }
    }

    /// What partners ask for that nobody has decided.
    package func waitingManualRequests() async throws -> [ManualRequest] {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) {
            try $0.waitingManualRequests(tenant: tenant)
        }
    }

    package func manualRequest(_ reference: String) async throws -> ManualRequest? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) {
            try $0.manualRequest(reference, tenant: tenant)
        }
    }

    /// Whether all of this can be asked; throws ``ManualRefusal``.
    package func check(_ terms: ManualTerms) async throws -> ManualParties {
        let (tenant, now) = (tenant, registry.clock())
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            try connection.parties(to: terms, at: tenant, now)
        }
    }

    /// Asks the customer by letter, on the partner's request or without one; throws ``ManualRefusal``.
    package func askCustomer(_ terms: ManualTerms, on request: String? = nil) async throws -> String {
        let (tenant, now, account) = (tenant, registry.clock(), account.id)
        let reference = request ?? registry.newManualReference()
        let link = registry.newLink(
            .requestToken,
            about: reference,
            lasting: ManualRequest.patience,
            at: tenant
        )
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            let parties = try transaction.parties(to: terms, at: tenant, now)
            if request == nil {
                try transaction.insertManualRequest(
                    reference,
                    for: parties.application.id,
                    terms.customer,
                    terms.scopes,
                    "",
                    by: account,
                    tenant: tenant.id,
                    at: now
                )
            }
            let isPut = try transaction.put(
                reference,
                terms,
                to: parties,
                by: account,
                until: link.expiresAt,
                tenant: tenant.id,
                at: now
            )
            guard isPut else { throw ManualRefusal.overtaken }
            try send(link, reference, because: terms.reason, transaction, now)
        }
        return reference
    }

    /// Sends the customer another letter; the link in the one before is dead.
    package func askAgain(_ reference: String) async throws {
        let (tenant, now) = (tenant, registry.clock())
        let link = registry.newLink(
            .requestToken,
            about: reference,
            lasting: ManualRequest.patience,
            at: tenant
        )
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            let renewed = try transaction.run(
                """
                UPDATE manual_requests SET expires_at = \(link.expiresAt), customer_asked_at = \(now)
                WHERE tenant = \(tenant.id) AND reference = \(reference) AND state = 'waiting'
                RETURNING reference
                """
            )
            if renewed.isEmpty { throw ManualRefusal.overtaken }
            try send(link, reference, transaction, now)
        }
    }

    /// Declines or withdraws a request, and ends the token it gave; throws ``ManualRefusal``.
    package func end(_ request: ManualRequest) async throws {
        let (now, tenant) = (registry.clock(), tenant.id)
        try await registry.recentReads.changing {
            try await registry.database.transaction(.tenant(tenant)) { transaction in
                try registry.end(request, in: transaction, tenant: tenant, at: now)
                try record(.manualTokenEnded, request, transaction, now)
            }
        }
    }

    private func send(
        _ link: OneTimeLink,
        _ reference: String,
        because reason: String = "",
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        guard let request = try transaction.manualRequest(reference, tenant: tenant.id),
            let customer = request.customer,
            let application = try transaction.application(request.application.text, tenant: tenant.id)
        else { throw ManualRefusal.overtaken }
        try registry.keep(link, in: transaction, tenant: tenant.id)
        let language = try transaction.language(ofCustomer: customer.email, at: tenant)
        let letter = Letter.manualTokenRequest(
            application: .init(application),
            sentences: tenant.offers(request.scopes).map { $0.sentence(in: language, at: tenant) },
            until: link.expiresAt,
            link: link.secret.plaintext
        )
        try registry.outbox.post(
            letter,
            to: customer.email,
            language: language,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
        let why = reason.isEmpty ? [] : [("reason", reason)]
        try record(.manualTokenPut, request, transaction, now, why)
    }

    private func record(
        _ action: Action,
        _ request: ManualRequest,
        _ transaction: any Connection,
        _ now: Date,
        _ more: [(String, String)] = []
    ) throws {
        try transaction.requireFullRank(of: actor, tenant: tenant.id)
        try registry.ledger.record(
            action,
            of: request.application.text,
            by: actor,
            request.parties + more,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }
}

// MARK: - What the customer does

extension ApplicationRegistry {
    /// What the link of a customer's letter is about; nil where it leads nowhere any more.
    package func manualQuestion(
        _ link: String,
        at tenant: Tenant
    ) async throws -> (request: ManualRequest, application: Application)? {
        guard case .open(let facts) = try await look(at: link, .requestToken, at: tenant) else { return nil }
        let tenant = tenant.id
        return try await database.read(.tenant(tenant)) { connection in
            guard let request = try connection.manualRequest(facts.subject, tenant: tenant),
                let application = try connection.application(request.application.text, tenant: tenant)
            else { return nil }
            return (request, application)
        }
    }
}

extension CustomerAccess {
    /// A request that was put to this customer; nil for anybody else's.
    package func manualQuestion(
        _ reference: String
    ) async throws -> (request: ManualRequest, application: Application)? {
        let (tenant, account) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            guard let request = try connection.manualRequest(reference, tenant: tenant),
                request.customer?.id == account,
                let application = try connection.application(request.application.text, tenant: tenant)
            else { return nil }
            return (request, application)
        }
    }

    /// What this customer allows an application already, with what was shown.
    package func earlier(to application: Application) async throws -> EarlierConsent? {
        let row = try await registry.database.read(
            KeptConsent.select(of: account.id, to: application.id, tenant: tenant.id),
            .tenant(tenant.id)
        ).first
        let kept = try row.map { try KeptConsent($0, application).standing(at: tenant) }
        guard let kept, kept.grant.isLive(at: registry.clock()) else { return nil }
        return try kept.opened(registry.disclosures)
    }

    /// What was given by hand, by the connection it hangs on; the latest of each.
    package func givenByHand() async throws -> [String: ManualRequest] {
        let (tenant, account) = (tenant.id, account.id)
        let requests = try await registry.database.read(.tenant(tenant)) {
            try $0.manualRequests(allowedBy: account, tenant: tenant)
        }
        let pairs = requests.compactMap { request in request.grant.map { ($0, request) } }
        return Dictionary(pairs, uniquingKeysWith: { latest, _ in latest })
    }
}
