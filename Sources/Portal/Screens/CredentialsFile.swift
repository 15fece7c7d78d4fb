import Registry
import Web

/// The credentials as a file for whoever starts the software (ux A6).
///
/// It is made from what the page that shows the secret sends back: nothing is kept for it, and it works without scripts.
enum CredentialsFile {
    /// Answers with the file; throws ``Refusal/notFound`` for what is no client secret.
    static func download(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard let secret = SecretText(parsing: form["secret"] ?? "", kind: .clientSecret) else {
            throw Refusal.notFound
        }
        let application = member.application
        let headers: [Header] = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Disposition", "attachment; filename=\"\(application.id).env\""),
            ("Cache-Control", "no-store"),
        ]
        return Response(.ok, headers: headers, body: Array(text(application, secret, visit).utf8))
    }

    private static func text(_ application: Application, _ secret: SecretText, _ visit: Visit) -> String {
        var settings = [
            ("CLIENT_ID", application.id.text),
            ("CLIENT_SECRET", secret.plaintext),
            ("AUTHORIZE_URL", visit.issuer + visit.dialect.path(to: .authorize)),
            ("TOKEN_URL", visit.issuer + visit.dialect.path(to: .token)),
        ]
        if let redirectURI = application.redirectURIs.first {
            settings.append(("REDIRECT_URI", redirectURI.text))
        }
        return settings.map { "\($0)=\(quoted($1))\n" }.joined()
    }

    /// Bare where a shell takes it so, because Docker takes quotes for part of the value.
    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            default: "0123456789_-.:/?=%+,@~".utf8.contains(byte)
            }
        }
        return isPlain
            ? value
            : "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
                + "'"
    }
}

/// Asks for the file, from the one page that knows the secret.
struct CredentialsFileForm: Component {
    let application: Application
    let secret: SecretText
    let visit: Visit

    var body: HTML {
        form(
            .method("post"),
            .action(visit.path("applications", application.id.text, "credentials"))
        ) {
            SealField(seal: visit.seal(for: .partner))
            input(.type("hidden"), .name("secret"), .value(secret.plaintext), .autocomplete("off"))
            button(.class("btn small")) { "Download .env file" }
        }
    }
}
