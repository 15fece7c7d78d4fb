import Registry

/// Every word of the consent screen in one language; there is a file for each in `Languages/`.
struct ConsentWords: Sendable {
    let title: Phrase
    let wantsToConnect: Phrase
    let asksForMore: Phrase
    let hasChanged: Phrase
    let signedInAs: String
    let useAnotherAccount: String
    let whichCompany: String
    let chooseCompany: String
    let isConnectedFor: Phrase
    let willBeAble: Phrase
    let willNotBeAble: Phrase
    let newPermissions: String
    let alreadyAllowed: String
    let view: String
    let change: String
    let account: String
    let onlyAnAccount: String
    let mayLeaveOut: String
    let changedSince: String
    let nameWas: Phrase
    let publisherWas: Phrase
    let logoIsNew: String
    let returnedTo: Phrase
    let registrationChanged: String
    let sensitive: String
    let publishedBy: String
    let registeredBySomeoneAt: String
    let youWillReturnTo: String
    let youWillStay: String
    let thisComputer: String
    let theApp: String
    let accessLasts: String
    let untilDisconnected: String
    let thirtyDays: String
    let sevenDays: String
    let asBefore: Phrase
    let connectedSince: String
    let registeredHereOn: String
    let verifiedBy: String
    let notVerified: String

    /// Before a domain that is proved, and before a place that lies under none.
    let verifiedDomain: String
    let sentElsewhere: String
    let allow: String
    let cancel: String
    let keepsEarlier: String
    let disconnectAnyTime: Phrase
    let connectedApplications: String
    let privacyPolicy: String
    let terms: String
    let opens: String
    let report: String
    let unchecked: (fact: String, advice: String)
    let onThisComputer: (fact: String, advice: String)
    let onThisDevice: (fact: String, advice: String)
    let testAccount: (fact: String, advice: String)
    let administrator: (fact: String, advice: String)

    let byHand: (fact: Phrase, request: Phrase)
    let months: MonthNames
}

extension ConsentWords {
    init(_ language: Language, tenant: String) {
        self =
            switch language {
            case .english: .english(tenant)
            case .german: .german(tenant)
            case .dutch: .dutch(tenant)
            case .french: .french(tenant)
            case .portuguese: .portuguese(tenant)
            case .spanish: .spanish(tenant)
            case .ukrainian: .ukrainian(tenant)
            case .arabic: .arabic(tenant)
            case .hebrew: .hebrew(tenant)
            }
    }

    func heading(of group: OfferedScope.Group) -> String {
        switch group {
        case .view: view
        case .change: change
        case .account: account
        }
    }
}
