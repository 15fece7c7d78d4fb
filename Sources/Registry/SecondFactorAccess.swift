extension UnprovenAccess {
    /// Whether a code can be asked for; otherwise one has to be set up.
    package var hasSecondFactor: Bool { session.hasSecondFactor }

    /// The key to be set up in this session.
    package var newKey: AuthenticatorKey { registry.newKey(for: session, at: tenant) }

    /// Takes a code and answers with the cookie of a session that is let in, with a browser that is known from then
    /// on; throws ``SecondFactorRefusal``.
    package func prove(_ code: String, in browser: String? = nil) async throws -> SecretText {
        try await registry.prove(code, of: session, at: tenant, in: browser, from: provenance)
    }

    /// Sets the new key up, where there is none, once the app shows its code; throws ``SecondFactorRefusal``.
    package func enrol(_ code: String, in browser: String? = nil) async throws -> Enrolment {
        try await registry.enrol(
            code,
            of: session,
            at: tenant,
            replacing: false,
            isAtTheDoor: true,
            in: browser,
            from: provenance
        )
    }
}

extension AdminAccess {
    /// Whether a code was shown so lately that nobody asks again.
    package var isFresh: Bool { registry.isFresh(session, at: tenant) }

    /// Takes a code again and answers with the cookie that follows; throws ``SecondFactorRefusal``.
    package func confirm(_ code: String) async throws -> SecretText {
        try await registry.prove(code, of: session, at: tenant, from: provenance)
    }

    package var newKey: AuthenticatorKey { registry.newKey(for: session, at: tenant) }

    /// Puts another key in place of the one there is; throws ``SecondFactorRefusal``.
    package func enrolAgain(_ code: String) async throws -> Enrolment {
        try await registry.enrol(code, of: session, at: tenant, replacing: true, from: provenance)
    }

    package func secondFactor() async throws -> SecondFactorState? {
        try await registry.secondFactor(of: account.id, at: tenant)
    }
}

extension PartnerAccess {
    /// Whether a code, or the password where there is no second factor, was shown so lately that nobody asks again.
    package var isFresh: Bool { registry.isFresh(session, at: tenant) }
    package var hasSecondFactor: Bool { session.hasSecondFactor }
    package var newKey: AuthenticatorKey { registry.newKey(for: session, at: tenant) }

    package func confirm(_ code: String) async throws -> SecretText {
        try await registry.prove(code, of: session, at: tenant, from: provenance)
    }

    /// Takes the password again, where there is no second factor, and answers with the cookie that follows; throws
    /// ``WrongPassword``.
    package func confirm(password: String) async throws -> SecretText {
        if hasSecondFactor { throw WrongPassword() }
        let proven = try await own.prove(password)
        let (session, tenant) = (session, tenant)
        let cookie = registry.newSecret(.session, at: tenant)
        let digest = cookie.digest(with: registry.secretKeys)
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            guard try transaction.hold(session.account.id, provenBy: proven, tenant: tenant.id),
                try transaction.renew(session.id, as: cookie.id, digest, tenant: tenant.id, at: now)
            else { throw WrongPassword() }
            try record(.passwordShown, session.account.id.text, [])
        }
        return cookie
    }

    /// Sets one up; throws ``SecondFactorRefusal``, also when there is one already.
    package func enrol(_ code: String) async throws -> Enrolment {
        try await registry.enrol(code, of: session, at: tenant, replacing: false, from: provenance)
    }

    package func secondFactor() async throws -> SecondFactorState? {
        try await registry.secondFactor(of: account.id, at: tenant)
    }

    /// Goes back to the password alone; every other session ends.
    package func removeSecondFactor() async throws {
        try await registry.removeSecondFactor(
            of: account.id,
            keeping: session.id,
            at: tenant,
            by: actor,
            provenance
        )
    }
}

extension OperatorAccess {
    /// Gives an administrator who has no second factor this one, for a demonstration.
    package func set(_ key: AuthenticatorKey, of email: String) async throws {
        guard let email = EmailAddress(email), let account = try await account(of: email, as: .admin) else {
            throw OperatorRefusal.noSuchAccount(email, .admin)
        }
        let sealed = registry.seal(key, of: account.id, at: tenant)
        try await registry.changePeople(of: tenant, by: actor, from: provenance) { transaction, record, now in
            guard
                try transaction.insertSecondFactor(
                    sealed,
                    of: account.id,
                    step: 0,
                    tenant: tenant.id,
                    at: now
                )
            else { return }
            try record(.secondFactorSet, account.id.text, [])
        }
    }

    /// Lets a partner who lost phone and recovery codes in with the password alone; throws ``OperatorRefusal``.
    package func resetSecondFactor(of account: Account) async throws {
        try await registry.resetSecondFactor(ofPartner: account, at: tenant, by: actor, from: provenance)
    }

    private func account(of email: EmailAddress, as role: Role) async throws -> Account? {
        let tenant = tenant.id
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.account(of: email, as: role, tenant: tenant)?.account
        }
    }
}
