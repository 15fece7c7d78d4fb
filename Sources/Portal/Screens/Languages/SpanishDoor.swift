extension DoorWords {
    static let spanish = DoorWords(
        signIn: SignIn(
            heading: "Iniciar sesión en \(.provider)",
            onTheWay: "para continuar a \(.name)",
            email: "Correo electrónico",
            password: "Contraseña",
            reveal: Reveal(show: "Mostrar", hide: "Ocultar", label: "Mostrar la contraseña"),
            button: "Iniciar sesión",
            forgotten: "He olvidado la contraseña",
            cancelAndReturnTo: "Cancelar y volver a \(.place)",
            isWrong: """
                El correo electrónico o la contraseña no es correcto. Inténtelo de nuevo o cree una contraseña nueva.
                """,
            isDisabled:
                "Su cuenta no puede iniciar sesión. Póngase en contacto con la asistencia de \(.provider).",
            passwordIsSet: "Su contraseña nueva ya está activa. Inicie sesión con ella.",
            emailIsChanged: "Su correo electrónico ha cambiado. Inicie sesión con el nuevo.",
            tooMany: "Demasiados intentos",
            tryAgainAt: "Inténtelo de nuevo a las \(.time) UTC, o \(.link).",
            setNewPassword: "cree ahora una contraseña nueva",
            problem: "Hay algo que corregir",
            error: "Error: "
        ),
        refused: Refused(
            unknown: """
                No conocemos la aplicación que le ha enviado aquí. No se ha compartido nada. Vuelva atrás y pida un \
                enlace nuevo a quien le dio este.
                """,
            isIncomplete: "Este enlace de conexión está incompleto",
            doesNotWork: "Este enlace de conexión no funciona",
            isNotAvailable: "\(.name) no está disponible",
            isPaused: """
                \(.provider) ha suspendido esta aplicación. Su conexión actual también está suspendida. No tiene que \
                hacer nada.
                """,
            isNotFinished: "Esta aplicación todavía no está lista",
            hasNotFinished: "\(.name) no ha terminado de configurar la conexión. No se ha compartido nada.",
            isAmbiguous: """
                Nos hemos detenido antes de compartir nada. Vuelva a \(.name) e indique el error y la referencia que \
                aparecen abajo.
                """,
            isNotSetUp: "Este enlace de conexión no está bien configurado",
            isNotRegistered: """
                Nos hemos detenido antes de compartir nada. \(.name) nos pidió devolverle a una dirección que no \
                tiene registrada. Vuelva a \(.name) e indique el error y la referencia que aparecen abajo.
                """,
            cannotBeAnswered: "No se puede responder a esta solicitud",
            cannotAnswer: """
                Nos hemos detenido antes de compartir nada. \(.name) ha enviado una solicitud a la que no podemos \
                responder. Puede volver e indicar el error y la referencia que aparecen abajo.
                """,
            errorAndReference: "Error \(.error), referencia \(.reference)",
            forTheDeveloper: "Detalles para los desarrolladores",
            returnTo: "Volver a \(.place)",
            goBackTo: "Vuelva a \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "Ha tardado un poco más de la cuenta",
            ended: Counted(
                one: """
                    Por su seguridad, esta solicitud terminó después de 1 minuto. No se ha compartido nada.
                    """,
                other: """
                    Por su seguridad, esta solicitud terminó después de \(.number) minutos. No se ha compartido nada.
                    """
            ),
            endedAtOnce: """
                Por su seguridad, esta solicitud terminó después de menos de un minuto. No se ha compartido nada.
                """,
            startAgain: "Empezar de nuevo",
            isTested: "\(.name) todavía está en pruebas",
            onlyTestAccounts: """
                Por ahora solo pueden conectarse las cuentas de prueba invitadas. Ha iniciado sesión como \(.email).
                """,
            isInvited: "Tiene una invitación. \(.link) y empiece de nuevo.",
            answerTheInvitation: "Responda a la invitación",
            useAnotherAccount: "Usar otra cuenta",
            isFrozen: "\(.name) no se puede conectar ahora",
            wasReported: """
                Varias personas han denunciado esta aplicación y \(.provider) la está revisando. No se ha compartido \
                nada. Lo que permitió antes funciona igual que hasta ahora.
                """
        ),
        system: System(
            foreignForm: (
                "Este formulario venía de otro sitio",
                "Por su seguridad no se ha cambiado nada. Abra la página aquí e inténtelo de nuevo."
            ),
            unsealedForm: (
                "Este formulario ya no se puede enviar",
                """
                Se abrió antes de que iniciara o cerrara la sesión, o su navegador no ha guardado nuestra cookie. No \
                se ha cambiado nada. Vuelva atrás, recargue la página e inténtelo de nuevo.
                """
            ),
            unreadableForm: (
                "No se ha podido leer este formulario",
                "Una parte se dañó por el camino. No se ha cambiado nada; vuelva atrás e inténtelo de nuevo.",
                "No se envió como formulario web."
            ),
            tooMany: (
                "Demasiadas solicitudes",
                Counted(
                    one: "Inténtelo de nuevo dentro de 1 minuto.",
                    other: "Inténtelo de nuevo dentro de \(.number) minutos."
                )
            ),
            busy: (
                "Volvemos enseguida",
                "En este momento no es posible. No se ha cambiado nada. Inténtelo de nuevo en unos segundos."
            ),
            disabled: (
                "No disponible por ahora",
                "Este servicio está cerrado temporalmente. No se pierde nada. Inténtelo de nuevo más tarde."
            ),
            fault: (
                "Algo ha fallado por nuestra parte",
                """
                Ha quedado registrado con la referencia de abajo. No se ha cambiado nada; vuelva atrás e inténtelo \
                de nuevo.
                """
            ),
            reference: "Referencia: \(.reference)",
            backTo: "Volver a \(.provider)"
        )
    )
}
