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
