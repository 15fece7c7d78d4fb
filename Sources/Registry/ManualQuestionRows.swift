import FoundationEssentials

extension Connection {
    /// Throws ``ManualRefusal``.
    func parties(to terms: ManualTerms, at tenant: Tenant, _ now: Date) throws -> ManualParties {
        guard let application = try application(terms.application, tenant: tenant.id) else {
            throw ManualRefusal.noSuchApplication
        }
        try tenant.requireByHand(terms.scopes, to: application)
        if terms.isByLetter, !tenant.policy.manualTokenByMail { throw ManualRefusal.notByLetter }
        if application.isSuspended || application.isFrozen { throw ManualRefusal.suspended }
        guard let known = try account(of: terms.customer, as: .customer, tenant: tenant.id) else {
            throw ManualRefusal.noSuchCustomer
        }
        if known.isDisabled { throw ManualRefusal.customerDisabled }
        let customer = known.account
        guard try mayConnect(customer, to: application, for: terms.scopes, at: tenant) else {
            throw ManualRefusal.mayNotConnect
        }
        if terms.lifetime == .unlimited, !(1...ManualRequest.maxReasonLength).contains(terms.reason.length) {
            throw ManualRefusal.needsReason
        }
        let standing = try standingGrant(to: application, of: customer.id, tenant: tenant.id)
        return ManualParties(
            application: application,
            customer: customer,
            isConnected: standing?.isLive(at: now) ?? false
        )
    }

    /// Says whether it had not been put to anybody yet, and is about this application.
    func put(
        _ reference: String,
        _ terms: ManualTerms,
        to parties: ManualParties,
        by admin: AccountID,
        until end: Date,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        try !run(
            """
            UPDATE manual_requests SET state = 'waiting', customer = \(parties.customer.id),
                email = \(terms.customer), scopes = \(terms.scopes), admin = \(admin), customer_asked_at = \(now),
                lifetime = \(terms.lifetime.seconds), by_letter = \(terms.isByLetter), expires_at = \(end)
            WHERE tenant = \(tenant) AND reference = \(reference) AND state = 'asked'
                AND application = \(parties.application.id)
            RETURNING reference
            """
        ).isEmpty
    }
}
