extension DoorWords {
    static let french = DoorWords(
        signIn: SignIn(
            heading: "Se connecter à \(.provider)",
            onTheWay: "pour continuer vers \(.name)",
            email: "Adresse e-mail",
            password: "Mot de passe",
            reveal: Reveal(show: "Afficher", hide: "Masquer", label: "Afficher le mot de passe"),
            button: "Se connecter",
            forgotten: "Mot de passe oublié",
            cancelAndReturnTo: "Annuler et retourner à \(.place)",
            isWrong: """
                L’adresse e-mail ou le mot de passe est incorrect. Réessayez ou définissez un nouveau mot de passe.
                """,
            isDisabled: "Votre compte ne permet pas de se connecter. Contactez l’assistance de \(.provider).",
            passwordIsSet: "Votre nouveau mot de passe est défini. Connectez-vous avec celui-ci.",
            emailIsChanged: "Votre adresse e-mail est modifiée. Connectez-vous avec la nouvelle.",
            tooMany: "Trop de tentatives",
            tryAgainAt: "Réessayez à \(.time) UTC, ou \(.link).",
            setNewPassword: "définissez dès maintenant un nouveau mot de passe",
            problem: "Un point est à corriger",
            error: "Erreur : "
        ),
        newPassword: NewPassword(
            heading: "Définir un nouveau mot de passe",
            weSendALink: """
                Nous envoyons un lien à l’adresse e-mail avec laquelle vous vous connectez à \(.provider).
                """,
            sendALink: "M’envoyer un lien",
            backToSignIn: "Retour à la connexion",
            enterEmail: "Saisissez votre adresse e-mail",
            emailIsMalformed: "Saisissez une adresse e-mail comme name@company.com",
            checkEmail: "Consultez vos e-mails",
            isTooSoon: "Vous pourrez le renvoyer 60 secondes après le dernier.",
            wasSent: """
                S’il existe un compte avec \(.email), nous y avons envoyé un lien. Il fonctionne une seule \
                fois, pendant 30 minutes.
                """,
            nothingArrived: """
                Rien reçu ? Regardez dans le dossier des indésirables, ou renvoyez-le dans 60 secondes.
                """,
            sendAgain: "Renvoyer",
            isWrongAddress: "Adresse erronée ? \(.link)",
            changeAddress: "La modifier",
            hint: "Au moins 12 caractères. Quelques mots faciles à retenir conviennent bien.",
            button: "Définir le nouveau mot de passe",
            linkIsUsed: "Ce lien a déjà été utilisé",
            linkHasExpired: "Ce lien a expiré",
            afterUse: "\(.signIn), ou \(.link).",
            signIn: "Connectez-vous",
            newLinkAfterUse: "demandez un nouveau lien",
            newLink: "Demandez un nouveau lien",
            noMail: "Aucun e-mail ne peut être envoyé",
            tryLater: "\(.provider) ne peut pas envoyer d’e-mail pour le moment. Réessayez plus tard.",
            tryLaterOrWrite: """
                \(.provider) ne peut pas envoyer d’e-mail pour le moment. Réessayez plus tard ou écrivez à \
                \(.email).
                """,
            mistakes: Mistakes(
                missing: "Saisissez un mot de passe",
                short: "Utilisez au moins 12 caractères",
                long: "Le mot de passe peut compter jusqu’à 128 caractères",
                stolen: """
                    Ce mot de passe figure sur des listes de mots de passe volés. Choisissez-en un autre
                    """,
                guessable: "Ce mot de passe est facile à deviner. Utilisez quelques mots sans lien entre eux",
                context: """
                    Le mot de passe contient votre adresse e-mail ou le nom \(.provider). Choisissez-en un \
                    autre
                    """
            )
        ),
        refused: Refused(
            unknown: """
                Nous ne connaissons pas l’application qui vous a envoyé ici. Rien n’a été partagé. Revenez en arrière \
                et demandez un nouveau lien aux personnes qui vous ont donné celui-ci.
                """,
            isIncomplete: "Ce lien de connexion est incomplet",
            doesNotWork: "Ce lien de connexion ne fonctionne pas",
            isNotAvailable: "\(.name) n’est pas disponible",
            isPaused: """
                \(.provider) a suspendu cette application. Votre connexion existante est suspendue aussi. Vous \
                n’avez rien à faire.
                """,
            isNotFinished: "Cette application n’est pas encore prête",
            hasNotFinished: "\(.name) n’a pas fini de configurer sa connexion. Rien n’a été partagé.",
            isAmbiguous: """
                Nous nous sommes arrêtés avant tout partage. Revenez à \(.name) et indiquez l’erreur et la référence \
                ci-dessous.
                """,
            isNotSetUp: "Ce lien de connexion n’est pas configuré correctement",
            isNotRegistered: """
                Nous nous sommes arrêtés avant tout partage. \(.name) nous a demandé de vous renvoyer à une adresse \
                qui n’est pas enregistrée. Revenez à \(.name) et indiquez l’erreur et la référence ci-dessous.
                """,
            cannotBeAnswered: "Cette demande ne peut pas recevoir de réponse",
            cannotAnswer: """
                Nous nous sommes arrêtés avant tout partage. \(.name) a envoyé une demande à laquelle nous ne pouvons \
                pas répondre. Vous pouvez y retourner et indiquer l’erreur et la référence ci-dessous.
                """,
            errorAndReference: "Erreur \(.error), référence \(.reference)",
            forTheDeveloper: "Détails pour les développeurs",
            returnTo: "Retourner à \(.place)",
            goBackTo: "Retournez à \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "Le délai est dépassé",
            ended: Counted(
                one: "Pour votre sécurité, cette demande a pris fin après 1 minute. Rien n’a été partagé.",
                other: """
                    Pour votre sécurité, cette demande a pris fin après \(.number) minutes. Rien n’a été partagé.
                    """
            ),
            endedAtOnce: """
                Pour votre sécurité, cette demande a pris fin après moins d’une minute. Rien n’a été partagé.
                """,
            startAgain: "Recommencer",
            isTested: "\(.name) est encore en cours de test",
            onlyTestAccounts: """
                Seuls les comptes de test invités peuvent se connecter pour l’instant. Votre compte actuel est \
                \(.email).
                """,
            isInvited: "Vous avez reçu une invitation. \(.link), puis recommencez.",
            answerTheInvitation: "Répondez à l’invitation",
            useAnotherAccount: "Utiliser un autre compte",
            isFrozen: "\(.name) ne peut pas être connecté pour le moment",
            wasReported: """
                Plusieurs personnes ont signalé cette application, et \(.provider) l’examine. Rien n’a été partagé. \
                Ce que vous aviez autorisé fonctionne comme avant.
                """
        ),
        system: System(
            foreignForm: (
                "Ce formulaire venait d’un autre site",
                "Pour votre sécurité, rien n’a été modifié. Ouvrez la page ici et réessayez."
            ),
            unsealedForm: (
                "Ce formulaire ne peut plus être envoyé",
                """
                Il a été ouvert avant une connexion ou une déconnexion, ou votre navigateur n’a pas conservé notre \
                cookie. Rien n’a été modifié. Revenez en arrière, rechargez la page et réessayez.
                """
            ),
            unreadableForm: (
                "Ce formulaire n’a pas pu être lu",
                "Une partie a été endommagée en route. Rien n’a été modifié ; revenez en arrière et réessayez.",
                "Il n’a pas été envoyé comme un formulaire web."
            ),
            tooMany: (
                "Trop de demandes",
                Counted(one: "Réessayez dans 1 minute.", other: "Réessayez dans \(.number) minutes.")
            ),
            busy: (
                "De retour bientôt",
                "C’est impossible pour le moment. Rien n’a été modifié. Réessayez dans quelques secondes."
            ),
            unconfirmed: (
                "Nous ne savons pas si cela a abouti",
                "Une panne est survenue au dernier moment. Vérifiez si c’est fait avant de réessayer."
            ),
            disabled: (
                "Indisponible pour le moment",
                "Ce service est fermé temporairement. Rien n’est perdu. Réessayez plus tard."
            ),
            fault: (
                "Un problème est survenu de notre côté",
                """
                Il est consigné sous la référence ci-dessous. Rien n’a été modifié ; revenez en arrière et réessayez.
                """
            ),
            reference: "Référence \(.reference)",
            backTo: "Retour à \(.provider)"
        )
    )
}
