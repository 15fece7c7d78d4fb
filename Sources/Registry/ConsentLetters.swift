import FoundationEssentials

/// Writing to customers about what they allowed.
extension CustomerAccess {
    /// Tells the customer what the application may do now that it could not before.
    func write(
        about decision: ConsentDecision,
        given earlier: ConsentGrant?,
        _ language: String,
        to application: Application,
        _ grant: String,
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        let fresh = decision.row.scopes.subtracting(earlier?.scopes ?? ScopeSet())
        let sentences = tenant.offers(fresh).map { $0.sentence(in: language, at: tenant) }
        if earlier != nil, sentences.isEmpty { return }
        let about = Letter.Mention(application)
        let letter: Letter =
            earlier == nil
            ? .connected(application: about, grant: grant, sentences: sentences, at: now)
            : .permissionsGrew(application: about, grant: grant, sentences: sentences)
        try registry.outbox.post(
            letter,
            to: account.email,
            language: language,
            in: transaction,
            tenant: tenant.id,
            at: now
        )
    }
}
