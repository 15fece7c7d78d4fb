import Registry

/// What an entry of the ledger says, as a sentence without its subject.
extension AuditEntry {
    /// Who did it, in words.
    var subject: String {
        if let actorName { return actorName }
        switch entry.actor {
        case "operator": return "The operator"
        case "somebody": return "Somebody"
        default: return entry.actor
        }
    }

    var object: String { objectName ?? entry.object }

    var verb: String {
        guard let action = Action(rawValue: entry.action) else { return entry.action }
        return switch action {
        case .tenantImported: "imported the settings of"
        case .accountCreated: "created the account"
        case .signedIn: "signed in as"
        case .signInRefused: "was not signed in as"
        case .signedOut: "signed out as"
        case .secondFactorSet: "set up the second factor of"
        case .secondFactorRemoved: "removed the second factor of"
        case .secondFactorShown: "showed a code for"
        case .secondFactorRefused: "showed a wrong code for"
        case .recoveryCodeUsed: "used a recovery code of"
        case .administratorInvited: "invited an administrator:"
        case .administratorRemoved: "removed the administrator"
        case .rankChanged: "changed the role of"
        case .ledgerExported: "exported the audit log of"
        case .applicationRegistered: "registered"
        case .applicationApproved: "approved"
        case .applicationSuspended: "suspended"
        case .applicationResumed: "resumed"
        case .redirectURIAdded: "added a redirect URI to"
        case .redirectURIRemoved: "removed a redirect URI from"
        case .testAccountsChanged: "changed the test accounts of"
        case .secretCreated: "created a client secret of"
        case .secretDated: "changed the end of a client secret of"
        case .secretRevoked: "revoked a client secret of"
        case .consentGiven: "allowed"
        case .consentRefused: "did not allow"
        case .consentEnded: "disconnected"
        case .codeRedeemed: "redeemed a code of"
        case .codeReused: "used a code a second time:"
        case .refreshReused: "used a refresh token a second time:"
        case .tokenRevoked: "revoked a token of"
        default: "did “\(entry.action)” to"
        }
    }

    var result: String {
        entry.action.hasSuffix(".refused") || entry.action.hasSuffix(".reused") ? "Refused" : "Done"
    }
}
