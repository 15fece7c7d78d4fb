import FoundationEssentials

/// A new password for somebody who proves to read the account's mail (SL-10).
extension ApplicationRegistry {
    /// Writes to the address, if it has an account in this role; whoever asked cannot tell (SL-06).
    ///
    /// Where there is no account, or one that is disabled, the same rows are written, and the letter is one that nobody
    /// gets.
    package func askForNewPassword(
        _ email: EmailAddress,
        as role: Role,
        language: String? = nil,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        try await evenly {
            try await self.writeToReset(email, as: role, language, at: tenant, from: provenance)
        }
    }

    private func writeToReset(
        _ email: EmailAddress,
        as role: Role,
        _ language: String?,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        let known = try await database.read(.tenant(tenant.id)) {
            try $0.account(of: email, as: role, tenant: tenant.id)
        }
        let account = known?.isDisabled == false ? known?.account : nil
        let link = newLink(
            .resetPassword,
            about: account?.id.text ?? "nobody \(role.rawValue) \(email.text)",
            lasting: OneTimeLink.resetLife,
            at: tenant
        )
        let (now, id, ledger) = (clock(), tenant.id, ledger)
        try await database.transaction(.tenant(id)) { transaction in
            try ledger.record(
                .newPasswordAsked,
                of: known?.account.id.text ?? "unknown",
                by: .somebody,
                [("role", role.rawValue)],
                from: provenance,
                in: transaction,
                tenant: id,
                at: now
            )
            try self.keep(link, in: transaction, tenant: id)
            try self.outbox.post(
                .resetPassword(role: role, link: link.secret.plaintext),
                to: email,
                language: language,
                in: transaction,
                tenant: id,
                at: now,
                isForNobody: account == nil
            )
        }
    }

    /// Whose password a link sets, without using it; throws ``LinkRefusal``.
    package func accountToReset(_ link: String, as role: Role, at tenant: Tenant) async throws -> Account {
        let facts = try await facts(of: link, .resetPassword, at: tenant)
        let found = try await database.read(.tenant(tenant.id)) {
            try $0.account(AccountID(text: facts.subject), tenant: tenant.id)
        }
        guard let found, found.role == role else { throw LinkRefusal.gone }
        return found
    }

    /// Sets the password, ends every session and says so by mail; does not sign anybody in.
    ///
    /// Throws ``AccountProblems`` about the password, or ``LinkRefusal``.
    package func resetPassword(
        _ link: String,
        to password: String,
        as role: Role,
        language: String? = nil,
        at tenant: Tenant,
        from provenance: Provenance
    ) async throws {
        let account = try await accountToReset(link, as: role, at: tenant)
        let hash = try await checkedHash(password, of: account, at: tenant)
        let (now, id) = (clock(), tenant.id)
        try await recentReads.changing {
            try await database.transaction(.tenant(id)) { transaction in
                guard try self.use(link, .resetPassword, in: transaction, tenant: id, at: now) != nil else {
                    throw LinkRefusal.used
                }
                try self.change(
                    account,
                    to: hash,
                    by: .somebody,
                    provenance,
                    language,
                    in: transaction,
                    id,
                    now
                )
                try transaction.endSessions(of: account.id, tenant: id)
            }
        }
    }

    func checkedHash(_ password: String, of account: Account, at tenant: Tenant) async throws -> PasswordHash
    {
        let problems = Password.problems(in: password, of: account.email, at: tenant)
        guard problems.isEmpty else { throw AccountProblems(all: problems) }
        return try await passwords.hash(password, at: tenant.id)
    }

    /// Sets a password, kills what could still set another, and tells the account's owner.
    ///
    /// Tokens that customers gave away end with it: whoever knew the password may have given them (RT-08).
    func change(
        _ account: Account,
        to hash: PasswordHash,
        by actor: Actor,
        _ provenance: Provenance,
        _ language: String?,
        in transaction: any Connection,
        _ tenant: TenantID,
        _ now: Date
    ) throws {
        try transaction.set(hash, of: account.id, tenant: tenant)
        if account.role == .customer { try transaction.endTokens(of: account.id, tenant: tenant, at: now) }
        try transaction.endLinks(leadingInto: account.id, tenant: tenant)
        try outbox.post(
            .passwordChanged(role: account.role, at: now, from: provenance.address),
            to: account.email,
            language: language,
            in: transaction,
            tenant: tenant,
            at: now
        )
        try ledger.record(
            .passwordChanged,
            of: account.id.text,
            by: actor,
            from: provenance,
            in: transaction,
            tenant: tenant,
            at: now
        )
    }
}
