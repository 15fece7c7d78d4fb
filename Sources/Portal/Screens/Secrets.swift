import Registry
import Web

/// Client secrets: make another, date one, revoke one; both work at once, never none (ux A8).
enum SecretScreens {
    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let application = member.application
        let live = try await member.secrets().filter(\.isLive)
        guard application.kind != .public else { throw Refusal.notFound }
        return NewSecretPage(visit: visit, application: application, live: live).page.response(to: visit)
    }

    static func create(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        do {
            let secret = try await member.createSecret(
                label: String((form["label"] ?? "").prefix(80)),
                ticket: form.ticket,
                others: Overlap(form["others"])
            )
            let left = try await member.secrets().filter(\.leavesTokens)
            return CredentialsPage.another(secret, for: member.application, leaving: left, visit).response(
                to: visit
            )
        } catch SecretRefusal.alreadyCreated {
            return CredentialsPage.gone(member.application.id, visit).response(to: visit)
        } catch SecretRefusal.tooMany {
            return try await refused(member, "You have 5 secrets. Revoke one to create another.", visit)
        } catch is SecretRefusal {
            throw Refusal.notFound
        }
    }

    static func askToRevoke(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        let others = try await member.secrets().filter { $0.isLive && $0.id != secret.id }
        let page = RevokePage(
            visit: visit,
            application: member.application,
            secret: secret,
            isOnlyOne: others.isEmpty
        )
        return page.page.response(to: visit)
    }

    static func askToRevokeTokens(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit, \.leavesTokens)
        return RevokeTokensPage(visit: visit, application: member.application, secret: secret).page.response(
            to: visit
        )
    }

    static func revokeTokens(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(.tokensRevoked, member, visit) {
            try await member.revokeTokens(of: visit.captured("secret"))
        }
    }

    static func revoke(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await changing(.secretRevoked, member, visit) {
            try await member.revokeSecret(visit.captured("secret"))
        }
    }

    static func askForEnd(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        return EndPage(visit: visit, application: member.application, secret: secret).page.response(to: visit)
    }

    static func setEnd(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let secret = try await member.requestedSecret(visit)
        let typed = form["ends"]?.trimmingSpaces ?? ""
        let end = typed.isEmpty ? nil : CalendarText.day(typed)
        if !typed.isEmpty, end.map({ $0 <= visit.registry.now() }) ?? true {
            let page = EndPage(visit: visit, application: member.application, secret: secret, typed: typed)
            return page.page.response(to: visit, .unprocessable)
        }
        return try await changing(.secretDated, member, visit) {
            try await member.endSecret(secret.id, at: end)
        }
    }

    /// Runs a change and goes back to the list of secrets, or says there why it was declined.
    private static func changing(
        _ done: Done,
        _ member: MemberAccess,
        _ visit: Visit,
        _ change: () async throws -> Void
    ) async throws -> Response {
        do {
            try await change()
        } catch SecretRefusal.lastOne {
            let sentence = "This is the only secret that keeps working. Create a new one first."
            return try await refused(member, sentence, visit)
        } catch is SecretRefusal {
            throw Refusal.notFound
        }
        return .redirect(to: visit.place(of: member.application, after: done))
    }

    private static func refused(
        _ member: MemberAccess,
        _ sentence: String,
        _ visit: Visit
    ) async throws -> Response {
        try await ApplicationScreens.detail(
            for: member,
            visit,
            problems: [FieldProblem(field: "secrets", message: sentence)]
        )
    }
}

extension MemberAccess {
    fileprivate func requestedSecret(
        _ visit: Visit,
        _ isMeant: (ClientSecret) -> Bool = \.isLive
    ) async throws -> ClientSecret {
        let secret = try await secrets().first { $0.id == visit.captured("secret") && isMeant($0) }
        guard let secret else { throw Refusal.notFound }
        return secret
    }
}

extension Overlap {
    /// What was chosen for the older secrets; a week when nothing sensible was.
    init(_ choice: String?) {
        switch choice {
        case "86400": self = .seconds(86_400)
        case "2592000": self = .seconds(2_592_000)
        case "keep": self = .untilRevoked
        case "leaked": self = .leaked
        default: self = .seconds(604_800)
        }
    }
}
