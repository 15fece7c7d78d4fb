extension LetterWords {
    static let french = LetterWords(
        resetPassword: Wording(
            subject: "Définir un nouveau mot de passe pour \(.provider)",
            paragraphs: [
                """
                Quelqu’un, sans doute vous, a demandé à définir un nouveau mot de passe pour le compte \
                associé à cette adresse.
                """
            ],
            link: "Définir un nouveau mot de passe",
            closing: """
                Le lien fonctionne une seule fois, pendant 30 minutes. Si ce n’était pas vous, ne \
                tenez pas compte de cet e-mail. Votre mot de passe reste inchangé.
                """
        ),
        passwordChanged: Wording(
            subject: "Votre mot de passe pour \(.provider) a été modifié",
            paragraphs: [
                """
                Il a été modifié le \(.date) à \(.time) UTC, depuis \(.address). Il faut se \
                reconnecter dans chaque navigateur où une session était ouverte.
                """
            ],
            link: "Définir un nouveau mot de passe",
            closing: "Si ce n’était pas vous, définissez dès maintenant un nouveau mot de passe."
        ),
        accessStops: """
            Les applications que vous avez autorisées s’arrêtent jusqu’à ce que vous les ouvriez de \
            nouveau.
            """,
        confirmNewAddress: Wording(
            subject: "Confirmez votre nouvelle adresse e-mail pour \(.provider)",
            paragraphs: [
                "Quelqu’un, sans doute vous, souhaite se connecter avec cette adresse."
            ],
            link: "Confirmer cette adresse",
            closing: """
                Le lien fonctionne une seule fois, pendant 60 minutes. Si ce n’était pas vous, ne \
                tenez pas compte de cet e-mail.
                """
        ),
        addressChanged: Wording(
            subject: "Votre adresse e-mail pour \(.provider) a été modifiée",
            paragraphs: [
                """
                Votre compte utilise désormais \(.email). L’adresse a été modifiée le \(.date) à \
                \(.time) UTC, depuis \(.address).
                """,
                "Vous ne pouvez plus vous connecter avec l’adresse à laquelle cet e-mail a été envoyé.",
            ],
            link: "Obtenir de l’aide",
            closing: "Si ce n’était pas vous, répondez dès maintenant à cet e-mail."
        ),
        invitedToTest: Wording(
            subject: "\(.name) vous propose de tester l’application",
            paragraphs: [
                """
                Une personne de \(.place) vous propose d’essayer \(.name) avec votre compte \
                \(.provider), avant que \(.provider) ne l’ait approuvée.
                """
            ],
            link: "Répondre à l’invitation",
            closing: "Si vous ne faites rien, il ne se passe rien."
        ),
        connected: Wording(
            subject: "\(.name) peut désormais utiliser vos données \(.provider)",
            paragraphs: [
                "Vous l’avez autorisée le \(.date) à \(.time) UTC. L’application peut :"
            ],
            link: "Voir la connexion",
            closing: """
                Vous pouvez la déconnecter à tout moment. Si ce n’était pas vous, déconnectez-la dès \
                maintenant.
                """
        ),
        permissionsGrew: Wording(
            subject: "\(.name) a une nouvelle autorisation",
            paragraphs: [
                "Vous lui avez autorisé plus qu’auparavant. L’application peut désormais aussi :"
            ],
            link: "Voir la connexion",
            closing: """
                Vous pouvez la déconnecter à tout moment. Si ce n’était pas vous, déconnectez-la dès \
                maintenant.
                """
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) demande à utiliser vos données \(.provider)",
            paragraphs: [
                "\(.provider) le demande au nom de l’application. Si vous l’autorisez, elle pourra :"
            ],
            link: "Voir la demande",
            closing: """
                Le lien fonctionne une seule fois, jusqu’au \(.date) à \(.time) UTC. Rien n’est \
                partagé tant que vous ne l’avez pas autorisé.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
