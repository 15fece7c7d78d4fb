import Registry

/// Every sentence about a field of an application: what to do, in the words of its label (ux A5).
extension FieldProblem {
    init(_ problem: ApplicationProblem, _ brand: Brand) {
        switch problem {
        case .companyName(let problem):
            self.init(field: "company-name", message: problem.message(label: "company name", brand))
        case .applicationName(let problem):
            self.init(field: "application-name", message: problem.message(label: "application name", brand))
        case .missingLogo:
            self.init(field: "logo", message: "Choose a logo")
        case .redirectURI(let problem, let line, let text):
            self.init(field: "redirect-uris", message: "Line \(line), “\(text)”: \(problem.message)")
        case .website:
            self.init(field: "website", message: FieldProblem.address(of: "the website"))
        case .privacyPolicy:
            self.init(field: "privacy-policy", message: FieldProblem.address(of: "the privacy policy"))
        case .terms:
            self.init(field: "terms", message: FieldProblem.address(of: "the terms"))
        case .supportEmail:
            self.init(field: "support-email", message: "Enter an e-mail address like name@company.com")
        case .purposeTooLong:
            self.init(field: "purpose", message: "Say it in up to 2,000 characters")
        case .unknownScope(let name):
            self.init(field: "scope", message: "The permission “\(name)” does not exist here")
        }
    }

    private static func address(of what: String) -> String {
        "Enter the full address of \(what), starting with https://"
    }
}

extension CompanyNameProblem {
    func message(label: String, _ brand: Brand) -> String {
        switch self {
        case .missing: "Enter your \(label)"
        case .tooShort: "The \(label) needs at least 2 characters"
        case .tooLong: "The \(label) can be up to 80 characters"
        case .hiddenCharacter(let code):
            "The \(label) cannot contain line breaks or hidden direction marks (here U+\(hexadecimal(code)))"
        case .stackedMarks: "The \(label) cannot stack more than two accents on one letter"
        case .noLetters: "Enter your \(label) in letters"
        case .mixedAlphabets(let word):
            "Use letters from one alphabet in a word: “\(word)” mixes alphabets that look alike"
        case .likeTheTenant:
            "This name looks like \(brand.displayName) itself. Use your own company’s name"
        case .reservedWord(let word):
            "The word “\(word)” could be taken for \(brand.displayName) itself. Leave it out"
        case .address(.host(let host)):
            "“\(host)” reads like a web address. The \(label) can have only that of your own website"
        case .address(.sign(let sign)): "Leave “\(sign)” out of the \(label)"
        }
    }

    private func hexadecimal(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension Policy.RedirectMatch {
    /// How an address has to be written in a request.
    var sentence: String {
        switch self {
        case .exact: "It must match a registered redirect URI exactly, including a final “/”."
        case .hostAndPath:
            """
            Its host and path must match a registered redirect URI exactly, including a final “/”; further parameters \
            may follow in the query.
            """
        }
    }
}

extension RedirectURIProblem {
    /// Of an address that is added to those an application has.
    var messageOnAdding: String {
        self == .listedTwice ? "This address is on the list already" : message
    }

    var message: String {
        switch self {
        case .notAbsolute: "Enter a full address, starting with https://"
        case .tooLong: "The address can be up to 2,000 characters"
        case .illegalCharacter:
            "The address contains a character that has to be percent-encoded, such as a space or a letter with an accent"
        case .insecureHTTP: "http:// is allowed only for this computer (127.0.0.1, [::1] or localhost)"
        case .fragment: "Remove the part after #"
        case .userName: "Remove the user name before @"
        case .wildcard: "Wildcards (*) are not supported; add each address"
        case .forbiddenScheme(let scheme): "“\(scheme):” addresses are not allowed"
        case .shortScheme(let scheme):
            "The scheme “\(scheme)” is too short to be safe. Use your domain backwards, like com.acme-rentals.app:/callback"
        case .malformedHost: "Enter a complete host name, like acme-rentals.example"
        case .capitals: "Write everything before the path in small letters, like https://acme-rentals.example"
        case .malformedPort: "The port must be a number from 1 to 65535"
        case .dotSegment: "Remove the “.” or “..” steps from the path"
        case .reservedParameter(let name): "Remove “\(name)” from the query: our answer uses that name"
        case .listedTwice: "This address is on the list twice"
        case .tooMany(let limit): "You can add up to \(limit)"
        }
    }
}
