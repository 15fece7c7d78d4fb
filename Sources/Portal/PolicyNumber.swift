import Registry

/// A rule of a tenant's file that is a number: nothing looser than the bounds of the security specification.
struct PolicyNumber: Sendable {
    let key: String
    let range: ClosedRange<Int>
    let path: any WritableKeyPath<Policy, Int> & Sendable

    private init(
        _ key: String,
        _ path: any WritableKeyPath<Policy, Int> & Sendable,
        _ range: ClosedRange<Int>
    ) {
        (self.key, self.path, self.range) = (key, path, range)
    }

    static let all: [PolicyNumber] =
        [
            PolicyNumber("codeSeconds", \.codeSeconds, 1...600),
            PolicyNumber("refreshGraceSeconds", \.refreshGraceSeconds, 0...30),
            PolicyNumber("requestSeconds", \.requestSeconds, 1...600),
            PolicyNumber("applicationsPerPartner", \.applicationsPerPartner, 1...1000),
            PolicyNumber("applicationsPerDay", \.applicationsPerDay, 1...1000),
            PolicyNumber("unapprovedApplications", \.unapprovedApplications, 1...1_000_000),
            PolicyNumber("logoMebibytes", \.logoMebibytes, 1...1_000_000),
            PolicyNumber("requestsPerSecond", \.requestsPerSecond, 0...1_000_000),
            PolicyNumber("redirectURIsPerApplication", \.redirectURIsPerApplication, 1...100),
            PolicyNumber("testAccountsPerApplication", \.testAccountsPerApplication, 1...100),
            PolicyNumber("reportsToFreeze", \.reportsToFreeze, 0...100),
            PolicyNumber("reportWindowSeconds", \.reportWindowSeconds, 3600...30 * 86_400),
            PolicyNumber("reportsPerDay", \.reportsPerDay, 1...100),
            PolicyNumber("consentDays", \.consentDays, 0...3660),
            // That a session is used is written down once a minute.
            PolicyNumber("sessionIdleSeconds", \.sessionIdleSeconds, 300...30 * 60),
            PolicyNumber("sessionSeconds", \.sessionSeconds, 300...12 * 3600),
            PolicyNumber("administratorIdleSeconds", \.administratorIdleSeconds, 300...15 * 60),
            PolicyNumber("administratorSeconds", \.administratorSeconds, 300...8 * 3600),
            PolicyNumber("confirmationSeconds", \.confirmationSeconds, 30...5 * 60),
        ] + Tries.allCases.map { PolicyNumber($0.rawValue, \.[$0], $0.bounds) }
}
