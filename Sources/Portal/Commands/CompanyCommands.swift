import Registry

extension AccountCommands {
    static let companies = Command(
        name: "account companies",
        summary: "Say which companies a customer acts for, or show them",
        details: """
            All of them are listed anew. Who acts for several chooses one on the consent screen, and the application
            gets that one's data. What was allowed for a company that is not listed any more ends at once.
            """,
        options: [
            .tenant,
            .required("email", "EMAIL", "The customer"),
            .repeated("organisation", "NAME", "A company they act for; without it nothing is changed"),
            .flag("yes", "End what was allowed for companies that are not listed"),
        ],
        work: .atTheDesk(setCompanies)
    )

    private static func setCompanies(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        let typed = call.required("email")
        guard let email = EmailAddress(typed) else {
            throw WrongUse(
                problems: ["“\(typed)” is not an e-mail address"],
                hint: "--email names a customer's account"
            )
        }
        let companies = try companies(in: call)
        guard !companies.all.isEmpty else {
            return show(try await access.companies(of: email), of: email, call)
        }
        let ended = try await access.set(companies, of: email, endingConsents: call.arguments.has("yes"))
        show(companies, of: email, call, ended)
    }

    private static func show(
        _ companies: Companies,
        of email: EmailAddress,
        _ call: Call,
        _ ended: Int = 0
    ) {
        let names = companies.all.map(\.text)
        let list = names.isEmpty ? "no company that is known here" : names.joined(separator: ", ")
        let consequence = ended == 0 ? "" : "\nDisconnected: \(ended.connections)."
        call.print(
            [
                ("email", .text(email.text)), ("organisations", .list(names.map(JSON.text))),
                ("disconnected", .number(ended)),
            ],
            "\(email) acts for \(list).\(consequence)"
        )
    }

    /// What was named, each in its own option.
    static func companies(in call: Call) throws(WrongUse) -> Companies {
        var found: [Company] = []
        for name in call.arguments.all("organisation") {
            guard let company = Company(name) else {
                throw WrongUse(
                    problems: ["“\(name)” cannot be a company's name"],
                    hint: "--organisation takes 1 to 256 bytes on one line"
                )
            }
            found.append(company)
        }
        return Companies(found)
    }
}

extension Int {
    var connections: String { "\(self) connected \(self == 1 ? "application" : "applications")" }
}
