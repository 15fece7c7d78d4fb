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
            let given = GivenAnswer(
                customer: self,
                found: found,
                application: application,
                moment: moment,
                taking: WaitingRow.taking(ticket.id, tenant: tenant.id, at: moment.now),
                transaction: transaction
            )
            return try given.taken(answer)
        }
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
struct Overtaken: Error { let wayBack: WayBack }

/// What an answer is made of, fixed before its transaction starts.
struct AnswerMoment: Sendable {
    let now: Date
    let choice: ConsentChoice
    let code: SecretText
    let codeDigest: [UInt8]
    let grantID: String
    let stepID: String
}

/// What became of an answer.
struct TakenAnswer: Sendable {
    let outcome: ConsentOutcome
    var application: Application?

    /// Tokens for another company ended with it.
    var endedAnother = false
}
