import FoundationEssentials

/// What a customer chose along with the answer.
package struct ConsentChoice: Sendable, Hashable {
    /// How long access lasts.
    package enum Term: String, Sendable, CaseIterable {
        case untilDisconnected = "open"
        case month = "30"
        case week = "7"

        /// To the end that the customer set before.
        case asBefore = "kept"
    }

    /// The places of the ticked boxes among what was asked; nil for all.
    package let ticked: Set<Int>?
    package let term: Term

    /// The company the page named, or the customer chose; nil for none.
    package let company: String?

    package init(ticked: Set<Int>?, term: Term, company: String? = nil) {
        self.ticked = ticked
        self.term = term
        self.company = company
    }

    /// Everything, with no end.
    package static var everything: ConsentChoice { ConsentChoice(ticked: nil, term: .untilDisconnected) }
}

/// What an answer allows, out of what was shown and chosen.
struct ConsentDecision: Sendable {
    /// The optional scopes that were left out, by name.
    let unticked: Set<String>

    /// The consent as it will stand.
    let row: ConsentRow

    /// What this request gets of it.
    let granted: ScopeSet

    init(
        on row: WaitingRow,
        showing shown: Disclosure,
        given earlier: ConsentGrant?,
        _ choice: ConsentChoice,
        for company: Company?,
        at now: Date
    ) {
        let unticked = shown.asked.enumerated().filter { place, permission in
            permission.choice != .required && choice.ticked.map { !$0.contains(place) } ?? false
        }.map(\.element.scope)
        let left = ScopeSet(unticked.compactMap(Scope.init))
        let held = earlier?.scopes ?? ScopeSet()
        let displayed = ScopeSet((shown.asked + shown.alreadyAllowed).compactMap { Scope($0.scope) })
        granted = row.subject.scopes.intersection(displayed).subtracting(left)
        let scopes = held.subtracting(left).union(granted)
        let declined = (earlier?.declined ?? ScopeSet()).union(left).subtracting(scopes)
        self.unticked = Set(unticked)
        self.row = ConsentRow(
            application: row.subject.application,
            scopes: scopes,
            declined: declined,
            endsAt: choice.term.end(from: now, before: shown.endsAt),
            redirectURI: row.subject.redirectURI,
            revision: row.subject.revision,
            company: company
        )
    }
}

extension ConsentChoice.Term {
    fileprivate func end(from now: Date, before earlier: Date?) -> Date? {
        switch self {
        case .untilDisconnected: nil
        case .month: now.addingTimeInterval(30 * 86_400)
        case .week: now.addingTimeInterval(7 * 86_400)
        case .asBefore: earlier
        }
    }
}
