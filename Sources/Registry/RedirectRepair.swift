/// Whether an address that was refused may be registered from the entry that tells of it, and after which question.
///
/// Whoever makes up a link chooses the address in it. So one careless press must never register such an address:
/// the less it has in common with those on the list, the more has to be done.
package enum RedirectRepair: Sendable, Equatable {
    package enum Question: Sendable, Equatable {
        /// It differs from one on the list in a final slash only: a press is enough.
        case none

        /// It leads to a place customers are sent to already: a page of its own asks.
        case confirmation

        /// It leads elsewhere: the place has to be typed.
        case typing(place: String)
    }

    case registered
    case ready(RedirectURI, Question)
    case impossible(RedirectURIProblem)

    /// Part of it was not kept, so that nobody can say what it was.
    case incomplete

    init(_ sent: RedactedText, for application: Application) {
        guard sent.isWhole else {
            self = .incomplete
            return
        }
        // A part after # never reaches a server, so the same address without it is offered instead.
        let text = String(decoding: sent.text.utf8.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
        let registered = application.redirectURIs
        if registered.contains(where: { $0.text.isByteForByte(text) }) {
            self = .registered
            return
        }
        do throws(RedirectURIProblem) {
            let address = try RedirectURI(text)
            self = .ready(address, Question(address, beside: registered))
        } catch {
            self = .impossible(error)
        }
    }
}

extension RedirectRepair.Question {
    fileprivate init(_ address: RedirectURI, beside registered: [RedirectURI]) {
        let isKnown = registered.contains { known in
            switch known.destination {
            case .web, .thisComputer: known.origin.isByteForByte(address.origin)
            case .installedApp: known.destination == address.destination
            }
        }
        if registered.contains(where: { $0.isNearMiss(of: address.text) }) {
            self = .none
        } else {
            self = isKnown ? .confirmation : .typing(place: address.place)
        }
    }

    /// Whether somebody has answered it.
    func isAnswered(by typed: String?) -> Bool {
        switch self {
        case .none, .confirmation: true
        case .typing(let place): typed?.trimmingSpaces.lowercased().isByteForByte(place) == true
        }
    }
}

extension Activity {
    /// What may be done about a refused address; nil where that was not the matter.
    package func repair(of application: Application) -> RedirectRepair? {
        switch cause {
        case .unregisteredAddress(let sent, _): RedirectRepair(sent, for: application)
        case .noAddressRegistered(let sent?): RedirectRepair(sent, for: application)
        default: nil
        }
    }
}

/// Why an address was not registered from an entry.
package enum RepairRefusal: Error, Equatable, Sendable {
    case notTyped(place: String)
    case notPossible
}

extension MemberAccess {
    /// Registers the address an entry tells of, after its question; throws ``RepairRefusal`` and
    /// ``RegistrationRefusal``.
    package func addAddress(of entry: Activity, typed: String?) async throws -> EditOutcome {
        guard case .ready(let address, let question) = entry.repair(of: application) else {
            throw RepairRefusal.notPossible
        }
        if case .typing(let place) = question, !question.isAnswered(by: typed) {
            throw RepairRefusal.notTyped(place: place)
        }
        return try await addRedirectURI(address.text)
    }
}
