import FoundationEssentials

/// Who somebody is to a tenant.
///
/// One person may be several, each with an account of its own.
package enum Role: String, Sendable, CaseIterable, Codable, Bindable {
    case partner, customer, admin
    package var binding: Value { rawValue.binding }
}

/// `acc_` and 22 random base-62 characters; also the `sub` of a customer's tokens, so it is no address.
package struct AccountID: Hashable, Sendable, Bindable, CustomStringConvertible {
    package let text: String
    package var description: String { text }
    package var binding: Value { text.binding }

    /// Whether a word has the form of one.
    static func isWritten(like word: Substring) -> Bool {
        word.utf8.count == 26 && word.utf8.starts(with: "acc_".utf8)
    }
}

/// A person's account with one tenant, in one role.
package struct Account: Sendable {
    package let id: AccountID
    package let role: Role
    package let email: EmailAddress
    package let name: String

    /// The company the person acts for; empty when unknown, and for a customer who acts for several.
    package let organisation: String
}

/// An account with what proves whose it is.
struct KnownAccount: Sendable {
    let account: Account
    let password: PasswordHash

    /// Whether somebody shut its owner out.
    let isDisabled: Bool
}

/// An address we could write to: checked as bytes, compared in lower case.
package struct EmailAddress: Hashable, Sendable, Bindable, CustomStringConvertible {
    package let text: String

    /// Nil unless `text` is `local@domain` in printable ASCII without spaces, quotes or angle brackets, at most
    /// 254 bytes (RFC 5321 §4.5.3.1), with a dot in the domain.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, bytes.allSatisfy(EmailAddress.mayContain),
            let at = bytes.firstIndex(of: UInt8(ascii: "@")), at == bytes.lastIndex(of: UInt8(ascii: "@"))
        else { return nil }
        let domain = bytes[bytes.index(after: at)...].split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard at > 0, at <= 64, domain.count >= 2, domain.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.text = text.lowercased()
    }

    private static func mayContain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !Array("\"<>(),:;\\[]".utf8).contains(byte)
    }

    package var domain: String { text.split(separator: "@").last.map(String.init) ?? "" }
    package var description: String { text }
    package var binding: Value { text.binding }
}

/// What is wrong with the details somebody signs up with.
package enum AccountProblem: Error, Equatable, Sendable {
    case missingName
    case nameTooLong

    /// It is more than a line, turns text around, or has an address of the web in it: it stands in letters and lists.
    case nameNotPlain
    case missingEmail
    case malformedEmail
    case missingPassword
    case shortPassword
    case longPassword
    case commonPassword
    case guessablePassword
    case passwordContainsContext
    case emailTaken
    case registrationClosed
}

extension AccountProblem {
    /// What is wrong with what somebody calls themselves.
    static func all(inName name: String) -> [AccountProblem] {
        if name.isEmpty { return [.missingName] }
        if name.length > 256 { return [.nameTooLong] }
        let isPlain = name.unicodeScalars.allSatisfy(\.isPlain) && NameAddress(in: name) == nil
        return isPlain ? [] : [.nameNotPlain]
    }
}

extension Unicode.Scalar {
    /// What Persian and the scripts of India need between letters (U+200C, U+200D), though it is not seen.
    private var isJoiner: Bool { (0x200C...0x200D).contains(value) }

    fileprivate var isPlain: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
        default: !properties.isBidiControl && (isJoiner || !properties.isDefaultIgnorableCodePoint)
        }
    }
}

/// The details of an account to be, checked.
package struct AccountDraft: Sendable {
    package let email: EmailAddress
    package let name: String
    package let companies: Companies
    package let password: String

    var organisation: String { companies.only?.text ?? "" }

    /// Checks everything and throws every problem found, in the order of the form.
    package init(
        email: String,
        name: String,
        companies: Companies = Companies(),
        password: String,
        at tenant: Tenant
    )
        throws(AccountProblems)
    {
        var problems = AccountProblem.all(inName: name)
        let address = EmailAddress(email)
        if address == nil { problems.append(email.isEmpty ? .missingEmail : .malformedEmail) }
        problems += Password.problems(in: password, of: address, at: tenant)
        guard let address, problems.isEmpty else { throw AccountProblems(all: problems) }
        self.email = address
        self.name = name
        self.companies = companies
        self.password = password
    }
}

package struct AccountProblems: Error, Equatable, Sendable {
    package let all: [AccountProblem]
}

/// The rules for passwords people choose (SL-08): length and not guessable, nothing about composition.
enum Password {
    static func problems(in password: String, of email: EmailAddress?, at tenant: Tenant) -> [AccountProblem]
    {
        if password.isEmpty { return [.missingPassword] }
        if password.unicodeScalars.count < 12 { return [.shortPassword] }
        if password.unicodeScalars.count > 128 { return [.longPassword] }
        let mailbox = email?.text.split(separator: "@").first.map(String.init) ?? ""
        let context = [mailbox, tenant.brand.displayName.lowercased()].filter { $0.utf8.count >= 4 }
        if context.contains(where: password.lowercased().contains) { return [.passwordContainsContext] }
        let guessing = PasswordGuessing(of: password, knowing: context)
        guard guessing.bits < fewestBits else { return [] }
        return [guessing.isFromLists ? .commonPassword : .guessablePassword]
    }

    /// A hundred million guesses, each of which costs an Argon2id of 64 MiB.
    private static let fewestBits = 26.6
}

// MARK: - What may be done with it

extension ApplicationRegistry {
    /// Creates an account in any role, for the operator.
    func add(
        _ draft: AccountDraft,
        as role: Role,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws -> Account {
        let hash = try await passwords.hash(draft.password, at: tenant.id)
        let id = AccountID(text: "acc_" + entropy.base62(22))
        let (now, ledger) = (clock(), ledger)
        return try await database.transaction(.tenant(tenant.id)) { transaction in
            let account = Account(
                id: id,
                role: role,
                email: draft.email,
                name: draft.name,
                organisation: draft.organisation
            )
            guard try transaction.insert(account, password: hash, tenant: tenant.id, at: now) else {
                throw AccountProblems(all: [.emailTaken])
            }
            try transaction.insert(draft.companies.choices, of: id, tenant: tenant.id)
            try ledger.record(
                .accountCreated,
                of: id.text,
                by: actor,
                [("role", role.rawValue)],
                from: provenance,
                in: transaction,
                tenant: tenant.id,
                at: now
            )
            return account
        }
    }
}

// MARK: - How it is kept

extension Connection {
    /// Says whether the account was added; it was not when its address is taken in this role.
    func insert(
        _ account: Account,
        password: PasswordHash,
        tenant: TenantID,
        at now: Date
    ) throws -> Bool {
        let added = try run(
            """
            INSERT INTO accounts (tenant, id, role, email, name, organisation, password, created_at)
            VALUES (\(tenant), \(account.id), \(account.role), \(account.email), \(account.name),
                \(account.organisation), \(password.text), \(now))
            ON CONFLICT (tenant, role, email) DO NOTHING
            RETURNING id
            """
        )
        return !added.isEmpty
    }

    /// Keeps others from deciding about an account until the transaction ends; no where it is disabled.
    func hold(_ id: AccountID, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE accounts SET name = name WHERE tenant = \(tenant) AND id = \(id) AND disabled_at IS NULL
            RETURNING id
            """
        ).isEmpty
    }

    /// The same where the account still has the password that was proved; no where it was changed or disabled.
    ///
    /// A password takes a while to prove, and another may have been set meanwhile (SL-12).
    func hold(_ id: AccountID, provenBy password: PasswordHash, tenant: TenantID) throws -> Bool {
        try !run(
            """
            UPDATE accounts SET name = name
            WHERE tenant = \(tenant) AND id = \(id) AND disabled_at IS NULL AND closed_at IS NULL
                AND password = \(password)
            RETURNING id
            """
        ).isEmpty
    }

    func set(_ password: PasswordHash, of id: AccountID, tenant: TenantID) throws {
        try run("UPDATE accounts SET password = \(password) WHERE tenant = \(tenant) AND id = \(id)")
    }

    func account(
        of email: EmailAddress,
        as role: Role,
        tenant: TenantID
    ) throws -> KnownAccount? {
        try run(
            """
            SELECT id, role, email, name, organisation, password, disabled_at FROM accounts
            WHERE tenant = \(tenant) AND role = \(role) AND email = \(email) AND closed_at IS NULL
            """
        ).first.map { row in
            KnownAccount(
                account: try Account(row, from: 0),
                password: PasswordHash(stored: try row.text(5)),
                isDisabled: try row.optionalDate(6) != nil
            )
        }
    }
}

extension Account {
    /// Reads id, role, email, name and organisation from five columns.
    init(_ row: Row, from column: Int) throws {
        id = AccountID(text: try row.text(column))
        guard let role = Role(rawValue: try row.text(column + 1)),
            let email = EmailAddress(try row.text(column + 2))
        else { throw DamagedRow(place: "accounts") }
        self.role = role
        self.email = email
        name = try row.text(column + 3)
        organisation = try row.text(column + 4)
    }
}
