import FoundationEssentials
import Registry

/// Who takes part in a conformance check: one customer and the applications of one partner.
///
/// They are made once for a tenant and kept in the data folder, in `conformance.json`; between checks the
/// applications are suspended, so that whatever they were issued is worth nothing.
struct ConformanceStage: Sendable {
    struct Person: Codable, Sendable {
        let email: String
        let password: String
    }

    struct Application: Codable, Sendable {
        let label: String
        let id: String
        let secret: String?

        /// What the provider gave it by hand, which is not kept.
        var token: String?

        /// What it was registered with; another definition is another application.
        let definition: String
    }

    let tenant: String
    let hosts: [String]

    /// The address the running server says it has.
    let publicURL: String
    let customer: Person
    let applications: [Application]
}

// MARK: - How it travels to the process that makes the requests

extension ConformanceStage {
    var facts: [(String, JSON)] {
        let people: [(String, JSON)] = applications.map { application in
            let secret: [(String, JSON)] = application.secret.map { [("secret", .text($0))] } ?? []
            let token: [(String, JSON)] = application.token.map { [("token", .text($0))] } ?? []
            let facts: [(String, JSON)] = [("id", .text(application.id))] + secret + token
            return (application.label, .object(facts))
        }
        return [
            ("tenant", .text(tenant)), ("hosts", .list(hosts.map { .text($0) })),
            ("publicURL", .text(publicURL)), ("email", .text(customer.email)),
            ("password", .text(customer.password)), ("applications", .object(people)),
        ]
    }

    /// Reads what ``facts`` became; nil if it is something else.
    init?(printed bytes: [UInt8]) {
        let mistakes = MistakeList("")
        let known = ["tenant", "hosts", "publicURL", "email", "password", "applications"]
        do {
            let fields = Fields(try JSON5(bytes), at: "", known: known, mistakes)
            guard let tenant = fields.text("tenant", "", { $0 }),
                let publicURL = fields.text("publicURL", "", { $0 }),
                let email = fields.text("email", "", { $0 }),
                let password = fields.text("password", "", { $0 }),
                case .object(let members) = fields.value("applications")?.content
            else { return nil }
            self.tenant = tenant
            self.publicURL = publicURL
            hosts = fields.texts("hosts", "", { $0 })
            customer = Person(email: email, password: password)
            applications = members.compactMap { member in
                let fields = Fields(member.value, at: "", known: ["id", "secret", "token"], mistakes)
                guard let id = fields.text("id", "", { $0 }) else { return nil }
                let secret = fields.optional("secret", "") { $0 }
                let token = fields.optional("token", "") { $0 }
                return Application(label: member.name, id: id, secret: secret, token: token, definition: "")
            }
        } catch {
            return nil
        }
        guard mistakes.all.isEmpty else { return nil }
    }
}

// MARK: - Where the data is

/// What `conformance.json` keeps of a tenant.
private struct KeptStage: Codable {
    let partner: ConformanceStage.Person
    let customer: ConformanceStage.Person

    /// Whom the provider's people ask themselves; disconnects nothing between the cases.
    var absentCustomer: ConformanceStage.Person?
    var applications: [ConformanceStage.Application]
}

extension Desk {
    private var stageFile: String { folder.path + "/conformance.json" }

    /// Makes or wakes everybody a transcript needs.
    func setStage(for transcript: Transcript, at access: OperatorAccess) async throws -> ConformanceStage {
        let tenant = access.tenant
        var all = try keptStages()
        var kept = all[tenant.name.text] ?? newStage()
        all[tenant.name.text] = kept
        try store(all)
        try await addIfMissing(kept.partner, as: .partner, to: access)
        try await addIfMissing(kept.customer, as: .customer, to: access)
        for wanted in transcript.applications {
            let definition = "\(wanted)"
            if let known = kept.applications.first(where: { $0.definition == definition }) {
                try await wake(known.id, at: access)
            } else {
                kept.applications.append(try await register(wanted, definition, of: kept.partner, at: access))
                all[tenant.name.text] = kept
                try store(all)
            }
        }
        if transcript.applications.contains(where: \.getsToken) {
            let absent = kept.absentCustomer ?? newPerson("absent-customer")
            kept.absentCustomer = absent
            all[tenant.name.text] = kept
            try store(all)
            try await addIfMissing(absent, as: .customer, to: access)
            try await issueTokens(to: &kept.applications, of: transcript, for: absent, at: access)
        }
        let wanted = transcript.applications.map { "\($0)" }
        return ConformanceStage(
            tenant: tenant.name.text,
            hosts: tenant.settings.hosts,
            publicURL: publicURL.text,
            customer: kept.customer,
            applications: kept.applications.filter { wanted.contains($0.definition) }
        )
    }

    /// Suspends every application that was made for checks; what they were issued dies with that.
    func clearStage(at access: OperatorAccess) async throws {
        for application in try keptStages()[access.tenant.name.text]?.applications ?? [] {
            if case .suspended = try await access.application(application.id).state { continue }
            try await access.suspend(application.id, reason: "It is for conformance checks only.")
        }
    }

    private func newStage() -> KeptStage {
        KeptStage(partner: newPerson("partner"), customer: newPerson("customer"), applications: [])
    }

    private func newPerson(_ name: String) -> ConformanceStage.Person {
        let number = registry.freshToken().lowercased().prefix(8)
        let email = "conformance-\(name)-\(number)@portal.example"
        return ConformanceStage.Person(email: email, password: registry.freshToken())
    }

    /// Gives those a token by hand that the transcript says get one.
    private func issueTokens(
        to applications: inout [ConformanceStage.Application],
        of transcript: Transcript,
        for customer: ConformanceStage.Person,
        at access: OperatorAccess
    ) async throws {
        guard let email = EmailAddress(customer.email) else {
            throw CommandFailure("\(customer.email) is not an e-mail address")
        }
        let wanted = transcript.applications.filter(\.getsToken).map { "\($0)" }
        for place in applications.indices where wanted.contains(applications[place].definition) {
            let tokens = try await access.issue(to: applications[place].id, for: email)
            applications[place].token = tokens.accessToken.plaintext
        }
    }

    private func addIfMissing(
        _ person: ConformanceStage.Person,
        as role: Role,
        to access: OperatorAccess
    ) async throws {
        do {
            let draft = try AccountDraft(
                email: person.email,
                name: "Conformance Check",
                password: person.password,
                at: access.tenant
            )
            _ = try await access.add(draft, as: role)
        } catch let problems as AccountProblems where problems.all == [.emailTaken] {
            return
        }
    }

    private func register(
        _ wanted: Transcript.Application,
        _ definition: String,
        of partner: ConformanceStage.Person,
        at access: OperatorAccess
    ) async throws -> ConformanceStage.Application {
        guard let owner = EmailAddress(partner.email) else {
            throw CommandFailure("\(partner.email) is not an e-mail address")
        }
        var form = ApplicationForm()
        form.companyName = wanted.name
        form.kind = Application.Kind.allCases.first { $0.word == wanted.kind } ?? .confidential
        form.redirectURIs = wanted.redirectURIs
        form.scopes = wanted.scopes.isEmpty ? nil : wanted.scopes
        form.purpose = "Made by portal conformance, which checks the wire against the provider's document."
        form.ticket = registry.freshToken()
        let made = try await access.register(form, for: owner)
        let id = made.application.id.text
        try await approveIfReviewed(id, at: access)
        return ConformanceStage.Application(
            label: wanted.label,
            id: id,
            secret: made.secret?.plaintext,
            definition: definition
        )
    }

    private func wake(_ id: String, at access: OperatorAccess) async throws {
        if case .suspended = try await access.application(id).state { try await access.resume(id) }
        try await approveIfReviewed(id, at: access)
    }

    /// Where applications wait for approval, these cannot.
    private func approveIfReviewed(_ id: String, at access: OperatorAccess) async throws {
        guard access.tenant.policy.review == .reviewed else { return }
        if case .approved = try await access.application(id).state { return }
        try await access.approve(id)
    }

    private func keptStages() throws -> [String: KeptStage] {
        guard FileManager.default.fileExists(atPath: stageFile) else { return [:] }
        let bytes = try readFile(stageFile, upTo: 1 << 20)
        do {
            return try JSONDecoder().decode([String: KeptStage].self, from: Data(bytes))
        } catch {
            throw CommandFailure("\(stageFile) is damaged", hint: "delete it; new applications are made")
        }
    }

    private func store(_ stages: [String: KeptStage]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try PrivateFile.write(Array(try encoder.encode(stages)) + [UInt8(ascii: "\n")], to: stageFile)
    }
}
