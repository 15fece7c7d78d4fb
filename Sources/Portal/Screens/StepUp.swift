import Registry
import Web

/// “Confirm it is you”: what stands before a sensitive act when its person last showed who they are longer ago
/// than the tenant's `confirmationSeconds` (AD-02, RU-10).
///
/// The page carries the form that was sent, so that nothing has to be typed again; its answer is the act itself.
enum StepUp {
    typealias Act<Access> = (Access, Form, Visit) async throws -> Response

    static func pass(
        _ admin: AdminAccess,
        _ form: Form,
        _ visit: Visit,
        _ act: @escaping Act<AdminAccess>
    ) async throws -> Response {
        if admin.isFresh { return try await act(admin, form, visit) }
        return try await Question(asking: .code, in: admin.session, form, visit).answer { code in
            let cookie = try await admin.confirm(code)
            let renewed = visit.renewing(.admin, cookie)
            guard let admin = try await renewed.admin() else { throw Refusal.unsealedForm }
            return (cookie, { try await act(admin, form, renewed) })
        }
    }

    static func pass(
        _ partner: PartnerAccess,
        _ form: Form,
        _ visit: Visit,
        _ act: @escaping Act<PartnerAccess>
    ) async throws -> Response {
        if partner.isFresh { return try await act(partner, form, visit) }
        let proof: Proof = partner.hasSecondFactor ? .code : .password
        return try await Question(asking: proof, in: partner.session, form, visit).answer { shown in
            let cookie =
                switch proof {
                case .code: try await partner.confirm(shown)
                case .password: try await partner.confirm(password: shown)
                }
            let renewed = visit.renewing(.partner, cookie)
            guard let partner = try await renewed.partner() else { throw Refusal.unsealedForm }
            return (cookie, { try await act(partner, form, renewed) })
        }
    }
}

/// What somebody shows again: whoever has a second factor, that.
private enum Proof: String, CaseIterable {
    case code
    case password

    var field: String { "confirm_\(rawValue)" }
    var id: String { "confirm-\(rawValue)" }

    /// What is too long ago.
    var last: String { self == .code ? "last code" : "sign-in" }
}

/// The question itself, and the act it holds up.
private struct Question {
    let proof: Proof
    let session: Session
    let form: Form
    let visit: Visit

    init(asking proof: Proof, in session: Session, _ form: Form, _ visit: Visit) {
        (self.proof, self.session, self.form, self.visit) = (proof, session, form, visit)
    }

    /// Asks, or takes what was shown and acts in the session that follows.
    func answer(
        _ confirm: (_ shown: String) async throws -> (SecretText, act: () async throws -> Response)
    ) async throws -> Response {
        guard let shown = form[proof.field] else { return page().response(to: visit, .forbidden) }
        var confirmed: (cookie: SecretText, act: () async throws -> Response)?
        let refused = try await trying(shown) {
            let (cookie, act) = try await confirm(shown)
            confirmed = (cookie, act)
            return Response(.ok)
        }
        guard let (cookie, act) = confirmed else { return refused }
        // The browser needs the new cookie whatever becomes of the act.
        var response: Response
        do {
            response = try await act()
        } catch {
            response = Failure.response(to: error, visit, for: .people)
        }
        response.headers += [visit.signedIn(cookie, as: session.account.role)].compactMap { $0 }
        return response
    }

    private func trying(_ shown: String, _ take: () async throws -> Response) async throws -> Response {
        switch proof {
        case .code: try await visit.trying(shown, under: visit.key(of: session), take) { again($0.message) }
        case .password: try await visit.trying(passwordIn: session, take, refused: again)
        }
    }

    private func again(_ message: String) -> Response {
        page([FieldProblem(field: proof.id, message: message)]).response(to: visit, .unprocessable)
    }

    private func page(_ problems: [FieldProblem] = []) -> Page {
        let title = "Confirm it is you"
        return Page(title, .gate, problems: problems, script: .forms) {
            h1 { title }
            p {
                """
                What you are about to do matters, and your \(proof.last) was some time ago. Nothing has been changed yet.
                """
            }
            Web.form(.class("stack"), .method("post"), .action(visit.place), .novalidate) {
                for field in form.fields where !Proof.allCases.map(\.field).contains(field.name) {
                    input(.type("hidden"), .name(field.name), .value(field.value))
                }
                control(problems)
                div(.class("row")) {
                    button(.class("btn primary")) { "Confirm" }
                    a(.class("btn"), .href(session.account.role.home(visit))) { "Cancel" }
                }
            }
        }
    }

    private func control(_ problems: [FieldProblem]) -> HTML {
        HTML {
            switch proof {
            case .code: CodeField(id: proof.id, problems: problems)
            case .password:
                PasswordField(id: proof.id, autocomplete: "current-password", problems: problems)
            }
        }
    }
}
