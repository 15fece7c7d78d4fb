import Registry
import Web

/// Why a person's request was turned down before its handler could look at it.
enum Refusal: Error, Equatable, Sendable {
    case notFound
    case foreignForm
    case unsealedForm

    /// An administrator who may only look.
    case readOnly
    case tooMany(Duration)
    case tooManySignIns(Duration, Role)
}

/// The one mapping from refusals and faults to responses.
enum Failure {
    /// The answer to an error that left a handler: a page for people, RFC 6749 JSON for software.
    static func response(to error: any Error, _ visit: Visit, isForSoftware: Bool) -> Response {
        let failure = OAuthFailure(error)
        let isExpected = error is Refusal || error is MemberRefusal || error is FormProblem
        if failure.status == .internalError, !isExpected { record(error, visit.request, visit.site.log) }
        return isForSoftware ? failure.response(to: visit) : page(for: error, visit)
    }

    private static func page(for error: any Error, _ visit: Visit) -> Response {
        switch error {
        case Refusal.notFound, MemberRefusal.notAMember: SystemPage.notFound.response(to: visit)
        case Refusal.foreignForm: SystemPage.foreignForm.response(to: visit)
        case Refusal.readOnly: SystemPage.readOnly.response(to: visit)
        case Refusal.unsealedForm: SystemPage.unsealedForm.response(to: visit)
        case Refusal.tooMany(let wait): SystemPage.tooMany(wait).response(to: visit)
        case Refusal.tooManySignIns(let wait, let role):
            TooManySignIns(wait: wait, role: role).response(to: visit)
        case MemberRefusal.roleTooLow(let role, of: let email, in: let application):
            RoleTooLowPage(role: role, email: email, application: application).response(to: visit)
        case let problem as FormProblem: SystemPage.form(problem).response(to: visit)
        default:
            isTemporary(error)
                ? SystemPage.busy.response(to: visit) : SystemPage.fault.response(to: visit)
        }
    }

    /// What passes by itself, so that the caller should come again rather than give up.
    static func isTemporary(_ error: any Error) -> Bool {
        switch error {
        case DatabaseFault.busy, DatabaseFault.full, DatabaseFault.unconfirmed, DatabaseFault.closed,
            DatabaseFault.unreachable:
            true
        case is PasswordHasher.Fault, is LogoWorkshopFault: true
        default: false
        }
    }

    static func methodNotAllowed(_ allowed: [Method], _ visit: Visit) -> Response {
        var response = SystemPage.methodNotAllowed.response(to: visit)
        response.headers.append(("Allow", allowed.map(\.rawValue).joined(separator: ", ")))
        return response
    }
}

// MARK: - Where no tenant is known

extension Failure {
    static func plain(_ error: any Error, _ request: Request, _ log: Log) -> Response {
        if isTemporary(error) {
            return Response(
                .serviceUnavailable,
                headers: bare + [("Retry-After", "5")],
                text: "Back soon. Try again in a few seconds. Reference \(request.id)\n"
            )
        }
        record(error, request, log)
        return Response(
            .internalError,
            headers: bare,
            text: "Something went wrong on our side. It is recorded as \(request.id).\n"
        )
    }

    static func wrongHost(_ request: Request, _ publicURL: PublicURL) -> Response {
        Response(
            .badRequest,
            headers: bare,
            text: """
                This address is not configured. This server answers for \(publicURL.host).
                For the operator: set PORTAL_PUBLIC_URL, or give a tenant this host name.
                Reference \(request.id)

                """
        )
    }

    static func nobodyHere(_ request: Request) -> Response {
        Response(
            .notFound,
            headers: bare,
            text: "Page not found. Check the address. Reference \(request.id)\n"
        )
    }

    private static let bare: [Header] = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]

    /// The kind of fault and where it stood in our words; values stay out of the log.
    private static func record(_ error: any Error, _ request: Request, _ log: Log) {
        log.note(
            .error,
            "fault",
            [("req", request.id), ("error", "\(type(of: error))"), ("detail", "\(error)")]
        )
    }
}
