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
        let moment = AnswerMoment(of: ticket.id, choosing: choice, at: tenant, registry)
        guard let found = try await request(ticket.id, moment), try shown.isKept(as: found.row.digest),
            found.row.session == session.id, let application = found.application
        else { return .refused }
        let given = GivenAnswer(customer: self, found: found, application: application, moment: moment)
        if let hindrance = try given.hindrance(to: answer) { return hindrance }
        let wasRemembered = registry.waitingRows.forget(place(of: ticket.id))
        do {
            return try await take(answer, given)
        } catch let overtaken as Overtaken {
            // What is remembered is used once: it may have been answered or ended since.
            if wasRemembered { return try await self.answer(ticket.plaintext, answer, choice) }
            return .startAgain(overtaken.wayBack)
        }
    }

    private func place(of ticket: String) -> RecentReads.Place {
        RecentReads.Place(tenant: tenant.id, id: ticket)
    }

    /// What a ticket stands for, and everything an answer to it depends on.
    ///
    /// What was shown a moment ago may still be on its way into the database; a transaction comes after it.
    private func request(_ ticket: String, _ moment: AnswerMoment) async throws -> FoundRequest? {
        let companies = knownCompanies.flatMap { $0.only?.text == moment.choice.company ? $0 : nil }
        let known = registry.waitingRows.known(place(of: ticket))
        let finding: @Sendable (any Connection) throws -> FoundRequest? = { connection in
            try (known ?? connection.waitingRequest(ticket, tenant: tenant.id)).flatMap { row in
                try connection.found(
                    row,
                    for: account.id,
                    amongKnown: companies,
                    tenant: tenant.id,
                    application: registry.remembered(row.subject, at: tenant.id, moment.now)
                )
            }
        }
        let reach = Reach.tenant(tenant.id)
        guard known != nil else { return try await registry.database.transaction(reach, finding) }
        return try await registry.database.read(reach, finding)
    }

    private func take(_ answer: ConsentAnswer, _ given: GivenAnswer) async throws -> ConsentOutcome {
        // What is compared and signed here keeps nobody waiting who wants to write.
        let agreement = answer == .allow ? try given.agreement() : nil
        let taken = try await registry.database.transaction(.tenant(tenant.id)) { transaction in
            let writing = WrittenAnswer(given: given, transaction: transaction)
            return try agreement.map(writing.allow) ?? writing.deny()
        }
        if taken.tookAway { registry.recentReads.forgetEverywhere() }
        if case .answer(let sent) = taken.outcome {
            note(answer == .allow ? .allowed : .cancelled, of: given.application, at: sent.redirectURI.text)
        }
        return taken.outcome
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
    let ticket: String
    let now: Date
    let choice: ConsentChoice
    let code: SecretText
    let codeDigest: [UInt8]
    let grantID: String
    let stepID: String

    fileprivate init(
        of ticket: String,
        choosing choice: ConsentChoice,
        at tenant: Tenant,
        _ registry: ApplicationRegistry
    ) {
        self.ticket = ticket
        self.choice = choice
        now = registry.clock()
        code = registry.newSecret(.code, at: tenant)
        codeDigest = code.digest(with: registry.secretKeys)
        grantID = registry.newGrantID()
        stepID = registry.newStepID()
    }
}

/// What became of an answer.
struct TakenAnswer: Sendable {
    let outcome: ConsentOutcome

    /// Tokens that were good for something are good for less, or for nothing.
    var tookAway = false
}
