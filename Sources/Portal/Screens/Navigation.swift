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
            OwnLinks(visit: visit, role: .partner, signOut: visit.path("partners", "sign-out"))
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

/// To one's own account, and out.
struct OwnLinks: Component {
    let visit: Visit
    let role: Role
    let signOut: Path

    var body: HTML {
        div(.class("own")) {
            a(.href(role.account(visit))) { "Your account" }
            form(.method("post"), .action(signOut)) {
                SealField(seal: visit.seal(for: role))
                button(.class("plain")) { "Sign out" }
            }
        }
    }
}
