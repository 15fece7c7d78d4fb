import Registry
import Web

/// “Confirm it is you”: what stands before a sensitive act when the last code is older than five minutes (AD-02).
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
        return try await confirming(admin.account, form, visit) { code in
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
        if partner.isFresh || !partner.hasSecondFactor { return try await act(partner, form, visit) }
        return try await confirming(partner.account, form, visit) { code in
            let cookie = try await partner.confirm(code)
            let renewed = visit.renewing(.partner, cookie)
            guard let partner = try await renewed.partner() else { throw Refusal.unsealedForm }
            return (cookie, { try await act(partner, form, renewed) })
        }
    }

    private static func confirming(
        _ account: Account,
        _ form: Form,
        _ visit: Visit,
        _ confirm: (_ code: String) async throws -> (SecretText, act: () async throws -> Response)
    ) async throws -> Response {
        guard let code = form["confirm_code"] else {
            return page(account, form, visit).response(to: visit, .forbidden)
        }
        var confirmed: (cookie: SecretText, act: () async throws -> Response)?
        let refused = try await visit.trying(code, of: account) {
            let (cookie, act) = try await confirm(code)
            confirmed = (cookie, act)
            return Response(.ok)
        } refused: { problem in
            let problem = FieldProblem(field: "confirm-code", message: problem.message)
            return page(account, form, visit, [problem]).response(to: visit, .unprocessable)
        }
        guard let (cookie, act) = confirmed else { return refused }
        // The browser needs the new cookie whatever becomes of the act.
        var response: Response
        do {
            response = try await act()
        } catch {
            response = Failure.response(to: error, visit, isForSoftware: false)
        }
        response.headers += [visit.signedIn(cookie, as: account.role)].compactMap { $0 }
        return response
    }

    private static func page(
        _ account: Account,
        _ form: Form,
        _ visit: Visit,
        _ problems: [FieldProblem] = []
    ) -> Page {
        let title = "Confirm it is you"
        return Page(problems.isEmpty ? title : "Error: \(title)", .gate) {
            ErrorSummary(problems: problems)
            h1 { title }
            p {
                """
                What you are about to do matters, and your last code is older than five minutes. Nothing has been \
                changed yet.
                """
            }
            Web.form(.class("stack"), .method("post"), .action(visit.place), .novalidate) {
                for field in form.fields where field.name != "confirm_code" {
                    input(.type("hidden"), .name(field.name), .value(field.value))
                }
                CodeField(id: "confirm-code", problems: problems)
                div(.class("row")) {
                    button(.class("btn primary")) { "Confirm" }
                    a(.class("btn"), .href(account.role.home(visit))) { "Cancel" }
                }
            }
        }
    }
}
