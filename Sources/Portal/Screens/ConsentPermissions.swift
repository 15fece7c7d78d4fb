import FoundationEssentials
import Registry
import Web

/// What a consent screen asks, with a box at each permission that may be left out.
struct ConsentPermissions: Component {
    let disclosure: Disclosure

    /// What the customer had ticked before they were asked again; nil for the first time.
    let ticked: Set<Int>?

    /// Nil where it is only looked at.
    let form: String?
    let words: ConsentWords

    private var mayChoose: Bool { disclosure.asked.contains { $0.choice != .required } }

    var body: HTML {
        section(.class("stack"), .aria("labelledby", "can")) {
            h2(.id("can")) {
                if disclosure.asksForMore {
                    words.newPermissions
                } else {
                    words.willBeAble.around(disclosure.application)
                }
            }
            if mayChoose { p(.class("note")) { words.mayLeaveOut } }
            if disclosure.asked.isEmpty { p { words.onlyAnAccount } } else { list(disclosure.asked) }
            if !disclosure.alreadyAllowed.isEmpty {
                details {
                    summary { "\(words.alreadyAllowed) (\(disclosure.alreadyAllowed.count))" }
                    list(disclosure.alreadyAllowed)
                }
            }
        }
    }

    /// As many as can be taken in without headings (ux B3).
    private static let mostInOneList = 8

    /// In parts where there are many; a box is named by its place in the whole list.
    @HTMLBuilder private func list(_ permissions: [Disclosure.Permission]) -> HTML {
        let placed = Array(permissions.enumerated())
        if placed.count <= Self.mostInOneList {
            list(placed)
        } else {
            for group in OfferedScope.Group.allCases {
                let part = placed.filter { $0.element.group == group }
                if !part.isEmpty {
                    h3 { words.heading(of: group) }
                    list(part)
                }
            }
        }
    }

    private func list(_ placed: [(offset: Int, element: Disclosure.Permission)]) -> HTML {
        ul(.class("scopes")) {
            for (place, permission) in placed {
                if permission.choice == .required {
                    PermissionItem(permission: permission, sensitive: words.sensitive)
                } else {
                    box(permission, place)
                }
            }
        }
    }

    private func box(_ permission: Disclosure.Permission, _ place: Int) -> HTML {
        li(
            .class(permission.kind.onlyShows(under: permission.group) ? "pick" : "pick write"),
            permission.sentence.dir
        ) {
            input(
                .type("checkbox"),
                .id("pick-\(place)"),
                .name("pick"),
                .value("\(place)"),
                .form(form ?? "").when(form != nil),
                .disabled.when(form == nil),
                .checked.when(ticked?.contains(place) ?? (permission.choice == .ticked))
            )
            label(.for("pick-\(place)"), permission.sentence.lang) { strong { permission.sentence.text } }
            PermissionNotes(permission: permission, sensitive: words.sensitive)
        }
    }
}

/// A permission that stands or falls with the rest.
struct PermissionItem: Component {
    let permission: Disclosure.Permission
    let sensitive: String

    var body: HTML {
        li(
            .class(permission.kind.onlyShows(under: permission.group) ? "read" : "write"),
            permission.sentence.dir
        ) {
            strong(permission.sentence.lang) { permission.sentence.text }
            PermissionNotes(permission: permission, sensitive: sensitive)
        }
    }
}

extension OfferedScope.Kind {
    /// What is sensitive may change something too, unless the tenant tells it under View.
    func onlyShows(under group: OfferedScope.Group) -> Bool {
        self == .read || self == .sensitive && group == .view
    }
}

private struct PermissionNotes: Component {
    let permission: Disclosure.Permission
    let sensitive: String

    var body: HTML {
        if permission.kind == .sensitive { span(.class("tag warn")) { sensitive } }
        span(.class("note"), permission.detail.lang, permission.detail.dir) { permission.detail.text }
    }
}

/// What is different since the customer allowed the application the last time (feature 9).
struct ConsentChanges: Component {
    let disclosure: Disclosure
    let words: ConsentWords

    var body: HTML {
        if let since = disclosure.connectedSince, !disclosure.changes.isEmpty {
            section(.class("stack"), .aria("labelledby", "changes")) {
                h2(.id("changes")) {
                    words.changedSince
                    Day(since, in: words.months)
                }
                ul(.class("bullets")) { for change in disclosure.changes { li { sentence(change) } } }
            }
        }
    }

    @HTMLBuilder private func sentence(_ change: Disclosure.Change) -> HTML {
        switch change {
        case .name(let was): words.nameWas.around(was)
        case .publisher(let was):
            words.publisherWas.around(was.name)
            if !was.isVerified { " (\(words.notVerified))" }
        case .logo: words.logoIsNew
        case .returnsTo(let was): words.returnedTo.around(was)
        case .registration: words.registrationChanged
        }
    }
}
