extension ConsentWords {
    static func dutch(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "\(.name) koppelen",
            wantsToConnect: "\(.name) wil verbinding maken met uw account bij \(tenant)",
            asksForMore: "\(.name) vraagt om meer toegang",
            hasChanged: "\(.name) is veranderd sinds u toegang gaf",
            signedInAs: "Aangemeld als ",
            useAnotherAccount: "Niet u? Gebruik een ander account",
            whichCompany: "Gegevens van welk bedrijf?",
            chooseCompany: "Kies een bedrijf",
            isConnectedFor: """
                \(.name) is verbonden voor \(.company). \
                Als u een ander bedrijf kiest, eindigt die toegang.
                """,
            willBeAble: "\(.name) kan straks",
            willNotBeAble: "\(.name) kan straks niet",
            newPermissions: "Nieuwe rechten",
            alreadyAllowed: "Al toegestaan",
            view: "Bekijken",
            change: "Wijzigen",
            account: "Account",
            onlyAnAccount:
                "De toepassing ziet alleen dat u hier een account hebt (een nummer, niet uw naam).",
            mayLeaveOut: "Kies wat u wilt delen. De koppeling werkt ook zonder de rest.",
            changedSince: "Wat er is veranderd sinds ",
            nameWas: "De naam was \(.name).",
            publisherWas: "De aanbieder was \(.name).",
            logoIsNew: "Het logo is nieuw.",
            returnedTo: "Eerder keerde u terug naar \(.place).",
            registrationChanged:
                "Haar registratie is veranderd: adressen of links, wat zij mag vragen of wie haar beheert.",
            sensitive: "Gevoelig",
            publishedBy: "Aanbieder",
            registeredBySomeoneAt: "Geregistreerd door iemand bij ",
            youWillReturnTo: "U keert terug naar",
            youWillStay: "U blijft hier.",
            thisComputer: "deze computer",
            theApp: "de app ",
            accessLasts: "De toegang geldt",
            untilDisconnected: "Tot ik ontkoppel",
            thirtyDays: "30 dagen",
            sevenDays: "7 dagen",
            asBefore: "Tot \(.time), zoals voorheen",
            connectedSince: "Gekoppeld sinds",
            registeredHereOn: "Hier geregistreerd op",
            verifiedBy: "Gecontroleerd door \(tenant)",
            notVerified: "Niet gecontroleerd",
            verifiedDomain: "Gecontroleerd: ",
            sentElsewhere: "Niet gecontroleerd – u gaat naar ",
            allow: "Toegang toestaan",
            cancel: "Annuleren",
            keepsEarlier: "Als u annuleert, blijft gelden wat u eerder hebt toegestaan.",
            disconnectAnyTime: "U kunt \(.name) altijd ontkoppelen onder \(.link).",
            connectedApplications: "Gekoppelde toepassingen",
            privacyPolicy: "Privacybeleid",
            terms: "Voorwaarden",
            opens: "opent",
            report: "Deze toepassing melden",
            unchecked: (
                "\(tenant) heeft niet gecontroleerd wie deze toepassing heeft gemaakt.",
                "Ga alleen verder als u van een website of persoon komt die u vertrouwt."
            ),
            onThisComputer: (
                "Deze toepassing draait op deze computer.",
                """
                \(tenant) kan niet vaststellen welk programma toegang krijgt. Ga alleen verder als u het zelf net hebt \
                gestart. Toont uw browser daarna „kan geen verbinding maken”, start het programma dan opnieuw en probeer \
                het nog eens.
                """
            ),
            onThisDevice: (
                "Deze toepassing is op dit apparaat geïnstalleerd.",
                """
                \(tenant) kan niet vaststellen welke app toegang krijgt. Ga alleen verder als u die zelf net hebt gestart.
                """
            ),
            testAccount: (
                "U bent een testaccount van deze toepassing.",
                "Totdat \(tenant) haar goedkeurt, kunnen alleen haar testaccounts haar koppelen."
            ),
            administrator: (
                "U bent beheerder van \(tenant).",
                "Deze toepassing krijgt de toegang van uw klantaccount, niet die van uw beheer."
            ),
            byHand: (
                "\(tenant) vraagt dit namens \(.name).",
                "Aanvraag \(.reference)."
            ),
            months: [
                "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
                "oktober",
                "november", "december",
            ]
        )
    }
}
