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
        newPassword: NewPassword(
            heading: "Crear una contraseña nueva",
            weSendALink: "Enviamos un enlace al correo electrónico con el que inicia sesión en \(.provider).",
            sendALink: "Enviarme un enlace",
            backToSignIn: "Volver al inicio de sesión",
            enterEmail: "Escriba su correo electrónico",
            emailIsMalformed: "Escriba una dirección de correo como name@company.com",
            checkEmail: "Revise su correo electrónico",
            isTooSoon: "Puede volver a enviarlo 60 segundos después del último.",
            wasSent: """
                Si existe una cuenta con \(.email), le hemos enviado un enlace. Funciona una sola vez, \
                durante 30 minutos.
                """,
            nothingArrived: """
                ¿No ha llegado nada? Mire en la carpeta de spam, o vuelva a enviarlo dentro de 60 \
                segundos.
                """,
            sendAgain: "Volver a enviarlo",
            isWrongAddress: "¿Dirección equivocada? \(.link)",
            changeAddress: "Cambiarla",
            hint: "Al menos 12 caracteres. Unas pocas palabras que pueda recordar van bien.",
            button: "Guardar la contraseña nueva",
            linkIsUsed: "Este enlace ya se ha usado",
            linkHasExpired: "Este enlace ha caducado",
            afterUse: "\(.signIn), o \(.link).",
            signIn: "Inicie sesión",
            newLinkAfterUse: "pida un enlace nuevo",
            newLink: "Pida un enlace nuevo",
            noMail: "No se puede enviar correo",
            tryLater: "\(.provider) no puede enviar correo en este momento. Inténtelo de nuevo más tarde.",
            tryLaterOrWrite: """
                \(.provider) no puede enviar correo en este momento. Inténtelo de nuevo más tarde o \
                escriba a \(.email).
                """,
            mistakes: Mistakes(
                missing: "Escriba una contraseña",
                short: "Use al menos 12 caracteres",
                long: "La contraseña puede tener hasta 128 caracteres",
                stolen: "Esta contraseña está en listas de contraseñas robadas. Elija otra",
                guessable: """
                    Esta contraseña es fácil de adivinar. Use unas pocas palabras que no tengan relación \
                    entre sí
                    """,
                context: "La contraseña contiene su correo electrónico o el nombre \(.provider). Elija otra"
            )
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
            unconfirmed: (
                "No sabemos si se ha hecho",
                "Algo ha fallado en el último momento. Compruebe si se ha hecho antes de intentarlo de nuevo."
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
