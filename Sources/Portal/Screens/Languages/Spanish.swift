extension ConsentWords {
    static func spanish(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "Conectar \(.name)",
            wantsToConnect: "\(.name) quiere conectarse a su cuenta de \(tenant)",
            asksForMore: "\(.name) pide más acceso",
            hasChanged: "\(.name) ha cambiado desde que la permitió",
            signedInAs: "Sesión iniciada como ",
            useAnotherAccount: "¿No es usted? Usar otra cuenta",
            whichCompany: "¿Los datos de qué empresa?",
            chooseCompany: "Elija una empresa",
            isConnectedFor: """
                \(.name) está conectado para \(.company). \
                Si elige otra empresa, ese acceso termina.
                """,
            willBeAble: "\(.name) podrá",
            willNotBeAble: "\(.name) no podrá",
            newPermissions: "Permisos nuevos",
            alreadyAllowed: "Ya permitido",
            view: "Ver",
            change: "Modificar",
            account: "Cuenta",
            onlyAnAccount:
                "La aplicación solo sabrá que usted tiene aquí una cuenta (un número, no su nombre).",
            mayLeaveOut: "Elija lo que quiera compartir. La conexión funciona sin el resto.",
            changedSince: "Qué ha cambiado desde el ",
            nameWas: "Se llamaba \(.name).",
            publisherWas: "La publicaba \(.name).",
            logoIsNew: "Su logotipo es nuevo.",
            returnedTo: "Antes volvía a \(.place).",
            registrationChanged:
                "Ha cambiado su registro: sus direcciones o enlaces, lo que puede pedir o quién se ocupa de ella.",
            sensitive: "Sensible",
            publishedBy: "Publicada por",
            registeredBySomeoneAt: "Registrada por alguien de ",
            youWillReturnTo: "Volverá a",
            youWillStay: "Se quedará aquí.",
            thisComputer: "este ordenador",
            theApp: "la aplicación ",
            accessLasts: "El acceso dura",
            untilDisconnected: "Hasta que la desconecte",
            thirtyDays: "30 días",
            sevenDays: "7 días",
            asBefore: "Hasta el \(.time), como antes",
            connectedSince: "Conectada desde el",
            registeredHereOn: "Registrada aquí el",
            verifiedBy: "Verificada por \(tenant)",
            notVerified: "No verificada",
            verifiedDomain: "Verificado: ",
            sentElsewhere: "No verificado – se le enviará a ",
            allow: "Permitir acceso",
            cancel: "Cancelar",
            keepsEarlier: "Si cancela, conserva lo que usted permitió antes.",
            disconnectAnyTime: "Puede desconectar \(.name) en cualquier momento en \(.link).",
            connectedApplications: "Aplicaciones conectadas",
            privacyPolicy: "Política de privacidad",
            terms: "Condiciones",
            opens: "abre",
            report: "Denunciar esta aplicación",
            unchecked: (
                "\(tenant) no ha comprobado quién hizo esta aplicación.",
                "Continúe solo si viene de un sitio web o de una persona de confianza."
            ),
            onThisComputer: (
                "Esta aplicación se ejecuta en este ordenador.",
                """
                \(tenant) no puede confirmar qué programa recibe el acceso. Continúe solo si acaba de iniciarlo usted. Si el \
                navegador muestra después «no se puede conectar», inicie el programa de nuevo y repita.
                """
            ),
            onThisDevice: (
                "Esta aplicación está instalada en este dispositivo.",
                "\(tenant) no puede confirmar qué aplicación recibe el acceso. Continúe solo si acaba de iniciarla usted."
            ),
            testAccount: (
                "Usted es una cuenta de prueba de esta aplicación.",
                "Hasta que \(tenant) la apruebe, solo sus cuentas de prueba pueden conectarla."
            ),
            administrator: (
                "Usted es administrador de \(tenant).",
                "Esta aplicación recibe el acceso de su cuenta de cliente, no el de su administración."
            ),
            byHand: (
                "\(tenant) lo solicita en nombre de \(.name).",
                "Solicitud \(.reference)."
            ),
            months: [
                "de enero de", "de febrero de", "de marzo de", "de abril de", "de mayo de", "de junio de",
                "de julio de",
                "de agosto de", "de septiembre de", "de octubre de", "de noviembre de", "de diciembre de",
            ]
        )
    }
}
