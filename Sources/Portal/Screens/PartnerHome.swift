import Registry
import Web

/// What a partner who was told "register your application with us" sees first (ux A1).
enum PartnerHome {
    static func show(_ visit: Visit) async throws -> Response {
        let isSignedIn = try await visit.partner() != nil
        return Page("Connect your software", .partners(signedIn: isSignedIn, current: nil)) {
            Introduction(visit: visit, isSignedIn: isSignedIn)
            HowItWorks(visit: visit)
            OfferedScopes(visit: visit)
            ForDevelopers(visit: visit)
        }.response(to: visit)
    }
}

private struct Introduction: Component {
    let visit: Visit
    let isSignedIn: Bool

    var body: HTML {
        section(.class("stack")) {
            h1 { "Connect your software to \(visit.brand.displayName)" }
            p(.class("lead")) {
                """
                Register your application, and \(visit.brand.displayName) customers can allow it to use their \
                \(visit.brand.displayName) data. You need a company name and a logo. It takes about two minutes.
                """
            }
            if !isSignedIn, visit.tenant.policy.registration != .open { ByInvitation(brand: visit.brand) }
            div(.class("row")) {
                if isSignedIn {
                    a(.class("btn primary"), .href(visit.path("applications", "new"))) {
                        "Register an application"
                    }
                    a(.class("btn"), .href(visit.path("applications"))) { "Your applications" }
                } else {
                    if visit.tenant.policy.registration == .open {
                        a(.class("btn primary"), .href(visit.path("partners", "sign-up"))) {
                            "Register an application"
                        }
                    }
                    a(.class("btn"), .href(visit.path("partners", "sign-in"))) { "Sign in" }
                }
            }
        }
    }
}

private struct HowItWorks: Component {
    let visit: Visit

    private var isReviewed: Bool { visit.tenant.policy.review == .reviewed }

    var body: HTML {
        section(.class("card"), .aria("labelledby", "how")) {
            h2(.id("how")) { "How it works" }
            ol(.class("steps")) {
                step(
                    "Register.",
                    "Give your company name and a logo. You receive a client ID and a client secret straight away."
                )
                step(
                    "Build and test.",
                    isReviewed
                        ? "Connect the test accounts you list before anybody checks your application."
                        : "Send customers to our consent screen, and exchange the code for a token."
                )
                step(
                    isReviewed ? "Get approved." : "Go live.",
                    isReviewed
                        ? "\(visit.brand.displayName) looks at your application. Then any customer can connect."
                        : "Any customer can connect at once. Until it is checked, they see “Not verified”."
                )
            }
        }
    }

    /// One item beside its number, so all of it stands in one element.
    private func step(_ title: String, _ words: String) -> HTML {
        li {
            span {
                strong { title }
                " \(words)"
            }
        }
    }
}

private struct OfferedScopes: Component {
    let visit: Visit

    var body: HTML {
        section(.class("card"), .aria("labelledby", "scopes")) {
            h2(.id("scopes")) { "What your application can ask for" }
            if visit.tenant.scopesOnOffer.isEmpty {
                p {
                    """
                    \(visit.brand.displayName) has not published its permissions yet. You can register now and \
                    choose permissions later.
                    """
                }
            } else {
                LabelledTable(
                    id: "scopes-c",
                    caption: "Permissions, table",
                    columns: ["Permission", "What customers read", "Access"],
                    rows: visit.tenant.scopesOnOffer.map(row)
                )
            }
        }
    }

    private func row(_ scope: OfferedScope) -> [LabelledTable.Cell] {
        [
            .heading { code { scope.name.text } }, .init { scope.sentence }, .init { scope.kind.words },
        ]
    }
}

private struct ForDevelopers: Component {
    let visit: Visit

    var body: HTML {
        section(.class("card"), .aria("labelledby", "developers")) {
            h2(.id("developers")) { "For your developers" }
            dl(.class("facts")) {
                div {
                    dt { "Server address" }
                    dd { code { visit.issuer } }
                }
                div {
                    dt { "Server metadata" }
                    dd {
                        a(.href(visit.path(".well-known", "oauth-authorization-server"))) {
                            "JSON (RFC 8414)"
                        }
                    }
                }
            }
            if visit.tenant.policy.manualIssuance {
                p {
                    "Need access to one customer only, without building a sign-in flow? "
                    a(.href(visit.path("partners", "ask-for-a-token"))) {
                        "Ask \(visit.brand.displayName) for a token"
                    }
                }
            }
        }
    }
}

extension OfferedScope.Kind {
    /// One word for a column.
    var words: String {
        switch self {
        case .read: "Read"
        case .change: "Change"
        case .sensitive: "Sensitive"
        }
    }
}
