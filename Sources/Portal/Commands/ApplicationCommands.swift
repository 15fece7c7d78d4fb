import FoundationEssentials
import Registry

enum ApplicationCommands {
    static let all = [
        Command(
            name: "app add",
            summary: "Register an application for a partner and print its credentials once",
            options: [
                .tenant,
                .required("owner", "EMAIL", "The partner's account"),
                .required("name", "NAME", "The company customers are asked about"),
                .value("application-name", "NAME", "The application's own name, where it differs"),
                .file("logo", "The company's logo, a PNG"),
                .repeated("redirect-uri", "URL", "Where customers are sent back to"),
                .repeated("scope", "NAME", "What it may ask for; by default the tenant's default scopes"),
                .value("kind", "KIND", "confidential (default), public or resource-server"),
                .value("website", "URL", "The company's website"),
                .value("privacy-policy", "URL", "Its privacy policy"),
                .value("terms", "URL", "Its terms of service"),
                .value("support-email", "EMAIL", "Where customers write to"),
                .value("purpose", "TEXT", "What the data is wanted for"),
            ],
            work: .atTheDesk(add)
        ),
        Command(
            name: "app list",
            summary: "List the applications of a tenant",
            options: [.tenant],
            work: .atTheDesk(list)
        ),
        Command(
            name: "app show",
            operands: .one("CLIENT-ID"),
            summary: "Show an application",
            options: [.tenant],
            work: .atTheDesk(show)
        ),
        Command(
            name: "app approve",
            operands: .one("CLIENT-ID"),
            summary: "Approve an application, or a change to it that waits",
            options: [
                .tenant,
                .value(
                    "publisher",
                    "NAME",
                    "Whom customers are told it comes from; by default as before, or the company"
                ),
            ],
            work: .atTheDesk(approve)
        ),
        Command(
            name: "app suspend",
            operands: .one("CLIENT-ID"),
            summary: "Stop an application and its tokens; nothing is deleted",
            options: [
                .tenant,
                .required("reason", "TEXT", "Why, for its owner and the ledger"),
                .value("note", "TEXT", "What only administrators read"),
            ],
            work: .atTheDesk(suspend)
        ),
        Command(
            name: "app resume",
            operands: .one("CLIENT-ID"),
            summary: "Let a suspended application work again",
            options: [.tenant],
            work: .atTheDesk(resume)
        ),
        rotation,
        Command(
            name: "app delete",
            operands: .one("CLIENT-ID"),
            summary: "Delete an application that no customer is connected to",
            options: [
                .tenant,
                .flag("yes", "Do it; without it nothing is deleted"),
                .flag("dry-run", "Only say what would be deleted"),
            ],
            work: .atTheDesk(delete)
        ),
        Command(
            name: "app issue",
            operands: .one("CLIENT-ID"),
            summary: "Issue a token by hand for a customer whom your people have asked",
            details: """
                For tenants whose profile says manualIssuance. The customer finds the application among the connected
                ones and can end its access there. The token is printed once: pass it on by a way you trust.
                """,
            options: [
                .tenant,
                .required("customer", "EMAIL", "Whose data it is"),
                .repeated("scope", "NAME", "What it is good for; by default all the application may ask for"),
            ],
            work: .atTheDesk(issue)
        ),
    ]

    private static func issue(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        let id = call.arguments.operands.first ?? ""
        let customer = call.required("customer")
        guard let email = EmailAddress(customer) else {
            throw WrongUse(
                problems: ["“\(customer)” is not an e-mail address"],
                hint: "--customer names a customer's account"
            )
        }
        let scopes = call.arguments.has("scope") ? call.arguments.all("scope") : nil
        let tokens = try await access.issue(to: id, for: email, scopes: scopes)
        let end = tokens.expiresIn.map { "It works for \($0) seconds." } ?? "It works until somebody ends it."
        call.print(
            [("access_token", .text(tokens.accessToken.plaintext)), ("scope", .text(tokens.scopes.wire))],
            """
            Issued to \(id) for \(email).

            access_token  \(tokens.accessToken.plaintext)

            The token is shown this once. \(end)
            """
        )
    }

    private static func approve(_ call: Call, at desk: Desk) async throws {
        let (access, id) = try await subject(of: call, at: desk)
        var publisher: CompanyName?
        if let name = call.arguments["publisher"] {
            let site = try await access.application(id).websiteHost
            do throws(CompanyNameProblem) {
                publisher = try CompanyName(name, at: access.tenant.brand, ofSite: site)
            } catch {
                let words = error.message(label: "publisher", access.tenant.brand)
                throw CommandFailure("--publisher: \(words)")
            }
        }
        try await access.approve(id, publisher: publisher)
        try await report("Approved", id, access, call)
    }

    private static func suspend(_ call: Call, at desk: Desk) async throws {
        let (access, id) = try await subject(of: call, at: desk)
        let note = call.arguments["note"] ?? ""
        try await access.suspend(id, reason: call.required("reason"), note: note)
        try await report("Suspended", id, access, call)
    }

    private static func resume(_ call: Call, at desk: Desk) async throws {
        let (access, id) = try await subject(of: call, at: desk)
        try await access.resume(id)
        try await report("Resumed", id, access, call)
    }

    private static func delete(_ call: Call, at desk: Desk) async throws {
        let (access, id) = try await subject(of: call, at: desk)
        let application = try await access.application(id)
        let connected = try await access.connectedCustomers(of: application)
        if call.arguments.has("dry-run") {
            call.print(
                facts(application) + [("customers", .number(connected))],
                connected == 0
                    ? "Would delete \(application.displayName) (\(id)). Nothing was deleted."
                    : "Would not delete \(application.displayName) (\(id)): \(connected.connectedCustomers)."
            )
            return
        }
        guard call.arguments.has("yes") else {
            throw CommandFailure(
                "\(application.displayName) (\(id)) was not deleted",
                hint: "add --yes to delete it for good, or --dry-run to see what would go"
            )
        }
        try await access.delete(id)
        call.print([("client_id", .text(id))], "Deleted \(application.displayName) (\(id)).")
    }

    static func subject(of call: Call, at desk: Desk) async throws -> (OperatorAccess, String) {
        (try await desk.access(toTenantOf: call), call.arguments.operands.first ?? "")
    }

    private static func report(
        _ done: String,
        _ id: String,
        _ access: OperatorAccess,
        _ call: Call
    ) async throws {
        let application = try await access.application(id)
        let reference = application.suspension.map { " The reference is \($0.reference)." } ?? ""
        call.print(facts(application), "\(done) \(application.displayName) (\(id)).\(reference)")
    }

    private static func add(_ call: Call, at desk: Desk) async throws {
        let access = try await desk.access(toTenantOf: call)
        let owner = call.required("owner")
        guard let email = EmailAddress(owner) else {
            throw WrongUse(
                problems: ["“\(owner)” is not an e-mail address"],
                hint: "--owner names a partner's account"
            )
        }
        let form = try form(call, ticket: desk.registry.freshToken())
        let file = call.arguments["logo"]
        let logo = try file.map(call.attachments.bytes)
        report(
            try await access.register(form, logo: logo, named: file ?? "", for: email),
            access.tenant,
            call
        )
    }

    private static func form(_ call: Call, ticket: String) throws(WrongUse) -> ApplicationForm {
        var form = ApplicationForm()
        form.companyName = call.required("name")
        form.applicationName = call.arguments["application-name"] ?? ""
        form.redirectURIs = call.arguments.all("redirect-uri")
        form.website = call.arguments["website"] ?? ""
        form.privacyPolicy = call.arguments["privacy-policy"] ?? ""
        form.terms = call.arguments["terms"] ?? ""
        form.supportEmail = call.arguments["support-email"] ?? ""
        form.purpose = call.arguments["purpose"] ?? ""
        form.scopes = call.arguments.has("scope") ? call.arguments.all("scope") : nil
        form.kind = try kind(call.arguments["kind"] ?? "confidential")
        form.ticket = ticket
        return form
    }

    private static func kind(_ word: String) throws(WrongUse) -> Application.Kind {
        if let kind = Application.Kind.allCases.first(where: { $0.word == word }) { return kind }
        let words = Application.Kind.allCases.map(\.word)
        throw WrongUse(
            problems: ["there is no kind “\(word)”.\(didYouMean(nearest(to: word, in: words)))"],
            hint: "the kinds are \(words.joined(separator: ", "))"
        )
    }

    private static func report(_ made: RegisteredApplication, _ tenant: Tenant, _ call: Call) {
        let id = made.application.id.text
        let secret = made.secret.map { [("client_secret", JSON.text($0.plaintext))] } ?? []
        let shown = made.secret.map { "client_secret  \($0.plaintext)\n\nThe secret is shown this once." }
        call.print(
            [("client_id", .text(id))] + secret,
            """
            Registered \(made.application.displayName) with \(tenant.brand.displayName).

            client_id      \(id)
            \(shown ?? "A public application has no secret.")
            """
        )
    }
}

extension OperatorAccess {
    /// Registers what a form says, with its logo stored once the rest is right.
    ///
    /// Throws ``CommandFailure``.
    func register(
        _ form: ApplicationForm,
        logo upload: [UInt8]? = nil,
        named path: String = "",
        for owner: EmailAddress
    ) async throws -> RegisteredApplication {
        do {
            _ = try ApplicationDraft(form, logo: nil, needsLogo: false, at: tenant)
            var logo: LogoDigest?
            if let upload { logo = try await store(upload) }
            let draft = try ApplicationDraft(form, logo: logo, needsLogo: false, at: tenant)
            return try await register(draft, for: owner)
        } catch let problems as ApplicationProblems {
            throw CommandFailure(problems.all.map { $0.atTheTerminal(tenant.brand) })
        } catch let refusal as LogoRefusal {
            throw CommandFailure(refusal.message(filename: path.lastPathComponent))
        }
    }
}

extension Int {
    /// So many customers, as the reason against a deletion.
    var connectedCustomers: String {
        self == 1 ? "1 customer is connected" : "\(self) customers are connected"
    }
}

extension String {
    /// What stands after the last slash.
    var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }
}

extension Application.Kind {
    /// As it is typed: with a hyphen.
    var word: String { self == .resourceServer ? "resource-server" : rawValue }
}
