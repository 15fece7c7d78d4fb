import FoundationEssentials
import Registry

/// Every cause in words (ux A9): what happened, and what to do about it.
extension Activity.Cause {
    var sentence: String {
        switch self {
        case .allowed: "Customer allowed access"
        case .cancelled: "Customer cancelled"
        case .suspended: "This application is suspended"
        case .frozen: "This application was reported and takes no new customers for now"
        case .unregisteredAddress: "The redirect URI is not on your list"
        case .noAddressRegistered: "No redirect URI is on your list yet"
        case .addressMissing: "No redirect_uri was sent, and more than one is on your list"
        case .missing("code_challenge"): "No code_challenge was sent. This application has to use PKCE"
        case .missing(let name): "The parameter \(name) is missing"
        case .repeated(let name): "The parameter \(name) was sent more than once"
        case .malformedState: "The state is not 1 to 2,048 printable ASCII characters"
        case .responseType: "The response_type is not one that is offered here"
        case .responseMode: "The response_mode is not one that is offered here"
        case .mayNotUseGrant: "This application may not use this grant"
        case .plainChallenge: "The code_challenge_method is not S256"
        case .malformedChallenge: "The code_challenge is not 43 base64url characters"
        case .scope(let fault): fault.sentence
        case .notATestAccount(let account):
            "This application is test only, and \(account?.text ?? "the customer") is not a test account"
        case .loginRequired: "The customer is not signed in, and prompt=none forbids asking"
        case .consentRequired: "The customer has to be asked, and prompt=none forbids it"
        case .noCredentials: "No client ID was sent"
        case .basicNotBase64: "The Authorization header is not base64 of ID:SECRET"
        case .basicWithoutColon: "The Authorization header has no “:” between client ID and client secret"
        case .otherScheme: "The Authorization header does not begin with Basic"
        case .credentialsTwice: "The client secret was sent in the header and in the body"
        case .otherClientID: "The client_id in the body is not the one in the Authorization header"
        case .foreignClientID: "The client ID is not this application’s"
        case .secret(let fault, _): fault.sentence
        case .publicMayNot: "A public application may not ask about tokens"
        case .tooManyFailures: "Too many failed requests came from this address"
        case .jsonBody: "The request body is JSON. Send it as a form (application/x-www-form-urlencoded)"
        case .multipartBody:
            "The request body is multipart. Send it as a form (application/x-www-form-urlencoded)"
        case .missingField(let name): "The multipart body has no field \(name)"
        case .otherBody(let type):
            type.map {
                "The request body is \($0.text). Send it as a form (application/x-www-form-urlencoded)"
            }
                ?? "The request has no Content-Type. Send it as a form (application/x-www-form-urlencoded)"
        case .malformedBody: "The request body cannot be read as a form"
        case .parametersInQuery: "Parameters were sent in the query string instead of the body"
        case .method: "The request is sent with another method than this endpoint takes"
        case .notAnEndpoint: "The address is none of our endpoints"
        case .endpointForTokens:
            "The address is the provider’s own, which takes access tokens. Requests to it are not checked here"
        case .notAcceptable: "The Accept header excludes application/json"
        case .unsupportedGrant(let name):
            name.map { "The grant_type “\($0.text)” is not offered here" }
                ?? "The grant_type is not offered here"
        case .wrongPassword: "The customer’s e-mail or password is not right"
        case .severalCompanies: "The customer acts for several companies, and none was chosen"
        case .code(let fault): fault.sentence
        case .refreshToken(let fault): fault.sentence
        }
    }

    /// What to do; nil where there is nothing to do.
    var advice: String? {
        switch self {
        case .allowed, .cancelled, .loginRequired, .consentRequired, .suspended, .frozen: nil
        case .unregisteredAddress:
            "Compare it with your list: host and path have to be the same, including a final “/”."
        case .noAddressRegistered: "Customers cannot connect until there is one."
        case .addressMissing: "Name the redirect_uri in every request."
        case .missing, .repeated, .malformedState, .responseType, .responseMode, .publicMayNot,
            .otherClientID, .foreignClientID:
            "Compare the request with the quick start on the application’s page."
        case .mayNotUseGrant: "Use a grant that is named in the quick start on the application’s page."
        case .plainChallenge, .malformedChallenge:
            "Send the SHA-256 of the code_verifier as 43 base64url characters, and code_challenge_method=S256."
        case .scope(let fault): fault.advice
        case .notATestAccount: "Add the customer’s address to the test accounts, or ask for approval."
        case .noCredentials: "Send client ID and client secret in an Authorization: Basic header (curl -u)."
        case .basicNotBase64, .basicWithoutColon, .otherScheme:
            "Write Basic, a space, and the base64 form of client ID, “:”, client secret (curl -u ID:SECRET does)."
        case .credentialsTwice: "Send them once: in the Authorization header, or in the body."
        case .secret(let fault, _): fault.advice
        case .tooManyFailures: "Wait a minute. The entries before this one say what was wrong."
        case .jsonBody, .multipartBody, .otherBody, .malformedBody: "curl -d writes such a form, -F does not."
        case .missingField: "Add the field, or send the request as a form."
        case .parametersInQuery: "What stands in an address ends up in logs. Move it into the body (curl -d)."
        case .method: "Open an authorize link with GET; send everything else with POST (curl -d)."
        case .endpointForTokens:
            "What is checked: authorize links, and requests that get, revoke or introspect tokens."
        case .notAnEndpoint: "The addresses to use stand in the quick start on the application’s page."
        case .notAcceptable: "Leave the header out, or accept application/json."
        case .unsupportedGrant: "Use a grant that is named in the quick start on the application’s page."
        case .wrongPassword: nil
        case .severalCompanies: "Send the customer through the authorize link, where they choose one."
        case .code(let fault): fault.advice
        case .refreshToken(let fault): fault.advice
        }
    }

    var isGood: Bool { self == .allowed }
}

extension SecretFault {
    fileprivate var sentence: String {
        switch self {
        case .missing: "No client secret was sent"
        case .needless: "A client secret was sent, but a public application has none"
        case .ofAnotherApplication: "The client secret is wrong: it is a secret of another application"
        case .ended(let date):
            "The client secret is wrong: it is an old one that ended on \(CalendarText(date).full)"
        case .revoked(let date):
            "The client secret is wrong: it is an old one that was revoked on \(CalendarText(date).full)"
        case .spaceAround: "The client secret is wrong: it has a space at the end or the beginning"
        case .quoted: "The client secret is wrong: it was sent with its quotation marks"
        case .percentEncoded: "The client secret is wrong: it was percent-encoded twice"
        case .cutShort: "The client secret is wrong: part of it is missing or mistyped"
        case .clientID: "The client secret is wrong: it is the client ID"
        case .otherKind(.accessToken): "The client secret is wrong: it is an access token"
        case .otherKind(.refreshToken): "The client secret is wrong: it is a refresh token"
        case .otherKind(.code): "The client secret is wrong: it is an authorization code"
        case .placeholder: "The client secret is wrong: the name of a variable was sent, not its value"
        case .neverExisted: "The client secret is wrong: it was never one of this application’s"
        }
    }

    fileprivate var advice: String? {
        switch self {
        case .missing: "Send client ID and client secret in an Authorization: Basic header (curl -u)."
        case .needless: "Send client_id alone, and use PKCE."
        case .ended, .revoked: "Put a secret that works into your software, or create a new one."
        case .ofAnotherApplication: "Check which client ID and which secret your software was given."
        default: "Copy the secret again from where you keep it, or create a new one."
        }
    }
}

extension ScopeFault {
    fileprivate var sentence: String {
        switch self {
        case .unknown(let name, let near?):
            "The permission “\(name.text)” does not exist. Did you mean “\(near)”?"
        case .unknown(let name, nil): "The permission “\(name.text)” does not exist"
        case .notRegistered(let name): "The permission “\(name)” is not registered for this application"
        case .notAllowed: "More permissions were asked for than the customer allowed"
        case .plus: "The “+” between permissions was percent-encoded, so it is not a space"
        case .encodedTwice: "The space between permissions was percent-encoded twice"
        case .malformed: "The scope is not a list of permissions"
        }
    }

    fileprivate var advice: String {
        switch self {
        case .unknown, .malformed: "The permissions of your application stand on its page."
        case .notRegistered:
            "Ask only for permissions that the application has; one that waits for approval comes with it."
        case .notAllowed: "Ask the customer again for more."
        case .plus, .encodedTwice: "Separate permissions by a space, and encode it once: %20, or + in a form."
        }
    }
}

extension Activity.CodeFault {
    fileprivate var sentence: String {
        switch self {
        case .notACode: "What was sent as code is not an authorization code, or only part of one"
        case .unknown: "The code is not known"
        case .ofAnotherApplication: "The code was given to another application"
        case .expired(let end):
            "The code is too old" + (end.map { ": it worked until \(CalendarText($0).precise)" } ?? "")
        case .used(let first, let address): "The code was already used" + use(first, address)
        case .otherAddress:
            "The redirect URI in the token request differs from the one in the authorize request"
        case .wrongVerifier:
            "The code_verifier does not belong to the code_challenge of the authorize request"
        case .missingVerifier: "No code_verifier was sent, but the authorize request had a code_challenge"
        case .needlessVerifier: "A code_verifier was sent, but the authorize request had no code_challenge"
        case .consentEnded: "The customer disconnected the application, or the access was revoked"
        }
    }

    fileprivate var advice: String? {
        switch self {
        case .notACode, .unknown: "Send the value of “code” as it stands in the address, decoded once."
        case .ofAnotherApplication: "Use the client ID that the authorize request had."
        case .expired: "Exchange a code as soon as it arrives."
        case .used: "A code works once. Tokens that the first use gave were revoked; ask the customer again."
        case .otherAddress: "Send the same redirect_uri in both requests, to the character."
        case .wrongVerifier, .missingVerifier, .needlessVerifier:
            "Keep the code_verifier of each authorize request, and send it with its code."
        case .consentEnded: "Ask the customer again."
        }
    }
}

extension Activity.RefreshTokenFault {
    fileprivate var sentence: String {
        switch self {
        case .notARefreshToken: "What was sent as refresh_token is none, or only part of one"
        case .anAccessToken: "What was sent as refresh_token is an access token"
        case .unknown: "The refresh token is not known"
        case .ofAnotherApplication: "The refresh token was given to another application"
        case .expired(let end):
            "The refresh token has expired" + (end.map { " on \(CalendarText($0).full)" } ?? "")
        case .reused(let first, let address): "The refresh token was already used" + use(first, address)
        case .ended(let end):
            "The customer disconnected the application, or the access was revoked"
                + (end.map { " on \(CalendarText($0).full)" } ?? "")
        }
    }

    fileprivate var advice: String? {
        switch self {
        case .notARefreshToken, .anAccessToken, .unknown:
            "Send the newest refresh token your software was given."
        case .ofAnotherApplication: "Use the client ID that the token was given to."
        case .reused:
            "Each answer brings a new refresh token; keep that one. Everything this one gave was revoked."
        case .expired, .ended: "Ask the customer again."
        }
    }
}

private func use(_ first: Date?, _ address: String?) -> String {
    guard let first else { return "" }
    return ": first at \(CalendarText(first).precise)" + (address.map { " from \($0)" } ?? "")
}

extension Activity.Step {
    var word: String {
        switch self {
        case .authorize: "Authorize"
        case .token: "Token"
        case .refresh: "Refresh"
        case .revoke: "Revoke"
        case .introspect: "Introspect"
        }
    }
}
