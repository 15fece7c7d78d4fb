package import FoundationEssentials

/// A registered application and the secret that is shown this once.
package struct RegisteredApplication: Sendable {
    package let application: Application

    /// Nil for a public application, which keeps no secret (RFC 6749 §2.1).
    package let secret: SecretText?
}

/// Why an application was not registered or changed.
package enum RegistrationRefusal: Error, Equatable, Sendable {
    case tooMany(RegistrationLimit)

    /// The same form was sent before; this is what it registered.
    case alreadyRegistered(ClientID)

    /// Their account was disabled meanwhile.
    case ownerDisabled
    case redirectURI(RedirectURIProblem)
}

/// As many applications as there may be.
package enum RegistrationLimit: Equatable, Sendable {
    case ofPartner(Int)
    case ofPartnerInADay(Int)

    /// Of the tenant: nobody has looked at any of them.
    case unapproved
}

/// An application as its owner's lists show it.
package struct ApplicationSummary: Sendable {
    package let application: Application
    package let connectedCustomers: Int
    package let lastUsedAt: Date?
}

// MARK: - What may be done with it

extension PartnerAccess {
    /// Registers an application, to wait where it looks like one that customers know; throws ``RegistrationRefusal``.
    package func register(_ draft: ApplicationDraft) async throws -> RegisteredApplication {
        let brand = ApplicationBrand(profile: draft.profile, logo: draft.logo)
        let isHeld = try await registry.mustBeHeld(brand, ownedBy: account.id, at: tenant)
        return try await registry.register(
            draft,
            for: account,
            at: tenant,
            by: actor,
            from: provenance,
            isHeld: isHeld
        )
    }

    /// The applications this partner is a member of.
    package func applications() async throws -> [ApplicationSummary] {
        let (tenant, member) = (tenant.id, account.id)
        return try await registry.database.read(.tenant(tenant)) { connection in
            try connection.applications(withMember: member, tenant: tenant).map { application in
                try connection.summary(of: application, tenant: tenant)
            }
        }
    }
}

extension MemberAccess {
    /// Adds an address customers may be sent back to, where it is approved as a change that waits; throws
    /// ``RegistrationRefusal``.
    @discardableResult
    package func addRedirectURI(_ text: String) async throws -> EditOutcome {
        let (policy, tenant, member) = (tenant.policy, tenant.id, self)
        return try await change(atLeast: .developer) { transaction, current, now in
            let pending =
                current.approval == nil ? nil : try transaction.pendingRevision(of: current, tenant: tenant)
            do throws(RedirectURIProblem) {
                let listed = current.redirectURIs + (pending?.addedRedirectURIs ?? [])
                _ = try policy.adding(text, to: listed)
            } catch {
                throw RegistrationRefusal.redirectURI(error)
            }
            let (uri, detail) = (try RedirectURI(text), [("redirect_uri", text)])
            guard current.approval != nil else {
                try transaction.insert(uri, of: current.id, tenant: tenant, at: now)
                try member.tellOwners(of: text, isAdded: true, in: current, transaction, now)
                return Change(.redirectURIAdded, detail, revises: true)
            }
            try transaction.addPending(uri, to: current.id, tenant: tenant, at: now)
            let (brand, scopes) = (ApplicationBrand(current, pending), pending?.addedScopes ?? ScopeSet())
            try transaction.propose(brand, adding: scopes, to: current, tenant: tenant, at: now)
            try member.tellAdministrators(about: current, transaction, now)
            return Change(.revisionProposed, detail)
        }
    }

    /// Removes an address, and with it what was started through it (RU-10); one that waits for approval as well.
    ///
    /// One that is not on the list is gone already.
    package func removeRedirectURI(_ text: String) async throws {
        let (rule, tenant, member) = (tenant.policy.redirectMatch, tenant.id, self)
        try await change(atLeast: .developer) { transaction, current, now in
            if let uri = current.redirectURIs.first(where: { $0.text.isByteForByte(text) }) {
                try transaction.delete(uri, of: current.id, under: rule, tenant: tenant, at: now)
                try member.tellOwners(of: text, isAdded: false, in: current, transaction, now)
                return Change(.redirectURIRemoved, [("redirect_uri", text)], revises: true)
            }
            guard let pending = try transaction.pendingRevision(of: current, tenant: tenant),
                let uri = pending.addedRedirectURIs.first(where: { $0.text.isByteForByte(text) })
            else { return nil }
            try transaction.removePending(uri, from: current.id, tenant: tenant)
            let (brand, scopes) = (ApplicationBrand(current, pending), pending.addedScopes)
            try transaction.propose(brand, adding: scopes, to: current, tenant: tenant, at: now)
            return Change(.redirectURIRemoved, [("redirect_uri", text), ("waited", "yes")])
        }
    }

    private func tellOwners(
        of uri: String,
        isAdded: Bool,
        in application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        let letter = Letter.redirectURIChanged(
            application: .init(application),
            by: account.email.text,
            uri: uri,
            isAdded: isAdded,
            at: now
        )
        try tellOwners(letter, of: application, transaction, now)
    }

    /// How the application is used.
    package func summary() async throws -> ApplicationSummary {
        let application = application
        return try await reading { connection, _, tenant in
            try connection.summary(of: application, tenant: tenant)
        }
    }
}

extension ApplicationRegistry {
    func register(
        _ draft: ApplicationDraft,
        for owner: Account,
        at tenant: Tenant,
        by actor: Actor,
        from provenance: Provenance,
        isHeld: Bool = false
    ) async throws -> RegisteredApplication {
        let id = ClientID(text: "\(tenant.name.secretPrefix)_\(entropy.base62(22))")
        let secret = draft.kind == .public ? nil : newSecret(.clientSecret, at: tenant)
        let (now, ledger, digest) = (clock(), ledger, secret?.digest(with: secretKeys))
        let application = try await database.transaction(.tenant(tenant.id)) { transaction in
            guard try transaction.hold(owner.id, tenant: tenant.id) else {
                throw RegistrationRefusal.ownerDisabled
            }
            try transaction.checkRegistration(of: draft, by: owner.id, at: tenant)
            if case .partner = actor { try transaction.checkCrowd(around: owner.id, at: tenant, now) }
            try transaction.insert(draft, as: id, owner: owner.id, tenant: tenant.id, at: now)
            if isHeld { try transaction.setHeld(now, id, tenant: tenant.id) }
            try transaction.insertMember(owner.id, as: .owner, of: id, tenant: tenant.id, at: now)
            if let secret, let digest {
                let label = SecretLabel(text: "", ticket: draft.ticket, createdBy: actor)
                try transaction.insert(secret, digest, label, of: id, tenant: tenant.id, at: now)
            }
            try ledger.record(
                .applicationRegistered,
                of: id.text,
                by: actor,
                draft.ledgerDetail(isHeld: isHeld),
                from: provenance,
                in: transaction,
                tenant: tenant.id,
                at: now
            )
            if case .partner = actor { try self.warnOfMany(with: id, in: transaction, at: tenant, now) }
            guard let made = try transaction.application(id.text, tenant: tenant.id) else {
                throw DamagedRow(place: "applications")
            }
            if isHeld { try self.submit(held: made, by: owner.email, transaction, tenant.id, now) }
            return made
        }
        return RegisteredApplication(application: application, secret: secret)
    }

    /// Writes to administrators where unapproved applications have become many.
    private func warnOfMany(
        with id: ClientID,
        in transaction: any Connection,
        at tenant: Tenant,
        _ now: Date
    ) throws {
        try raiseIfMany(with: id, in: transaction, tenant: tenant.id, at: now)
        try warn(of: .unapproved, in: transaction, at: tenant, now)
    }
}

extension ApplicationDraft {
    fileprivate func ledgerDetail(isHeld: Bool) -> [(String, String)] {
        [("company_name", profile.companyName.text), ("kind", kind.rawValue)]
            + (isHeld ? [("held", "yes")] : [])
    }
}
