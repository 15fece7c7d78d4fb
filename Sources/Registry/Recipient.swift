/// Proof that an answer may be sent to `redirectURI`.
///
/// A known application registered that address, character for character (RFC 6749 §3.1.2.3, RFC 9700 §2.1), and works;
/// or it is suspended, and a customer goes back there of their own accord. Only the registry makes one, and what
/// redirects off this site takes one.
package struct Recipient: Sendable {
    package let application: Application
    package let redirectURI: RedirectURI

    /// Whether the request named the address itself; then the token request must as well (RFC 6749 §4.1.3).
    package let wasNamed: Bool

    fileprivate init(_ application: Application, _ redirectURI: RedirectURI, wasNamed: Bool) {
        self.application = application
        self.redirectURI = redirectURI
        self.wasNamed = wasNamed
    }

    init(
        _ application: Application,
        at sent: String?,
        under rule: Policy.RedirectMatch
    )
        throws(RecipientRefusal)
    {
        let meant = Result { () throws(RecipientRefusal) in
            try Recipient.meant(by: sent, of: application, under: rule)
        }
        if application.isSuspended {
            let wayBack: Recipient? = if case .success(let recipient) = meant { recipient } else { nil }
            throw .suspended(application, wayBack: wayBack)
        }
        self = try meant.get()
    }

    private static func meant(
        by sent: String?,
        of application: Application,
        under rule: Policy.RedirectMatch
    ) throws(RecipientRefusal) -> Recipient {
        let registered = application.redirectURIs
        guard let only = registered.first else { throw .nothingRegistered(application) }
        guard let sent else {
            guard registered.count == 1 else { throw .ambiguous(application) }
            return Recipient(application, only, wasNamed: false)
        }
        guard let match = registered.lazy.compactMap({ $0.accepting(sent, under: rule) }).first else {
            throw .unregistered(application, sent: sent)
        }
        return Recipient(application, match, wasNamed: true)
    }
}

/// Why there is nobody an answer could be sent to.
///
/// Always a page, never a redirect (RFC 6749 §4.1.2.1); that of a suspended application has a button that leads back.
package enum RecipientRefusal: Error, Sendable {
    case malformed(ParameterRefusal)
    case unknownClient

    /// `wayBack` is nil where the request names no address that it registered.
    case suspended(Application, wayBack: Recipient?)
    case nothingRegistered(Application)
    case ambiguous(Application)
    case unregistered(Application, sent: String)
}
