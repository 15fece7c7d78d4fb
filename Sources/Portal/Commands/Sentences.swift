import Registry

/// What the registry declined, in sentences for the person at the terminal.

extension CommandFailure {
    /// Says what any error means and what can be done about it.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let mistakes as FileMistakes: self.init(mistakes.all.map(\.description))
        case let problems as AccountProblems: self.init(problems.all.map(\.atTheTerminal))
        case let refusal as RegistrationRefusal: self.init(refusal.atTheTerminal)
        case let refusal as OperatorRefusal: self = refusal.atTheTerminal
        case let refusal as PeopleRefusal: self.init(refusal.sentence)
        case DeletionRefusal.stillConnected(let count):
            self.init(
                count.connectedCustomers,
                hint: "portal app suspend stops it and deletes nothing"
            )
        case SecretRefusal.publicApplication: self.init("a public application has no secret")
        case is ReviewRefusal:
            self.init("it changed in the same moment", hint: "look at it again, then try again")
        case TenantRefusal.hostTaken(let host, let owner):
            self.init("the host \(host) belongs to the tenant \(owner)")
        case TenantRefusal.changedSinceImport(let imported, let standing):
            let changed = TenantFile.changes(from: imported, to: standing).map(\.name)
            self.init(
                "administrators changed since the last import: " + changed.joined(separator: ", "),
                hint: "portal tenant export shows what they made of it; --overwrite takes it back"
            )
        case DataDirectoryProblem.hasNoData(let folder):
            self.init("there are no data in \(folder)", hint: "is --data right? portal init makes them")
        case let problem as MoveProblem: self = problem.atTheTerminal
        case let problem as BackupProblem: self = problem.atTheTerminal
        case MigrationProblem.unfinishedCopy: self = .unfinishedCopy
        case let fault as DatabaseFault: self.init("the database did not do it: \(fault)")
        case is LogoWorkshopFault: self.init("the picture could not be decoded: \(error)", hint: "try again")
        case is NoUnicodeTables:
            self.init("ICU's tables cannot be read", hint: "install libicu again: names are compared with it")
        case PasswordHasher.Fault.outOfMemory: self.init("there is not enough memory to hash the password")
        default: self.init("\(error)")
        }
    }
}

extension AccountProblem {
    fileprivate var atTheTerminal: String {
        switch self {
        case .missingName: "--name is missing"
        case .nameTooLong: "--name is too long: it can have up to 256 characters"
        case .nameNotPlain: "--name has to be one line, without a web address and what turns text around"
        case .missingEmail: "--email is missing"
        case .malformedEmail: "--email is not an e-mail address"
        case .missingPassword: "no password came on standard input"
        case .shortPassword: "the password is too short: it needs at least 12 characters"
        case .longPassword: "the password is too long: it can have up to 128 characters"
        case .commonPassword: "the password is one of those that are tried first"
        case .guessablePassword: "the password is easy to guess: use a few words that do not belong together"
        case .passwordContainsContext: "the password contains the address or the provider's name"
        case .emailTaken: "there is an account with this address and role already"
        case .registrationClosed: "registration is closed"
        }
    }
}

extension ApplicationProblem {
    func atTheTerminal(_ brand: Brand) -> String {
        switch self {
        case .companyName(let problem): "--name: \(problem.message(label: "name", brand))"
        case .applicationName(let problem): "--application-name: \(problem.message(label: "name", brand))"
        case .missingLogo: "--logo is missing"
        case .redirectURI(let problem, _, let text): "--redirect-uri \(text): \(problem.message)"
        case .website: "--website is not an address that begins with https://"
        case .privacyPolicy: "--privacy-policy is not an address that begins with https://"
        case .terms: "--terms is not an address that begins with https://"
        case .supportEmail: "--support-email is not an e-mail address"
        case .purposeTooLong: "--purpose is too long: it can have up to 2000 characters"
        case .unknownScope(let name): "--scope \(name): the tenant has no such scope"
        }
    }
}

extension RegistrationRefusal {
    fileprivate var atTheTerminal: String {
        switch self {
        case .tooMany(.ofPartner(let limit)):
            "this partner has \(limit) applications already, as many as allowed"
        case .tooMany(.ofPartnerInADay), .tooMany(.unapproved): "partners may not register more at present"
        case .alreadyRegistered(let id): "it is registered already, as \(id)"
        case .ownerDisabled: "this partner’s account is disabled"
        case .redirectURI(let problem): "--redirect-uri: \(problem.message)"
        }
    }
}

extension OperatorRefusal {
    fileprivate var atTheTerminal: CommandFailure {
        switch self {
        case .noSuchApplication(let id):
            CommandFailure("there is no application “\(id)”", hint: "portal app list shows them")
        case .noSuchPartner(let email):
            CommandFailure(
                "there is no partner \(email)",
                hint: "portal account add --role partner --email \(email) makes one"
            )
        case .noSuchCustomer(let email): CommandFailure("there is no customer \(email)")
        case .accountDisabled(let email):
            CommandFailure(
                "the account of \(email) is disabled",
                hint: "portal account enable \(email) lets them in again"
            )
        case .noSuchAccount(let email, let role):
            CommandFailure("there is no \(role == .admin ? "administrator" : role.rawValue) \(email)")
        case .noManualIssuance:
            CommandFailure(
                "this tenant issues no tokens by hand",
                hint: "manualIssuance: true in the profile of its file lets you"
            )
        case .unknownScope(let name): CommandFailure("the application may not ask for “\(name)”")
        case .mayNotConnect(let id):
            CommandFailure(
                "\(id) may not have this customer's data",
                hint: "it is suspended, asks about tokens only, or waits for approval"
            )
        case .severalCompanies(let email):
            CommandFailure(
                "\(email) acts for several companies",
                hint: "only the customer can say which one it is about: have the application send them here"
            )
        case .wouldDisconnect(let count):
            CommandFailure(
                "nothing was changed: \(count.connections) would end with a company that is not listed",
                hint: "add --yes to end them; their tokens stop working at once"
            )
        }
    }
}
