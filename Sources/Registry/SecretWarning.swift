import FoundationEssentials

/// How near the end of a secret is, as often as its owners are told: a week, a day and an hour before.
enum SecretWarning: Int, Sendable, CaseIterable {
    case week = 1
    case day = 2
    case hour = 3

    var seconds: TimeInterval {
        switch self {
        case .week: 7 * 86_400
        case .day: 86_400
        case .hour: 3600
        }
    }

    /// The last one that is due for a secret that ends then; nil while there is time.
    init?(for end: Date, at now: Date) {
        let rest = end.timeIntervalSince(now)
        guard let due = Self.allCases.last(where: { rest <= $0.seconds }) else { return nil }
        self = due
    }
}
