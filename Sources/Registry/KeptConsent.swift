import FoundationEssentials

/// A consent that stands, with the receipt of the last time it was given as it is kept: few have to read that.
package struct KeptConsent: Sendable {
    package let grant: ConsentGrant
    let receipt: String?

    /// The same without what allows more by now than the customer agreed to.
    func standing(at tenant: Tenant) -> KeptConsent {
        KeptConsent(grant: grant.standing(at: tenant), receipt: receipt)
    }

    /// With what the application looked like.
    func opened(_ lately: RecentDisclosures) throws -> EarlierConsent {
        EarlierConsent(grant: grant, shown: try receipt.map(lately.appearance))
    }
}

// MARK: - How it is kept

extension KeptConsent {
    /// What ``init(_:_:)`` reads: a grant, then its last receipt.
    private static let columns: SQL =
        ConsentGrant.columns + """
            ,
                (SELECT r.document FROM consent_records r
                WHERE r.tenant = g.tenant AND r.grant_id = g.id AND r.document IS NOT NULL
                ORDER BY r.place DESC LIMIT 1)
            """
    static let columnCount = ConsentGrant.columnCount + 1

    static func select(of customer: AccountID, to application: ClientID, tenant: TenantID) -> SQL {
        "SELECT " + columns + """
             FROM grants g
            WHERE g.tenant = \(tenant) AND g.customer = \(customer) AND g.application = \(application)
                AND g.ended_at IS NULL
            """
    }

    /// Finds what a customer allows an application, and how many codes that gave `since`, counted to a limit.
    static func select(
        of customer: AccountID,
        to application: ClientID,
        codesSince since: Date,
        atMost limit: Int,
        tenant: TenantID
    ) -> SQL {
        "SELECT " + columns + """
            ,
                (SELECT count(*) FROM (SELECT 1 FROM authorization_codes c
                    WHERE c.tenant = g.tenant AND c.grant_id = g.id AND c.created_at > \(since)
                    LIMIT \(limit)) AS recent)
            FROM grants g
            WHERE g.tenant = \(tenant) AND g.customer = \(customer) AND g.application = \(application)
                AND g.ended_at IS NULL
            """
    }

    init(_ row: Row, _ application: Application) throws {
        grant = try ConsentGrant(row, application)
        receipt = try row.optionalText(ConsentGrant.columnCount)
    }
}
