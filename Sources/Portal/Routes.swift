// One file because it is one table: where anybody who looks for something begins.

import Registry
import Web

extension Site {
    /// Everything a tenant answers to, and to whom; what is not listed here cannot be reached.
    // Aligned, so that it reads as a permission table.
    // swift-format-ignore
    static let routes: [Route] = [
        .anyone  (.get,  "/",                                                    PartnerHome.show),

        .anyone  (.get,  "/partners/sign-up",                                    SignUpScreens.ask),
        .visitor (.post, "/partners/sign-up",                                    SignUpScreens.send),
        .anyone  (.get,  "/partners/confirm/{link}",                             SignUpScreens.askToConfirm),
        .visitor (.post, "/partners/confirm/{link}",                             SignUpScreens.confirm),
        .anyone  (.get,  "/partners/sign-in",                                    PartnerDoor.askToSignIn),
        .visitor (.post, "/partners/sign-in",                                    PartnerDoor.signIn),
        .partner (.post, "/partners/sign-out",                                   PartnerDoor.signOut),
        .unproven(.get,  "/partners/second-factor",                    .partner, SecondFactorScreens.ask),
        .unproven(.post, "/partners/second-factor",                    .partner, SecondFactorScreens.answer),
        .partner (.get,  "/partners/your-second-factor",                         SecondFactorScreens.show),
        .partner (.get,  "/partners/your-second-factor/new",                     SecondFactorScreens.show),
        .partner (.post, "/partners/your-second-factor/new",                     SecondFactorScreens.setUp,      .fresh),
        .partner (.post, "/partners/your-second-factor/remove",                  SecondFactorScreens.remove,     .fresh),
        .anyone  (.get,  "/partners/forgotten",                                  PasswordScreens(role: .partner).ask),
        .visitor (.post, "/partners/forgotten",                                  PasswordScreens(role: .partner).send),
        .anyone  (.get,  "/partners/reset/{link}",                               PasswordScreens(role: .partner).open),
        .visitor (.post, "/partners/reset/{link}",                               PasswordScreens(role: .partner).set),
        .anyone  (.get,  "/partners/address/{link}",                             AddressScreens(role: .partner).open),
        .visitor (.post, "/partners/address/{link}",                             AddressScreens(role: .partner).confirm),
        .partner (.get,  "/partners/account",                                    { try await AccountScreens(role: .partner).show($0.own, $1) }),
        .partner (.post, "/partners/account/password",                           { try await AccountScreens(role: .partner).changePassword($0.own, $1, $2) }),
        .partner (.post, "/partners/account/address",                            { try await AccountScreens(role: .partner).askForAddress($0.own, $1, $2) }),
        .partner (.post, "/partners/account/sessions/end",                       { try await AccountScreens(role: .partner).endSession($0.own, $1, $2) }),
        .partner (.post, "/partners/account/sessions/end-others",                { try await AccountScreens(role: .partner).endOthers($0.own, $1, $2) }),

        .partner (.get,  "/applications",                                        ApplicationScreens.list),
        .partner (.get,  "/applications/new",                                    RegistrationScreens.ask),
        .partner (.post, "/applications",                                        RegistrationScreens.register,  upTo: .upload),
        .partner (.post, "/applications/preview",                                RegistrationScreens.preview,   upTo: .upload),
        .member  (.get,  "/applications/{application}",                          .viewer,    ApplicationScreens.show),
        .member  (.post, "/applications/{application}/redirect-uris",            .developer, ApplicationScreens.addRedirectURI, .fresh),
        .member  (.get,  "/applications/{application}/redirect-uris/remove",     .developer, ApplicationScreens.askToRemoveRedirectURI),
        .member  (.post, "/applications/{application}/redirect-uris/remove",     .developer, ApplicationScreens.removeRedirectURI, .fresh),
        .member  (.get,  "/applications/{application}/domains",                  .developer, DomainScreens.list),
        .member  (.post, "/applications/{application}/domains",                  .developer, DomainScreens.begin),
        .member  (.post, "/applications/{application}/domains/check",            .developer, DomainScreens.check),
        .member  (.get,  "/applications/{application}/domains/remove",           .developer, DomainScreens.askToRemove),
        .member  (.post, "/applications/{application}/domains/remove",           .developer, DomainScreens.remove),
        .member  (.get,  "/applications/{application}/activity",                 .viewer,    ActivityScreens.list),
        .member  (.get,  "/applications/{application}/activity/{entry}",         .viewer,    ActivityScreens.show),
        .member  (.get,  "/applications/{application}/activity/{entry}/add",     .developer, ActivityScreens.askToAdd),
        .member  (.post, "/applications/{application}/activity/{entry}/add",     .developer, ActivityScreens.add),
        .member  (.get,  "/applications/{application}/check",                    .viewer,    LinkChecker.ask),
        .member  (.post, "/applications/{application}/check",                    .viewer,    LinkChecker.check),
        .member  (.post, "/applications/{application}/test-accounts",            .developer, TestAccountScreens.set),
        .member  (.get,  "/applications/{application}/secrets/new",              .owner,     SecretScreens.ask),
        .member  (.post, "/applications/{application}/secrets",                  .owner,     SecretScreens.create),
        .member  (.post, "/applications/{application}/credentials",              .owner,     CredentialsFile.download),
        .member  (.get,  "/applications/{application}/secrets/{secret}/revoke",  .owner,     SecretScreens.askToRevoke),
        .member  (.post, "/applications/{application}/secrets/{secret}/revoke",  .owner,     SecretScreens.revoke),
        .member  (.get,  "/applications/{application}/secrets/{secret}/tokens",  .owner,     SecretScreens.askToRevokeTokens),
        .member  (.post, "/applications/{application}/secrets/{secret}/tokens",  .owner,     SecretScreens.revokeTokens),
        .member  (.get,  "/applications/{application}/secrets/{secret}/end",     .owner,     SecretScreens.askForEnd),
        .member  (.post, "/applications/{application}/secrets/{secret}/end",     .owner,     SecretScreens.setEnd),
        .member  (.post, "/applications/{application}/approval",                 .developer, ApprovalScreens.ask),
        .member  (.post, "/applications/{application}/approval/withdraw",        .developer, ApprovalScreens.withdraw),
        .member  (.get,  "/applications/{application}/branding",                 .developer, BrandingScreens.ask),
        .member  (.post, "/applications/{application}/branding",                 .developer, BrandingScreens.save,          upTo: .upload),
        .member  (.post, "/applications/{application}/branding/preview",         .developer, BrandingScreens.preview,       upTo: .upload),
        .member  (.get,  "/applications/{application}/permissions",              .developer, BrandingScreens.askForPermissions),
        .member  (.post, "/applications/{application}/permissions",              .developer, BrandingScreens.savePermissions),
        .member  (.get,  "/applications/{application}/token-requests/new",       .developer, TokenRequestScreens.ask),
        .member  (.post, "/applications/{application}/token-requests",           .developer, TokenRequestScreens.send),
        .member  (.get,  "/applications/{application}/token-requests/{request}/end", .developer, TokenRequestScreens.askToEnd),
        .member  (.post, "/applications/{application}/token-requests/{request}/end", .developer, TokenRequestScreens.end),
        .member  (.get,  "/applications/{application}/delete",                   .owner,     DeletionScreens.ask),
        .member  (.post, "/applications/{application}/delete",                   .owner,     DeletionScreens.delete,        .fresh),
        .partner (.get,  "/partners/ask-for-a-token",                            TokenRequestScreens.choose),
        .partner (.get,  "/handover/{link}",                                     HandoverScreens.ask),
        .partner (.post, "/handover/{link}",                                     HandoverScreens.show),
        .partner (.get,  "/secrets/{link}",                                      SecretHandoverScreens.ask),
        .partner (.post, "/secrets/{link}",                                      SecretHandoverScreens.show),
        .member  (.get,  "/applications/{application}/team/invite",              .owner,     TeamScreens.askToInvite),
        .member  (.post, "/applications/{application}/team/invite",              .owner,     TeamScreens.invite,            .fresh),
        .member  (.post, "/applications/{application}/team/invite-again",        .owner,     TeamScreens.inviteAgain),
        .member  (.get,  "/applications/{application}/team/cancel",              .owner,     TeamScreens.askToCancel),
        .member  (.post, "/applications/{application}/team/cancel",              .owner,     TeamScreens.cancel),
        .member  (.get,  "/applications/{application}/team/leave",               .viewer,    TeamScreens.askToLeave),
        .member  (.post, "/applications/{application}/team/leave",               .viewer,    TeamScreens.leave),
        .member  (.get,  "/applications/{application}/team/{person}/role",       .owner,     TeamScreens.askForRole),
        .member  (.post, "/applications/{application}/team/{person}/role",       .owner,     TeamScreens.setRole,           .fresh),
        .member  (.get,  "/applications/{application}/team/{person}/remove",     .owner,     TeamScreens.askToRemove),
        .member  (.post, "/applications/{application}/team/{person}/remove",     .owner,     TeamScreens.remove,            .fresh),
        .member  (.get,  "/applications/{application}/team/transfer",            .owner,     TransferScreens.ask),
        .member  (.post, "/applications/{application}/team/transfer",            .owner,     TransferScreens.offer,         .fresh),
        .member  (.get,  "/applications/{application}/team/transfer/cancel",     .owner,     TransferScreens.askToCancel),
        .member  (.post, "/applications/{application}/team/transfer/cancel",     .owner,     TransferScreens.cancel),
        .anyone  (.get,  "/transfers/{link}",                                    TakingOverScreens.ask),
        .visitor (.post, "/transfers/{link}",                                    TakingOverScreens.signUp),
        .partner (.post, "/transfers/{link}/accept",                             TakingOverScreens.accept),
        .visitor (.post, "/transfers/{link}/decline",                            TakingOverScreens.decline),
        .anyone  (.get,  "/invitations/{link}",                                  JoiningScreens.ask),
        .visitor (.post, "/invitations/{link}",                                  JoiningScreens.signUp),
        .partner (.post, "/invitations/{link}/accept",                           JoiningScreens.accept),

        .anyone  (.get,  "/sign-in",                                             CustomerDoor.ask, for: .customers),
        .visitor (.post, "/sign-in",                                             CustomerDoor.signIn, for: .customers),
        .customer(.post, "/sign-out",                                            CustomerDoor.signOut),
        .anyone  (.get,  "/oauth2/authorize",                                    AuthorizeEndpoint.ask, for: .customers),
        .request (.post, "/oauth2/authorize",                                    AuthorizeEndpoint.answer, for: .customers),
        .anyone  (.get,  "/account/forgotten",                                   PasswordScreens(role: .customer).ask, for: .customers),
        .visitor (.post, "/account/forgotten",                                   PasswordScreens(role: .customer).send, for: .customers),
        .anyone  (.get,  "/account/reset/{link}",                                PasswordScreens(role: .customer).open, for: .customers),
        .visitor (.post, "/account/reset/{link}",                                PasswordScreens(role: .customer).set, for: .customers),
        .anyone  (.get,  "/account/address/{link}",                              AddressScreens(role: .customer).open),
        .visitor (.post, "/account/address/{link}",                              AddressScreens(role: .customer).confirm),
        .customer(.get,  "/account",                                             { try await AccountScreens(role: .customer).show($0.own, $1) }),
        .customer(.post, "/account/password",                                    { try await AccountScreens(role: .customer).changePassword($0.own, $1, $2) }),
        .customer(.post, "/account/address",                                     { try await AccountScreens(role: .customer).askForAddress($0.own, $1, $2) }),
        .customer(.post, "/account/sessions/end",                                { try await AccountScreens(role: .customer).endSession($0.own, $1, $2) }),
        .customer(.post, "/account/sessions/end-others",                         { try await AccountScreens(role: .customer).endOthers($0.own, $1, $2) }),
        .customer(.get,  "/account/connections",                                 ConnectionScreens.list),
        .customer(.get,  "/account/connections/{grant}",                         ConnectionScreens.show),
        .customer(.get,  "/account/connections/export",                          ReceiptScreens.export),
        .customer(.get,  "/account/connections/{grant}/narrow",                  ConnectionScreens.askToNarrow),
        .customer(.post, "/account/connections/{grant}/narrow",                  ConnectionScreens.narrow),
        .customer(.get,  "/account/connections/{grant}/receipts/{receipt}",      ReceiptScreens.show),
        .customer(.get,  "/account/connections/{grant}/receipts/{receipt}/download", ReceiptScreens.download),
        .customer(.get,  "/account/connections/{grant}/disconnect",              ConnectionScreens.askToDisconnect),
        .customer(.post, "/account/connections/{grant}/disconnect",              ConnectionScreens.disconnect),
        .customer(.get,  "/account/testing/{application}",                       TestAccountScreens.askCustomer),
        .customer(.post, "/account/testing/{application}",                       TestAccountScreens.answer),
        .anyone  (.get,  "/token-requests/{link}",                               TokenQuestionScreens.open),
        .customer(.get,  "/account/token-requests/{request}",                    TokenQuestionScreens.ask),
        .anyone  (.get,  "/report/{application}",                                ReportScreens.ask),
        .visitor (.post, "/report/{application}",                                ReportScreens.send),
        .anyone  (.get,  "/report/{application}/sent",                           ReportScreens.thank),

        .anyone  (.get,  "/admin/sign-in",                                       AdminScreens.askToSignIn),
        .visitor (.post, "/admin/sign-in",                                       AdminScreens.signIn),
        .admin   (.post, "/admin/sign-out",                                      AdminScreens.signOut,             from: .readOnly),
        .unproven(.get,  "/admin/second-factor",                         .admin, SecondFactorScreens.ask),
        .unproven(.post, "/admin/second-factor",                         .admin, SecondFactorScreens.answer),
        .admin   (.get,  "/admin/your-second-factor",                            SecondFactorScreens.show),
        .admin   (.post, "/admin/your-second-factor/new",                        SecondFactorScreens.renew,        .fresh, from: .readOnly),
        .anyone  (.get,  "/admin/forgotten",                                     PasswordScreens(role: .admin).ask),
        .visitor (.post, "/admin/forgotten",                                     PasswordScreens(role: .admin).send),
        .anyone  (.get,  "/admin/reset/{link}",                                  PasswordScreens(role: .admin).open),
        .visitor (.post, "/admin/reset/{link}",                                  PasswordScreens(role: .admin).set),
        .anyone  (.get,  "/admin/address/{link}",                                AddressScreens(role: .admin).open),
        .visitor (.post, "/admin/address/{link}",                                AddressScreens(role: .admin).confirm),
        .admin   (.get,  "/admin/account",                                       { try await AccountScreens(role: .admin).show($0.own, $1) }),
        .admin   (.post, "/admin/account/password",                              { try await AccountScreens(role: .admin).changePassword($0.own, $1, $2) }, from: .readOnly),
        .admin   (.post, "/admin/account/address",                               { try await AccountScreens(role: .admin).askForAddress($0.own, $1, $2) }, from: .readOnly),
        .admin   (.post, "/admin/account/sessions/end",                          { try await AccountScreens(role: .admin).endSession($0.own, $1, $2) }, from: .readOnly),
        .admin   (.post, "/admin/account/sessions/end-others",                   { try await AccountScreens(role: .admin).endOthers($0.own, $1, $2) }, from: .readOnly),

        .admin   (.get,  "/admin/branding",                                      TenantBrandingScreens.show),
        .admin   (.post, "/admin/branding",                                      TenantBrandingScreens.save,            .fresh, upTo: .upload, keeping: TenantBrandingScreens.keepLogo),
        .admin   (.post, "/admin/branding/preview",                              TenantBrandingScreens.preview,         upTo: .upload),
        .admin   (.get,  "/admin/branding/colours/{file}",                       TenantBrandingScreens.colours),
        .admin   (.get,  "/admin/scopes",                                        ScopeScreens.list),
        .admin   (.get,  "/admin/scopes/new",                                    ScopeScreens.askForNew),
        .admin   (.post, "/admin/scopes/new",                                    ScopeScreens.add,                .fresh),
        .admin   (.get,  "/admin/scopes/change",                                 ScopeScreens.ask),
        .admin   (.post, "/admin/scopes/change",                                 ScopeScreens.change,             .fresh),
        .admin   (.get,  "/admin/scopes/delete",                                 ScopeScreens.askToDelete),
        .admin   (.post, "/admin/scopes/delete",                                 ScopeScreens.delete,             .fresh),
        .admin   (.get,  "/admin/settings",                                      RuleScreens.show),
        .admin   (.post, "/admin/settings",                                      RuleScreens.save,                .fresh),
        .admin   (.get,  "/admin/people",                                        PeopleScreens.list),
        .admin   (.post, "/admin/people",                                        PeopleScreens.invite,           .fresh),
        .admin   (.post, "/admin/people/cancel-invitation",                      PeopleScreens.cancelInvitation),
        .admin   (.get,  "/admin/people/{person}",                               PeopleScreens.show),
        .admin   (.post, "/admin/people/{person}/role",                          PeopleScreens.change,           .fresh),
        .admin   (.post, "/admin/people/{person}/reset-second-factor",           PeopleScreens.resetSecondFactor, .fresh),
        .admin   (.post, "/admin/people/{person}/remove",                        PeopleScreens.remove,           .fresh),
        .admin   (.get,  "/admin/accounts",                                      DisablingScreens.find),
        .admin   (.get,  "/admin/partners/invite",                               PartnerInvitationScreens.ask),
        .admin   (.post, "/admin/partners/invite",                               PartnerInvitationScreens.send,  .fresh),
        .admin   (.post, "/admin/partners/cancel-invitation",                    PartnerInvitationScreens.cancel),
        .admin   (.get,  "/admin/accounts/{person}",                             DisablingScreens.ask),
        .admin   (.post, "/admin/accounts/{person}/disable",                     DisablingScreens.disable,       .fresh),
        .admin   (.post, "/admin/accounts/{person}/enable",                      DisablingScreens.enable,        .fresh),
        .admin   (.post, "/admin/accounts/{person}/reset-second-factor",         DisablingScreens.resetSecondFactor, .fresh),
        .anyone  (.get,  "/admin/invitations/{link}",                            InvitationScreens.ask),
        .visitor (.post, "/admin/invitations/{link}",                            InvitationScreens.accept),
        .admin   (.get,  "/admin/audit",                                         AuditScreens.list),
        .admin   (.get,  "/admin/audit/{entry}",                                 AuditScreens.show),
        .admin   (.post, "/admin/audit/check",                                   AuditScreens.check,             from: .readOnly),
        .admin   (.post, "/admin/audit/export",                                  AuditScreens.export,            .fresh, from: .readOnly),
        .admin   (.get,  "/admin",                                               ReviewScreens.queue),
        .admin   (.get,  "/admin/manual-tokens",                                 ManualTokenScreens.list),
        .admin   (.get,  "/admin/manual-tokens/new",                             ManualTokenScreens.ask),
        .admin   (.post, "/admin/manual-tokens/check",                           ManualTokenScreens.check),
        .admin   (.post, "/admin/manual-tokens",                                 ManualTokenScreens.issue,       .fresh),
        .admin   (.get,  "/admin/manual-tokens/{request}",                       ManualTokenScreens.show),
        .admin   (.post, "/admin/manual-tokens/{request}/again",                 ManualTokenScreens.askAgain,    .fresh),
        .admin   (.get,  "/admin/manual-tokens/{request}/end",                   ManualTokenScreens.askToEnd),
        .admin   (.post, "/admin/manual-tokens/{request}/end",                   ManualTokenScreens.end,         .fresh),
        .admin   (.get,  "/admin/applications",                                  AllApplicationsScreens.list),
        .admin   (.get,  "/admin/applications/{application}",                    ReviewScreens.show),
        .admin   (.post, "/admin/applications/{application}/decision",           ReviewScreens.decide,           .fresh),
        .admin   (.post, "/admin/applications/{application}/reports",            ReportScreens.settle,             .fresh),
        .admin   (.get,  "/admin/applications/{application}/suspend",            SuspensionScreens.askToSuspend),
        .admin   (.post, "/admin/applications/{application}/suspend",            SuspensionScreens.suspend,      .fresh),
        .admin   (.get,  "/admin/applications/{application}/resume",             SuspensionScreens.askToResume),
        .admin   (.post, "/admin/applications/{application}/resume",             SuspensionScreens.resume,       .fresh),
        .admin   (.get,  "/admin/applications/{application}/rotate",             RotationScreens.ask),
        .admin   (.post, "/admin/applications/{application}/rotate",             RotationScreens.rotate,         .fresh),
        .admin   (.get,  "/admin/applications/{application}/delete",             SuspensionScreens.askToDelete),
        .admin   (.post, "/admin/applications/{application}/delete",             SuspensionScreens.delete,       .fresh),

        .client  (.post, "/oauth2/token",                                        TokenEndpoint.issue, at: .token),
        .client  (.post, "/oauth2/revoke",                                       TokenEndpoint.revoke, at: .revoke),
        .question(.post, "/oauth2/introspect",                                   TokenEndpoint.introspect, at: .introspect),
        .question(.get,  "/oauth2/verify",                                       ResourceEndpoint.verify),
        .bearerFromAnywhere(.delete, "/oauth2/tokens/current",                   ResourceEndpoint.logOut),
        .preflight(      "/oauth2/tokens/current",                               of: .delete),
        .preflight(      "/oauth2/token",                                        of: .post),
        .preflight(      "/oauth2/revoke",                                       of: .post),

        .anyone  (.get,  "/.well-known/oauth-authorization-server",              MetadataEndpoint.show, for: .software),
        .anyone  (.get,  "/.well-known/openid-configuration",                    MetadataEndpoint.show, for: .software),
        .anyone  (.get,  "/.well-known/change-password",                         ChangePasswordEndpoint.show),
        .anyone  (.get,  "/.well-known/consent-receipt-key",                     ReceiptScreens.key, for: .software),
        .anyone  (.get,  "/logos/{digest}/{file}",                               LogoEndpoint.show),
        .anyone  (.get,  "/theme/{file}",                                        ThemeEndpoint.show),
    ]
}

extension Site {
    /// What a tenant's own paths may not begin with, because it leads somewhere already.
    static let ownFirstSegments: Set<String> = Set(
        routes.compactMap { $0.pattern.description.split(separator: "/").first.map(String.init) }
            + ["healthz", "readyz", "mail", "public", "robots.txt", "favicon.ico", "t"]
    )
}

/// One line of the table: a method, a pattern, who is let in, and what answers them.
struct Route: Sendable {
    enum Admission: Sendable, Equatable {
        case anyone, unproven, partner, customer, admin, client, bearer

        /// A partner who is at least this in the team of the application that the path names.
        case member(MemberRole)
    }

    /// How lately somebody must have shown who they are.
    enum Proof: Sendable {
        /// At some time in this session, where one is needed at all.
        case any

        /// Lately: for what an intruder would do first (AD-02, RU-10).
        case fresh
    }

    /// How much of a body is read; more is refused before it is.
    enum BodySize: Int, Sendable {
        case none = 0
        case parameters = 16_384
        case form = 65_536
        case upload = 614_400
    }

    let method: Method
    let pattern: PathPattern
    let admits: Admission
    let proof: Proof

    /// What an administrator has to be allowed.
    let least: Rank
    let bodyLimit: Int
    let respond: @Sendable (Visit) async throws -> Response

    /// To whom a failure here is explained.
    let audience: Failure.Audience
}

// MARK: - How each kind of visitor is let in

extension Route {
    enum Reading: Sendable { case get }
    enum Writing: Sendable { case post }

    static func anyone(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Visit) async throws -> Response,
        for audience: Failure.Audience = .people
    ) -> Route {
        Route(.get, pattern, .anyone, .none, for: audience, handler)
    }

    /// A form for people who are not signed in, sealed for their browser.
    static func visitor(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Form, Visit) async throws -> Response,
        for audience: Failure.Audience = .people
    ) -> Route {
        Route(.post, pattern, .anyone, .form, for: audience) { visit in
            try visit.requireSameOrigin()
            return try await handler(visit.sealedForm(for: nil), visit)
        }
    }

    static func partner(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (PartnerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .partner, .none) { visit in
            guard let partner = try await visit.partner() else { return try await visit.turnedAway(.partner) }
            return try await handler(partner, visit)
        }
    }

    static func partner(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (PartnerAccess, Form, Visit) async throws -> Response,
        _ proof: Proof = .any,
        upTo size: BodySize = .form
    ) -> Route {
        Route(.post, pattern, .partner, size, proof) { visit in
            try visit.requireSameOrigin()
            guard let partner = try await visit.partner() else { return try await visit.turnedAway(.partner) }
            let form = try visit.sealedForm(for: .partner)
            try visit.site.brakes.countAct(in: partner.session, visit)
            guard proof == .fresh else { return try await handler(partner, form, visit) }
            return try await StepUp.pass(partner, form, visit, handler)
        }
    }

    static func member(
        _ method: Reading,
        _ pattern: PathPattern,
        _ least: MemberRole,
        _ handler: @escaping @Sendable (MemberAccess, Visit) async throws -> Response
    ) -> Route {
        let route = partner(method, pattern) { partner, visit in
            let member = try await partner.member(of: visit.captured("application"), atLeast: least)
            return try await handler(member, visit)
        }
        return Route(.get, pattern, .member(least), .none, .any, route.respond)
    }

    static func member(
        _ method: Writing,
        _ pattern: PathPattern,
        _ least: MemberRole,
        _ handler: @escaping @Sendable (MemberAccess, Form, Visit) async throws -> Response,
        _ proof: Proof = .any,
        upTo size: BodySize = .form
    ) -> Route {
        let route = partner(
            method,
            pattern,
            { partner, form, visit in
                let member = try await partner.member(of: visit.captured("application"), atLeast: least)
                return try await handler(member, form, visit)
            },
            proof,
            upTo: size
        )
        return Route(.post, pattern, .member(least), size, proof, route.respond)
    }

    static func customer(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (CustomerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .customer, .none) { visit in
            guard let customer = try await visit.customer() else { return CustomerDoor.turnedAway(visit) }
            return try await handler(customer, visit)
        }
    }

    static func customer(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (CustomerAccess, Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .customer, .form) { visit in
            try visit.requireSameOrigin()
            guard let customer = try await visit.customer() else { return CustomerDoor.turnedAway(visit) }
            return try await handler(customer, visit.sealedForm(for: .customer), visit)
        }
    }

    static func admin(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (AdminAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .admin, .none) { visit in
            guard let admin = try await visit.admin() else { return try await visit.turnedAway(.admin) }
            return try await handler(admin, visit)
        }
    }

    /// `keep` puts away what the page that asks for a code cannot carry, such as a file.
    static func admin(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (AdminAccess, Form, Visit) async throws -> Response,
        _ proof: Proof = .any,
        from least: Rank = .full,
        upTo size: BodySize = .form,
        keeping keep: @escaping @Sendable (AdminAccess, Form, Visit) async throws -> Form = { _, form, _ in
            form
        }
    ) -> Route {
        Route(.post, pattern, .admin, size, proof, from: least) { visit in
            try visit.requireSameOrigin()
            guard let admin = try await visit.admin() else { return try await visit.turnedAway(.admin) }
            let form = try visit.sealedForm(for: .admin)
            guard admin.rank == .full || least == .readOnly else { throw Refusal.readOnly }
            guard proof == .fresh else { return try await handler(admin, form, visit) }
            return try await StepUp.pass(admin, keep(admin, form, visit), visit, handler)
        }
    }

    /// Whoever gave their password and still has to show a second factor; who is in already goes home.
    static func unproven(
        _ method: Reading,
        _ pattern: PathPattern,
        _ role: Role,
        _ handler: @escaping @Sendable (UnprovenAccess, Visit) async throws -> Response
    ) -> Route {
        Route(.get, pattern, .unproven, .none) { visit in
            guard let person = try await visit.unproven(role) else { return try await visit.sentOn(role) }
            return try await handler(person, visit)
        }
    }

    static func unproven(
        _ method: Writing,
        _ pattern: PathPattern,
        _ role: Role,
        _ handler: @escaping @Sendable (UnprovenAccess, Form, Visit) async throws -> Response
    ) -> Route {
        Route(.post, pattern, .unproven, .form) { visit in
            try visit.requireSameOrigin()
            guard let person = try await visit.unproven(role) else { return try await visit.sentOn(role) }
            return try await handler(person, visit.sealedForm(for: role), visit)
        }
    }

    static func client(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (ClientAccess, Parameters, Visit) async throws -> Response,
        at step: Activity.Step
    ) -> Route {
        Route(.post, pattern, .client, .parameters) { visit in
            try await visit.allowingRegisteredOrigin {
                try await visit.answeringClient(at: step) { try await handler($0, $1, visit) }
            }
        }
    }

    /// The same for a question about a token: nobody is looked up again for one that was answered a moment ago.
    static func question(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (ClientAccess, Parameters, Visit) async throws -> RepeatableAnswer,
        at step: Activity.Step
    ) -> Route {
        Route(.post, pattern, .client, .parameters) { visit in
            try await visit.allowingRegisteredOrigin {
                try await visit.answeringOnce {
                    try await visit.answeringClient(at: step) { client, sent in
                        try await handler(client, sent, visit)
                            .through(visit.doors(of: sent, by: client), of: client.client.id)
                    }
                }
            }
        }
    }

    /// The same by whoever holds the token.
    static func question(
        _ method: Reading,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (BearerAccess, Visit) -> RepeatableAnswer
    ) -> Route {
        Route(.get, pattern, .bearer, .none) { visit in
            try await visit.answeringOnce {
                guard let bearer = try await visit.bearer() else {
                    return RepeatableAnswer(response: visit.unauthorized(), uses: nil)
                }
                return handler(bearer, visit)
            }
        }
    }

    /// Whoever holds a token that works, by the `Authorization` header; a body says nothing.
    static func bearer(
        _ method: Method,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (BearerAccess, Visit) async throws -> Response
    ) -> Route {
        Route(method, pattern, .bearer, method == .get ? .none : .parameters) { visit in
            guard let bearer = try await visit.bearer() else { return visit.unauthorized() }
            return try await handler(bearer, visit)
        }
    }

    /// The same, for pages of other sites as well.
    static func bearerFromAnywhere(
        _ method: Method,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (BearerAccess, Visit) async throws -> Response
    ) -> Route {
        let route = bearer(method, pattern, handler)
        return Route(method, pattern, .bearer, .parameters) { visit in
            try await visit.allowingRegisteredOrigin { try await route.respond(visit) }
        }
    }

    /// Our own form, or an authorization request that another site's form brings where the tenant lets it.
    static func request(
        _ method: Writing,
        _ pattern: PathPattern,
        _ handler: @escaping @Sendable (Form, Visit) async throws -> Response,
        for audience: Failure.Audience
    ) -> Route {
        Route(.post, pattern, .anyone, .form, for: audience) { visit in
            if !visit.profile.authorizeByPost { try visit.requireSameOrigin() }
            let form = try Form(visit.request)
            if form["ticket"] != nil || form["client_id"] == nil { try visit.requireSameOrigin() }
            return try await handler(form, visit)
        }
    }

    /// Lets a browser application ask before it sends (Fetch standard, CORS preflight).
    static func preflight(_ pattern: PathPattern, of method: Method) -> Route {
        Route(.options, pattern, .anyone, .none) { try await CrossOrigin.preflight(of: method, $0) }
    }

    private init(
        _ method: Method,
        _ pattern: PathPattern,
        _ admits: Admission,
        _ size: BodySize,
        _ proof: Proof = .any,
        from least: Rank = .readOnly,
        for audience: Failure.Audience = .people,
        _ respond: @escaping @Sendable (Visit) async throws -> Response
    ) {
        self.audience = admits == .client || admits == .bearer ? .software : audience
        self.method = method
        self.pattern = pattern
        self.admits = admits
        self.proof = proof
        self.least = least
        bodyLimit = size.rawValue
        self.respond = respond
    }
}
