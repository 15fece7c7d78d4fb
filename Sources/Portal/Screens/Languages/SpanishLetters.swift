extension LetterWords {
    static let spanish = LetterWords(
        resetPassword: Wording(
            subject: "Crear una contraseña nueva para \(.provider)",
            paragraphs: [
                """
                Alguien, probablemente usted, ha pedido crear una contraseña nueva para la cuenta con \
                esta dirección.
                """
            ],
            link: "Crear una contraseña nueva",
            closing: """
                El enlace funciona una sola vez, durante 30 minutos. Si no ha sido usted, ignore este \
                correo. Su contraseña sigue como está.
                """
        ),
        passwordChanged: Wording(
            subject: "Su contraseña de \(.provider) ha cambiado",
            paragraphs: [
                """
                Se cambió el \(.date) a las \(.time) UTC, desde \(.address). Hay que volver a iniciar \
                sesión en todos los navegadores que la tenían iniciada.
                """
            ],
            link: "Crear una contraseña nueva",
            closing: "Si no ha sido usted, cree ahora una contraseña nueva."
        ),
        accessStops: "Las aplicaciones que permitió se detienen hasta que las abra de nuevo.",
        confirmNewAddress: Wording(
            subject: "Confirme su nuevo correo electrónico para \(.provider)",
            paragraphs: [
                "Alguien, probablemente usted, quiere iniciar sesión con esta dirección."
            ],
            link: "Confirmar esta dirección",
            closing: """
                El enlace funciona una sola vez, durante 60 minutos. Si no ha sido usted, ignore este \
                correo.
                """
        ),
        addressChanged: Wording(
            subject: "Su correo electrónico de \(.provider) ha cambiado",
            paragraphs: [
                """
                Su cuenta usa ahora \(.email). La dirección se cambió el \(.date) a las \(.time) UTC, \
                desde \(.address).
                """,
                "Ya no puede iniciar sesión con la dirección a la que se envió este correo.",
            ],
            link: "Obtener ayuda",
            closing: "Si no ha sido usted, responda ahora a este correo."
        ),
        invitedToTest: Wording(
            subject: "\(.name) le pide que pruebe la aplicación",
            paragraphs: [
                """
                Alguien de \(.place) le pide que pruebe \(.name) con su cuenta de \(.provider), antes \
                de que \(.provider) la haya aprobado.
                """
            ],
            link: "Responder a la invitación",
            closing: "Si no hace nada, no pasa nada."
        ),
        connected: Wording(
            subject: "\(.name) ya puede usar sus datos de \(.provider)",
            paragraphs: [
                "Usted la permitió el \(.date) a las \(.time) UTC. La aplicación puede:"
            ],
            link: "Ver la conexión",
            closing: "Puede desconectarla en cualquier momento. Si no ha sido usted, desconéctela ahora."
        ),
        permissionsGrew: Wording(
            subject: "\(.name) tiene un permiso nuevo",
            paragraphs: [
                "Usted le ha permitido más que antes. Ahora la aplicación también puede:"
            ],
            link: "Ver la conexión",
            closing: "Puede desconectarla en cualquier momento. Si no ha sido usted, desconéctela ahora."
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) pide usar sus datos de \(.provider)",
            paragraphs: [
                "\(.provider) lo solicita en nombre de la aplicación. Si lo permite, podrá:"
            ],
            link: "Ver la solicitud",
            closing: """
                El enlace funciona una sola vez, hasta el \(.date) a las \(.time) UTC. No se comparte \
                nada hasta que lo permita.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
