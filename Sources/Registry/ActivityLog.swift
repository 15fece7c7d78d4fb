import FoundationEssentials
import Synchronization

/// What happened to requests, gathered in memory and written away from them, twice a second.
///
/// A refusal costs its caller no query and no fsync; after a crash half a second of entries is missing. How many
/// entries one address of the network and one application may add in a minute is bounded, and so is what waits; the
/// rest is counted.
final class ActivityLog: Sendable {
    /// An entry, and what is still to be found out for it.
    struct Note: Sendable {
        /// The entry's, made once, so that writing it again adds none.
        let id: String
        let at: Date
        let step: Activity.Step
        let cause: Activity.Cause
        let witness: Activity.Witness
        let provenance: Provenance
        let trace: ActivityTrace?
    }

    struct Place: Hashable, Sendable {
        let tenant: TenantID

        /// As it was sent: there may be no such application.
        let client: String
    }

    /// What was gathered for one application.
    struct Gathered: Sendable {
        var notes: [Note] = []
        var uncounted = 0
    }

    fileprivate struct Contents {
        var gathered: [Place: Gathered] = [:]
        var waiting = 0
        var minute = 0
        var shares: [String: Int] = [:]
    }

    private let contents = Mutex(Contents())

    private static let mostWaiting = 2000
    private static let mostPlaces = 1000
    fileprivate static let mostShares = 20_000

    /// What one address may add in a minute, to one application and to all together.
    fileprivate static let shareOfApplication = 30
    fileprivate static let shareOfAll = 120

    /// How many customers' answers of an application are kept in a minute, wherever they come from.
    fileprivate static let answersInAMinute = 30

    func note(_ note: Note, of place: Place) {
        contents.withLock { contents in
            guard contents.gathered[place] != nil || contents.gathered.count < Self.mostPlaces else { return }
            let isKept = contents.waiting < Self.mostWaiting && contents.spend(note, of: place)
            if isKept {
                contents.waiting += 1
                contents.gathered[place, default: Gathered()].notes.append(note)
            } else {
                contents.gathered[place, default: Gathered()].uncounted += 1
            }
        }
    }

    /// Takes out what was gathered.
    func take() -> [Place: Gathered] {
        contents.withLock { contents in
            defer { (contents.gathered, contents.waiting) = ([:], 0) }
            return contents.gathered
        }
    }

    /// Puts back what could not be written, in front of what came since.
    func putBack(_ gathered: [Place: Gathered]) {
        contents.withLock { contents in
            for (place, older) in gathered {
                let newer = contents.gathered[place] ?? Gathered()
                let room = max(0, Self.mostWaiting - contents.waiting)
                let kept = older.notes.suffix(room)
                contents.waiting += kept.count
                contents.gathered[place] = Gathered(
                    notes: kept + newer.notes,
                    uncounted: older.uncounted + newer.uncounted + older.notes.count - kept.count
                )
            }
        }
    }
}

extension ActivityLog.Contents {
    /// Whether a note is within its share of the minute; what the application itself did always is.
    fileprivate mutating func spend(_ note: ActivityLog.Note, of place: ActivityLog.Place) -> Bool {
        if note.witness == .application { return true }
        let minute = note.at.milliseconds / 60_000
        if minute != self.minute { (self.minute, shares) = (minute, [:]) }
        let application = "\(place.tenant.number) \(place.client)"
        if note.witness == .customer { return spend(application, upTo: ActivityLog.answersInAMinute) }
        let client = note.provenance.neighbourhood
        return spend(client, upTo: ActivityLog.shareOfAll)
            && spend("\(application) \(client)", upTo: ActivityLog.shareOfApplication)
    }

    private mutating func spend(_ share: String, upTo limit: Int) -> Bool {
        let spent = shares[share] ?? 0
        guard spent < limit, spent > 0 || shares.count < ActivityLog.mostShares else { return false }
        shares[share] = spent + 1
        return true
    }
}

/// What a refused request carried, as far as it can be looked up without being kept.
enum ActivityTrace: Sendable {
    case secret(RefusedSecret)
    case code(SecretTrace)
    case refreshToken(SecretTrace)
}

extension ClientID {
    /// The first text in there that is written like an id of this tenant's.
    package static func first(in bytes: [UInt8], at tenant: Tenant) -> ClientID? {
        let prefix = Array("\(tenant.name.secretPrefix)_".utf8)
        let isWord: (UInt8) -> Bool = { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
        for word in bytes.split(whereSeparator: { !isWord($0) }) where word.starts(with: prefix) {
            let own = word.prefix(prefix.count + 22)
            let isID =
                own.count == prefix.count + 22 && !own.dropFirst(prefix.count).contains(UInt8(ascii: "_"))
            if isID { return ClientID(text: String(decoding: own, as: UTF8.self)) }
        }
        return nil
    }
}

// MARK: - Noting

extension ApplicationRegistry {
    /// Notes what came of a request; a client that does not exist is found out later.
    package func note(
        _ cause: Activity.Cause,
        of client: String,
        at step: Activity.Step,
        by witness: Activity.Witness = .anyone,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        note(cause, tracing: nil, of: client, at: step, by: witness, at: tenant, from: provenance)
    }

    /// Notes an authorization request without anybody to answer to.
    package func note(
        _ refusal: RecipientRefusal,
        of asked: Parameters,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        guard let cause = Activity.Cause(refusal, of: asked), let client = asked.only("client_id") else {
            return
        }
        note(cause, of: client, at: .authorize, at: tenant, from: provenance)
    }

    /// Notes an authorization request that was declined.
    package func note(
        _ refusal: AuthorizationRefusal,
        of asked: Parameters,
        to application: Application,
        by customer: Account?,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        let cause = Activity.Cause(refusal, of: asked, to: application, by: customer, at: tenant)
        note(cause, of: application.id.text, at: .authorize, at: tenant, from: provenance)
    }

    /// Notes credentials that were not accepted.
    package func note(
        rejected credentials: ClientCredentials,
        at step: Activity.Step,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        let secret = RefusedSecret(credentials, at: tenant, with: secretKeys)
        note(
            .secret(secret.fault, hint: secret.trace?.hint),
            tracing: .secret(secret),
            of: credentials.id,
            at: step,
            at: tenant,
            from: provenance
        )
    }

    fileprivate func note(
        _ cause: Activity.Cause,
        tracing trace: ActivityTrace?,
        of client: String,
        at step: Activity.Step,
        by witness: Activity.Witness = .anyone,
        at tenant: Tenant,
        from provenance: Provenance
    ) {
        guard (1...64).contains(client.utf8.count) else { return }
        let now = clock()
        let note = ActivityLog.Note(
            id: "\(now.milliseconds)-\(entropy.base62(6))",
            at: now,
            step: step,
            cause: cause,
            witness: witness,
            provenance: provenance,
            trace: trace
        )
        activity.note(note, of: ActivityLog.Place(tenant: tenant.id, client: client))
    }
}

extension ClientAccess {
    /// Notes why this application was not given tokens.
    package func note(_ refusal: TokenRefusal, of sent: Parameters, at step: Activity.Step) {
        let (cause, trace) = circumstances(of: refusal, of: sent)
        note(cause, trace, at: step)
    }

    /// What a refusal shows at once, and what the rest can be found out by.
    func circumstances(
        of refusal: TokenRefusal,
        of sent: Parameters
    ) -> (Activity.Cause, ActivityTrace?) {
        let cause = Activity.Cause(refusal, of: sent, by: client, at: tenant)
        switch cause {
        case .code:
            let code = sent.only("code").flatMap { SecretText(parsing: $0, kind: .code) }
            return (code == nil ? .code(.notACode) : cause, code.map { .code(trace($0)) })
        case .refreshToken:
            let text = sent.only("refresh_token") ?? ""
            let token = texts.parse(text, .refreshToken)
            let isAccess = SecretText(parsing: text, kind: .accessToken) != nil
            let shape = isAccess ? Activity.RefreshTokenFault.anAccessToken : .notARefreshToken
            return (token == nil ? .refreshToken(shape) : cause, token.map { .refreshToken(trace($0)) })
        default:
            return (cause, nil)
        }
    }

    /// Notes another reason for which this application was declined.
    package func note(_ cause: Activity.Cause, at step: Activity.Step) { note(cause, nil, at: step) }

    private func note(_ cause: Activity.Cause, _ trace: ActivityTrace?, at step: Activity.Step) {
        registry.note(
            cause,
            tracing: trace,
            of: client.id.text,
            at: step,
            by: .application,
            at: tenant,
            from: provenance
        )
    }

    private func trace(_ secret: SecretText) -> SecretTrace { SecretTrace(secret, with: registry.secretKeys) }
}
