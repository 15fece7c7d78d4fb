import FoundationEssentials

/// What customers know an application by, as far as it may be edited.
package struct ApplicationBrand: Sendable, Hashable {
    package var profile: ApplicationProfile
    package var logo: LogoDigest?

    package init(profile: ApplicationProfile, logo: LogoDigest?) {
        (self.profile, self.logo) = (profile, logo)
    }

    package init(_ application: Application) {
        self.init(profile: application.profile, logo: application.logo)
    }

    /// Checks a form as registration does; throws every problem in it.
    package init(_ form: ApplicationForm, logo: LogoDigest?, at tenant: Tenant) throws(ApplicationProblems) {
        var form = form
        (form.redirectURIs, form.scopes) = ([], nil)
        self.init(
            profile: try ApplicationDraft(form, logo: logo, needsLogo: false, at: tenant).profile,
            logo: logo
        )
    }

    /// The fields that differ, with both values, for the ledger and for whoever compares.
    package func changes(to new: ApplicationBrand) -> [BrandChange] {
        BrandChange.Field.allCases.compactMap { field in
            let (old, new) = (text(field), new.text(field))
            return old.isByteForByte(new) ? nil : BrandChange(field: field, old: old, new: new)
        }
    }

    /// One field as text, empty where there is nothing.
    func text(_ field: BrandChange.Field) -> String {
        switch field {
        case .companyName: profile.companyName.text
        case .applicationName: profile.applicationName?.text ?? ""
        case .logo: logo?.text ?? ""
        case .website: profile.website ?? ""
        case .privacyPolicy: profile.privacyPolicy ?? ""
        case .terms: profile.terms ?? ""
        case .supportEmail: profile.supportEmail ?? ""
        case .purpose: profile.purpose ?? ""
        }
    }
}

/// One field of a brand, before and after; empty where there is nothing.
package struct BrandChange: Sendable, Hashable {
    package enum Field: String, Sendable, CaseIterable {
        case companyName = "company_name"
        case applicationName = "application_name"
        case logo
        case website
        case privacyPolicy = "privacy_policy"
        case terms
        case supportEmail = "support_email"
        case purpose

        /// What the consent screen shows in its heading.
        fileprivate var isSeen: Bool { self == .companyName || self == .applicationName || self == .logo }

        /// What the tenant's people vouch for; the rest is between them and the partner.
        package var waitsForApproval: Bool { self != .supportEmail && self != .purpose }
    }

    package let field: Field
    package let old: String
    package let new: String

    fileprivate var detail: (String, String) { (field.rawValue, "“\(old)” → “\(new)”") }
}

/// What became of an edit.
package enum EditOutcome: Sendable, Equatable {
    case unchanged

    /// Customers see it now.
    case live

    /// Customers see what was approved until this is.
    case waits
}

// MARK: - What may be done with it

extension MemberAccess {
    /// Edits the brand: at once, or where it is approved as a change that waits for approval.
    package func edit(to brand: ApplicationBrand) async throws -> EditOutcome {
        let (tenant, member) = (tenant.id, self)
        let mustBeHeld = try await registry.mustBeHeld(
            brand,
            ownedBy: application.owner,
            besides: application.id,
            at: self.tenant
        )
        return try await change(atLeast: .developer) { transaction, current, now in
            guard current.approval != nil else {
                return try member.edit(unapproved: current, to: brand, mustBeHeld, transaction, now)
            }
            let change = try transaction.edit(approved: current, to: brand, tenant: tenant, at: now)
            if change?.action == .revisionProposed {
                try member.tellAdministrators(about: current, transaction, now)
                let proposed = ApplicationBrand(current).changes(to: brand)
                try member.tellOwners(of: proposed, waiting: true, in: current, transaction, now)
            }
            return change
        }
    }

    private func edit(
        unapproved current: Application,
        to brand: ApplicationBrand,
        _ mustBeHeld: Bool,
        _ transaction: any Connection,
        _ now: Date
    ) throws -> Change? {
        let changes = ApplicationBrand(current).changes(to: brand)
        if changes.isEmpty { return nil }
        try transaction.write(brand, of: current.id, tenant: tenant.id)
        try tellOwners(of: changes, waiting: false, in: current, transaction, now)
        try transaction.setHeld(mustBeHeld ? current.heldAt ?? now : nil, current.id, tenant: tenant.id)
        let isNews = mustBeHeld && !current.isHeld
        if isNews, let held = try transaction.application(current.id.text, tenant: tenant.id) {
            try registry.submit(held: held, by: account.email, transaction, tenant.id, now)
        }
        let held = mustBeHeld == current.isHeld ? [] : [("held", mustBeHeld ? "yes" : "no")]
        return Change(.applicationEdited, changes.map(\.detail) + held, revises: true)
    }

    /// Writes to the owners when customers see another name or logo (LO-14).
    private func tellOwners(
        of changes: [BrandChange],
        waiting: Bool,
        in application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        let fields = changes.map(\.field).filter(\.isSeen).map(\.rawValue)
        if fields.isEmpty { return }
        let (mention, author) = (Letter.Mention(application), account.email.text)
        let letter: Letter =
            waiting
            ? .brandProposed(application: mention, by: author, fields: fields, at: now)
            : .brandChanged(application: mention, by: author, fields: fields, at: now)
        try tellOwners(letter, of: application, transaction, now)
    }

    func tellOwners(
        _ letter: Letter,
        of application: Application,
        _ transaction: any Connection,
        _ now: Date
    ) throws {
        let owners = try transaction.ownerAddresses(of: application.id, tenant: tenant.id)
        try registry.outbox.post(letter, to: owners, in: transaction, tenant: tenant.id, at: now)
    }

    /// Sets what the application may ask for: less at once, more as ``edit(to:)`` does.
    package func setScopes(_ wanted: ScopeSet) async throws -> EditOutcome {
        let (tenant, offered, member) = (tenant.id, tenant.scopesOnOffer.map(\.name), self)
        return try await change(atLeast: .developer) { transaction, current, now in
            let waits = current.approval != nil
            let kept = current.scopes.intersection(wanted)
            let added = wanted.subtracting(current.scopes).intersection(ScopeSet(offered))
            let live = waits ? kept : kept.union(added)
            let pending = waits ? try transaction.pendingRevision(of: current, tenant: tenant) : nil
            let proposes = waits && added != pending?.addedScopes ?? ScopeSet()
            if live == current.scopes, !proposes { return nil }
            if live != current.scopes { try transaction.write(live, of: current.id, tenant: tenant) }
            if proposes {
                let brand = ApplicationBrand(current, pending)
                try transaction.propose(brand, adding: added, to: current, tenant: tenant, at: now)
            }
            if proposes, !added.isEmpty { try member.tellAdministrators(about: current, transaction, now) }
            return Change(
                proposes && !added.isEmpty ? .revisionProposed : .scopesChanged,
                [("scopes", "\(current.scopes.wire) → \(wanted.wire)")],
                revises: !live.isSubset(of: current.scopes)
            )
        }
    }
}

extension ApplicationBrand {
    /// The brand as it will be.
    package init(_ application: Application, _ pending: PendingRevision?) {
        self.init(profile: pending?.profile ?? application.profile, logo: pending?.logo ?? application.logo)
    }

    /// The same with what waits for no approval taken from `other`.
    fileprivate func taking(freeFieldsOf other: ApplicationBrand) -> ApplicationBrand {
        var mixed = self
        mixed.profile.supportEmail = other.profile.supportEmail
        mixed.profile.purpose = other.profile.purpose
        return mixed
    }
}

// MARK: - How it is kept

extension Connection {
    /// Lets through what customers are not told, and keeps the rest for the administrators.
    fileprivate func edit(
        approved current: Application,
        to brand: ApplicationBrand,
        tenant: TenantID,
        at now: Date
    ) throws -> Change? {
        let live = ApplicationBrand(current)
        let pending = try pendingRevision(of: current, tenant: tenant)
        let free = live.taking(freeFieldsOf: brand)
        if free != live { try write(free, of: current.id, tenant: tenant) }
        let before = ApplicationBrand(current, pending).taking(freeFieldsOf: brand)
        if before == brand {
            return free == live ? nil : Change(.applicationEdited, live.changes(to: free).map(\.detail))
        }
        let scopes = pending?.addedScopes ?? ScopeSet()
        let waits = try propose(brand, adding: scopes, to: current, tenant: tenant, at: now)
        return Change(waits ? .revisionProposed : .revisionWithdrawn, live.changes(to: brand).map(\.detail))
    }

    func write(_ brand: ApplicationBrand, of id: ClientID, tenant: TenantID) throws {
        let profile = brand.profile
        try run(
            """
            UPDATE applications SET company_name = \(profile.companyName),
                application_name = \(profile.applicationName), logo = \(brand.logo),
                website = \(profile.website), privacy_policy = \(profile.privacyPolicy),
                terms = \(profile.terms), support_email = \(profile.supportEmail), purpose = \(profile.purpose)
            WHERE tenant = \(tenant) AND id = \(id)
            """
        )
    }

    func write(_ scopes: ScopeSet, of id: ClientID, tenant: TenantID) throws {
        try run("UPDATE applications SET scopes = \(scopes) WHERE tenant = \(tenant) AND id = \(id)")
    }

    /// Counts a change, after which nobody's earlier approval is about this application.
    func revise(_ id: ClientID, tenant: TenantID) throws {
        try run("UPDATE applications SET revision = revision + 1 WHERE tenant = \(tenant) AND id = \(id)")
        try forgetFirstApproval(of: id, tenant: tenant)
    }
}
