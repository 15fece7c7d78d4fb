import FoundationEssentials

/// What an answer is given on, as it was found before its transaction.
struct AnswerGround: Sendable {
    let shown: Disclosure
    let company: Company?

    /// Whether anything is asked that the customer does not allow already.
    let isNew: Bool

    /// The consent that the answer changes, and the same without what allows more by now.
    let standing: ConsentGrant?
    let earlier: ConsentGrant?

    /// The one that it ends, because that is for another company.
    let replaced: ConsentGrant?

    /// Nil where something else would be shown by now; `lately` is what is remembered.
    init?(
        _ found: FoundRequest,
        _ application: Application,
        naming company: String?,
        at tenant: Tenant,
        on now: Date,
        lately: RecentDisclosures
    ) throws {
        guard case .about(let company) = found.companies.answer(naming: company) else { return nil }
        let live = found.consent.flatMap { $0.grant.isLive(at: now) ? $0 : nil }
        let known = try live?.opened(lately).standing(at: tenant)
        let isOther = live?.grant.isForAnother(than: company) ?? false
        let earlier = isOther ? nil : known?.grant
        isNew = !(earlier?.settles(found.row.subject.scopes, at: tenant) ?? false)
        // Two tabs may ask for the first time; what the second one says is right though the first was answered, unless
        // that was for another company, which a yes would end.
        let grounds = known == nil || isOther ? [known] : [known, nil]
        let shown = try found.disclosure(of: application, given: grounds, at: tenant, lately: lately)
        guard let shown, !isNew || !application.isFrozen else { return nil }
        self.shown = shown
        self.company = company
        self.earlier = earlier
        standing = isOther ? nil : live?.grant
        replaced = isOther ? live?.grant : nil
    }
}
