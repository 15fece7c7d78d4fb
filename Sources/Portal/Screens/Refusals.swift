import Registry
import Web

/// Where a partner finds out what was wrong when a customer was stopped: by the reference on the customer's page.
enum RefusalScreens {
    static func lookUp(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let application = try await partner.requested(visit)
        let typed = (visit.queryValue("reference") ?? "").trimmingSpaces.uppercased()
        let isReference = (1...64).contains(typed.utf8.count)
        let found = isReference ? try await partner.refusedRedirect(typed, of: application) : nil
        return RefusalPage(visit: visit, application: application, typed: typed, found: found).page
            .response(to: visit)
    }

    static func path(_ application: Application, _ visit: Visit) -> Path {
        visit.path("applications", application.id.text, "refusals")
    }
}

private struct RefusalPage {
    let visit: Visit
    let application: Application
    let typed: String
    let found: RefusedRedirect?

    var page: Page {
        Page("Look up a reference", .partners(signedIn: true, current: .applications)) {
            h1 { "Look up a reference" }
            p {
                "A customer whom we could not send back to "
                bdi { application.displayName }
                " is shown a reference. With it you see which address was refused."
            }
            form(.class("stack"), .method("get"), .action(RefusalScreens.path(application, visit))) {
                TextField(
                    id: "reference",
                    label: "Reference",
                    value: typed,
                    hint: "It looks like 01JD-7F3K-Q2. We keep them for 30 days.",
                    direction: .leftToRight
                )
                div(.class("row")) { button(.class("btn")) { "Look up" } }
            }
            if let found {
                FoundRefusal(visit: visit, application: application, found: found)
            } else if !typed.isEmpty {
                p(.class("notice"), .role("status")) {
                    "There is no refused address under this reference for this application."
                }
            }
            p {
                a(.href(visit.path("applications", application.id.text))) {
                    "Back to "
                    bdi { application.displayName }
                }
            }
        }
    }
}

/// The address that was refused, and the button that registers it.
private struct FoundRefusal: Component {
    let visit: Visit
    let application: Application
    let found: RefusedRedirect

    var body: HTML {
        section(.class("card"), .aria("labelledby", "refused-h")) {
            h2(.id("refused-h")) { "This redirect URI is not registered" }
            p { code { found.address } }
            p(.class("note")) {
                "Refused on "
                Moment(CalendarText(found.refusedAt))
                ". Nothing was shared."
            }
            next
        }
    }

    private enum Next {
        case registered
        case ready(String)
        case impossible(String)
    }

    /// A part after `#` never reaches a server, so the same address without it is offered instead.
    private var judgement: Next {
        if application.redirectURIs.contains(where: { $0.text == found.address }) { return .registered }
        let address = found.address.withoutFragment
        if application.redirectURIs.contains(where: { $0.text == address }) { return .registered }
        do throws(RedirectURIProblem) {
            return .ready(try RedirectURI(address).text)
        } catch {
            return .impossible(error.message)
        }
    }

    @HTMLBuilder private var next: HTML {
        switch judgement {
        case .registered: p { "It has been registered since: customers can be sent there now." }
        case .impossible(let reason): p { "It cannot be registered as it is. \(reason)." }
        case .ready(let address):
            if address != found.address {
                p {
                    "The part after # cannot be registered; without it the address is "
                    code { address }
                }
            }
            p {
                """
                Add it only if it is yours: whoever makes a link chooses the address in it, and customers \
                who allow access are sent there.
                """
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("applications", application.id.text, "redirect-uris"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                input(.type("hidden"), .name("redirect_uri"), .value(address))
                button(.class("btn primary")) { "Add this address" }
            }
        }
    }
}
