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

    /// The tenant is asked more often than its rules allow.
    case overQuota

    /// Nobody is answered until the operator opens it again.
    case tenantDisabled
}

/// The one mapping from refusals and faults to responses.
enum Failure {
    enum Audience {
        case software

        /// Whoever reads English.
        case people

        /// Those on their way through an authorization, in their language.
        case customers
    }

    /// The answer to an error that left a handler: a page for people, RFC 6749 JSON for software.
    static func response(to error: any Error, _ visit: Visit, for audience: Audience) -> Response {
        let failure = OAuthFailure(error)
        let isExpected =
            error is Refusal || error is RankLost || error is MemberRefusal || error is FormProblem
            || isOfNothing(error)
        if failure.status == .internalError && !isExpected || isToBeMended(error) {
            record(error, visit.request, visit.site.log)
        }
        return switch audience {
        case .software: failure.response(to: visit)
        case .people: page(for: error, visit, in: nil)
        case .customers: page(for: error, visit, in: visit.spoken)
        }
    }

    private static func page(for error: any Error, _ visit: Visit, in spoken: Spoken?) -> Response {
        let words = (spoken?.words ?? .english).system
        return switch error {
        case _ where isOfNothing(error): SystemPage.notFound.response(to: visit)
        case Refusal.foreignForm:
            SystemPage(.forbidden, words.foreignForm, in: spoken).response(to: visit)
        case Refusal.readOnly: SystemPage.readOnly.response(to: visit)
        case is RankLost: SystemPage.rankLost.response(to: visit)
        case Refusal.tenantDisabled:
            SystemPage(.serviceUnavailable, words.disabled, isHome: true, in: spoken).response(to: visit)
        case Refusal.unsealedForm:
            SystemPage(.forbidden, words.unsealedForm, in: spoken).response(to: visit)
        case Refusal.overQuota: SystemPage.busy(.tooManyRequests, in: spoken).response(to: visit)
        case Refusal.tooMany(let wait): SystemPage.tooMany(wait, in: spoken).response(to: visit)
        case Refusal.tooManySignIns(let wait, let role):
            TooManySignIns(wait: wait, role: role).response(to: visit, in: spoken)
        case MemberRefusal.roleTooLow(let role, of: let email, in: let application):
            RoleTooLowPage(role: role, email: email, application: application).response(to: visit)
        case let problem as FormProblem: SystemPage.form(problem, in: spoken).response(to: visit)
        case DatabaseFault.unconfirmed: SystemPage.unconfirmed(in: spoken).response(to: visit)
        default:
            isTemporary(error)
                ? SystemPage.busy(in: spoken).response(to: visit)
                : SystemPage(.internalError, words.fault, in: spoken).response(to: visit)
        }
    }

    /// What it was about is not there, or has gone since the request was read.
    private static func isOfNothing(_ error: any Error) -> Bool {
        switch error {
        case Refusal.notFound, MemberRefusal.notAMember, OperatorRefusal.noSuchApplication: true
        default: false
        }
    }

    /// Whoever asked may come again, but the operator is to hear of it.
    private static func isToBeMended(_ error: any Error) -> Bool {
        if case DatabaseFault.tookTooLong = error { true } else { false }
    }

    /// What passes by itself, so that the caller should come again rather than give up.
    static func isTemporary(_ error: any Error) -> Bool {
        switch error {
        case DatabaseFault.busy, DatabaseFault.full, DatabaseFault.unconfirmed, DatabaseFault.closed,
            DatabaseFault.unreachable, DatabaseFault.tookTooLong:
            true
        case is PasswordHasher.Fault, is LogoWorkshopFault, is MissingKey: true
        default: false
        }
    }

    static func methodNotAllowed(
        _ allowed: [Method],
        _ visit: Visit,
        for audience: Audience
    ) -> Response {
        var response =
            audience == .software
            ? OAuthFailure.methodNotAllowed(allowed).response(to: visit)
            : SystemPage.methodNotAllowed.response(to: visit)
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
        ("Cache-Control", "no-store")
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
