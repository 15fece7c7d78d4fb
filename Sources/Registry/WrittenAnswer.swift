import FoundationEssentials

/// A customer's answer on its way into rows: in one transaction, so that all of it is written or nothing.
///
/// Whatever was found before the transaction may have changed since. Each statement asks for it once more, and where
/// one finds it otherwise the whole throws ``Overtaken``.
struct WrittenAnswer {
    let given: GivenAnswer
    let transaction: any Connection

    private var customer: CustomerAccess { given.customer }
    private var registry: ApplicationRegistry { customer.registry }
    private var tenant: Tenant { customer.tenant }
    private var account: Account { customer.account }
    private var application: Application { given.application }
    private var subject: WaitingSubject { given.subject }
    private var now: Date { given.moment.now }

    /// Marks the request as answered, which only the first answer does.
    private var taking: SQL { WaitingRow.taking(given.moment.ticket, tenant: tenant.id, at: now) }

    private func requireConnection() throws {
        let may = try transaction.mayConnect(account, to: application, for: subject.scopes, at: tenant)
        if !may { throw given.overtaken }
    }
}

// MARK: - Yes

extension WrittenAnswer {
    /// Writes consent, receipt and code in one go.
    func allow(_ agreement: Agreement) throws -> TakenAnswer {
        try requireConnection()
        try write(agreement)
        try note(agreement)
        let tookAway = agreement.takesAway
        guard let reference = subject.manualRequest else {
            return TakenAnswer(outcome: try sent(try issue(agreement)), tookAway: tookAway)
        }
        try settle(reference, allowing: (agreement.grant, agreement.decision.granted))
        try registry.handOver(
            reference,
            to: application,
            at: tenant,
            from: customer.provenance,
            on: now,
            transaction
        )
        return TakenAnswer(outcome: .stays(subject.wayBack), tookAway: tookAway)
    }

    /// A consent for another company ends with the one that is written.
    private func write(_ agreement: Agreement) throws {
        let ground = agreement.ground
        if let lapsed = given.found.consent?.grant, !lapsed.isLive(at: now) {
            try registry.lapse(lapsed, of: tenant.id, in: transaction, at: now)
        }
        let ending = ground.replaced?.ending(of: account.id, tenant: tenant.id, at: now)
        let writing = agreement.decision.row.writing(
            over: ground.standing,
            by: account.id,
            newID: agreement.grant,
            tenant: tenant.id,
            at: now
        )
        let isFirst = try record(
            .consentGiven,
            agreement.detail + parties(),
            after: [taking] + [ending].compactMap { $0 } + [writing],
            provided: application.standing(
                asOf: subject.revision,
                for: ground.company,
                givenMore: ground.isNew,
                of: account.id,
                tenant: tenant.id
            )
        )
        guard isFirst else { throw given.overtaken }
        if let replaced = ground.replaced { try close(replaced) }
        try transaction.insert(agreement.step, tenant: tenant.id, at: now)
    }

    /// Keeps the language the customer read, and writes them a letter where the tenant does.
    private func note(_ agreement: Agreement) throws {
        let language = given.row.language
        if language != customer.session.language {
            try transaction.keep(language, of: account.id, tenant: tenant.id)
        }
        guard tenant.policy.consentLetters else { return }
        try customer.write(
            about: agreement.decision,
            given: agreement.ground.earlier,
            language,
            to: application,
            agreement.grant,
            now,
            transaction
        )
    }

    /// Writes down that a consent ended because the customer chose another company.
    private func close(_ replaced: ConsentGrant) throws {
        try registry.close(replaced, of: tenant.id, in: transaction, at: now)
        let detail = [("grant", replaced.id)] + replaced.company.detail
        try customer.record(.consentEnded, replaced.application, detail, now, transaction)
    }

    private func issue(_ agreement: Agreement) throws -> AuthorizationAnswer.Result {
        if subject.responseType == .token { return .token(try token(agreement)) }
        let moment = given.moment
        let code = CodeRow(subject, agreement.decision.granted, digest: moment.codeDigest)
        try transaction.insert(code, as: moment.code.id, under: agreement.grant, tenant: tenant, at: now)
        return .code(moment.code)
    }

    /// A token that travels in the address itself, with nothing to refresh it (RFC 6749 §4.2.2).
    private func token(_ agreement: Agreement) throws -> IssuedTokens {
        let fresh = FreshTokens(
            for: subject.application,
            at: tenant,
            of: registry,
            by: TokenWay(grant: .implicit, actor: customer.actor, provenance: customer.provenance),
            withRefreshToken: false
        )
        let decision = agreement.decision
        return try fresh.store(
            decision.granted,
            under: agreement.grant,
            until: decision.row.endsAt,
            in: transaction
        )
    }
}

// MARK: - No

extension WrittenAnswer {
    func deny() throws -> TakenAnswer {
        try requireConnection()
        guard try record(.consentRefused, parties(), after: [taking]) else { throw given.overtaken }
        guard let reference = subject.manualRequest else {
            return TakenAnswer(outcome: try sent(.refusal(.deniedByCustomer)))
        }
        try settle(reference, allowing: nil)
        return TakenAnswer(outcome: .stays(subject.wayBack))
    }
}

// MARK: - Either

extension WrittenAnswer {
    private func sent(_ result: AuthorizationAnswer.Result) throws -> ConsentOutcome {
        .answer(try AuthorizationAnswer(subject, result))
    }

    /// Everybody in a request by hand, for the ledger; nobody in any other.
    private func parties() throws -> [(String, String)] {
        guard let reference = subject.manualRequest else { return [] }
        return try transaction.manualRequest(reference, tenant: tenant.id)?.parties ?? []
    }

    /// Writes the answer to a request by hand down.
    private func settle(_ reference: String, allowing granted: (grant: String, scopes: ScopeSet)?) throws {
        let isTaken = try registry.answer(
            reference,
            of: account.id,
            allowing: granted,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
        if !isTaken { throw given.overtaken }
    }

    private func record(
        _ action: Action,
        _ detail: [(String, String)],
        after changes: [SQL],
        provided condition: SQL? = nil
    ) throws -> Bool {
        try customer.record(
            action,
            application,
            detail,
            now,
            transaction,
            after: changes,
            provided: condition
        )
    }
}
