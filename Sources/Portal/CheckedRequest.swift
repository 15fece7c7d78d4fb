import Registry
import Web

/// A pasted request, judged rule by rule with what judges real ones; nothing comes of it.
struct CheckedRequest {
    enum Verdict {
        case passed
        case failed(Activity.Cause)

        /// An earlier rule failed, or it does not apply.
        case notChecked
    }

    let step: Activity.Step?
    private(set) var findings: [(rule: CheckRule, verdict: Verdict)] = []

    /// Every parameter that was read, with nothing secret in its value.
    private(set) var parameters: [(name: String, value: RedactedText)] = []

    /// The reason for which it would be refused; nil where it would not be.
    private(set) var cause: Activity.Cause?

    var isAccepted: Bool { cause == nil }

    init(_ pasted: PastedRequest, with rehearsal: Rehearsal, _ visit: Visit) async throws {
        let made: (visit: Visit, step: Activity.Step)
        switch pasted.place(like: visit) {
        case .success(let found): made = found
        case .failure(let misplaced):
            step = nil
            cause = misplaced.cause
            findings = [(.endpoint, .failed(misplaced.cause))]
            return
        }
        step = made.step
        switch made.step {
        case .authorize: try await checkLink(made.visit, rehearsal)
        default: try await checkCall(made.visit, made.step, rehearsal)
        }
    }
}

// MARK: - Authorize links

extension CheckedRequest {
    /// Each refusal is noted and mended, and the rest judged once more, until nothing is refused any longer.
    private mutating func checkLink(_ visit: Visit, _ rehearsal: Rehearsal) async throws {
        var (failures, isStopped): ([CheckRule: Activity.Cause], Bool) = ([:], false)
        do {
            guard visit.request.method == .get || visit.profile.authorizeByPost else {
                throw CheckStop.method
            }
            var asked = try AuthorizeEndpoint.asked(visit)
            read(asked)
            while !isStopped, let cause = try await rehearsal.refusal(of: asked) {
                if failures.isEmpty { self.cause = cause }
                let rule = CheckRule(cause)
                guard failures[rule] == nil else { break }
                failures[rule] = cause
                if let mended = asked.mended(after: cause) { asked = mended } else { isStopped = true }
            }
        } catch is FormProblem {
            (cause, failures[.readable], isStopped) = (.malformedBody, .malformedBody, true)
        } catch is CheckStop {
            (cause, failures[.method], isStopped) = (.method, .method, true)
        }
        tell(CheckRule.ofLinks, failures, isStopped)
    }

    private mutating func tell(
        _ rules: [CheckRule],
        _ failures: [CheckRule: Activity.Cause],
        _ isStopped: Bool
    ) {
        var isReached = true
        for rule in rules {
            if let cause = failures[rule] {
                findings.append((rule, .failed(cause)))
                isReached =
                    !isStopped || failures.count > 1 && rule != rules.last(where: { failures[$0] != nil })
            } else {
                findings.append((rule, isReached ? .passed : .notChecked))
            }
        }
        for (rule, cause) in failures where !rules.contains(rule) { findings.append((rule, .failed(cause))) }
    }

    private mutating func read(_ sent: Parameters) {
        parameters = sent.pairs { _ in true }.map { ($0.name, RedactedText(parameter: $0.name, $0.value)) }
    }
}

private enum CheckStop: Error { case method }

/// A request that is for none of the endpoints that are checked.
private struct Misplaced: Error {
    let cause: Activity.Cause
}

extension Parameters {
    /// The same without what was wrong, so that what comes after it can be judged; nil where nothing can.
    fileprivate func mended(after cause: Activity.Cause) -> Parameters? {
        switch cause {
        case .repeated("client_id"), .repeated("redirect_uri"): nil
        case .missing("response_type"), .repeated("response_type"), .responseType:
            setting("response_type", "code")
        case .missing("code_challenge"), .repeated("code_challenge"), .malformedChallenge:
            setting("code_challenge", String(repeating: "A", count: 43)).setting(
                "code_challenge_method",
                "S256"
            )
        case .repeated("code_challenge_method"), .plainChallenge: setting("code_challenge_method", "S256")
        case .repeated(let name): setting(name, nil)
        case .malformedState: setting("state", nil)
        case .responseMode: setting("response_mode", nil)
        case .scope: setting("scope", nil)
        default: nil
        }
    }

    private func setting(_ name: String, _ value: String?) -> Parameters {
        Parameters(pairs { !$0.isByteForByte(name) } + (value.map { [(name, $0)] } ?? []))
    }
}

// MARK: - Calls of software

extension CheckedRequest {
    private mutating func checkCall(
        _ visit: Visit,
        _ step: Activity.Step,
        _ rehearsal: Rehearsal
    ) async throws {
        var failure: Activity.Cause?
        do {
            guard visit.request.method == .post else { throw CheckStop.method }
            failure = try await refusal(of: visit, step, rehearsal)
        } catch is CheckStop {
            failure = .method
        } catch {
            guard let cause = OAuthFailure(error).cause else { throw error }
            failure = cause
        }
        cause = failure
        tellInOrder(CheckRule.ofCalls(step, parameters.grant), failure)
    }

    /// The steps of a real call, in their order.
    private mutating func refusal(
        of visit: Visit,
        _ step: Activity.Step,
        _ rehearsal: Rehearsal
    ) async throws -> Activity.Cause? {
        let sent = try visit.tokenParameters()
        read(sent)
        let headers = visit.request.headers.all("authorization")
        let credentials = try ClientAuthentication(headers, sent, visit.profile.clientAuthentication)
        let client: RehearsedClient
        switch try await rehearsal.client(credentials.asked) {
        case .failure(let refusal): return refusal.cause
        case .success(let proven): client = proven
        }
        switch step {
        case .token, .refresh, .authorize:
            try visit.requireAcceptable()
            do {
                let completed = try TokenEndpoint.completed(sent, visit)
                let request = try TokenEndpoint.request(completed, visit)
                return try await client.refusal(of: request, sent: completed)
            } catch let refusal as TokenRefusal {
                return client.cause(of: refusal, sent: sent)
            }
        case .introspect:
            if client.client.kind == .public { return .publicMayNot }
            _ = try sent.required("token")
        case .revoke: _ = try sent.required("token")
        }
        return nil
    }

    private mutating func tellInOrder(_ rules: [CheckRule], _ failure: Activity.Cause?) {
        guard let failure else {
            findings = rules.map { ($0, .passed) }
            return
        }
        let failed = CheckRule(failure)
        let place = rules.firstIndex(of: failed) ?? rules.endIndex
        findings = rules[..<place].map { ($0, .passed) } + [(failed, .failed(failure))]
        findings += rules[place...].dropFirst().map { ($0, .notChecked) }
    }
}

extension [(name: String, value: RedactedText)] {
    fileprivate var grant: Grant? {
        if let named = first(where: { $0.name.isByteForByte("grant_type") }) {
            return Grant(rawValue: named.value.text)
        }
        return contains { $0.name.isByteForByte("code") } ? .authorizationCode : nil
    }
}

extension PastedRequest {
    /// The request as it would arrive here, and at which endpoint, unless there is nothing to check.
    fileprivate func place(like visit: Visit) -> Result<(visit: Visit, step: Activity.Step), Misplaced> {
        let host = address.host ?? visit.request.host
        let isOurs =
            host == visit.request.host || host == visit.site.publicURL.host
            || visit.tenant.settings.hosts.contains(PublicURL.withoutPort(host))
        let request = Request(
            id: visit.request.id,
            method,
            target: address.target,
            host: host,
            headers: Headers(headers),
            body: body,
            isSecure: address.isSecure
        )
        guard isOurs, let request else { return .failure(Misplaced(cause: .notAnEndpoint)) }
        var path = request.path[...]
        if path.starts(with: ["t", visit.tenant.name.text]) { path = path.dropFirst(2) }
        let place = visit.dialect.place(of: path).map(Array.init)
        let endpoint = Endpoint.allCases.first { $0.place == place }
        let made = Visit(site: visit.site, request: request, home: visit.home, dialect: visit.dialect)
        switch endpoint {
        case .authorize: return .success((made, .authorize))
        case .token: return .success((made, .token))
        case .revoke: return .success((made, .revoke))
        case .introspect: return .success((made, .introspect))
        case .verify, .logout: return .failure(Misplaced(cause: .endpointForTokens))
        case nil: return .failure(Misplaced(cause: .notAnEndpoint))
        }
    }
}
