/// The language somebody reads letters in.
///
/// Whoever causes a letter to themselves gets it in the language of the page they did it on. For what others cause, the
/// language a customer last used is kept with their account, and the tenant's own stands in until there is one.
/// Partners and administrators read English, so nothing is kept for them.

// MARK: - What may be done with it

extension CustomerAccess {
    /// The language this customer last used; nil where they used none since it is kept.
    package var language: String? { session.language }

    /// Keeps the language this customer chose, if it is another than before.
    ///
    /// Nobody is turned away because this cannot be written now: they are written to in the one before.
    package func keep(language: String) async {
        guard language != session.language else { return }
        let (id, account) = (tenant.id, account.id)
        do {
            try await registry.database.transaction(.tenant(id)) { transaction in
                try transaction.keep(language, of: account, tenant: id)
            }
            registry.recentReads.sessions.forget(RecentReads.Place(tenant: id, id: session.id))
        } catch {}
    }
}

// MARK: - How it is kept

extension Connection {
    /// Writes only where it is another than before.
    func keep(_ language: String, of account: AccountID, tenant: TenantID) throws {
        try run(
            """
            UPDATE accounts SET language = \(language)
            WHERE tenant = \(tenant) AND id = \(account) AND coalesce(language, '') <> \(language)
            """
        )
    }

    /// What the customer with an address is written to in, whether or not there is one.
    func language(ofCustomer email: EmailAddress, at tenant: Tenant) throws -> String {
        let kept = try run(
            """
            SELECT language FROM accounts
            WHERE tenant = \(tenant.id) AND role = 'customer' AND email = \(email) AND closed_at IS NULL
            """
        ).first?.optionalText(0)
        return kept ?? tenant.language
    }
}
