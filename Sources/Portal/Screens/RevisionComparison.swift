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
        LabelledTable(
            id: "comparison",
            caption: "What is approved, and what is asked for",
            columns: ["What", "Approved", "Asked for"],
            rows: changes.map(row) + pending.addedRedirectURIs.map(added)
                + visit.tenant.offers(pending.addedScopes).map(added)
        )
    }

    private func row(_ change: BrandChange) -> [LabelledTable.Cell] {
        [
            .heading { change.field.label },
            .init { value(change.old, beside: nil, change.field) },
            .init { value(change.new, beside: change.old, change.field) },
        ]
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
    private func added(_ uri: RedirectURI) -> [LabelledTable.Cell] {
        let nearest = application.redirectURIs.map(\.text).min {
            MarkedText.distance(uri.text, $0) < MarkedText.distance(uri.text, $1)
        }
        return [
            .heading { "Redirect URI" },
            .init {
                if let nearest {
                    code { nearest }
                    p(.class("note")) { "Stays; the most similar one." }
                } else {
                    span(.class("note")) { "None" }
                }
            },
            .init {
                code {
                    if let nearest { MarkedText(uri.text, against: nearest) } else { mark { uri.text } }
                }
            },
        ]
    }

    private func added(_ scope: OfferedScope) -> [LabelledTable.Cell] {
        [
            .heading { "Permission" },
            .init { span(.class("note")) { "Not asked for" } },
            .init {
                mark { scope.sentence }
                " "
                code { scope.name.text }
            },
        ]
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
