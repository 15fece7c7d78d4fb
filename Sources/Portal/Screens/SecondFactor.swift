import Registry
import Web

/// The second question at the door: a code from an app, or setting that up (SL-13).
enum SecondFactorScreens {
    static func ask(_ person: UnprovenAccess, _ visit: Visit) async throws -> Response {
        page(person, Goal(visit.queryValue), visit).response(to: visit)
    }

    /// Answers the code of whoever has a second factor, or sets one up with the first code of the new key.
    static func answer(_ person: UnprovenAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let role = person.account.role
        let (code, goal) = (form["code"] ?? "", Goal { form[$0] })
        return try await visit.trying(code, under: try await visit.key(of: person)) {
            guard person.hasSecondFactor else {
                let enrolment = try await person.enrol(code, in: visit.knownToken)
                return RecoveryCodesPage.response(to: enrolment, of: role, visit)
            }
            let cookie = try await person.prove(code, in: visit.knownToken)
            let headers = [visit.signedIn(cookie, as: role)].compactMap { $0 }
            return .redirect(to: goal.path(visit, role), headers)
        } refused: { problem in
            page(person, goal, visit, [problem]).response(to: visit, .unprocessable)
        }
    }

    private static func page(
        _ person: UnprovenAccess,
        _ goal: Goal,
        _ visit: Visit,
        _ problems: [FieldProblem] = []
    ) -> Page {
        let action = person.account.role.secondFactor(visit)
        if person.hasSecondFactor {
            return CodePage(person: person, goal: goal, action: action, visit: visit, problems: problems).page
        }
        return NewFactorPage(
            account: person.account,
            key: person.newKey,
            action: action,
            visit: visit,
            problems: problems
        ).page
    }
}

// MARK: - Administrators and partners who are in

extension SecondFactorScreens {
    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let state = try await admin.secondFactor()
        return FactorPage(account: admin.account, state: state, visit: visit).page.response(to: visit)
    }

    static func show(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        let state = try await partner.secondFactor()
        return FactorPage(account: partner.account, state: state, visit: visit).page.response(to: visit)
    }

    /// Shows a new key; a `POST`, so that only who just proved themselves sees one.
    static func renew(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let action = visit.path("admin", "your-second-factor", "new")
        func page(_ problems: [FieldProblem]) -> Page {
            NewFactorPage(
                account: admin.account,
                key: admin.newKey,
                action: action,
                visit: visit,
                problems: problems
            ).page
        }
        guard let code = form["code"] else { return page([]).response(to: visit) }
        return try await visit.trying(code, under: visit.key(of: admin.session)) {
            RecoveryCodesPage.response(to: try await admin.enrolAgain(code), of: .admin, visit)
        } refused: { problem in
            page([problem]).response(to: visit, .unprocessable)
        }
    }

    /// Shows the key to set up; a `POST`, as for administrators.
    static func setUp(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard !partner.hasSecondFactor else { throw Refusal.notFound }
        guard let code = form["code"] else { return newPage(partner, visit, []).response(to: visit) }
        return try await visit.trying(code, under: visit.key(of: partner.session)) {
            RecoveryCodesPage.response(to: try await partner.enrol(code), of: .partner, visit)
        } refused: { problem in
            newPage(partner, visit, [problem]).response(to: visit, .unprocessable)
        }
    }

    static func remove(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await partner.removeSecondFactor()
        return .redirect(to: Role.partner.ownSecondFactor(visit))
    }

    private static func newPage(
        _ partner: PartnerAccess,
        _ visit: Visit,
        _ problems: [FieldProblem]
    ) -> Page {
        NewFactorPage(
            account: partner.account,
            key: partner.newKey,
            action: visit.path("partners", "your-second-factor", "new"),
            visit: visit,
            problems: problems
        ).page
    }
}

extension Role {
    func home(_ visit: Visit) -> Path {
        switch self {
        case .partner: visit.path("applications")
        case .customer: visit.path("account", "connections")
        case .admin: visit.path("admin")
        }
    }

    func signIn(_ visit: Visit, in spoken: Spoken? = nil) -> Path {
        let page =
            switch self {
            case .partner: visit.path("partners", "sign-in")
            case .customer: visit.path("sign-in")
            case .admin: visit.path("admin", "sign-in")
            }
        return page.with(query: spoken?.wish(visit) ?? [])
    }

    /// Where somebody is asked for their code; customers never are.
    func secondFactor(_ visit: Visit) -> Path {
        visit.path(self == .admin ? "admin" : "partners", "second-factor")
    }

    /// Where somebody who is in looks after theirs.
    func ownSecondFactor(_ visit: Visit) -> Path {
        visit.path(self == .admin ? "admin" : "partners", "your-second-factor")
    }
}

extension Visit {
    /// What codes at the door count under: the account, apart for browsers it was let in with before, so that whoever
    /// has its password does not shut its owner out (SL-07).
    fileprivate func key(of person: UnprovenAccess) async throws -> String {
        let account = person.account
        let isKnown = try await isKnown(to: account.email, as: account.role)
        return "\(tenant.name) \(account.id)" + (isKnown ? " known" : "")
    }

    /// Tries a code; throws ``Refusal/tooMany(_:)`` after too many under this key.
    func trying(
        _ code: String,
        under key: String,
        _ take: () async throws -> Response,
        refused: (FieldProblem) -> Response
    ) async throws -> Response {
        let attempt = try await Attempt([(site.brakes.secondFactorFailures, key)], self)
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        do {
            return try await attempt.proving(take) { $0 is SecondFactorRefusal }
        } catch is SecondFactorRefusal {
            let message =
                code.trimmingSpaces.isEmpty
                ? "Enter the code" : "This code is not right, or it was used before. Enter the next one"
            return refused(FieldProblem(field: "code", message: message))
        }
    }
}
