extension DoorWords {
    static let portuguese = DoorWords(
        signIn: SignIn(
            heading: "Iniciar sessão em \(.provider)",
            onTheWay: "para continuar para \(.name)",
            email: "Endereço de e-mail",
            password: "Palavra-passe",
            reveal: Reveal(show: "Mostrar", hide: "Ocultar", label: "Mostrar a palavra-passe"),
            button: "Iniciar sessão",
            forgotten: "Esqueci-me da palavra-passe",
            cancelAndReturnTo: "Cancelar e regressar a \(.place)",
            isWrong: """
                O e-mail ou a palavra-passe não está certo. Tente de novo ou defina uma nova palavra-passe.
                """,
            isDisabled: "A sua conta não pode iniciar sessão. Contacte o apoio de \(.provider).",
            passwordIsSet: "A sua nova palavra-passe está definida. Inicie sessão com ela.",
            emailIsChanged: "O seu e-mail foi alterado. Inicie sessão com o novo.",
            tooMany: "Demasiadas tentativas",
            tryAgainAt: "Tente de novo às \(.time) UTC, ou \(.link).",
            setNewPassword: "defina já uma nova palavra-passe",
            problem: "Há algo a corrigir",
            error: "Erro: "
        ),
        newPassword: NewPassword(
            heading: "Definir uma nova palavra-passe",
            weSendALink: "Enviamos um link para o e-mail com que inicia sessão em \(.provider).",
            sendALink: "Enviar-me um link",
            backToSignIn: "Voltar ao início de sessão",
            enterEmail: "Introduza o seu e-mail",
            emailIsMalformed: "Introduza um endereço de e-mail como name@company.com",
            checkEmail: "Consulte o seu e-mail",
            isTooSoon: "Pode enviá-lo de novo 60 segundos depois do último.",
            wasSent: """
                Se existir uma conta com \(.email), enviámos-lhe um link. Funciona uma vez, durante 30 \
                minutos.
                """,
            nothingArrived: "Não chegou nada? Veja na pasta de spam, ou envie-o de novo daqui a 60 segundos.",
            sendAgain: "Enviar de novo",
            isWrongAddress: "Endereço errado? \(.link)",
            changeAddress: "Alterá-lo",
            hint: "Pelo menos 12 caracteres. Algumas palavras de que se lembre servem bem.",
            button: "Definir a nova palavra-passe",
            linkIsUsed: "Este link já foi usado",
            linkHasExpired: "Este link expirou",
            afterUse: "\(.signIn), ou \(.link).",
            signIn: "Inicie sessão",
            newLinkAfterUse: "peça um novo link",
            newLink: "Peça um novo link",
            noMail: "Não é possível enviar e-mails",
            tryLater: "\(.provider) não consegue enviar e-mails neste momento. Tente de novo mais tarde.",
            tryLaterOrWrite: """
                \(.provider) não consegue enviar e-mails neste momento. Tente de novo mais tarde ou \
                escreva para \(.email).
                """,
            mistakes: Mistakes(
                missing: "Introduza uma palavra-passe",
                short: "Use pelo menos 12 caracteres",
                long: "A palavra-passe pode ter até 128 caracteres",
                stolen: "Esta palavra-passe está em listas de palavras-passe roubadas. Escolha outra",
                guessable: """
                    Esta palavra-passe é fácil de adivinhar. Use algumas palavras sem relação entre si
                    """,
                context: "A palavra-passe contém o seu e-mail ou o nome \(.provider). Escolha outra"
            )
        ),
        refused: Refused(
            unknown: """
                Não conhecemos a aplicação que o enviou para aqui. Nada foi partilhado. Volte atrás e peça um \
                novo link a quem lhe deu este.
                """,
            isIncomplete: "Este link de ligação está incompleto",
            doesNotWork: "Este link de ligação não funciona",
            isNotAvailable: "\(.name) não está disponível",
            isPaused: """
                \(.provider) suspendeu esta aplicação. A sua ligação existente também está suspensa. Não precisa de \
                fazer nada.
                """,
            isNotFinished: "Esta aplicação ainda não está pronta",
            hasNotFinished: "\(.name) ainda não acabou de configurar a ligação. Nada foi partilhado.",
            isAmbiguous: """
                Parámos antes de partilhar qualquer coisa. Volte a \(.name) e indique o erro e a referência abaixo.
                """,
            isNotSetUp: "Este link de ligação não está bem configurado",
            isNotRegistered: """
                Parámos antes de partilhar qualquer coisa. \(.name) pediu-nos que o enviássemos para um endereço que \
                não está registado. Volte a \(.name) e indique o erro e a referência abaixo.
                """,
            cannotBeAnswered: "Não é possível responder a este pedido",
            cannotAnswer: """
                Parámos antes de partilhar qualquer coisa. \(.name) enviou um pedido a que não podemos responder. \
                Pode voltar e indicar o erro e a referência abaixo.
                """,
            errorAndReference: "Erro \(.error), referência \(.reference)",
            forTheDeveloper: "Detalhes para quem desenvolve",
            returnTo: "Regressar a \(.place)",
            goBackTo: "Volte a \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "Demorou um pouco demais",
            ended: Counted(
                one: "Para sua segurança, este pedido terminou após 1 minuto. Nada foi partilhado.",
                other: """
                    Para sua segurança, este pedido terminou após \(.number) minutos. Nada foi partilhado.
                    """
            ),
            endedAtOnce: """
                Para sua segurança, este pedido terminou após menos de um minuto. Nada foi partilhado.
                """,
            startAgain: "Recomeçar",
            isTested: "\(.name) ainda está em teste",
            onlyTestAccounts: """
                Por enquanto, só as contas de teste convidadas se podem ligar. Tem sessão iniciada como \(.email).
                """,
            isInvited: "Recebeu um convite. \(.link) e depois recomece.",
            answerTheInvitation: "Responda ao convite",
            useAnotherAccount: "Usar outra conta",
            isFrozen: "Não é possível ligar \(.name) agora",
            wasReported: """
                Várias pessoas denunciaram esta aplicação, e \(.provider) está a analisá-la. Nada foi partilhado. O \
                que permitiu antes funciona como até aqui.
                """
        ),
        system: System(
            foreignForm: (
                "Este formulário veio de outro site",
                "Para sua segurança, nada foi alterado. Abra a página aqui e tente de novo."
            ),
            unsealedForm: (
                "Este formulário já não pode ser enviado",
                """
                Foi aberto antes de iniciar ou terminar sessão, ou o seu navegador não guardou o nosso cookie. Nada \
                foi alterado. Volte atrás, recarregue a página e tente de novo.
                """
            ),
            unreadableForm: (
                "Não foi possível ler este formulário",
                "Uma parte danificou-se pelo caminho. Nada foi alterado; volte atrás e tente de novo.",
                "Não foi enviado como formulário web."
            ),
            tooMany: (
                "Demasiados pedidos",
                Counted(
                    one: "Tente de novo dentro de 1 minuto.",
                    other: "Tente de novo dentro de \(.number) minutos."
                )
            ),
            busy: (
                "Voltamos já",
                "De momento não é possível. Nada foi alterado. Tente de novo dentro de alguns segundos."
            ),
            unconfirmed: (
                "Não sabemos se isto foi feito",
                "Houve uma falha no último momento. Veja se foi feito antes de tentar de novo."
            ),
            disabled: (
                "De momento indisponível",
                "Este serviço está temporariamente encerrado. Nada se perde. Tente de novo mais tarde."
            ),
            fault: (
                "Algo correu mal do nosso lado",
                "Ficou registado com a referência abaixo. Nada foi alterado; volte atrás e tente de novo."
            ),
            reference: "Referência: \(.reference)",
            backTo: "Voltar a \(.provider)"
        )
    )
}
