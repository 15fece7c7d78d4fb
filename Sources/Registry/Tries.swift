/// What may be tried only so often within a fixed time, by whichever server is asked; how often, each tenant says.
package enum Tries: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Wrong secrets of an application in a minute, from one address of the network (CA-04), which of IPv6 is a /64.
    case clientFailures

    /// Wrong passwords of an account in a quarter of an hour (SL-07).
    case signInFailures
    case signInFailuresPerDay

    /// Wrong passwords from one address of the network in a quarter of an hour, whoever is named (SL-07).
    case addressFailures

    /// Wrong codes of an authenticator app in five minutes (SL-13).
    case codeFailures

    /// From one address of the network.
    case signUpsPerHour
    case passwordResetsPerHour
    case registrationsPerDay
    case reportsPerHour

    /// Of one partner.
    case invitationsPerHour
    case uploadsPerMinute

    /// How often the world is asked for a proof, of one application and by one partner about one domain; ten times as
    /// often about one domain altogether.
    case domainChecksPerHour

    /// To one e-mail address, of each kind, by whoever asks for them.
    case lettersPerDay

    /// How often, where a tenant says nothing.
    package var usual: Int {
        switch self {
        case .signInFailures, .codeFailures: 5
        case .clientFailures, .reportsPerHour, .lettersPerDay: 10
        case .signUpsPerHour, .passwordResetsPerHour, .registrationsPerDay, .invitationsPerHour: 20
        case .domainChecksPerHour: 30
        case .addressFailures: 50
        case .uploadsPerMinute: 60
        case .signInFailuresPerDay: 100
        }
    }

    /// Who guesses gets no more than usual; what only keeps a crowd away may be more for a large provider.
    package var bounds: ClosedRange<Int> {
        switch self {
        case .clientFailures, .signInFailures, .signInFailuresPerDay, .addressFailures, .codeFailures:
            1...usual
        default: 1...1000
        }
    }
}

extension Policy {
    package subscript(tries: Tries) -> Int {
        get { self.tries[tries] ?? tries.usual }
        set { self.tries[tries] = newValue == tries.usual ? nil : newValue }
    }
}
