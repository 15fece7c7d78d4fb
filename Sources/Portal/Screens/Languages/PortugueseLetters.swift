extension LetterWords {
    static let portuguese = LetterWords(
        resetPassword: Wording(
            subject: "Definir uma nova palavra-passe para \(.provider)",
            paragraphs: [
                """
                Alguém, provavelmente você, pediu para definir uma nova palavra-passe para a conta com \
                este endereço.
                """
            ],
            link: "Definir uma nova palavra-passe",
            closing: """
                O link funciona uma vez, durante 30 minutos. Se não foi você, ignore este e-mail. A \
                sua palavra-passe fica como está.
                """
        ),
        passwordChanged: Wording(
            subject: "A sua palavra-passe para \(.provider) foi alterada",
            paragraphs: [
                """
                Foi alterada em \(.date) às \(.time) UTC, a partir de \(.address). Em cada navegador \
                com sessão iniciada é preciso voltar a iniciá-la.
                """
            ],
            link: "Definir uma nova palavra-passe",
            closing: "Se não foi você, defina já uma nova palavra-passe."
        ),
        accessStops: "As aplicações que autorizou param até as abrir de novo.",
        confirmNewAddress: Wording(
            subject: "Confirme o seu novo e-mail para \(.provider)",
            paragraphs: [
                "Alguém, provavelmente você, quer iniciar sessão com este endereço."
            ],
            link: "Confirmar este endereço",
            closing: "O link funciona uma vez, durante 60 minutos. Se não foi você, ignore este e-mail."
        ),
        addressChanged: Wording(
            subject: "O seu e-mail para \(.provider) foi alterado",
            paragraphs: [
                """
                A sua conta usa agora \(.email). O endereço foi alterado em \(.date) às \(.time) UTC, \
                a partir de \(.address).
                """,
                "Já não pode iniciar sessão com o endereço para onde este e-mail foi enviado.",
            ],
            link: "Obter ajuda",
            closing: "Se não foi você, responda já a este e-mail."
        ),
        invitedToTest: Wording(
            subject: "\(.name) pede-lhe que teste a aplicação",
            paragraphs: [
                """
                Alguém de \(.place) pede-lhe que experimente \(.name) com a sua conta \(.provider), \
                antes de \(.provider) a ter aprovado.
                """
            ],
            link: "Responder ao convite",
            closing: "Se não fizer nada, nada acontece."
        ),
        connected: Wording(
            subject: "\(.name) já pode usar os seus dados em \(.provider)",
            paragraphs: [
                "Autorizada por si em \(.date) às \(.time) UTC. A aplicação pode:"
            ],
            link: "Ver a ligação",
            closing: "Pode desligá-la em qualquer altura. Se não foi você, desligue-a já."
        ),
        permissionsGrew: Wording(
            subject: "\(.name) tem uma nova permissão",
            paragraphs: [
                "Autorizou mais do que antes. A aplicação agora também pode:"
            ],
            link: "Ver a ligação",
            closing: "Pode desligá-la em qualquer altura. Se não foi você, desligue-a já."
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) pede para usar os seus dados em \(.provider)",
            paragraphs: [
                "O pedido é feito por \(.provider) em nome da aplicação. Se autorizar, ela pode:"
            ],
            link: "Ver o pedido",
            closing: """
                O link funciona uma vez, até \(.date) às \(.time) UTC. Nada é partilhado até \
                autorizar.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
