extension ConsentWords {
    static func english(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "Connect \(.name)",
            wantsToConnect: "\(.name) wants to connect to your \(tenant) account",
            asksForMore: "\(.name) asks for more access",
            hasChanged: "\(.name) has changed since you allowed it",
            signedInAs: "Signed in as ",
            useAnotherAccount: "Not you? Use another account",
            whichCompany: "Which company’s data?",
            chooseCompany: "Choose a company",
            isConnectedFor: """
                \(.name) is connected for \(.company). \
                If you choose another company, that access ends.
                """,
            willBeAble: "\(.name) will be able to",
            willNotBeAble: "\(.name) will not be able to",
            newPermissions: "New permissions",
            alreadyAllowed: "Already allowed",
            view: "View",
            change: "Change",
            account: "Account",
            onlyAnAccount: "It only learns that you have an account here (a number, not your name).",
            mayLeaveOut: "Choose what to share. It connects without the rest.",
            changedSince: "What changed since ",
            nameWas: "Its name was \(.name).",
            publisherWas: "It was published by \(.name).",
            logoIsNew: "It has a new logo.",
            returnedTo: "You returned to \(.place) before.",
            registrationChanged:
                "Its registration changed: its addresses or links, what it may ask for, or who looks after it.",
            sensitive: "Sensitive",
            publishedBy: "Published by",
            registeredBySomeoneAt: "Registered by someone at ",
            youWillReturnTo: "You will return to",
            youWillStay: "You will stay here.",
            thisComputer: "this computer",
            theApp: "the app ",
            accessLasts: "Access lasts",
            untilDisconnected: "Until I disconnect it",
            thirtyDays: "For 30 days",
            sevenDays: "For 7 days",
            asBefore: "Until \(.time), as before",
            connectedSince: "Connected since",
            registeredHereOn: "Registered here on",
            verifiedBy: "Verified by \(tenant)",
            notVerified: "Not verified",
            verifiedDomain: "Verified: ",
            sentElsewhere: "Not verified – you will be sent to ",
            allow: "Allow access",
            cancel: "Cancel",
            keepsEarlier: "If you cancel, it keeps what you allowed before.",
            disconnectAnyTime: "You can disconnect \(.name) at any time in \(.link).",
            connectedApplications: "Connected applications",
            privacyPolicy: "Privacy policy",
            terms: "Terms",
            opens: "opens",
            report: "Report this application",
            unchecked: (
                "\(tenant) has not checked who made this application.",
                "Only continue if you started this from a website or person you trust."
            ),
            onThisComputer: (
                "This application runs on this computer.",
                """
                \(tenant) cannot confirm which program receives access. Continue only if you have just started it \
                yourself. If your browser then shows “cannot connect”, start the program again and repeat.
                """
            ),
            onThisDevice: (
                "This application is installed on this device.",
                "\(tenant) cannot confirm which app receives access. Continue only if you have just started it yourself."
            ),
            testAccount: (
                "You are a test account of this application.",
                "Until \(tenant) approves it, only its test accounts can connect it."
            ),
            administrator: (
                "You are an administrator of \(tenant).",
                "This application gets the access of your customer account, not of your administration."
            ),
            byHand: (
                "\(tenant) asks on behalf of \(.name).",
                "Request \(.reference)."
            ),
            months: CalendarText.months
        )
    }
}
