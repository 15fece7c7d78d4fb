import Registry

extension LedgerEntry {
    /// Whether new secrets were asked for in the place of all there were.
    fileprivate var endsEverySecret: Bool {
        action == Action.secretRotated.rawValue && detail.split(separator: "; ").contains("others_end=now")
    }
}

/// What an entry of the ledger says, as a sentence without its subject.
extension AuditEntry {
    /// Who did it, in words.
    var subject: String {
        if let actorName { return actorName }
        switch entry.actor {
        case "operator": return "The operator"
        case "somebody": return "Somebody"
        case "portal": return "The portal"
        default: return entry.actor
        }
    }

    var object: String { objectName ?? entry.object }

    var verb: String {
        if entry.endsEverySecret {
            return """
                revoked every client secret, because one leaked, and asked the owners to collect a new client secret of
                """
        }
        return Action(rawValue: entry.action).flatMap { AuditEntry.verbs[$0] } ?? "did “\(entry.action)” to"
    }

    /// What whoever did it did with their own account, in words without an object.
    var ownVerb: String? {
        let id = entry.actor.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        guard id.elementsEqual(entry.object.utf8) else { return nil }
        return Action(rawValue: entry.action).flatMap { AuditEntry.ownVerbs[$0] }
    }

    private static let ownVerbs: [Action: String] = [
        .accountCreated: "created their account",
        .signedIn: "signed in",
        .signInRefused: "was not signed in",
        .signedOut: "signed out",
        .secondFactorSet: "set up their second factor",
        .secondFactorRemoved: "removed their second factor",
        .secondFactorShown: "showed a code",
        .secondFactorRefused: "showed a wrong code",
        .recoveryCodeUsed: "used a recovery code",
        .passwordShown: "showed their password again",
        .sessionEnded: "signed other browsers out",
        .newPasswordAsked: "asked for a new password",
        .passwordChanged: "changed their password",
        .addressChanged: "changed their e-mail",
        .codeRedeemed: "redeemed a code",
        .codeReused: "used a code a second time",
        .refreshReused: "used a refresh token a second time",
        .tokenIssued: "got a token for itself",
        .tokenRevoked: "revoked a token",
    ]

    var result: String {
        entry.action.hasSuffix(".refused") || entry.action.hasSuffix(".reused") ? "Refused" : "Done"
    }

    /// An action that a later version of this program entered is named as the ledger keeps it.
    static let verbs: [Action: String] = [
        .tenantImported: "imported the settings of",
        .tenantDisabled: "disabled",
        .tenantEnabled: "enabled",
        .dataRestored: "restored, from a backup, the data of",
        .brandingChanged: "changed the branding of",
        .settingsChanged: "changed the settings of",
        .scopeAdded: "added the permission",
        .scopeChanged: "changed the permission",
        .scopeDeleted: "deleted the permission",
        .accountCreated: "created the account",
        .accountDisabled: "disabled the account",
        .accountEnabled: "enabled the account",
        .companiesChanged: "changed the companies of",
        .signedIn: "signed in as",
        .signInRefused: "was not signed in as",
        .signedOut: "signed out as",
        .secondFactorSet: "set up the second factor of",
        .secondFactorRemoved: "removed the second factor of",
        .secondFactorShown: "showed a code for",
        .passwordShown: "showed the password again of",
        .secondFactorRefused: "showed a wrong code for",
        .recoveryCodeUsed: "used a recovery code of",
        .keyRotated: "began to write with the master key",
        .administratorInvited: "invited an administrator:",
        .administratorInvitationCancelled: "cancelled the invitation of an administrator:",
        .partnerInvited: "invited a partner:",
        .partnerInvitationCancelled: "cancelled the invitation of a partner:",
        .administratorRemoved: "removed the administrator",
        .rankChanged: "changed the role of",
        .ledgerExported: "exported the audit log of",
        .triesRefused: "tried too often at",
        .crossingRefused: "asked for something of another tenant:",
        .sessionEnded: "signed other browsers out of",
        .newPasswordAsked: "asked for a new password for",
        .passwordChanged: "changed the password of",
        .addressChanged: "changed the e-mail of",
        .applicationRegistered: "registered",
        .applicationEdited: "edited",
        .applicationDeleted: "deleted",
        .scopesChanged: "changed the permissions of",
        .revisionProposed: "proposed a change to",
        .revisionWithdrawn: "withdrew the change to",
        .approvalAsked: "asked for approval of",
        .approvalWithdrawn: "no longer asks for approval of",
        .approvalSeconded: "was the first of two to approve",
        .changesAsked: "asked for changes to",
        .applicationRejected: "rejected",
        .applicationApproved: "approved",
        .applicationSuspended: "suspended",
        .applicationResumed: "resumed",
        .redirectURIAdded: "added a redirect URI to",
        .redirectURIRemoved: "removed a redirect URI from",
        .domainProofBegun: "began to prove a domain of",
        .domainProved: "proved a domain of",
        .domainProofRemoved: "removed the proof of a domain from",
        .domainLapsed: "ended, on its last day, the proof of a domain of",
        .testAccountsChanged: "changed the test accounts of",
        .testAccountAgreed: "agreed to test",
        .testAccountDeclined: "declined to test",
        .transferOffered: "offered somebody",
        .transferCancelled: "took back the offer of",
        .transferDeclined: "declined to take over",
        .applicationTransferred: "took over",
        .memberAdded: "added a member to the team of",
        .memberInvited: "invited somebody to the team of",
        .invitationCancelled: "cancelled an invitation to the team of",
        .memberJoined: "joined the team of",
        .memberRoleChanged: "changed a role in the team of",
        .memberRemoved: "removed a member from the team of",
        .memberLeft: "left the team of",
        .secretCreated: "created a client secret of",
        .secretRotated: "asked the owners to collect a new client secret of",
        .secretCollected: "collected a new client secret of",
        .secretDated: "changed the end of a client secret of",
        .secretRevoked: "revoked a client secret of",
        .tokensRevoked: "revoked the tokens of a client secret of",
        .consentGiven: "allowed",
        .consentRefused: "did not allow",
        .consentNarrowed: "took permissions back from",
        .consentEnded: "disconnected",
        .consentLapsed: "ended, on its last day, the access of",
        .codeRedeemed: "redeemed a code of",
        .codeReused: "used a code a second time:",
        .refreshReused: "used a refresh token a second time:",
        .tokenIssued: "got a token for",
        .tokenRevoked: "revoked a token of",
        .applicationReported: "reported",
        .applicationFrozen: "froze",
        .reportsSettled: "decided about reports of",
        .applicationUnfrozen: "let people connect again to",
        .manualTokenAsked: "asked for a token by hand for",
        .manualTokenPut: "asked a customer to allow a token by hand for",
        .manualTokenCollected: "collected a token by hand for",
        .manualTokenMailed: "mailed a token by hand for",
        .manualTokenEnded: "ended a request by hand for",
    ]
}
