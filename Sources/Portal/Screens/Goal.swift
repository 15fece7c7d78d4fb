import Registry
import Web

/// Where a partner wants to go once they are signed in: to what a link in a letter is about, to what a reference is
/// about, or nowhere in particular.
///
/// It travels from page to page by these few names, so that nobody is sent anywhere else.
struct Goal {
    /// What says it, in a query or a form.
    let fields: [(name: String, value: String)]

    /// What a link in a letter is called, and below what its page stands.
    private static let links = [
        ("invitation", "invitations"), ("transfer", "transfers"), ("handover", "handover"),
    ]

    init(_ wish: (_ name: String) -> String?) {
        let links = Goal.links.compactMap { name, _ in wish(name).map { [(name: name, value: $0)] } }
        if let link = links.first {
            fields = link
        } else if let application = wish("application"), let reference = wish("reference") {
            fields = [("application", application), ("reference", reference)]
        } else {
            fields = []
        }
    }

    /// What is asked for now, by somebody who has to sign in first.
    init(askedBy visit: Visit) {
        let steps = visit.request.path.dropFirst(visit.home.segmentCount)
        self.init { name in
            if let link = Goal.links.first(where: { $0.0 == name }) {
                return steps.first == link.1 ? steps.dropFirst().first : nil
            }
            guard steps.first == "applications", steps.last == "activity" else { return nil }
            return name == "application" ? visit.captured(name) : visit.queryValue(name)
        }
    }

    func path(_ visit: Visit, _ role: Role) -> Path {
        guard let first = fields.first else { return role.home(visit) }
        if let link = Goal.links.first(where: { $0.0 == first.name }) {
            return visit.path(link.1, first.value)
        }
        return visit.path("applications", first.value, "activity").with(query: Array(fields.dropFirst()))
    }
}

/// What a form carries that nobody fills in.
struct HiddenFields: Component {
    let fields: [(name: String, value: String)]

    var body: HTML {
        for field in fields { input(.type("hidden"), .name(field.name), .value(field.value)) }
    }
}
