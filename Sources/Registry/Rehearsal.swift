/// Requests judged as they would be, with nothing coming of them: no code used, no token made, no use noted.
///
/// For a partner who wants to know what is wrong with a request of their own application. What decides is what
/// decides about a real one.
package struct Rehearsal: Sendable {
    package let application: Application
    package let tenant: Tenant
    private let registry: ApplicationRegistry

    fileprivate init(_ application: Application, _ tenant: Tenant, _ registry: ApplicationRegistry) {
        (self.application, self.tenant, self.registry) = (application, tenant, registry)
    }

    /// What an authorization request of this application would be refused for; nil when a customer would be asked.
    package func refusal(of asked: Parameters) async throws -> Activity.Cause? {
        if let named = asked.only("client_id"), !isOwn(named) { return .foreignClientID }
        do {
            let recipient = try await registry.recipient(of: asked, at: tenant)
            return try refusal(of: asked, for: recipient)
        } catch let refusal as RecipientRefusal {
            if case .malformed(let problem) = refusal { return Activity.Cause(problem) }
            return Activity.Cause(refusal, of: asked)
        }
    }

    /// What belongs to somebody else is not judged here.
    private func isOwn(_ client: String) -> Bool { client.isByteForByte(application.id.text) }

    private func refusal(of asked: Parameters, for recipient: Recipient) throws -> Activity.Cause? {
        do throws(AuthorizationRefusal) {
            let request = try AuthorizationRequest(asked, for: recipient, at: tenant)
            return request.prompt == .none ? .loginRequired : nil
        } catch {
            return Activity.Cause(error, of: asked, to: application, by: nil, at: tenant)
        }
    }

    /// Why these credentials would not be accepted, or the client they prove.
    package func client(_ sent: ClientCredentials) async throws -> Result<RehearsedClient, RehearsalRefusal> {
        guard isOwn(sent.id) else { return .failure(RehearsalRefusal(cause: .foreignClientID)) }
        do {
            let client = try await registry.proven(sent, at: tenant)
            let provenance = Provenance(address: "", reference: "")
            let access = ClientAccess(
                tenant: tenant,
                client: client,
                registry: registry,
                provenance: provenance
            )
            return .success(RehearsedClient(access: access))
        } catch is ClientRefusal {
            let secret = RefusedSecret(sent, at: tenant, with: registry.secretKeys)
            let cause = Activity.Cause.secret(secret.fault, hint: secret.trace?.hint)
            return .failure(RehearsalRefusal(cause: try await explain(cause, .secret(secret))))
        }
    }

    fileprivate func explain(_ cause: Activity.Cause, _ trace: ActivityTrace?) async throws -> Activity.Cause
    {
        try await registry.explain(cause, trace, of: application.id, tenant: tenant.id)
    }
}

/// What would be answered instead of what was asked for.
package struct RehearsalRefusal: Error, Sendable {
    package let cause: Activity.Cause
}

/// An application that proved itself in a rehearsal.
package struct RehearsedClient: Sendable {
    fileprivate let access: ClientAccess

    package var client: Client { access.client }
}

/// What a token request asks for, read from its parameters.
package enum TokenRequest: Sendable {
    case redeem(code: String, redirectURI: String?, verifier: String?)
    case refresh(String, scope: String?)
    case forItself(scope: String?)
    case forCustomer(email: String, password: String, scope: String?)
}

extension RehearsedClient {
    /// What a token request would be refused for; nil when it would be answered with tokens.
    ///
    /// A customer's password is not tried.
    package func refusal(of request: TokenRequest, sent: Parameters) async throws -> Activity.Cause? {
        do {
            try await rehearse(request)
            return nil
        } catch let refusal as TokenRefusal {
            let (cause, trace) = access.circumstances(of: refusal, of: sent)
            let (client, tenant) = (access.client.id, access.tenant.id)
            return try await access.registry.explain(cause, trace, of: client, tenant: tenant)
        }
    }

    /// What a refusal of a request that was not understood comes to.
    package func cause(of refusal: TokenRefusal, sent: Parameters) -> Activity.Cause {
        access.circumstances(of: refusal, of: sent).0
    }

    private func rehearse(_ request: TokenRequest) async throws {
        switch request {
        case .redeem(let code, let redirectURI, let verifier):
            try await rehearse(code, redirectURI, verifier)
        case .refresh(let token, let scope): try await rehearse(token, scope)
        case .forItself(let scope): _ = try await access.scopesForItself(scope)
        case .forCustomer(_, _, let scope):
            try access.require(.password)
            _ = try scope.map(access.registeredScopes)
        }
    }

    private func rehearse(_ text: String, _ redirectURI: String?, _ verifier: String?) async throws {
        try access.require(.authorizationCode)
        guard let sent = SecretText(parsing: text, kind: .code) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let (registry, client, tenant) = (access.registry, access.client.id, access.tenant)
        let (shown, now) = (sent.shown(to: registry.secretKeys), registry.clock())
        let code = try await registry.database.read(.tenant(tenant.id)) { connection in
            try connection.code(sent.id, tenant: tenant.id, at: now)
        }
        guard let code, code.application == client, try shown.isKept(as: code.digest) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let refusal = code.refusal(
            redirectURI: redirectURI,
            verifier: verifier,
            under: tenant.policy,
            at: now
        )
        if let refusal { throw refusal }
    }

    private func rehearse(_ text: String, _ scope: String?) async throws {
        try access.require(.refreshToken)
        guard let sent = access.texts.parse(text, .refreshToken) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let asked = try scope.map(access.scopes)
        let (registry, client, tenant) = (access.registry, access.client, access.tenant.id)
        let stored = try await registry.database.read(.tenant(tenant)) { connection in
            try connection.refreshToken(sent.id, of: client.id, tenant: tenant)
        }
        guard let stored, try sent.shown(to: registry.secretKeys).isKept(as: stored.digest) else {
            throw TokenRefusal.invalidGrant(.unknown)
        }
        let allowed = stored.scopes.intersection(client.scopes)
        let now = registry.clock()
        let refusal = stored.refusal(of: asked ?? allowed, within: allowed, at: now)
        if let refusal { throw refusal }
        if stored.isUsedUp(unlessFirstUsedAfter: access.graceStart(at: now)) {
            throw TokenRefusal.invalidGrant(.alreadyUsed)
        }
    }
}

extension MemberAccess {
    /// Judges requests of the application.
    package var rehearsal: Rehearsal { Rehearsal(application, tenant, registry) }
}

extension ApplicationRegistry {
    fileprivate func explain(
        _ cause: Activity.Cause,
        _ trace: ActivityTrace?,
        of client: ClientID,
        tenant: TenantID
    ) async throws -> Activity.Cause {
        let now = clock()
        return try await database.read(.tenant(tenant)) { connection in
            guard let subject = try connection.activitySubject(client.text, tenant: tenant) else {
                return cause
            }
            return try connection.explain(cause, trace, of: subject, tenant: tenant, at: now)
        }
    }
}
