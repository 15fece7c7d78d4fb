import FoundationEssentials

/// A customer's answer before anything of it is written: what hinders it, and what a yes comes to.
struct GivenAnswer: Sendable {
    let customer: CustomerAccess
    let found: FoundRequest
    let application: Application
    let moment: AnswerMoment

    var row: WaitingRow { found.row }
    var subject: WaitingSubject { found.row.subject }
    var overtaken: Overtaken { Overtaken(wayBack: subject.wayBack) }

    /// Why an answer cannot be taken; nil where it can.
    func hindrance(to answer: ConsentAnswer) throws -> ConsentOutcome? {
        let now = moment.now
        if row.expiresAt <= now { return .expired(try row.waiting(for: application, at: now)) }
        guard application.isStill(subject), !application.isSuspended,
            subject.isStillPossible(for: application, under: customer.tenant.policy)
        else { return .startAgain(subject.wayBack) }
        guard answer == .allow else { return nil }
        switch found.companies.answer(naming: moment.choice.company) {
        case .about: return nil
        case .unsaid: return .needsCompany(subject.wayBack)
        case .overtaken: return .startAgain(subject.wayBack)
        }
    }

    /// What a yes comes to; throws ``Overtaken`` where something else would be shown by now.
    func agreement() throws -> Agreement {
        let ground = try AnswerGround(
            found,
            application,
            naming: moment.choice.company,
            at: customer.tenant,
            on: moment.now,
            lately: customer.registry.disclosures
        )
        guard let ground else { throw overtaken }
        let decision = ConsentDecision(
            on: row,
            showing: ground.shown,
            given: ground.earlier,
            moment.choice,
            for: ground.company,
            at: moment.now
        )
        let grant = ground.standing?.id ?? moment.grantID
        let receipt = receipt(of: decision, ground.shown, for: grant)
        return Agreement(
            ground: ground,
            decision: decision,
            grant: grant,
            step: step(of: decision, receipt, for: grant),
            detail: detail(of: decision, receipt)
        )
    }

    /// What was shown and allowed, signed.
    private func receipt(
        of decision: ConsentDecision,
        _ shown: Disclosure,
        for grant: String
    ) -> SignedReceipt {
        let receipt = SignedReceipt(
            signing: ConsentReceipt(
                id: moment.stepID,
                of: grant,
                shown,
                decision,
                by: customer.account,
                at: customer.tenant,
                on: moment.now
            ),
            with: customer.registry.receiptKey(of: customer.tenant)
        )
        customer.registry.disclosures.keep(receipt)
        return receipt
    }

    private func step(
        of decision: ConsentDecision,
        _ receipt: SignedReceipt,
        for grant: String
    ) -> ConsentStepRow {
        ConsentStepRow(
            id: moment.stepID,
            grant: grant,
            kind: .allowed,
            scopes: decision.row.scopes,
            endsAt: decision.row.endsAt,
            receipt: receipt
        )
    }

    /// For the ledger.
    private func detail(of decision: ConsentDecision, _ receipt: SignedReceipt) -> [(String, String)] {
        var detail = [("scopes", decision.granted.wire)] + decision.row.company.detail
        detail += [("receipt", moment.stepID), ("digest", base64URL(receipt.digest))]
        if subject.responseType == .token { detail.append(("grant", Grant.implicit.rawValue)) }
        return detail
    }
}

/// What a customer's yes comes to, ready to be written.
struct Agreement: Sendable {
    let ground: AnswerGround
    let decision: ConsentDecision

    /// The consent that is changed, or made.
    let grant: String
    let step: ConsentStepRow
    let detail: [(String, String)]

    /// Whether something that was allowed is allowed no longer, or not as long.
    var takesAway: Bool {
        guard let old = ground.standing else { return ground.replaced != nil }
        let ends = decision.row.endsAt ?? .distantFuture
        return !old.scopes.isSubset(of: decision.row.scopes) || ends < old.endsAt ?? .distantFuture
    }
}
