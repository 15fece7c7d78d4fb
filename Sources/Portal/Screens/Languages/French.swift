extension ConsentWords {
    static func french(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "Connecter \(.name)",
            wantsToConnect: "\(.name) souhaite se connecter à votre compte \(tenant)",
            asksForMore: "\(.name) demande des accès supplémentaires",
            hasChanged: "\(.name) a changé depuis que vous l’avez autorisée",
            signedInAs: "Connecté en tant que ",
            useAnotherAccount: "Ce n’est pas vous ? Utiliser un autre compte",
            whichCompany: "Les données de quelle entreprise ?",
            chooseCompany: "Choisissez une entreprise",
            isConnectedFor: """
                \(.name) est connecté pour \(.company). \
                Si vous choisissez une autre entreprise, cet accès prend fin.
                """,
            willBeAble: "\(.name) pourra",
            willNotBeAble: "\(.name) ne pourra pas",
            newPermissions: "Nouvelles autorisations",
            alreadyAllowed: "Déjà autorisé",
            view: "Consulter",
            change: "Modifier",
            account: "Compte",
            onlyAnAccount:
                "L’application apprend seulement que vous avez un compte ici (un numéro, pas votre nom).",
            mayLeaveOut: "Choisissez ce que vous voulez partager. La connexion fonctionne sans le reste.",
            changedSince: "Ce qui a changé depuis le ",
            nameWas: "Son nom était \(.name).",
            publisherWas: "Elle était publiée par \(.name).",
            logoIsNew: "Son logo est nouveau.",
            returnedTo: "Vous reveniez auparavant à \(.place).",
            registrationChanged:
                "Son enregistrement a changé : ses adresses ou ses liens, ce qu’elle peut demander ou qui s’en occupe.",
            sensitive: "Sensible",
            publishedBy: "Publiée par",
            registeredBySomeoneAt: "Enregistrée par une personne de ",
            youWillReturnTo: "Vous reviendrez à",
            youWillStay: "Vous resterez ici.",
            thisComputer: "cet ordinateur",
            theApp: "l’application ",
            accessLasts: "Durée de l’accès",
            untilDisconnected: "Jusqu’à révocation",
            thirtyDays: "30 jours",
            sevenDays: "7 jours",
            asBefore: "Jusqu’au \(.time), comme avant",
            connectedSince: "Connectée depuis le",
            registeredHereOn: "Enregistrée ici le",
            verifiedBy: "Vérifiée par \(tenant)",
            notVerified: "Non vérifiée",
            verifiedDomain: "Vérifié : ",
            sentElsewhere: "Non vérifié – vous irez vers ",
            allow: "Autoriser l’accès",
            cancel: "Annuler",
            keepsEarlier: "Si vous annulez, elle garde ce que vous aviez autorisé.",
            disconnectAnyTime: "Vous pouvez déconnecter \(.name) à tout moment dans \(.link).",
            connectedApplications: "Applications connectées",
            privacyPolicy: "Politique de confidentialité",
            terms: "Conditions d’utilisation",
            opens: "ouvre",
            report: "Signaler cette application",
            unchecked: (
                "\(tenant) n’a pas vérifié qui a créé cette application.",
                "Ne continuez que si vous venez d’un site ou d’une personne de confiance."
            ),
            onThisComputer: (
                "Cette application s’exécute sur cet ordinateur.",
                """
                \(tenant) ne peut pas vérifier quel programme recevra l’accès. Ne continuez que si vous venez de le lancer \
                vous-même. Si votre navigateur affiche ensuite « connexion impossible », relancez le programme et \
                recommencez.
                """
            ),
            onThisDevice: (
                "Cette application est installée sur cet appareil.",
                """
                \(tenant) ne peut pas vérifier quelle application recevra l’accès. Ne continuez que si vous venez de la \
                lancer vous-même.
                """
            ),
            testAccount: (
                "Vous êtes un compte de test de cette application.",
                "Tant que \(tenant) ne l’a pas approuvée, seuls ses comptes de test peuvent la connecter."
            ),
            administrator: (
                "Vous êtes administrateur de \(tenant).",
                "Cette application reçoit l’accès de votre compte client, pas celui de votre administration."
            ),
            byHand: (
                "\(tenant) le demande au nom de \(.name).",
                "Demande \(.reference)."
            ),
            months: [
                "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
                "octobre",
                "novembre", "décembre",
            ]
        )
    }
}
