import Registry

/// A number on the page of settings: what it is called there, and what people have to know to choose it.
struct RuleNumber: Sendable {
    /// Its name in the tenant's file and in the form.
    let key: String
    let label: String
    let hint: String

    /// Of its field: the key, with hyphens.
    var id: String {
        key.utf8.reduce(into: "") { id, byte in
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            id += (isCapital ? "-" : "") + String(decoding: [isCapital ? byte | 0x20 : byte], as: UTF8.self)
        }
    }

    /// As it stands where a tenant says nothing; nil for one that may be unlimited.
    var usual: String? {
        PolicyNumber.all.first { $0.key == key }.map { "\(Policy()[keyPath: $0.path])" }
    }

    private init(_ key: String, _ label: String, _ hint: String) {
        (self.key, self.label, self.hint) = (key, label, hint)
    }

    static let all = lifetimes + limits + sessions + guesses + crowds

    static let lifetimes = [
        RuleNumber("codeSeconds", "Authorization code", "Seconds it can be redeemed."),
        RuleNumber(
            "accessTokenSeconds",
            "Access token",
            "Seconds it works. Longer ones, and “unlimited”, only with a legacy door open."
        ),
        RuleNumber(
            "refreshIdleSeconds",
            "Refresh token, unused",
            "Seconds after which it ends when nobody uses it."
        ),
        RuleNumber(
            "refreshAbsoluteSeconds",
            "Refresh token, at the latest",
            "Seconds after which it ends however often it is used."
        ),
        RuleNumber(
            "refreshGraceSeconds",
            "Refresh token, sent again",
            """
            Seconds in which an application with a secret can send a used one twice more, should an answer be lost; \
            0 for never. In that time nobody notices a stolen copy.
            """
        ),
        RuleNumber("requestSeconds", "Consent screen", "Seconds a customer may think about it."),
        RuleNumber(
            "consentDays",
            "Consent, remembered",
            """
            Days after which a customer is asked again, the next time an application sends them. What is connected \
            keeps working. 0 for until they disconnect.
            """
        ),
    ]

    static let limits = [
        RuleNumber(
            "applicationsPerPartner",
            "Applications per partner",
            "How many one partner may have."
        ),
        RuleNumber(
            "applicationsPerDay",
            "Applications per day",
            "How many one partner may register in a day."
        ),
        RuleNumber(
            "unapprovedApplications",
            "Applications nobody approved",
            "At so many of them partners cannot register more."
        ),
        RuleNumber(
            "logoMebibytes",
            "Room for logos",
            "Mebibytes partners' logos may take, each in three sizes."
        ),
        RuleNumber(
            "requestsPerSecond",
            "Requests a second",
            "How many each server answers for you; the rest are told to come again. 0 for as many as come."
        ),
        RuleNumber(
            "redirectURIsPerApplication",
            "Redirect URIs per application",
            "How many one application may register."
        ),
        RuleNumber(
            "testAccountsPerApplication",
            "Test accounts per application",
            "How many customers may connect one before it is approved."
        ),
        RuleNumber(
            "reportsToFreeze",
            "Reports that freeze an application",
            "So many people's reports stop one that is not approved from getting new customers. 0 for never."
        ),
        RuleNumber(
            "reportWindowSeconds",
            "Within",
            "Seconds in which those reports come: 3,600 to 2,592,000."
        ),
        RuleNumber(
            "reportsPerDay",
            "Reports per person",
            "How many applications one person may report a day."
        ),
    ]

    static let sessions = [
        RuleNumber(
            "sessionIdleSeconds",
            "Partners and customers, unused",
            "Seconds after which they are signed out when they do nothing: 300 to 1,800."
        ),
        RuleNumber(
            "sessionSeconds",
            "Partners and customers, at the latest",
            "Seconds after which they sign in again whatever they do: 300 to 43,200. For those who sign in from now on."
        ),
        RuleNumber(
            "administratorIdleSeconds",
            "Administrators, unused",
            "Seconds after which they are signed out when they do nothing: 300 to 900."
        ),
        RuleNumber(
            "administratorSeconds",
            "Administrators, at the latest",
            "Seconds after which they sign in again whatever they do: 300 to 28,800. For those who sign in from now on."
        ),
        RuleNumber(
            "confirmationSeconds",
            "Before a sensitive act",
            "Seconds after which the password or a code is asked for once more: 30 to 300."
        ),
    ]

    static let guesses = [
        guess("signInFailures", "Wrong passwords", "Of one account in a quarter of an hour"),
        guess("signInFailuresPerDay", "Wrong passwords a day", "Of one account"),
        guess(
            "addressFailures",
            "Wrong passwords from one place",
            "From one address of the network in a quarter of an hour, whoever is named"
        ),
        guess("codeFailures", "Wrong codes", "Of one account’s authenticator app in five minutes"),
        guess(
            "clientFailures",
            "Wrong client secrets",
            "Of one application in a minute, from one address of the network"
        ),
    ]

    static let crowds = [
        RuleNumber(
            "signUpsPerHour",
            "Accounts an hour",
            "Made by partners from one address of the network: 1 to 1,000."
        ),
        RuleNumber(
            "passwordResetsPerHour",
            "New passwords an hour",
            "Asked for from one address of the network: 1 to 1,000."
        ),
        RuleNumber(
            "registrationsPerDay",
            "Registrations a day",
            "Of applications, from one address of the network: 1 to 1,000."
        ),
        RuleNumber(
            "reportsPerHour",
            "Reports an hour",
            "Of applications, from one address of the network: 1 to 1,000."
        ),
        RuleNumber(
            "invitationsPerHour",
            "Invitations an hour",
            "To a team or to a test, by one partner: 1 to 1,000."
        ),
        RuleNumber("uploadsPerMinute", "Logos a minute", "Uploaded by one partner: 1 to 1,000."),
        RuleNumber(
            "domainChecksPerHour",
            "Looks at a domain an hour",
            "For the proof that it is the partner’s: of one application, and by one partner; 1 to 1,000."
        ),
        RuleNumber(
            "lettersPerDay",
            "E-mails a day",
            "To one e-mail address, of each kind that anybody can ask for: 1 to 1,000."
        ),
    ]

    private static func guess(_ key: String, _ label: String, _ what: String) -> RuleNumber {
        let most = Tries(rawValue: key)?.bounds.upperBound ?? 1
        return RuleNumber(key, label, "\(what); then it has to wait. 1 to \(most).")
    }
}
