extension ConsentWords {
    static func portuguese(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "Ligar \(.name)",
            wantsToConnect: "\(.name) quer ligar-se à sua conta \(tenant)",
            asksForMore: "\(.name) pede mais acesso",
            hasChanged: "\(.name) mudou desde que a autorizou",
            signedInAs: "Sessão iniciada como ",
            useAnotherAccount: "Não é você? Usar outra conta",
            whichCompany: "Os dados de que empresa?",
            chooseCompany: "Escolha uma empresa",
            isConnectedFor: """
                \(.name) está ligado para \(.company). \
                Se escolher outra empresa, esse acesso termina.
                """,
            willBeAble: "\(.name) vai poder",
            willNotBeAble: "\(.name) não vai poder",
            newPermissions: "Novas permissões",
            alreadyAllowed: "Já autorizado",
            view: "Ver",
            change: "Alterar",
            account: "Conta",
            onlyAnAccount: "A aplicação só fica a saber que tem aqui uma conta (um número, não o seu nome).",
            mayLeaveOut: "Escolha o que quer partilhar. A ligação funciona sem o resto.",
            changedSince: "O que mudou desde ",
            nameWas: "O nome era \(.name).",
            publisherWas: "Era publicada por \(.name).",
            logoIsNew: "O logótipo é novo.",
            returnedTo: "Antes regressava a \(.place).",
            registrationChanged:
                "O seu registo mudou: os endereços ou ligações, o que pode pedir ou quem cuida dela.",
            sensitive: "Sensível",
            publishedBy: "Publicada por",
            registeredBySomeoneAt: "Registada por alguém de ",
            youWillReturnTo: "Vai regressar a",
            youWillStay: "Vai permanecer aqui.",
            thisComputer: "este computador",
            theApp: "a aplicação ",
            accessLasts: "O acesso dura",
            untilDisconnected: "Até eu a desligar",
            thirtyDays: "30 dias",
            sevenDays: "7 dias",
            asBefore: "Até \(.time), como antes",
            connectedSince: "Ligada desde",
            registeredHereOn: "Registada aqui em",
            verifiedBy: "Verificada por \(tenant)",
            notVerified: "Não verificada",
            verifiedDomain: "Verificado: ",
            sentElsewhere: "Não verificado – vai para ",
            allow: "Permitir acesso",
            cancel: "Cancelar",
            keepsEarlier: "Se cancelar, mantém-se o que já autorizou.",
            disconnectAnyTime: "Pode desligar \(.name) em qualquer altura em \(.link).",
            connectedApplications: "Aplicações ligadas",
            privacyPolicy: "Política de privacidade",
            terms: "Termos",
            opens: "abre",
            report: "Denunciar esta aplicação",
            unchecked: (
                "A \(tenant) não verificou quem fez esta aplicação.",
                "Continue apenas se vem de um site ou de uma pessoa em quem confia."
            ),
            onThisComputer: (
                "Esta aplicação corre neste computador.",
                """
                A \(tenant) não consegue confirmar que programa recebe o acesso. Continue apenas se acabou de o iniciar. Se \
                o navegador mostrar depois «não foi possível ligar», volte a iniciar o programa e repita.
                """
            ),
            onThisDevice: (
                "Esta aplicação está instalada neste dispositivo.",
                """
                A \(tenant) não consegue confirmar que aplicação recebe o acesso. Continue apenas se acabou de a iniciar.
                """
            ),
            testAccount: (
                "É uma conta de teste desta aplicação.",
                "Até a \(tenant) a aprovar, só as suas contas de teste a podem ligar."
            ),
            administrator: (
                "É administrador da \(tenant).",
                "Esta aplicação recebe o acesso da sua conta de cliente, não o da administração."
            ),
            byHand: (
                "\(tenant) pede em nome de \(.name).",
                "Pedido \(.reference)."
            ),
            months: [
                "de janeiro de", "de fevereiro de", "de março de", "de abril de", "de maio de", "de junho de",
                "de julho de",
                "de agosto de", "de setembro de", "de outubro de", "de novembro de", "de dezembro de",
            ]
        )
    }
}
