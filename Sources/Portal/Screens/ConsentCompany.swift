import Registry
import Web

/// Whose data it is about, for a customer who acts for several companies: nothing is chosen for them.
struct ConsentCompany: Component {
    let subject: ConsentSubject
    let disclosure: Disclosure
    let form: String?
    let words: ConsentWords

    /// The field's name in the form, and the beginning of its controls' ids.
    static let name = "company"

    /// To what an error leads.
    private static let first = "\(name)-0"

    var body: HTML {
        if !subject.companies.isEmpty {
            FieldGroup(first: Self.first, legend: words.whichCompany, problems: problems) {
                if let current = disclosure.connectedFor { consequence(current) }
                for (place, company) in subject.companies.enumerated() { choice(company, place) }
            }
        }
    }

    /// Told above everything, where the customer has not chosen.
    var problems: [FieldProblem] {
        guard subject.mending != nil else { return [] }
        let prefix = DoorWords(subject.language).signIn.error
        return [FieldProblem(field: Self.first, message: words.chooseCompany, prefix: prefix)]
    }

    private func consequence(_ current: String) -> HTML {
        p(.class("note")) {
            words.isConnectedFor.filled { gap in
                bdi { gap == .company ? current : disclosure.application }
            }
        }
    }

    private func choice(_ company: Company, _ place: Int) -> HTML {
        let id = "\(Self.name)-\(place)"
        return div(.class("choice")) {
            input(
                .type("radio"),
                .id(id),
                .name(Self.name),
                .value(company.text),
                .form(form ?? "").when(form != nil)
            )
            label(.for(id)) { bdi { company.text } }
        }
    }
}
