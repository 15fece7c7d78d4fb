/// An approved application whose name another one may be taken for.
package struct Lookalike: Sendable {
    package let application: Application
    package let likeness: NameLikeness
}

extension AdminAccess {
    /// What customers may take an application for, so that whoever decides about it sees both.
    ///
    /// Names that look like the provider's own are refused before there is an application (``CompanyName``).
    package func lookalikes(of application: Application) async throws -> [Lookalike] {
        let tenant = tenant.id
        let approved = try await registry.database.read(.tenant(tenant)) { connection in
            try connection.allApplications(tenant: tenant).filter(\.isApproved)
        }
        let looks = application.looks
        return approved.compactMap { other in
            guard other.id != application.id, other.owner != application.owner,
                let likeness = looks.compactMap({ look in other.looks.compactMap(look.likeness).min() }).min()
            else { return nil }
            return Lookalike(application: other, likeness: likeness)
        }
    }
}

extension Application {
    /// Every name that customers read of it.
    fileprivate var looks: [NameLook] {
        [profile.companyName, profile.applicationName].compactMap { $0.map { NameLook($0.text) } }
    }
}

extension NameLikeness: Comparable {
    /// The closer comes first.
    package static func < (one: NameLikeness, other: NameLikeness) -> Bool { one == .same && other != .same }
}
