import Registry
import Web

/// What is approved beside what is asked for: one row a difference (feature 5).
struct RevisionComparison: Component {
    let application: Application
    let pending: PendingRevision
    let visit: Visit

    private var changes: [BrandChange] {
        ApplicationBrand(application).changes(
            to: ApplicationBrand(profile: pending.profile, logo: pending.logo)
        ).filter(\.field.waitsForApproval)
    }

    var body: HTML {
        div(.class("scroll"), .tabindex(0), .role("region"), .aria("labelledby", "comparison")) {
            table {
                caption(.class("vh"), .id("comparison")) { "What is approved, and what is asked for" }
                thead {
                    tr {
                        for heading in ["What", "Approved", "Asked for"] { th(.scope("col")) { heading } }
                    }
                }
                tbody {
                    for change in changes { row(change) }
                    for uri in pending.addedRedirectURIs { added(uri) }
                    for scope in visit.tenant.offers(pending.addedScopes) { added(scope) }
                }
            }
        }
    }

    private func row(_ change: BrandChange) -> HTML {
        tr {
            th(.scope("row")) { change.field.label }
            td { value(change.old, beside: nil, change.field) }
            td { value(change.new, beside: change.old, change.field) }
        }
    }

    @HTMLBuilder private func value(_ text: String, beside other: String?, _ field: BrandChange.Field) -> HTML
    {
        if text.isEmpty {
            span(.class("note")) { "None" }
        } else if field == .logo {
            LogoOnBoth(logo: LogoDigest(text), visit: visit)
        } else {
            bdi {
                if let other { MarkedText(text, against: other) } else { text }
            }
        }
    }

    /// An address is compared with the one it is most easily taken for.
    private func added(_ uri: RedirectURI) -> HTML {
        let nearest = application.redirectURIs.map(\.text).min {
            MarkedText.distance(uri.text, $0) < MarkedText.distance(uri.text, $1)
        }
        return tr {
            th(.scope("row")) { "Redirect URI" }
            td {
                if let nearest {
                    code { nearest }
                    p(.class("note")) { "Stays; the most similar one." }
                } else {
                    span(.class("note")) { "None" }
                }
            }
            td {
                code {
                    if let nearest { MarkedText(uri.text, against: nearest) } else { mark { uri.text } }
                }
            }
        }
    }

    private func added(_ scope: OfferedScope) -> HTML {
        tr {
            th(.scope("row")) { "Permission" }
            td { span(.class("note")) { "Not asked for" } }
            td {
                mark { scope.sentence }
                " "
                code { scope.name.text }
            }
        }
    }
}

extension BrandChange.Field {
    var label: String {
        switch self {
        case .companyName: "Company name"
        case .applicationName: "Application name"
        case .logo: "Logo"
        case .website: "Website"
        case .privacyPolicy: "Privacy policy"
        case .terms: "Terms"
        case .supportEmail: "Support e-mail"
        case .purpose: "Purpose"
        }
    }
}

/// A logo as customers may meet it: on white, and on dark.
struct LogoOnBoth: Component {
    let logo: LogoDigest
    let visit: Visit

    var body: HTML {
        span(.class("row")) {
            for ground in ["white", "dark"] {
                span(.class("logo on-\(ground)")) {
                    img(
                        .src(LogoEndpoint.path(of: logo, size: 128, visit.home)),
                        .width(64),
                        .height(64),
                        .alt("Logo on \(ground)")
                    )
                }
            }
        }
    }
}
