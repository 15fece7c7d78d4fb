package import FoundationEssentials

/// What a person shows besides their password: a code of their authenticator app, each once, or a recovery code,
/// each once (SL-13).
package enum SecondFactor {
    static let recoveryCodes = 10
}

/// Why a code was not taken; one case, because a caller must not learn which part of it was right.
package enum SecondFactorRefusal: Error, Equatable, Sendable {
    case wrongCode
}

/// What is set up after the first code was right: shown once, in the answer to the request that made it.
package struct Enrolment: Sendable {
    /// In place of the cookie that came with the code.
    package let cookie: SecretText

    /// Each lets its owner in once without the app.
    package let recoveryCodes: [RecoveryCode]
}

/// 60 bits as three groups of four letters and digits, none of which looks like another.
package struct RecoveryCode: Sendable, CustomStringConvertible {
    package let plaintext: String

    init(_ entropy: Entropy) {
        let letters = entropy.bytes(12).map { Self.alphabet[Int($0 & 31)] }
        let groups = stride(from: 0, to: 12, by: 4).map { letters.dropFirst($0).prefix(4) }
        plaintext = String(decoding: Array(groups.joined(separator: [UInt8(ascii: "-")])), as: UTF8.self)
    }

    package var description: String { "RecoveryCode(hidden)" }

    /// What people type: capital letters, spaces and missing hyphens do not matter.
    fileprivate static func letters(of typed: String) -> [UInt8] {
        typed.utf8.prefix(64).filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

// MARK: - What may be done with it

/// Since when somebody has a second factor, and what is left of it.
package struct SecondFactorState: Sendable {
    package let setAt: Date
    package let recoveryCodesLeft: Int
}

extension ApplicationRegistry {
    func isFresh(_ session: Session, at tenant: Tenant) -> Bool {
        guard let shown = session.shownAt else { return false }
        return (0...Double(tenant.policy.confirmationSeconds)).contains(clock().timeIntervalSince(shown))
    }

    /// The key a session may set up: the same one until it was, so that looking at the page changes nothing, nor does
    /// proving once more who is there, which gives the session another id.
    func newKey(for session: Session, at tenant: Tenant) -> AuthenticatorKey {
        newKey(for: session, at: tenant, keyring.writing)
    }

    private func newKey(for session: Session, at tenant: Tenant, _ keys: DerivedKeys) -> AuthenticatorKey {
        let digest = keys.newFactors.digest(
            tenant.id.bytes,
            Array(session.account.id.text.utf8),
            Array("\(session.startedAt.milliseconds) \(session.secondFactorSetAt?.milliseconds ?? 0)".utf8)
        )
        return AuthenticatorKey(Array(digest.prefix(AuthenticatorKey.byteCount))) ?? AuthenticatorKey(entropy)
    }

    func prove(
        _ typed: String,
        of session: Session,
        at tenant: Tenant,
        in browser: String? = nil,
        from provenance: Provenance
    ) async throws -> SecretText {
        let account = session.account
        let cookie = newSecret(.session, at: tenant)
        let digest = cookie.digest(with: secretKeys)
        let letters = RecoveryCode.letters(of: typed)
        let recovery = recoveryDigests(letters, of: account.id, at: tenant)
        let step = try await key(of: account.id, at: tenant)?.step(
            of: String(decoding: letters, as: UTF8.self),
            at: clock()
        )
        let isProven = try await changePeople(of: tenant, by: account.actor, from: provenance) {
            transaction,
            record,
            now in
            let isRight =
                if let step {
                    try transaction.useUp(step: step, of: account.id, tenant: tenant.id)
                } else {
                    try transaction.useUp(recoveryCode: recovery, of: account.id, tenant: tenant.id, at: now)
                }
            guard isRight else {
                try record(.secondFactorRefused, account.id.text, [])
                return false
            }
            // The code stays unused where there is no session to prove any more.
            guard try transaction.renew(session.id, as: cookie.id, digest, tenant: tenant.id, at: now) else {
                throw SecondFactorRefusal.wrongCode
            }
            try transaction.noteSignIn(of: account.id, tenant: tenant.id, at: now)
            try self.note(letIn: browser, account, in: transaction, tenant, now)
            try record(step == nil ? .recoveryCodeUsed : .secondFactorShown, account.id.text, [])
            return true
        }
        guard isProven else { throw SecondFactorRefusal.wrongCode }
        return cookie
    }

    /// The key that the app was given, which may have been before another master key began to write.
    private func newKey(
        showing digits: String,
        for session: Session,
        at tenant: Tenant,
        _ now: Date
    ) -> (AuthenticatorKey, step: Int)? {
        for keys in keyring.all {
            let key = newKey(for: session, at: tenant, keys)
            if let step = key.step(of: digits, at: now) { return (key, step) }
        }
        return nil
    }

    func enrol(
        _ typed: String,
        of session: Session,
        at tenant: Tenant,
        replacing: Bool,
        isAtTheDoor: Bool = false,
        in browser: String? = nil,
        from provenance: Provenance
    ) async throws -> Enrolment {
        let (account, now) = (session.account, clock())
        let digits = String(decoding: RecoveryCode.letters(of: typed), as: UTF8.self)
        guard let (key, step) = newKey(showing: digits, for: session, at: tenant, now) else {
            try await changePeople(of: tenant, by: account.actor, from: provenance) { _, record, _ in
                try record(.secondFactorRefused, account.id.text, [])
            }
            throw SecondFactorRefusal.wrongCode
        }
        let cookie = newSecret(.session, at: tenant)
        let (digest, sealed) = (cookie.digest(with: secretKeys), seal(key, of: account.id, at: tenant))
        let codes = (0..<SecondFactor.recoveryCodes).map { _ in RecoveryCode(entropy) }
        let digests = codes.map {
            recoveryDigest(RecoveryCode.letters(of: $0.plaintext), of: account.id, at: tenant)
        }
        try await changePeople(of: tenant, by: account.actor, from: provenance) {
            transaction,
            record,
            now in
            let (id, place) = (account.id, tenant.id)
            if replacing { try transaction.deleteSecondFactor(of: id, tenant: place) }
            guard try transaction.insertSecondFactor(sealed, of: id, step: step, tenant: place, at: now),
                try transaction.renew(session.id, as: cookie.id, digest, tenant: place, at: now)
            else { throw SecondFactorRefusal.wrongCode }
            for digest in digests { try transaction.insert(recoveryCode: digest, of: id, tenant: place) }
            try transaction.endSessions(of: id, except: cookie.id, tenant: place)
            try transaction.noteSignIn(of: id, tenant: place, at: now)
            try self.note(letIn: browser, account, in: transaction, tenant, now)
            try record(.secondFactorSet, id.text, [])
            if !isAtTheDoor {
                try self.tell(account, isSet: true, at: tenant, from: provenance.address, now, transaction)
            }
        }
        return Enrolment(cookie: cookie, recoveryCodes: codes)
    }

    func removeSecondFactor(
        of account: AccountID,
        keeping session: String? = nil,
        at tenant: Tenant,
        by actor: Actor,
        _ provenance: Provenance
    ) async throws {
        try await changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            try transaction.deleteSecondFactor(of: account, tenant: tenant.id)
            try transaction.endSessions(of: account, except: session, tenant: tenant.id)
            // Whoever has no session there does it to somebody else.
            if session == nil { try transaction.requireFullRank(of: actor, tenant: tenant.id) }
            try record(.secondFactorRemoved, account.text, [])
            guard let owner = try transaction.account(account, tenant: tenant.id) else { return }
            // Where somebody else did it, their address is not the owner's business.
            let address = actor == owner.actor ? provenance.address : ""
            try self.tell(owner, isSet: false, at: tenant, from: address, now, transaction)
        }
    }

    /// Writes to whose second factor it is.
    private func tell(
        _ owner: Account,
        isSet: Bool,
        at tenant: Tenant,
        from address: String,
        _ now: Date,
        _ transaction: any Connection
    ) throws {
        let letter = Letter.secondFactorChanged(role: owner.role, isSet: isSet, at: now, from: address)
        try outbox.post(letter, to: owner.email, in: transaction, tenant: tenant.id, at: now)
    }

    /// Takes away the second factor of a partner who lost it; throws ``OperatorRefusal`` about anybody else, for an
    /// administrator's is reset among the administrators.
    func resetSecondFactor(
        ofPartner account: Account,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance
    ) async throws {
        guard account.role == .partner else {
            throw OperatorRefusal.noSuchAccount(account.email.text, .partner)
        }
        guard try await secondFactor(of: account.id, at: tenant) != nil else { return }
        try await removeSecondFactor(of: account.id, at: tenant, by: actor, provenance)
    }

    func secondFactor(of account: AccountID, at tenant: Tenant) async throws -> SecondFactorState? {
        try await database.read(.tenant(tenant.id)) { connection in
            try connection.secondFactor(of: account, tenant: tenant.id)
        }
    }

    func seal(_ key: AuthenticatorKey, of account: AccountID, at tenant: Tenant) -> [UInt8] {
        factorKeys.seal(key.bytes, at: factorPlace(account, tenant), entropy: entropy)
    }

    private func key(of account: AccountID, at tenant: Tenant) async throws -> AuthenticatorKey? {
        let sealed = try await database.read(.tenant(tenant.id)) { connection in
            try connection.sealedKey(of: account, tenant: tenant.id)
        }
        guard let sealed else { return nil }
        guard
            let key = try factorKeys.open(sealed, at: factorPlace(account, tenant)).flatMap(
                AuthenticatorKey.init
            )
        else { throw DamagedRow(place: "second_factors.sealed_key") }
        return key
    }

    func factorPlace(_ account: AccountID, _ tenant: Tenant) -> [UInt8] {
        Array("second factor \(tenant.id.number) \(account)".utf8)
    }

    private func recoveryDigest(_ letters: [UInt8], of account: AccountID, at tenant: Tenant) -> [UInt8] {
        secretKeys.digest(Self.recoveryPurpose, tenant.id.bytes, Array(account.text.utf8), letters)
    }

    /// Under each key, since a code is found by its digest.
    private func recoveryDigests(_ letters: [UInt8], of account: AccountID, at tenant: Tenant) -> [[UInt8]] {
        secretKeys.digests(Self.recoveryPurpose, tenant.id.bytes, Array(account.text.utf8), letters)
    }

    private static var recoveryPurpose: [UInt8] { Array("recovery code".utf8) }
}

extension TenantID {
    fileprivate var bytes: [UInt8] { Array("\(number)".utf8) }
}
