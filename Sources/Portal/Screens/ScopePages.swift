import Registry
import Web

/// All permissions as customers read them, with how they are offered and how many applications have them.
struct ScopeListPage {
    let admin: AdminAccess
    let visit: Visit
    let uses: [Scope: Int]

    private var place: Path { visit.path("admin", "scopes") }

    var page: Page {
        Page("Permissions", .administrators) {
            Notice(text: notice)
            div(.class("heading")) {
                h1 { "Permissions" }
                if admin.rank == .full {
                    a(.class("btn"), .href(place.appending("new"))) { "Add a permission" }
                }
            }
            p { "What applications can ask your customers for, in the order customers read it." }
            if visit.tenant.settings.scopes.isEmpty {
                div(.class("empty")) {
                    p {
                        "There are no permissions yet. Applications learn who a customer is, and nothing else."
                    }
                }
            } else {
                ul(.class("card rows")) {
                    for scope in visit.tenant.settings.scopes { row(scope) }
                }
            }
        }
    }

    private func row(_ scope: OfferedScope) -> HTML {
        li {
            div {
                strong { scope.sentence }
                if scope.isRetired {
                    " "
                    span(.class("tag")) { "Retired" }
                }
                p(.class("note")) { scope.detail }
                p(.class("note")) {
                    code { scope.name.text }
                    " · \(standing(scope))"
                }
            }
            a(
                .class("btn small"),
                .href(place.appending("change").with(query: [("scope", scope.name.text)])),
                .aria(
                    "label",
                    "\(admin.rank == .full ? "Change" : "Show") \(scope.name.text)"
                )
            ) { admin.rank == .full ? "Change" : "Show" }
        }
    }

    private func standing(_ scope: OfferedScope) -> String {
        let facts = [
            scope.kind.words, scope.isDefault ? "default" : nil,
            scope.choice == .required ? nil : "optional", scope.needsApproval ? "needs approval" : nil,
            uses[scope.name].map { counted($0, "application") } ?? "not used",
            "languages filled: \(scope.languages(at: visit.tenant).count) of \(Language.allCases.count)",
        ]
        return facts.compactMap { $0 }.joined(separator: " · ")
    }

    private var staying: String {
        visit.queryValue("others") == "stay" ? " In other languages it still says what it said before." : ""
    }

    private var notice: String? {
        switch visit.queryValue("done") {
        case "added": "The permission is added."
        case "saved": "The permission is saved.\(staying)"
        case "asked": "The permission is saved. Customers are asked again.\(staying)"
        case "deleted": "The permission is deleted."
        case "gone": "Somebody deleted this permission while you were editing it."
        default: nil
        }
    }
}

/// Asks whether a permission that nobody has shall go, or says why it cannot.
struct DeleteScopePage {
    let scope: OfferedScope
    let uses: Int
    let basis: String
    let visit: Visit

    private var list: Path { visit.path("admin", "scopes") }

    var page: Page {
        Page("Delete \(scope.name.text)", .administrators) {
            h1 {
                "Delete "
                code { scope.name.text }
                "?"
            }
            ScopeList(scopes: ScopeSet([scope.name]), tenant: visit.tenant)
            if uses > 0 { inUse } else { form }
        }
    }

    private var inUse: HTML {
        div(.class("callout")) {
            p { "\(counted(uses, "application")) can ask for it, so it cannot be deleted." }
            p {
                a(.href(list.appending("change").with(query: [("scope", scope.name.text)]))) {
                    "Retire it instead"
                }
                ": new applications cannot ask for it."
            }
        }
    }

    private var form: HTML {
        Web.form(.class("stack"), .method("post"), .action(list.appending("delete"))) {
            SealField(seal: visit.seal(for: .admin))
            input(.type("hidden"), .name("basis"), .value(basis))
            input(.type("hidden"), .name("name"), .value(scope.name.text))
            p { "No application has it. It is gone at once, and can be added again." }
            div(.class("row")) {
                button(.class("btn danger")) { "Delete \(scope.name.text)" }
                a(.class("btn"), .href(list)) { "Cancel" }
            }
        }
    }
}
