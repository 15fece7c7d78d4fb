package import FoundationEssentials

/// What a customer was shown and what they allowed, as it stood in that moment; it never changes.
///
/// Its text is signed with the tenant's key, so that whoever has the public key can check it without us. The
/// ledger has the text's digest.
package struct ConsentReceipt: Sendable, Decodable {
    package struct Customer: Sendable, Decodable {
        package let account: String
        package let email: String
        package let organisation: String
    }

    package let version: Int
    package let id: String
    package let tenant: String
    package let connection: String
    package let givenAt: Date
    package let customer: Customer
    package let shown: Disclosure

    /// What the customer was asked and allowed, by the names of the scopes.
    package let allowed: [String]
    package let leftOut: [String]

    /// Nil for access until the customer disconnects.
    package let endsAt: Date?

    init(
        id: String,
        of grant: String,
        _ shown: Disclosure,
        _ decision: ConsentDecision,
        by account: Account,
        at tenant: Tenant,
        on now: Date
    ) {
        version = 2
        self.id = id
        self.tenant = tenant.name.text
        connection = grant
        givenAt = now
        customer = Customer(
            account: account.id.text,
            email: account.email.text,
            organisation: decision.row.company?.text ?? ""
        )
        self.shown = shown
        let left = shown.asked.map(\.scope).filter { decision.unticked.contains($0) }
        allowed = shown.asked.map(\.scope).filter { !left.contains($0) }
        leftOut = left
        endsAt = decision.row.endsAt
    }
}

/// A receipt as it is handed out: its text, and what proves that we wrote it.
package struct SignedReceipt: Sendable {
    package let receipt: ConsentReceipt

    /// JSON as RFC 8785 has it; the signature is over these bytes.
    package let text: String
    package let signature: [UInt8]
    package let publicKey: [UInt8]

    init(signing receipt: ConsentReceipt, with key: SigningKey) {
        let bytes = receipt.json.bytes
        self.receipt = receipt
        text = String(decoding: bytes, as: UTF8.self)
        signature = key.signature(of: bytes)
        publicKey = key.publicKey
    }

    init(kept text: String, signature: [UInt8], _ key: SigningKey) throws {
        receipt = try value(ofCanonicalText: text)
        self.text = text
        self.signature = signature
        publicKey = key.publicKey
    }

    package var digest: [UInt8] { ReceiptSeal.digest(of: text) }
}

/// What checking a receipt needs to know, apart from any data of ours.
package enum ReceiptSeal {
    /// As it stands in the ledger.
    package static func digest(of text: String) -> [UInt8] { sha256(Array(text.utf8)) }

    package static func isValid(_ signature: [UInt8], of text: String, under publicKey: [UInt8]) -> Bool {
        isSignature(signature, of: Array(text.utf8), under: publicKey)
    }
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Signs a tenant's receipts; another one for each tenant.
    func receiptKey(of tenant: Tenant) -> SigningKey {
        receiptKeys.value(for: tenant.id) {
            SigningKey(seed: receiptSeed.digest(Array("\(tenant.id.number)".utf8)))
        }
    }

    /// By which everybody can check a receipt of this tenant.
    package func publicReceiptKey(of tenant: Tenant) -> [UInt8] { receiptKey(of: tenant).publicKey }
}

extension CustomerAccess {
    /// A receipt of this customer's own.
    package func receipt(_ id: String) async throws -> SignedReceipt? {
        let (tenant, account) = (tenant.id, account.id)
        let row = try await registry.database.read(
            """
            SELECT r.document, r.signature FROM consent_records r
            JOIN grants g ON g.tenant = r.tenant AND g.id = r.grant_id
            WHERE r.tenant = \(tenant) AND r.id = \(id) AND g.customer = \(account) AND r.document IS NOT NULL
            """,
            .tenant(tenant)
        ).first
        return try row.map { try SignedReceipt($0, registry.receiptKey(of: self.tenant)) }
    }

    /// The receipts behind what stands, by grant: what the customer agreed to last.
    package func lastReceipts(of grants: [ConsentGrant]) async throws -> [String: SignedReceipt] {
        let (tenant, key) = (tenant.id, registry.receiptKey(of: tenant))
        return try await registry.database.read(.tenant(tenant)) { connection in
            let answers = try connection.runAll(
                grants.map { SignedReceipt.selectLatest(of: $0, tenant: tenant) }
            )
            let found = try zip(grants, answers).compactMap { grant, rows in
                try rows.first.map { (grant.id, try SignedReceipt($0, key)) }
            }
            return Dictionary(found, uniquingKeysWith: { first, _ in first })
        }
    }
}

// MARK: - How it is kept

extension SignedReceipt {
    fileprivate init(_ row: Row, _ key: SigningKey) throws {
        try self.init(kept: try row.text(0), signature: try row.bytes(1), key)
    }

    fileprivate static func selectLatest(of grant: ConsentGrant, tenant: TenantID) -> SQL {
        """
        SELECT document, signature FROM consent_records
        WHERE tenant = \(tenant) AND grant_id = \(grant.id) AND document IS NOT NULL
        ORDER BY place DESC LIMIT 1
        """
    }
}
