import Registry
import Web

/// Taking permissions back, and disconnecting altogether (ux A13).
extension ConnectionScreens {
    static func askToNarrow(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        NarrowPage(grant: try await customer.requested(visit), visit: visit).page.response(to: visit)
    }

    static func narrow(_ customer: CustomerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let grant = try await customer.requested(visit)
        let kept = form.fields.filter { $0.name.isByteForByte("keep") }.map(\.value)
        let shown = visit.tenant.offers(grant.scopes).map(\.name)
        let taken = ScopeSet(
            shown.filter { name in !kept.contains { $0.isByteForByte(name.text) } }
        )
        guard try await customer.narrow(grant, by: taken) else {
            let mend = FieldProblem(
                field: "keep-0",
                message: "Untick at least one permission, or leave it as it is"
            )
            return NarrowPage(grant: grant, visit: visit, problems: [mend]).page.response(
                to: visit,
                .unprocessable
            )
        }
        let place = visit.path("account", "connections", grant.id)
        return .redirect(to: place.with(query: [("saved", "narrowed")]))
    }

    static func askToDisconnect(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let grant = try await customer.requested(visit)
        return DisconnectPage(grant: grant, visit: visit).page.response(to: visit)
    }

    static func disconnect(_ customer: CustomerAccess, _ form: Form, _ visit: Visit) async throws -> Response
    {
        let grant = try await customer.requested(visit)
        try await customer.disconnect(grant)
        return .redirect(to: visit.path("account", "connections").with(query: [("disconnected", grant.id)]))
    }
}

private struct NarrowPage {
    let grant: ConsentGrant
    let visit: Visit
    var problems: [FieldProblem] = []

    private var name: String { grant.application.displayName }

    var page: Page {
        let title = "Take permissions back from \(name)"
        return Page(title, .customers, problems: problems) {
            h1 {
                "Take permissions back from "
                bdi { name }
            }
            p { "Untick what it should no longer be able to do. It may ask you for that again." }
            form(
                .class("card"),
                .method("post"),
                .action(visit.path("account", "connections", grant.id, "narrow"))
            ) {
                SealField(seal: visit.seal(for: .customer))
                FieldGroup(first: "keep-0", legend: "It may keep", problems: problems) {
                    for (place, offer) in visit.tenant.offers(grant.scopes).enumerated() {
                        box(offer, place)
                    }
                }
                div(.class("row")) {
                    button(.class("btn primary")) { "Save permissions" }
                    a(.class("btn"), .href(visit.path("account", "connections", grant.id))) {
                        "Leave it as it is"
                    }
                }
            }
        }
    }

    private func box(_ offer: OfferedScope, _ place: Int) -> HTML {
        let wanted = visit.language.language.rawValue
        let detail = offer.detail(in: wanted, at: visit.tenant)
        return div(.class("choice")) {
            input(
                .type("checkbox"),
                .id("keep-\(place)"),
                .name("keep"),
                .value(offer.name.text),
                .checked
            )
            label(.for("keep-\(place)")) {
                strong { offer.sentence(in: wanted, at: visit.tenant).marked }
                span(.class("hint"), detail.lang, detail.dir) { detail.text }
            }
        }
    }
}

private struct DisconnectPage {
    let grant: ConsentGrant
    let visit: Visit

    private var name: String { grant.application.displayName }

    private var whoToAsk: HTML {
        HTML {
            "ask them"
            if let address = grant.application.profile.supportEmail {
                " at "
                bdi(.dir(.leftToRight)) { "\(address)" }
            }
            " to delete it"
        }
    }

    var page: Page {
        Page("Disconnect \(name)?", .customers) {
            h1 {
                "Disconnect "
                bdi { name }
                "?"
            }
            p {
                "It can no longer use \(visit.brand.dataDescription), from now on. Data it already has stays with it; "
                whoToAsk
                "."
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("account", "connections", grant.id, "disconnect"))
            ) {
                SealField(seal: visit.seal(for: .customer))
                button(.class("btn danger")) {
                    span {
                        "Disconnect "
                        bdi { name }
                    }
                }
                a(.class("btn"), .href(visit.path("account", "connections"))) { "Keep it connected" }
            }
        }
    }
}
