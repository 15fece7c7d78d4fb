import FoundationEssentials

// MARK: - Waiting for the customer

extension ApplicationRegistry {
    /// Keeps a request of a browser that has not signed in; the result names it in the sign-in page's address.
    package func keep(_ subject: WaitingSubject, browser: String, at tenant: Tenant) async throws -> String {
        let seal = Array(seal(browser).utf8)
        let made = ticket(for: subject, browser: seal, session: nil, showing: nil, at: tenant)
        try await database.write(made.insertion(at: tenant.id), .tenant(tenant.id))
        return made.ticket.id
    }

    /// A kept request, for the browser that brought it.
    package func waitingRequest(
        _ id: String,
        browser: String,
        at tenant: Tenant
    ) async throws
        -> WaitingRequest?
    {
        let (now, tenant) = (clock(), tenant.id)
        return try await database.read(.tenant(tenant)) { connection in
            guard let row = try connection.waitingRequest(id, tenant: tenant),
                self.isSeal(String(decoding: row.browser, as: UTF8.self), of: browser)
            else { return nil }
            return try connection.waiting(row, tenant: tenant, at: now)
        }
    }

    /// Where the request a ticket stands for is taken up again by whoever signs in next.
    package func wayBack(ofTicket ticket: String, at tenant: Tenant) async throws -> WayBack? {
        guard let ticket = SecretText(parsing: ticket, kind: .ticket) else { return nil }
        let (shown, tenant) = (ticket.shown(to: secretKeys), tenant.id)
        return try await database.transaction(.tenant(tenant)) { transaction in
            guard let row = try transaction.waitingRequest(ticket.id, tenant: tenant),
                try shown.isKept(as: row.digest)
            else { return nil }
            return row.subject.wayBack
        }
    }

    fileprivate func ticket(
        for subject: WaitingSubject,
        browser: [UInt8],
        session: Session?,
        showing shown: ShownDisclosure?,
        at tenant: Tenant
    ) -> MadeTicket {
        let (ticket, now) = (newSecret(.ticket, at: tenant), clock())
        let row = WaitingRow(
            digest: ticket.digest(with: secretKeys),
            session: session?.id,
            browser: browser,
            subject: subject,
            language: shown?.disclosure.language ?? "en",
            shown: shown?.digest,
            expiresAt: now.addingTimeInterval(Double(tenant.policy.requestSeconds))
        )
        return MadeTicket(ticket: ticket, row: row)
    }
}

/// A ticket for a request, and its row.
private struct MadeTicket {
    let ticket: SecretText
    let row: WaitingRow

    func insertion(at tenant: TenantID) -> SQL { row.insertion(as: ticket.id, tenant: tenant) }
}

/// As often as this a code is given without a question; whoever asks more often is not a person's browser.
private let silentCodesPerHour = 10

extension CustomerAccess {
    /// Whether this customer has to be asked, and about what.
    ///
    /// A customer who acts for several companies always has to be: only they know which one this is for.
    package func standing(
        of request: AuthorizationRequest,
        for companies: Companies
    ) async throws -> Standing {
        let application = request.application
        guard try await mayConnect(to: application, for: request.scopes) else {
            return .notATestAccount(isInvited: try await testInvitation(application.id.text) != nil)
        }
        let row = try await registry.database.read(
            KeptConsent.select(
                of: account.id,
                to: application.id,
                codesSince: registry.clock() - 3600,
                atMost: silentCodesPerHour,
                tenant: tenant.id
            ),
            .tenant(tenant.id)
        ).first
        let consent = try row.map { try KeptConsent($0, application).standing(at: tenant) }
        guard let row, let consent, consent.grant.isLive(at: registry.clock()) else {
            return application.isFrozen ? .frozen : .firstTime
        }
        guard consent.grant.settles(request.scopes, at: tenant) else {
            return application.isFrozen ? .frozen : .asksForMore(than: consent)
        }
        let isRare = try row.integer(KeptConsent.columnCount) < silentCodesPerHour
        let isRemembered = tenant.policy.remembers(consent.grant.changedAt, at: registry.clock())
        let isClear = isRare && isRemembered && companies.choices.isEmpty
        return .covered(consent, mayBeSilent: isClear && request.needsNoQuestion(given: consent.grant))
    }

    /// With what the application looked like when it was given.
    package func opened(_ consent: KeptConsent) throws -> EarlierConsent {
        try consent.opened(registry.disclosures)
    }

    private func mayConnect(to application: Application, for scopes: ScopeSet) async throws -> Bool {
        let (tenant, account) = (tenant, account)
        if application.isOpen(for: scopes, at: tenant) { return true }
        return try await registry.database.read(.tenant(tenant.id)) { connection in
            try connection.mayConnect(account, to: application, for: scopes, at: tenant)
        }
    }

    /// Keeps what the consent screen shows; the ticket is its form's proof.
    ///
    /// The answer finds the row whenever it comes. A ticket promises nothing yet, so nobody waits for the disk:
    /// if the machine fails in that moment, the customer starts again from the application.
    ///
    /// Only what was shown can be allowed; without it the only answer taken is no.
    package func remember(
        _ subject: WaitingSubject,
        showing shown: ShownDisclosure? = nil
    ) async throws -> SecretText {
        let made = registry.ticket(
            for: subject,
            browser: [],
            session: session,
            showing: shown,
            at: tenant
        )
        registry.waitingRows.keep(made.row, for: RecentReads.Place(tenant: tenant.id, id: made.ticket.id))
        if let shown { registry.disclosures.keep(shown) }
        try await registry.database.writeSoon(made.insertion(at: tenant.id), .tenant(tenant.id))
        return made.ticket
    }

    /// Answers without asking, under a consent that covers everything; nil when the application changed meanwhile.
    package func proceed(
        _ request: AuthorizationRequest,
        under grant: ConsentGrant
    ) async throws
        -> AuthorizationAnswer?
    {
        let code = registry.newSecret(.code, at: tenant)
        let granted = request.scopes.intersection(grant.scopes)
        let row = CodeRow(
            WaitingSubject(request, query: ""),
            granted,
            digest: code.digest(with: registry.secretKeys)
        )
        let (now, tenant, application) = (registry.clock(), tenant, request.application)
        let holding = application.holding(
            asOf: application.revision,
            for: account.id,
            tenant: tenant.id
        )
        let isUnchanged = try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            if try transaction.run(holding).isEmpty { return false }
            try transaction.insert(row, as: code.id, under: grant.id, tenant: tenant, at: now)
            return true
        }
        guard isUnchanged else { return nil }
        note(.allowed, of: application, at: request.recipient.redirectURI.text)
        return AuthorizationAnswer(request, .code(code))
    }

    /// Notes how it ended for the application's own people, and that the address was used.
    func note(_ cause: Activity.Cause, of application: Application, at address: String) {
        registry.note(
            cause,
            of: application.id.text,
            at: .authorize,
            by: .customer,
            at: tenant,
            from: provenance
        )
        let rule = tenant.policy.redirectMatch
        let used = application.redirectURIs.first { $0.accepting(address, under: rule) != nil }
        guard cause == .allowed, let used else { return }
        let use = UseLog.Subject.redirectURI(application.id, used.text)
        registry.uses.note(use, tenant: tenant.id, at: registry.clock(), from: "")
    }
}

extension AuthorizationRequest {
    /// A question may be left out only where nobody could answer it in the application's place: it is approved,
    /// unchanged since the last consent, and lives behind https (RFC 8252 §8.6, CN-13).
    fileprivate func needsNoQuestion(given grant: ConsentGrant) -> Bool {
        guard case .web = recipient.redirectURI.destination, responseType == .code else { return false }
        return application.isApproved && application.kind == .confidential && prompt != .consent
            && grant.revision == application.revision
    }
}
