import FoundationEssentials

/// A customer's answer on its way into rows: in one transaction, so that all of it is written or nothing.
struct GivenAnswer {
    let customer: CustomerAccess
    let found: FoundRequest
    let application: Application
    let moment: AnswerMoment

    /// Marks the request as answered, which only the first answer does.
    let taking: SQL
    let transaction: any Connection

    private var registry: ApplicationRegistry { customer.registry }
    private var tenant: Tenant { customer.tenant }
    private var account: Account { customer.account }
    private var row: WaitingRow { found.row }
    private var subject: WaitingSubject { found.row.subject }
    private var now: Date { moment.now }

    /// Throws ``Overtaken`` where somebody else was faster, and nothing is written then.
    func taken(_ answer: ConsentAnswer) throws -> TakenAnswer {
        if let hindrance = try hindrance(to: answer) { return TakenAnswer(outcome: hindrance) }
        switch answer {
        case .allow: return try allow()
        case .deny: return try deny()
        }
    }

    /// Why an answer cannot be taken; nil where it can.
    private func hindrance(to answer: ConsentAnswer) throws -> ConsentOutcome? {
        if row.expiresAt <= now { return .expired(try row.waiting(for: application, at: now)) }
        guard application.revision == subject.revision, !application.isSuspended,
            try transaction.mayConnect(account, to: application, for: subject.scopes, at: tenant)
        else { return .startAgain(subject.wayBack) }
        guard answer == .allow else { return nil }
        switch found.companies.answer(naming: moment.choice.company) {
        case .about: return nil
        case .unsaid: return .needsCompany(subject.wayBack)
        case .overtaken: return .startAgain(subject.wayBack)
        }
    }

    private var overtaken: Overtaken { Overtaken(wayBack: subject.wayBack) }
}

// MARK: - Yes

extension GivenAnswer {
    /// Writes consent, receipt and code in one go, if what was shown would be shown again.
    private func allow() throws -> TakenAnswer {
        let ground = try AnswerGround(
            found,
            application,
            naming: moment.choice.company,
            at: tenant,
            on: now,
            lately: registry.disclosures
        )
        guard let ground else { throw overtaken }
        let decision = ConsentDecision(
            on: row,
            showing: ground.shown,
            given: ground.earlier,
            moment.choice,
            for: ground.company,
            at: now
        )
        let grant = ground.standing?.id ?? moment.grantID
        try write(decision, on: ground, as: grant)
        try note(decision, given: ground.earlier, as: grant)
        let endedAnother = ground.replaced != nil
        if let reference = subject.manualRequest {
            try settle(reference, allowing: (grant, decision.granted))
            try registry.handOver(
                reference,
                to: application,
                at: tenant,
                from: customer.provenance,
                on: now,
                transaction
            )
            return TakenAnswer(outcome: .stays(subject.wayBack), endedAnother: endedAnother)
        }
        return try sent(try issue(decision, under: grant), endedAnother: endedAnother)
    }

    /// A consent for another company ends with the one that is written.
    private func write(_ decision: ConsentDecision, on ground: AnswerGround, as grant: String) throws {
        if let lapsed = found.consent?.grant, !lapsed.isLive(at: now) {
            try registry.lapse(lapsed, of: tenant.id, in: transaction, at: now)
        }
        let step = step(of: decision, ground.shown, for: grant)
        let ending = ground.replaced?.ending(of: account.id, tenant: tenant.id, at: now)
        let writing = decision.row.writing(
            over: ground.standing,
            by: account.id,
            newID: grant,
            tenant: tenant.id,
            at: now
        )
        let isFirst = try record(
            .consentGiven,
            detail(of: decision, step.receipt) + parties(),
            after: [taking] + [ending].compactMap { $0 } + [writing],
            provided: application.standing(
                asOf: subject.revision,
                for: ground.company,
                of: account.id,
                tenant: tenant.id
            )
        )
        guard isFirst else { throw overtaken }
        if let replaced = ground.replaced { try close(replaced) }
        try transaction.insert(step, tenant: tenant.id, at: now)
    }

    /// Keeps the language the customer read, and writes them a letter where the tenant does.
    private func note(_ decision: ConsentDecision, given earlier: ConsentGrant?, as grant: String) throws {
        if row.language != customer.session.language {
            try transaction.keep(row.language, of: account.id, tenant: tenant.id)
        }
        guard tenant.policy.consentLetters else { return }
        try customer.write(
            about: decision,
            given: earlier,
            row.language,
            to: application,
            grant,
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

    /// What was shown and allowed, signed.
    private func step(of decision: ConsentDecision, _ shown: Disclosure, for grant: String) -> ConsentStepRow
    {
        let id = moment.stepID
        let receipt = SignedReceipt(
            signing: ConsentReceipt(id: id, of: grant, shown, decision, by: account, at: tenant, on: now),
            with: registry.receiptKey(of: tenant)
        )
        registry.disclosures.keep(receipt)
        return ConsentStepRow(
            id: id,
            grant: grant,
            kind: .allowed,
            scopes: decision.row.scopes,
            endsAt: decision.row.endsAt,
            receipt: receipt
        )
    }

    private func issue(
        _ decision: ConsentDecision,
        under grant: String
    ) throws
        -> AuthorizationAnswer.Result
    {
        if subject.responseType == .token { return .token(try token(decision, under: grant)) }
        let code = CodeRow(subject, decision.granted, digest: moment.codeDigest)
        try transaction.insert(code, as: moment.code.id, under: grant, tenant: tenant, at: now)
        return .code(moment.code)
    }

    /// A token that travels in the address itself, with nothing to refresh it (RFC 6749 §4.2.2).
    private func token(_ decision: ConsentDecision, under grant: String) throws -> IssuedTokens {
        let fresh = FreshTokens(
            for: subject.application,
            at: tenant,
            of: registry,
            by: TokenWay(grant: .implicit, actor: customer.actor, provenance: customer.provenance),
            withRefreshToken: false
        )
        return try fresh.store(decision.granted, under: grant, until: decision.row.endsAt, in: transaction)
    }

    /// For the ledger.
    private func detail(of decision: ConsentDecision, _ receipt: SignedReceipt?) -> [(String, String)] {
        var detail = [("scopes", decision.granted.wire)] + decision.row.company.detail
        if let receipt {
            detail += [("receipt", receipt.receipt.id), ("digest", base64URL(receipt.digest))]
        }
        if subject.responseType == .token { detail.append(("grant", Grant.implicit.rawValue)) }
        return detail
    }
}

// MARK: - No

extension GivenAnswer {
    private func deny() throws -> TakenAnswer {
        guard try record(.consentRefused, parties(), after: [taking]) else { throw overtaken }
        guard let reference = subject.manualRequest else {
            return try sent(.refusal(.deniedByCustomer))
        }
        try settle(reference, allowing: nil)
        return TakenAnswer(outcome: .stays(subject.wayBack))
    }
}

// MARK: - Either

extension GivenAnswer {
    private func sent(
        _ result: AuthorizationAnswer.Result,
        endedAnother: Bool = false
    ) throws
        -> TakenAnswer
    {
        TakenAnswer(
            outcome: .answer(try AuthorizationAnswer(subject, result)),
            application: application,
            endedAnother: endedAnother
        )
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
        if !isTaken { throw overtaken }
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
