import FoundationEssentials
import Registry

extension TenantFile {
    /// A tenant written as its file: JSON, which is JSON5 as well.
    static func text(of tenant: Tenant, logo: [UInt8]?) -> String {
        let settings = tenant.settings
        return JSON.object([
            ("name", .text(tenant.name.text)),
            ("hosts", .list(settings.hosts.map { .text($0) })),
            ("brand", .object(members(of: settings.brand, logo: logo))),
            ("scopes", .list(settings.scopes.map { .object(members(of: $0)) })),
            ("neverAllows", .list(settings.limitsShown.map { .object(members(of: $0)) })),
            ("policy", .object(members(of: settings.policy))),
            ("profile", .text(settings.wireProfile)),
        ]).indented()
    }

    private static func members(of brand: Brand, logo: [UInt8]?) -> [(String, JSON)] {
        let optional = [
            ("supportEmail", brand.supportEmail), ("helpPage", brand.helpPage),
            ("privacyPolicy", brand.privacyPolicy),
            ("logo", logo.map { "data:image/png;base64," + Data($0).base64EncodedString() }),
        ]
        return [
            ("displayName", .text(brand.displayName)), ("accent", .text(brand.accent.text)),
            ("dataDescription", .text(brand.dataDescription)),
        ] + optional.compactMap { name, text in text.map { (name, .text($0)) } }
    }

    private static func members(of scope: OfferedScope) -> [(String, JSON)] {
        let detail = scope.detail.isEmpty ? [] : [("detail", JSON.text(scope.detail))]
        return [("name", .text(scope.name.text)), ("sentence", .text(scope.sentence))] + detail
            + [("kind", .text(scope.kind.rawValue)), ("default", .bool(scope.isDefault))]
    }

    private static func members(of limit: Reassurance) -> [(String, JSON)] {
        [("sentence", .text(limit.sentence)), ("unless", .list(limit.unless.map { .text($0.text) }))]
    }

    private static func members(of policy: Policy) -> [(String, JSON)] {
        [
            ("registration", .text(policy.registration.rawValue)), ("review", .text(policy.review.rawValue)),
            ("grants", .list(policy.grants.map(\.rawValue).sorted().map { .text($0) })),
            ("codeSeconds", .number(policy.codeSeconds)),
            ("accessTokenSeconds", .number(policy.accessTokenSeconds)),
            ("refreshIdleSeconds", .number(policy.refreshIdleSeconds)),
            ("refreshAbsoluteSeconds", .number(policy.refreshAbsoluteSeconds)),
            ("requestSeconds", .number(policy.requestSeconds)),
            ("applicationsPerPartner", .number(policy.applicationsPerPartner)),
            ("redirectURIsPerApplication", .number(policy.redirectURIsPerApplication)),
        ]
    }
}

extension JSON {
    /// With a member or item on every line, for people who will edit it.
    func indented(by depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { name, value in
                inner + String(decoding: JSON.text(name).bytes, as: UTF8.self) + ": "
                    + value.indented(by: depth + 1)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        case .list(let items) where items.contains(where: \.isObject):
            return "[\n" + items.map { inner + $0.indented(by: depth + 1) }.joined(separator: ",\n")
                + "\n\(outer)]"
        default:
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private var isObject: Bool { if case .object = self { true } else { false } }
}
