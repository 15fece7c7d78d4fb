import Registry
import Web

struct PartnerNavigation: Component {
    let visit: Visit
    let isSignedIn: Bool
    let current: Page.Section?

    var body: HTML {
        nav(.aria("label", "Main")) {
            ul {
                if isSignedIn {
                    li {
                        a(
                            .href(visit.path("applications")),
                            .aria("current", "page").when(current == .applications)
                        ) { "Applications" }
                    }
                } else {
                    li { a(.href(visit.path("partners", "sign-in"))) { "Sign in" } }
                }
            }
        }
        if isSignedIn {
            AccountLink(visit: visit, role: .partner)
            SignOutForm(visit: visit, role: .partner, action: visit.path("partners", "sign-out"))
        }
    }
}

struct CustomerNavigation: Component {
    let visit: Visit

    var body: HTML {
        let place = visit.path("account", "connections")
        nav(.aria("label", "Main")) {
            ul {
                li {
                    a(.href(place), .aria("current", "page").when(visit.request.rawPath == place.text)) {
                        "Connected applications"
                    }
                }
            }
        }
    }
}

struct AdminNavigation: Component {
    let visit: Visit

    private var current: String { visit.request.rawPath }

    private var sections: [(place: String, words: String)] {
        [
            ("applications", "Applications"), ("scopes", "Permissions"), ("branding", "Branding"),
            ("settings", "Settings"), ("people", "People"), ("audit", "Audit log"),
        ]
    }

    var body: HTML {
        nav(.aria("label", "Main")) {
            ul {
                entry("To do", visit.path("admin"), isHere: visit.path("admin").text == current)
                for section in sections {
                    let place = visit.path("admin", section.place)
                    let isAccount = section.place == "people" && isBelow("accounts")
                    entry(section.words, place, isHere: isBelow(section.place) || isAccount)
                }
            }
        }
    }

    private func isBelow(_ section: String) -> Bool {
        current.hasPrefix(visit.path("admin", section).text)
    }

    private func entry(_ words: String, _ place: Path, isHere: Bool) -> HTML {
        li { a(.href(place), .aria("current", "page").when(isHere)) { words } }
    }
}

struct AccountLink: Component {
    let visit: Visit
    let role: Role

    var body: HTML { a(.class("own"), .href(role.account(visit))) { "Your account" } }
}

struct SignOutForm: Component {
    let visit: Visit
    let role: Role
    let action: Path

    var body: HTML {
        form(.method("post"), .action(action)) {
            SealField(seal: visit.seal(for: role))
            button(.class("plain")) { "Sign out" }
        }
    }
}
