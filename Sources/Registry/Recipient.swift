/// Proof that an answer may be sent to `redirectURI`.
///
/// A known, working application registered that address, character for character (RFC 6749 §3.1.2.3, RFC 9700
/// §2.1). Only the registry makes one, and what redirects off this site takes one.
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
        if application.isSuspended { throw .suspended(application) }
        let registered = application.redirectURIs
        guard let only = registered.first else { throw .nothingRegistered(application) }
        guard let sent else {
            guard registered.count == 1 else { throw .ambiguous(application) }
            self.init(application, only, wasNamed: false)
            return
        }
        guard let match = registered.lazy.compactMap({ $0.accepting(sent, under: rule) }).first else {
            throw .unregistered(application, sent: sent)
        }
        self.init(application, match, wasNamed: true)
    }
}

/// Why there is nobody an answer could be sent to.
///
/// Always a page, never a redirect (RFC 6749 §4.1.2.1).
package enum RecipientRefusal: Error, Sendable {
    case malformed(ParameterRefusal)
    case unknownClient
    case suspended(Application)
    case nothingRegistered(Application)
    case ambiguous(Application)
    case unregistered(Application, sent: String)
}
