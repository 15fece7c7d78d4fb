package import FoundationEssentials

/// Handing over a secret that the tenant's people asked for: it is made in the moment an owner takes it, and never kept.

/// What the link of an owner's letter leads to.
package enum SecretHandover: Sendable {
    case ready(SecretClaim, Application)

    /// There is no room for another; the link waits.
    case full(SecretClaim, Application)
    case collected(Application, by: EmailAddress?, at: Date)

    /// Too old, replaced by a later one, or none of this partner's.
    case gone
}

/// A client secret in the one moment it can be read.
package struct CollectedSecret: Sendable {
    package let secret: SecretText
    package let member: MemberAccess
}

extension PartnerAccess {
    /// What a link is good for, without using it; throws ``MemberRefusal`` where an Owner has to collect it.
    package func secretHandover(_ link: String) async throws -> SecretHandover {
        switch try await registry.look(at: link, .collectSecret, at: tenant) {
        case .gone: return .gone
        case .open(let facts):
            let claim = try SecretClaim(facts)
            guard let owner = try await owner(of: claim) else { return .gone }
            let live = try await owner.secrets().filter(\.isLive).count
            return live < ClientSecret.maxLive
                ? .ready(claim, owner.application) : .full(claim, owner.application)
        case .used(let facts, _):
            guard let owner = try await owner(of: SecretClaim(facts)),
                let (person, date) = try await owner.collection(of: SecretClaim(facts))
            else { return .gone }
            return .collected(owner.application, by: person, at: date)
        }
    }

    /// The secret that is made for a link, once; nil where there is none to collect, or no more.
    ///
    /// Throws ``MemberRefusal`` where an Owner has to.
    package func collectSecret(_ link: String) async throws -> CollectedSecret? {
        guard case .ready(let claim, _) = try await secretHandover(link),
            let owner = try await owner(of: claim)
        else { return nil }
        do {
            return CollectedSecret(secret: try await owner.collect(claim, by: link), member: owner)
        } catch is SecretRefusal {
            return nil
        }
    }

    private func owner(of claim: SecretClaim) async throws -> MemberAccess? {
        do {
            return try await member(of: claim.application.text, atLeast: .owner)
        } catch MemberRefusal.notAMember {
            return nil
        }
    }
}

extension MemberAccess {
    /// Throws ``SecretRefusal``; a link that gave nothing is not used up.
    fileprivate func collect(_ claim: SecretClaim, by link: String) async throws -> SecretText {
        let secret = registry.newSecret(.clientSecret, at: tenant)
        let label = SecretLabel(text: claim.rotation.label, ticket: claim.reference, createdBy: actor)
        let member = self
        try await change(atLeast: .owner) { transaction, current, now in
            let tenant = member.tenant.id
            let used = try member.registry.use(
                link,
                .collectSecret,
                in: transaction,
                tenant: tenant,
                at: now
            )
            guard used != nil else { throw SecretRefusal.alreadyCreated }
            let live = try transaction.liveSecrets(of: current.id, tenant: tenant, at: now)
            guard live.count < ClientSecret.maxLive else { throw SecretRefusal.tooMany }
            // What the owners have made meanwhile is not what was to be replaced.
            let older = live.filter { $0.createdAt <= claim.askedAt }
            try member.add(
                secret,
                label,
                beside: older,
                for: claim.rotation.others,
                current,
                transaction,
                now
            )
            return Change(.secretCollected, [("rotation", claim.reference), ("secret", secret.id)])
        }
        return secret
    }

    /// Who collected a secret, and when.
    fileprivate func collection(of claim: SecretClaim) async throws -> (by: EmailAddress?, at: Date)? {
        try await reading { connection, application, tenant in
            try connection.run(
                """
                SELECT s.created_at, a.email FROM client_secrets s LEFT JOIN accounts a
                    ON a.tenant = s.tenant AND a.id = substr(s.created_by, 9) AND a.role = 'partner'
                WHERE s.tenant = \(tenant) AND s.application = \(application) AND s.ticket = \(claim.reference)
                """
            ).first.map { (try $0.optionalText(1).flatMap(EmailAddress.init), try $0.date(0)) }
        }
    }
}
