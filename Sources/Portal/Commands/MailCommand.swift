import FoundationEssentials
import Registry

/// `portal mail test`: one letter, the way every other takes.
enum MailCommand {
    static let all = [
        Command(
            name: "mail test",
            operands: .one("ADDRESS"),
            summary: "Send an e-mail to an address, to see that mail works",
            details: """
                Takes the same settings as serve and the same way as every letter. Where it fails, the step that
                failed is named: resolve, connect, tls, hello, starttls, auth, from, rcpt, data or handover.
                """,
            options: Configuration.mailOptions + [Configuration.publicURLOption],
            work: .here(test)
        )
    ]

    @Sendable private static func test(_ call: Call, at terminal: Terminal) async throws {
        let configuration = try Configuration(call.arguments, terminal.environment)
        let typed = call.arguments.operands.first ?? ""
        guard let recipient = EmailAddress(typed) else {
            throw WrongUse(
                problems: ["“\(typed)” is no e-mail address"],
                hint: "portal mail test you@example.com"
            )
        }
        guard let server = configuration.mail else {
            throw CommandFailure(
                "no mail server is set",
                hint:
                    "--smtp-host HOST --smtp-from ADDRESS name one, or PORTAL_SMTP_HOST and PORTAL_SMTP_FROM"
            )
        }
        do {
            let sender = MailSender(server: server, publicURL: configuration.publicURL)
            try await sender.send(message(from: configuration.publicURL), to: recipient)
        } catch let problem as DeliveryProblem {
            throw CommandFailure("\(server.host):\(server.port) did not take the e-mail: \(problem)")
        }
        call.print(
            [("server", .text("\(server.host):\(server.port)")), ("recipient", .text(recipient.text))],
            "\(server.host):\(server.port) took an e-mail for \(recipient.text)."
        )
    }

    private static func message(from publicURL: PublicURL) -> MIMEMessage {
        let sentence = "This e-mail was sent by “portal mail test” for \(publicURL.text). Mail works."
        return MIMEMessage(
            id: "test-" + base64URL(Entropy.system.bytes(12)),
            date: Date(),
            senderName: "Portal",
            replyTo: nil,
            language: .english,
            subject: "A test e-mail from the portal",
            text: sentence + "\n",
            html: "<!doctype html><title>A test e-mail from the portal</title><p>\(sentence)</p>"
        )
    }
}
