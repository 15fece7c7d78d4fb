import FoundationEssentials

package enum ConsentAnswer: String, Sendable, CaseIterable { case allow, deny }

/// What came of an answer.
package enum ConsentOutcome: Sendable {
    case answer(AuthorizationAnswer)

    /// To a request by hand, so nobody is sent anywhere.
    case stays(WayBack)

    /// It was answered before, or the application changed while the customer read: ask again from the start.
    case startAgain(WayBack)

    /// The customer acts for several companies and did not say which one it is about.
    case needsCompany(WayBack)
    case expired(WaitingRequest)

    /// The ticket is none, or somebody else's.
    case refused
}

// MARK: - The answer

extension CustomerAccess {
    /// Takes the customer's answer: once, in the session that was asked, for what was shown.
    package func answer(
        _ ticket: String,
        _ answer: ConsentAnswer,
        _ choice: ConsentChoice = .everything
    ) async throws -> ConsentOutcome {
        guard let ticket = SecretText(parsing: ticket, kind: .ticket) else { return .refused }
        let shown = ticket.shown(to: registry.secretKeys)
        let code = registry.newCode(at: tenant)
        let moment = AnswerMoment(
            now: registry.clock(),
            choice: choice,
            code: code,
            codeDigest: code.digest(with: registry.secretKeys),
            grantID: "gr_" + registry.entropy.base62(22),
            stepID: registry.newStepID()
        )
        do {
            let taken = try await self.answer(ticket, shown, answer, moment)
            if taken.endedAnother { registry.recentReads.forgetEverywhere() }
            if case .answer(let sent) = taken.outcome, let application = taken.application {
                note(answer == .allow ? .allowed : .cancelled, of: application, at: sent.redirectURI.text)
            }
            return taken.outcome
        } catch let overtaken as Overtaken {
            return .startAgain(overtaken.wayBack)
        }
    }

    private func answer(
        _ ticket: SecretText,
        _ shown: ShownSecret,
        _ answer: ConsentAnswer,
        _ moment: AnswerMoment
    ) async throws -> TakenAnswer {
        try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            let found = try transaction.waitingRequest(
                ticket.id,
                for: account.id,
                amongKnown: knownCompanies.flatMap { $0.only?.text == moment.choice.company ? $0 : nil },
                tenant: tenant.id
            ) { registry.remembered($0, at: tenant.id, moment.now) }
            guard let found, try shown.isKept(as: found.row.digest),
                found.row.session == session.id, let application = found.application
            else { return TakenAnswer(outcome: .refused) }
            if let hindrance = try hindrance(to: answer, found, application, moment, transaction) {
                return TakenAnswer(outcome: hindrance)
            }
            let (row, taking) = (
                found.row, WaitingRow.taking(ticket.id, tenant: tenant.id, at: moment.now)
            )
            let (result, endedAnother) =
                switch answer {
                case .allow: try allow(found, taking, application, moment, transaction)
                case .deny: (try deny(row, taking, application, moment, transaction), false)
                }
            guard let result else {
                try handOver(row, answer, to: application, moment.now, transaction)
                return TakenAnswer(outcome: .stays(row.subject.wayBack), endedAnother: endedAnother)
            }
            let sent = try AuthorizationAnswer(row.subject, result)
            return TakenAnswer(
                outcome: .answer(sent),
                application: application,
                endedAnother: endedAnother
            )
        }
    }

    /// Why an answer cannot be taken; nil where it can.
    private func hindrance(
        to answer: ConsentAnswer,
        _ found: FoundRequest,
        _ application: Application,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> ConsentOutcome? {
        let subject = found.row.subject
        if found.row.expiresAt <= moment.now {
            return .expired(try found.row.waiting(for: application, at: moment.now))
        }
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

    /// Writes consent, receipt and code in one go, if what was shown would be shown again; no result where nobody
    /// is sent anywhere.
    ///
    /// A consent for another company ends with it.
    private func allow(
        _ found: FoundRequest,
        _ taking: SQL,
        _ application: Application,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> (AuthorizationAnswer.Result?, endedAnother: Bool) {
        let (row, now) = (found.row, moment.now)
        let ground = try AnswerGround(
            found,
            application,
            naming: moment.choice.company,
            at: tenant,
            on: now,
            lately: registry.disclosures
        )
        guard let ground else { throw Overtaken(wayBack: row.subject.wayBack) }
        let decision = ConsentDecision(
            on: row,
            showing: ground.shown,
            given: ground.earlier,
            moment.choice,
            for: ground.company,
            at: now
        )
        if let lapsed = found.consent?.grant, !lapsed.isLive(at: now) {
            try registry.lapse(lapsed, of: tenant.id, in: transaction, at: now)
        }
        let grant = ground.standing?.id ?? moment.grantID
        let step = step(of: decision, ground.shown, for: grant, moment)
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
            application,
            decision.detail(row, step.receipt) + parties(in: row, transaction),
            now,
            transaction,
            after: [taking] + [ending].compactMap { $0 } + [writing],
            provided: application.standing(
                asOf: row.subject.revision,
                for: ground.company,
                of: account.id,
                tenant: tenant.id
            )
        )
        guard isFirst else { throw Overtaken(wayBack: row.subject.wayBack) }
        if let replaced = ground.replaced { try close(replaced, now, transaction) }
        try transaction.insert(step, tenant: tenant.id, at: now)
        if row.language != session.language {
            try transaction.keep(row.language, of: account.id, tenant: tenant.id)
        }
        if tenant.policy.consentLetters {
            try write(
                about: decision,
                given: ground.earlier,
                row.language,
                to: application,
                grant,
                now,
                transaction
            )
        }
        let result = try issue(decision, row, under: grant, moment, transaction)
        return (result, ground.replaced != nil)
    }

    /// Writes down that a consent ended because the customer chose another company.
    private func close(_ replaced: ConsentGrant, _ now: Date, _ transaction: any Connection) throws {
        try registry.close(replaced, of: tenant.id, in: transaction, at: now)
        let detail = [("grant", replaced.id)] + replaced.company.detail
        try record(.consentEnded, replaced.application, detail, now, transaction)
    }

    private func handOver(
        _ row: WaitingRow,
        _ answer: ConsentAnswer,
        to application: Application,
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        guard answer == .allow, let reference = row.subject.manualRequest else { return }
        try registry.handOver(reference, to: application, at: tenant, from: provenance, on: now, transaction)
    }

    /// Everybody in a request by hand, for the ledger; nobody in any other.
    private func parties(in row: WaitingRow, _ transaction: any Connection) throws -> [(String, String)] {
        guard let reference = row.subject.manualRequest else { return [] }
        return try transaction.manualRequest(reference, tenant: tenant.id)?.parties ?? []
    }

    /// Writes an answer to a request by hand down; nothing for any other.
    private func take(
        _ row: WaitingRow,
        allowing granted: (grant: String, scopes: ScopeSet)?,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws {
        guard let reference = row.subject.manualRequest else { return }
        let isTaken = try registry.answer(
            reference,
            of: account.id,
            allowing: granted,
            in: transaction,
            tenant: tenant.id,
            at: moment.now
        )
        if !isTaken { throw Overtaken(wayBack: row.subject.wayBack) }
    }

    /// What was shown and allowed, signed.
    private func step(
        of decision: ConsentDecision,
        _ shown: Disclosure,
        for grant: String,
        _ moment: AnswerMoment
    ) -> ConsentStepRow {
        let (id, now) = (moment.stepID, moment.now)
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
        _ row: WaitingRow,
        under grant: String,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> AuthorizationAnswer.Result? {
        if row.subject.manualRequest != nil {
            try take(row, allowing: (grant, decision.granted), moment, transaction)
            return nil
        }
        if row.subject.responseType == .token {
            return .token(try token(decision, for: row.subject.application, under: grant, transaction))
        }
        let code = CodeRow(row.subject, decision.granted, digest: moment.codeDigest)
        try transaction.insert(code, as: moment.code.id, under: grant, tenant: tenant, at: moment.now)
        return .code(moment.code)
    }

    /// A token that travels in the address itself, with nothing to refresh it (RFC 6749 §4.2.2).
    private func token(
        _ decision: ConsentDecision,
        for client: ClientID,
        under grant: String,
        _ transaction: any Connection
    ) throws -> IssuedTokens {
        let fresh = FreshTokens(
            for: client,
            at: tenant,
            of: registry,
            by: TokenWay(grant: .implicit, actor: actor, provenance: provenance),
            withRefreshToken: false
        )
        return try fresh.store(decision.granted, under: grant, until: decision.row.endsAt, in: transaction)
    }

    private func deny(
        _ row: WaitingRow,
        _ taking: SQL,
        _ application: Application,
        _ moment: AnswerMoment,
        _ transaction: any Connection
    ) throws -> AuthorizationAnswer.Result? {
        let parties = try parties(in: row, transaction)
        guard
            try record(.consentRefused, application, parties, moment.now, transaction, after: [taking])
        else { throw Overtaken(wayBack: row.subject.wayBack) }
        try take(row, allowing: nil, moment, transaction)
        return row.subject.manualRequest == nil ? .refusal(.deniedByCustomer) : nil
    }

    @discardableResult
    func record(
        _ action: Action,
        _ application: Application,
        _ detail: [(String, String)],
        _ now: Date,
        _ transaction: any Connection,
        after changes: [SQL] = [],
        provided condition: SQL? = nil
    ) throws -> Bool {
        try registry.ledger.record(
            action,
            of: application.id.text,
            by: actor,
            detail,
            from: provenance,
            in: transaction,
            tenant: tenant.id,
            at: now,
            after: changes,
            provided: condition
        )
    }
}

/// The request was answered, or the application changed, while this answer was being written.
private struct Overtaken: Error { let wayBack: WayBack }

/// What an answer is made of, fixed before its transaction starts.
private struct AnswerMoment: Sendable {
    let now: Date
    let choice: ConsentChoice
    let code: SecretText
    let codeDigest: [UInt8]
    let grantID: String
    let stepID: String
}

/// What became of an answer.
private struct TakenAnswer: Sendable {
    let outcome: ConsentOutcome
    var application: Application?

    /// Tokens for another company ended with it.
    var endedAnother = false
}

extension ConsentDecision {
    /// For the ledger.
    fileprivate func detail(_ waiting: WaitingRow, _ receipt: SignedReceipt?) -> [(String, String)] {
        var detail = [("scopes", granted.wire)] + row.company.detail
        if let receipt {
            detail += [("receipt", receipt.receipt.id), ("digest", base64URL(receipt.digest))]
        }
        if waiting.subject.responseType == .token { detail.append(("grant", Grant.implicit.rawValue)) }
        return detail
    }
}
