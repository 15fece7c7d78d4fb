import Registry
import Web

/// What the tenant allows, for how long, and which legacy doors stand open (ux A22).
enum RuleScreens {
    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        var form = RulesForm(try TenantFile.json(of: visit.tenant.settings, called: visit.tenant.name))
        form.basis = try visit.basis(of: .rules, in: visit.tenant)
        return try await page(form, admin, visit).response()
    }

    static func save(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let form = RulesForm(sent)
        var page = try await page(form, admin, visit)
        let edit = TenantEdit(
            part: .rules,
            action: .settingsChanged,
            basis: form.basis,
            change: { file in form.written(into: file) }
        )
        do {
            try await admin.make(edit, visit)
            return .redirect(to: visit.path("admin", "settings").with(query: [("done", "saved")]))
        } catch let mistakes as FileMistakes {
            page.problems = mistakes.all.map(RulesForm.problem)
            return page.response(.unprocessable)
        } catch let overtaken as Overtaken {
            let standing = overtaken.standing
            page.theirs = RulesForm(try TenantFile.json(of: standing.settings, called: standing.name))
            page.form.basis = try visit.basis(of: .rules, in: standing)
            page.overtaken = overtaken
            return page.response(.conflict)
        }
    }

    private static func page(
        _ form: RulesForm,
        _ admin: AdminAccess,
        _ visit: Visit
    ) async throws -> RulesPage {
        let isOpen = visit.tenant.policy.review == .open
        return RulesPage(
            admin: admin,
            visit: visit,
            uses: try await admin.doorUses(),
            unapproved: isOpen ? try await admin.unapprovedApplications() : 0,
            form: form
        )
    }
}

/// What the form says, as it came.
struct RulesForm: Sendable {
    var registration = Policy.Registration.open
    var review = Policy.Review.reviewed
    var secondAdministrator = Policy.SecondAdministrator.never
    var tokensInAuditLog = false
    var consentLetters = false
    var grants: Set<Grant> = []

    /// One a line.
    var protectedNames = ""

    /// What was typed for each of ``RuleNumber``.
    var typed: [String: String] = [:]

    /// How each door that is open stands open, by its id.
    var openings: [String: String] = [:]
    var basis = ""

    init(_ file: JSON) {
        let policy = file["policy"]
        registration = Policy.Registration(rawValue: policy?["registration"]?.string ?? "") ?? .open
        review = Policy.Review(rawValue: policy?["review"]?.string ?? "") ?? .reviewed
        secondAdministrator =
            Policy.SecondAdministrator(rawValue: policy?["secondAdministrator"]?.string ?? "") ?? .never
        if case .bool(true)? = policy?["tokensInAuditLog"] { tokensInAuditLog = true }
        if case .bool(true)? = policy?["consentLetters"] { consentLetters = true }
        protectedNames = (policy?["protectedNames"]?.items ?? []).compactMap(\.string).joined(separator: "\n")
        grants = Set((policy?["grants"]?.items ?? []).compactMap { Grant(rawValue: $0.string ?? "") })
        for number in RuleNumber.all { typed[number.key] = policy?[number.key]?.cell ?? "" }
        for door in LegacyDoor.all { openings[door.id] = door.opening(in: file["profile"])?.value }
    }

    init(_ sent: Form) {
        registration = Policy.Registration(rawValue: sent["registration"] ?? "") ?? .open
        review = Policy.Review(rawValue: sent["review"] ?? "") ?? .reviewed
        secondAdministrator =
            Policy.SecondAdministrator(rawValue: sent["secondAdministrator"] ?? "") ?? .never
        tokensInAuditLog = sent["tokensInAuditLog"] != nil
        consentLetters = sent["consentLetters"] != nil
        protectedNames = sent["protectedNames"] ?? ""
        grants = Set(sent.all("grants").compactMap(Grant.init))
        for number in RuleNumber.all { typed[number.key] = sent[number.key]?.trimmingSpaces ?? "" }
        for door in LegacyDoor.all {
            openings[door.id] = door.openings.first { $0.value == sent["door-\(door.id)"] }?.value
        }
        basis = sent["basis"] ?? ""
    }

    // MARK: The tenant's file

    func written(into file: JSON) -> JSON {
        var policy = (file["policy"] ?? .object([]))
            .setting("registration", .text(registration.rawValue))
            .setting("review", .text(review.rawValue))
            .setting("secondAdministrator", .text(secondAdministrator.rawValue))
            .setting("tokensInAuditLog", .bool(tokensInAuditLog))
            .setting("consentLetters", .bool(consentLetters))
            .setting("protectedNames", .list(names.map { .text($0) }))
            .setting("grants", .list(grants.map(\.rawValue).sorted().map { .text($0) }))
        for number in RuleNumber.all { policy = policy.setting(number.key, value(of: number.key)) }
        return file.setting("policy", policy).setting("profile", profile(over: file["profile"]))
    }

    private var names: [String] { protectedNames.lines.map(\.trimmingSpaces).filter { !$0.isEmpty } }

    /// What is no number is written as one that no rule allows.
    private func value(of key: String) -> JSON {
        let text = typed[key] ?? ""
        return text == Lifetime.unlimitedName ? .text(text) : .number(Int(text) ?? -1)
    }

    private func profile(over standing: JSON?) -> JSON {
        let isStandard = standing?.string != nil
        let opensDoors = !openings.isEmpty || !grants.isDisjoint(with: RulesForm.oldGrants)
        if isStandard, !opensDoors { return .text(WireProfile.standardName) }
        let profile = isStandard ? .object([]) : standing ?? .object([])
        return LegacyDoor.all.reduce(profile) { profile, door in
            let opening = door.openings.first { $0.value == openings[door.id] }
            return opening == nil && isStandard ? profile : door.setting(opening, in: profile)
        }
    }

    static let usualGrants: [Grant] = [.authorizationCode, .refreshToken, .clientCredentials]
    static let oldGrants: [Grant] = [.password, .implicit]

    // MARK: What is said about it

    static func problem(_ mistake: FileMistake) -> FieldProblem {
        let key = mistake.path.utf8.split(separator: UInt8(ascii: ".")).last.map { String($0) ?? "" } ?? ""
        if key.hasPrefix("protectedNames") {
            return FieldProblem(field: "protected-names", message: "Protected names: \(mistake.message)")
        }
        if key.isByteForByte("grants") {
            let message = "Choose at least one way to get a token"
            return FieldProblem(field: "grants-authorization-code", message: message)
        }
        guard let number = RuleNumber.all.first(where: { $0.key == key }) else {
            return FieldProblem(field: "registration-open", message: "\(mistake.path): \(mistake.message)")
        }
        if mistake.message.hasPrefix("should not be longer") {
            return FieldProblem(
                field: number.id,
                message: "An unused refresh token cannot live longer than the latest end"
            )
        }
        // Whatever else is no number is written as one, so that only the word is a text.
        let isWord = mistake.message.hasPrefix("should be a number")
        let wanted =
            isWord
            ? "a number; “unlimited” is for tokens, with a legacy door open"
            : mistake.message.replacing("should be ", with: "")
        return FieldProblem(field: number.id, message: "\(number.label): enter \(wanted)")
    }

    /// What differs between two forms, for somebody who has to choose.
    func differences(from theirs: RulesForm) -> [Contended] {
        let (one, other) = (facts, theirs.facts)
        return zip(one, other).filter { $0.value != $1.value }.map { yours, theirs in
            Contended(label: yours.label, theirs: theirs.value, yours: yours.value)
        }
    }

    /// All of it in words, in the same order whatever it says.
    var facts: [(label: String, value: String)] {
        [
            ("Registration", registration.words), ("Approval", review.words),
            ("Two administrators", secondAdministrator.words),
            ("Protected names", names.joined(separator: ", ")),
            ("Every token in the audit log", tokensInAuditLog ? "on" : "off"),
            ("E-mails to customers", consentLetters ? "on" : "off"),
        ]
            + Grant.allCases.map { ($0.words, grants.contains($0) ? "on" : "off") }
            + RuleNumber.all.map { ($0.label, typed[$0.key] ?? "") }
            + LegacyDoor.all.map { door in
                let opening = door.openings.first { $0.value == openings[door.id] }
                return (door.name, opening.map { $0.words == door.name ? "open" : $0.words } ?? "closed")
            }
    }
}

extension Policy.Registration {
    var words: String {
        switch self {
        case .open: "Open"
        case .invitation: "By invitation"
        case .closed: "Closed"
        }
    }
}

extension Policy.Review {
    var words: String {
        switch self {
        case .open: "Not needed"
        case .reviewed: "Needed"
        }
    }
}

extension Policy.SecondAdministrator {
    var words: String {
        switch self {
        case .never: "Never"
        case .forChanges: "For applications that may change something"
        case .always: "Always"
        }
    }
}

extension Grant {
    var words: String {
        switch self {
        case .authorizationCode: "Authorization code"
        case .refreshToken: "Refresh token"
        case .clientCredentials: "Client credentials"
        case .password: "Password"
        case .implicit: "Implicit"
        }
    }

    /// What it is for, or what may come of it.
    var hint: String {
        switch self {
        case .authorizationCode: "Customers allow an application on the consent screen."
        case .refreshToken: "An application stays connected without asking again."
        case .clientCredentials: "An application gets a token for itself, without a customer."
        case .password:
            "Old. Sends the customer’s password through the application. Off unless you must."
        case .implicit: "Old. Puts tokens in addresses. Off."
        }
    }
}
