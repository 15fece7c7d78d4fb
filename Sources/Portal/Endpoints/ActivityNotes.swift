import Registry
import Web

/// What the endpoints tell an application's own people about its requests.
extension Visit {
    func note(
        _ refusal: AuthorizationRefusal,
        of asked: Parameters,
        to application: Application,
        by customer: Account?
    ) {
        registry.note(refusal, of: asked, to: application, by: customer, at: tenant, from: provenance)
    }

    /// Whether somebody of the application's own people looks at its refused request; then it is written at once.
    func member(concernedBy refusal: RecipientRefusal) async throws -> Application? {
        let named: Application
        switch refusal {
        case .unregistered(let application, _), .nothingRegistered(let application),
            .ambiguous(let application):
            named = application
        case .malformed, .unknownClient, .suspended: return nil
        }
        do {
            guard let own = try await partner()?.member(of: named.id.text) else { return nil }
            try await registry.writeActivity()
            return own.application
        } catch is MemberRefusal {
            return nil
        }
    }

    /// Notes why nobody was recognised as a client, for the application that the request seems to be of.
    func notingRefusals<Result>(
        at step: Activity.Step,
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            let cause = OAuthFailure(error).cause
            if let cause, let claimed = ClientAuthentication.claimedID(in: request, at: tenant) {
                registry.note(cause, of: claimed, at: step, at: tenant, from: provenance)
            }
            throw error
        }
    }

    /// Notes why a client was declined.
    func notingRefusals<Answer>(
        of sent: Parameters,
        by client: ClientAccess,
        at step: Activity.Step,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await body()
        } catch {
            note(error, of: sent, by: client, at: step)
            throw error
        }
    }

    private func note(
        _ error: any Error,
        of sent: Parameters,
        by client: ClientAccess,
        at step: Activity.Step
    ) {
        let isRefresh = step == .token && sent.pairs { $0.isByteForByte("refresh_token") }.count == 1
        let step = isRefresh ? Activity.Step.refresh : step
        switch error {
        case let refusal as TokenRefusal: client.note(refusal, of: sent, at: step)
        case ParameterRefusal.missing(let name) where BodyType(request.headers["content-type"]) == .multipart:
            client.note(.missingField(name), at: step)
        default:
            if let cause = OAuthFailure(error).cause { client.note(cause, at: step) }
        }
    }
}
