import FoundationEssentials
import Glibc
import Registry
import Testing

@testable import Portal

@Suite("Talking to the command line")
struct TalkingToTheCommandLine {
    let console: Console
    init() throws { console = try Console() }

    /// A shipped tenant without its logo, which takes longest.
    private func addAdministrator() async throws {
        let line = "account add --role admin --email a@b.example"
        #expect(await console.run(line, input: "a long enough sentence") == 0)
    }

    private func importTenant(_ name: String = "standard") async throws {
        let path = try #require(ShippedFiles.folder("Tenants")) + "/\(name).json5"
        let lines = String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n")
        let text = lines.filter { !$0.contains("logo:") }.joined(separator: "\n")
        #expect(await console.run("tenant import \(try console.write(text, to: "\(name).json5"))") == 0)
    }

    // MARK: Companies

    @Test func `a customer's companies are set, shown, and taken away where that is wanted`() async throws {
        try await importTenant()
        let kim = "--email kim@northfield.example"
        let added = await console.run(
            "account add --role customer \(kim) --organisation Northfield --organisation Southfield",
            input: "a long walk to the harbour"
        )
        #expect(added == 0)
        #expect(await console.run("account companies \(kim)") == 0)
        #expect(console.printed.contains("kim@northfield.example acts for Northfield, Southfield."))
        #expect(await console.run("account companies \(kim) --organisation Westfield --json") == 0)
        #expect(console.printed.contains("\"organisations\":[\"Westfield\"]"))
        #expect(await console.run("account companies --email lee@northfield.example") == 1)
        #expect(console.noted.contains("there is no customer lee@northfield.example"))
        #expect(await console.run("account companies \(kim) --organisation=") == 2)
        #expect(console.noted.contains("cannot be a company's name"))
    }

    // MARK: Help and wrong use

    @Test(arguments: CommandLineInterface.commands.map(\.name) + ["", "tenant", "app", "account", "audit"])
    func `every level explains itself`(name: String) async {
        #expect(await console.run("\(name) --help") == 0)
        #expect(console.printed.hasPrefix("Usage: portal \(name)"))
        #expect(console.noted.isEmpty)
    }

    @Test func `the overview lists every command that is for people`() async {
        #expect(await console.run("--help") == 0)
        for command in CommandLineInterface.commands {
            #expect(console.printed.contains("\n  \(command.name)") != command.isHidden)
        }
    }

    @Test(arguments: [
        ("", "a command is missing"),
        ("tennant list", "there is no command “tennant”. Did you mean “tenant”?"),
        ("tenant imprt x", "there is no command “tenant imprt”. Did you mean “tenant import”?"),
        ("tenant", "“tenant” needs a word more: import, list, show, disable, enable, delete or export"),
        ("tenant import", "FILE… is missing"),
        ("tenant show a b", "“b” is one word too many"),
        ("tenant list --jsn", "there is no option “--jsn” here. Did you mean “--json”?"),
        ("tenant list --json=yes", "--json takes no value"),
        ("account add --role", "--role needs a value"),
        ("app add --name A --name B --owner c@d.example", "--name is given twice"),
        ("serve --listen nonsense", "--listen: “nonsense” does not fit"),
    ])
    func `wrong use is 2, with a sentence and a hint`(line: String, sentence: String) async {
        #expect(await console.run(line, here: false) == 2)
        #expect(console.noted.hasPrefix("portal: \(sentence)"))
        #expect(console.noted.contains("\nhint: "))
        #expect(console.printed.isEmpty)
    }

    @Test func `everything that is missing is said at once`() async {
        #expect(await console.run("account add") == 2)
        #expect(
            console.noted.contains("--role ROLE is missing")
                && console.noted.contains("--email EMAIL is missing")
        )
    }

    @Test(arguments: [
        "tenant list", "app list --tenant standard", "account add --role customer --email a@b.example",
        "key list",
        "audit verify", "migrate", "migrate --to copy", "backup copy",
    ])
    func `where there are no data a command says so and leaves nothing`(line: String) async {
        #expect(await console.run(line, input: "a long walk to the harbour") == 1)
        let sentence = "portal: there are no data in \(console.folder)/data\n"
        #expect(console.noted == sentence + "hint: is --data right? portal init makes them\n")
        #expect(access(console.folder + "/data", F_OK) != 0)
    }

    @Test func `a backup is restored beside its key, and nothing is left where there is none`() async {
        #expect(await console.run("restore copy") == 1)
        #expect(console.noted.hasPrefix("portal: \(console.folder)/data/master.key is missing"))
        #expect(access(console.folder + "/data", F_OK) != 0)
    }

    @Test func `after two hyphens a word is not an option`() async throws {
        #expect(await console.run("init") == 0)
        #expect(await console.run("tenant show -- --odd") == 1)
        #expect(console.noted.contains("there is no tenant “--odd”"))
    }

    // MARK: Tenants

    @Test func `importing a tenant twice changes nothing`() async {
        #expect(await console.run("tenant import \(ShippedTenant.path)") == 0)
        #expect(
            console.printed.hasPrefix(
                "Imported standard: Example Provider, at http://127.0.0.1:8080/t/standard"
            )
        )
        _ = await console.run("audit export")
        let before = console.printed
        #expect(await console.run("tenant import \(ShippedTenant.path)") == 0)
        _ = await console.run("audit export")
        #expect(console.printed == before)
    }

    @Test func `the ledger keeps which rules and doors an import opens and which it closes`() async throws {
        func take(_ rest: String) async throws -> Int32 {
            let brand = "displayName: 'Acme', accent: '#336699', dataDescription: 'your data'"
            let text = "{ name: 'acme', brand: { \(brand) }, \(rest) }"
            return await console.run("tenant import \(try console.write(text, to: "acme.json5"))")
        }
        #expect(try await take("policy: { codeSeconds: 30 }, profile: { codeChallenge: 'optional' }") == 0)
        #expect(try await take("policy: { codeSeconds: 30 }") == 0)
        _ = await console.run("audit export --json")
        #expect(console.printed.contains("policy.codeSeconds=“60” → “30”"))
        #expect(console.printed.contains("profile.codeChallenge=“required” → “optional”"))
        #expect(console.printed.contains("profile.codeChallenge=“optional” → “required”"))
    }

    @Test func `whoever imports a permission in other words is told whom it does not ask`() async throws {
        func take(_ sentence: String) async throws {
            let brand = "displayName: 'Acme', accent: '#336699', dataDescription: 'your data'"
            let scope = "{ name: 'reports', sentence: '\(sentence)', kind: 'read' }"
            let text = "{ name: 'acme', brand: { \(brand) }, scopes: [\(scope)] }"
            let file = try console.write(text, to: "acme.json5")
            #expect(await console.run("tenant import \(file)") == 0)
        }
        for _ in 1...2 {
            try await take("See your reports")
            #expect(!console.noted.contains("other words"))
        }
        try await take("Delete your reports")
        #expect(console.noted.contains("told in other words now: reports. Nobody who allowed it is"))
    }

    @Test func `a file with a mistake changes nothing, and a missing logo is one`() async throws {
        let file = try console.write(
            "{ name: 'acme', brand: { accent: 'red', logo: 'no.png' } }",
            to: "acme.json5"
        )
        #expect(await console.run("tenant import \(ShippedTenant.path) \(file)") == 1)
        #expect(console.noted.contains("acme.json5:1:24: brand.displayName: is missing"))
        #expect(await console.run("tenant list --json") == 0)
        #expect(console.printed.isEmpty)
        let brand = "displayName: 'Acme', accent: '#336699', dataDescription: 'your data', logo: 'no.png'"
        _ = try console.write("{ name: 'acme', brand: { \(brand) } }", to: "acme.json5")
        #expect(await console.run("tenant import \(file)") == 1)
        #expect(console.noted.contains("brand.logo: cannot open"))
    }

    @Test func `a logo that is none is refused with its reason`() async throws {
        _ = try console.write("not a picture", to: "logo.png")
        let brand = "displayName: 'Acme', accent: '#336699', dataDescription: 'your data', logo: 'logo.png'"
        let file = try console.write("{ name: 'acme', brand: { \(brand) } }", to: "acme.json5")
        #expect(await console.run("tenant import \(file)") == 1)
        #expect(
            console.noted.contains(
                "brand.logo: The logo must be a PNG. \"logo.png\" is a different kind of file"
            )
        )
    }

    // MARK: People and applications

    @Test func `an account without a name is called by what stands before the @, without its dots`()
        async throws
    {
        try await importTenant()
        let line = "account add --role customer --email john.me@northfield.example"
        #expect(await console.run(line, input: "a long enough sentence\n") == 0)
        #expect(await console.run("account list") == 0)
        #expect(console.printed.contains("john me"))
    }

    @Test func `an account takes its password from standard input`() async throws {
        try await importTenant()
        let line = "account add --role customer --email dana@northfield.example --json"
        #expect(await console.run(line, input: "short\n") == 1)
        #expect(console.noted.contains("the password is too short"))
        #expect(await console.run(line, input: "a long enough sentence\nand more\n") == 0)
        #expect(console.printed.contains("\"email\":\"dana@northfield.example\""))
        #expect(await console.run(line, input: "a long enough sentence\n") == 1)
        #expect(console.noted.contains("there is an account with this address and role already"))
        #expect(await console.run("account add --role boss --email a@b.example", input: "x") == 2)
    }

    @Test func `an account is disabled and enabled by its address, and by its role where there are two`()
        async throws
    {
        try await importTenant()
        let dana = "dana@northfield.example"
        for role in ["customer", "partner"] {
            let line = "account add --role \(role) --email \(dana)"
            #expect(await console.run(line, input: "a long enough sentence\n") == 0)
        }
        #expect(await console.run("account disable \(dana)") == 1)
        #expect(console.noted.contains("--role says which account is meant"))
        #expect(await console.run("account disable \(dana) --role partner --reason Left --json") == 0)
        #expect(
            console.printed.contains("\"role\":\"partner\"") && console.printed.contains("\"disabled\":true")
        )
        #expect(await console.run("account list --disabled --json") == 0)
        #expect(console.printed.split(separator: "\n").count == 1)
        #expect(await console.run("account enable \(dana) --role partner") == 0)
        #expect(await console.run("account list --disabled") == 0)
        #expect(console.printed.contains("No account is disabled."))
        #expect(await console.run("account disable lena@northfield.example") == 1)
        #expect(console.noted.contains("portal account list shows them"))
        #expect(await console.run("account list --role boss") == 2)
    }

    @Test func `an administrator who is disabled is not invited, and the last is not disabled`() async throws
    {
        try await importTenant()
        for email in ["ada@provider.example", "vic@provider.example"] {
            let line = "account add --role admin --email \(email)"
            #expect(await console.run(line, input: "a long enough sentence\n") == 0)
        }
        #expect(await console.run("account disable vic@provider.example") == 0)
        for command in ["admin invite", "admin reset"] {
            #expect(await console.run("\(command) --email vic@provider.example") == 1)
            #expect(console.noted.contains("Their account is disabled"))
        }
        #expect(await console.run("account disable ada@provider.example") == 1)
        #expect(console.noted.contains("Make another administrator full first"))
    }

    @Test func `a tenant is disabled and enabled by its name, and the list says so`() async throws {
        try await importTenant()
        for (verb, answer) in [("disable", "true"), ("disable", "true"), ("enable", "false")] {
            #expect(await console.run("tenant \(verb) standard --json") == 0)
            #expect(console.printed.contains("\"disabled\":\(answer)"))
            #expect(await console.run("tenant list --json") == 0)
            #expect(console.printed.contains("\"disabled\":\(answer)"))
        }
        #expect(await console.run("tenant disable standart") == 1)
        #expect(console.noted.contains("Did you mean “standard”?"))
    }

    @Test func `a tenant is deleted for good only when it is disabled and --yes says so`() async throws {
        try await importTenant()
        #expect(await console.run("tenant delete standard --yes") == 1)
        #expect(console.noted.contains("standard is not disabled"))
        #expect(await console.run("tenant disable standard") == 0)
        #expect(await console.run("tenant delete standard --dry-run --json") == 0)
        #expect(console.printed.contains("{\"table\":\"ledger\",\"rows\":2}"))
        #expect(await console.run("tenant delete standard") == 1)
        #expect(console.noted.contains("--yes is missing"))
        #expect(await console.run("tenant delete standard --yes --json") == 0)
        #expect(console.printed.contains("\"tenant\":\"standard\""))
        #expect(await console.run("tenant list") == 0)
        #expect(console.printed.contains("No tenants yet."))
        #expect(await console.run("tenant show standard") == 1)
    }

    @Test func `an application's credentials are printed once, and its state follows the operator`()
        async throws
    {
        try await importTenant()
        _ = await console.run(
            "account add --role partner --email sam@acme.example",
            input: "a long enough sentence"
        )
        let add =
            "app add --owner sam@acme.example --name Acme --redirect-uri https://acme.example/back --json"
        #expect(await console.run(add) == 0)
        let id = try #require(console.member("client_id"))
        #expect(console.member("client_secret")?.hasPrefix("standard_secret_") == true)
        for (verb, state) in [
            ("approve \(id)", "approved"), ("suspend \(id) --reason abuse", "suspended"),
            ("resume \(id)", "approved"),
        ] {
            #expect(await console.run("app \(verb) --json") == 0)
            #expect(console.member("state") == state)
        }
        #expect(await console.run("app show \(id) --json") == 0)
        #expect(!console.printed.contains("secret"))
    }

    @Test func `an application is deleted for good only when --yes says so`() async throws {
        try await importTenant()
        _ = await console.run(
            "account add --role partner --email sam@acme.example",
            input: "a long enough sentence"
        )
        #expect(await console.run("app add --owner sam@acme.example --name Acme --json") == 0)
        let id = try #require(console.member("client_id"))
        #expect(await console.run("app delete \(id)") == 1)
        #expect(console.noted.contains("Acme (\(id)) was not deleted"))
        #expect(console.noted.contains("hint: add --yes"))
        #expect(await console.run("app delete \(id) --dry-run") == 0)
        #expect(console.printed.contains("Would delete Acme (\(id)). Nothing was deleted."))
        #expect(await console.run("app show \(id)") == 0)
        #expect(await console.run("app delete \(id) --yes") == 0)
        #expect(console.printed.contains("Deleted Acme (\(id))."))
        #expect(await console.run("app show \(id)") == 1)
        #expect(await console.run("app delete \(id) --yes") == 1)
        #expect(console.noted.contains("there is no application “\(id)”"))
    }

    @Test func `a rotation prints until when owners may collect, and no secret`() async throws {
        try await importTenant()
        _ = await console.run(
            "account add --role partner --email sam@acme.example",
            input: "a long enough sentence"
        )
        let add = "app add --owner sam@acme.example --name Acme --json"
        #expect(await console.run(add) == 0)
        let id = try #require(console.member("client_id"))
        for when in ["now --revoke-tokens", "24h", "7d --label 2027", "keep"] {
            #expect(await console.run("app rotate \(id) --old-secret \(when)") == 0)
            #expect(console.printed.contains("The owners of Acme (\(id)) have an e-mail with a link"))
            #expect(console.printed.contains("Its older secrets are revoked.") == when.hasPrefix("now"))
            #expect(!console.printed.contains("_secret_"))
        }
        #expect(await console.run("app rotate \(id) --json") == 0)
        #expect(console.member("collect_until") != nil && !console.printed.contains("_lk_"))
    }

    @Test func `a rotation that makes no sense changes nothing`() async throws {
        try await importTenant()
        #expect(await console.run("app rotate standard_x") == 1)
        #expect(console.noted.contains("there is no application “standard_x”"))
        #expect(await console.run("app rotate standard_x --old-secret soon") == 2)
        #expect(console.noted.contains("it takes now, 24h, 7d, keep"))
        #expect(await console.run("app rotate standard_x --old-secret 7d --revoke-tokens") == 2)
        _ = await console.run(
            "account add --role partner --email sam@acme.example",
            input: "a long enough sentence"
        )
        _ = await console.run("app add --owner sam@acme.example --name Acme --kind public --json")
        let id = try #require(console.member("client_id"))
        #expect(await console.run("app rotate \(id)") == 1)
        #expect(console.noted.contains("a public application has no secret"))
    }

    @Test func `an application that a customer is connected to is suspended, not deleted`() async throws {
        try await importTenant("rovitracker")
        for (role, email) in [("partner", "sam@acme.example"), ("customer", "kim@northfield.example")] {
            _ = await console.run(
                "account add --role \(role) --email \(email)",
                input: "a long enough sentence"
            )
        }
        #expect(await console.run("app add --owner sam@acme.example --name Acme --json") == 0)
        let id = try #require(console.member("client_id"))
        #expect(await console.run("app issue \(id) --customer kim@northfield.example") == 0)
        #expect(await console.run("app delete \(id) --dry-run") == 0)
        #expect(console.printed.contains("Would not delete Acme (\(id)): 1 customer is connected."))
        #expect(await console.run("app delete \(id) --yes") == 1)
        #expect(console.noted.contains("1 customer is connected"))
        #expect(console.noted.contains("hint: portal app suspend stops it and deletes nothing"))
        #expect(await console.run("app show \(id)") == 0)
    }

    @Test func `every mistake in an application is said at once`() async throws {
        try await importTenant()
        let add =
            "app add --owner sam@acme.example --name X --redirect-uri http://acme.example/ --scope everything"
        #expect(await console.run(add) == 1)
        #expect(console.noted.contains("--name: "))
        #expect(console.noted.contains("--redirect-uri http://acme.example/: "))
        #expect(console.noted.contains("--scope everything: the tenant has no such scope"))
    }

    @Test func `what does not exist is 1, with a suggestion where there is one`() async throws {
        try await importTenant()
        #expect(await console.run("app list --tenant standart") == 1)
        #expect(console.noted.contains("there is no tenant “standart”. Did you mean “standard”?"))
        #expect(await console.run("app approve unknown") == 1)
        #expect(console.noted.contains("there is no application “unknown”"))
    }

    // MARK: The ledger and the demonstration

    @Test func `the ledger of what was done is whole`() async throws {
        try await importTenant()
        #expect(await console.run("audit verify") == 0)
        #expect(console.printed.hasPrefix("ok    standard: 1 entry, unbroken, last 1:"))
        #expect(await console.run("audit export --tenant standard") == 0)
        #expect(
            console.printed.split(separator: "\n").allSatisfy {
                $0.contains("\"action\":\"tenant.imported\"")
            }
        )
    }

    @Test func `a ledger that lost entries since the last check is not taken for whole`() async throws {
        try await importTenant()
        #expect(await console.run("audit verify --json") == 0)
        let first = try #require(console.member("last"))
        let older = try console.database()
        try await addAdministrator()
        #expect(await console.run("audit verify --json") == 0)
        let last = try #require(console.member("last"))
        #expect(await console.run("audit verify --since \(first)") == 0)
        try console.replaceDatabase(by: older)
        #expect(await console.run("audit verify") == 1)
        #expect(console.printed.contains("fail  standard: entry "))
        #expect(console.noted.contains("the end of the ledger of standard was cut off"))
        #expect(await console.run("audit verify --since \(first)") == 1)
        try FileManager.default.removeItem(atPath: console.folder + "/data/ledger.marks")
        #expect(await console.run("audit verify --since \(last)") == 1)
        #expect(await console.run("audit verify") == 0)
        #expect(await console.run("audit verify --since nonsense") == 2)
    }

    @Test func `a second demonstration prints what the first one did, but for a code of its own`() async {
        let code = #/a code as well: [0-9]{6} /#
        #expect(await console.run("demo") == 0)
        let first = console.printed
        #expect(await console.run("demo") == 0)
        #expect(console.printed.replacing(code, with: "") == first.replacing(code, with: ""))
        #expect(first.contains(code) && console.printed.contains(code))
        #expect(first.split(separator: "\n").count <= 24)
    }

    @Test func `what a terminal would obey is not printed`() {
        console.output.print("a\u{1B}[31mb\u{202E}c\u{9B}d")
        #expect(console.printed == "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}d\n")
    }

    // MARK: Beside a running server

    @Test func `a running server does the command, with the files of whoever typed it`() async throws {
        let folder = try DataDirectory(console.folder + "/data")
        let lock = try folder.lock()
        let flags = ["public-url": "https://auth.example.com"]
        let configuration = try Configuration(flags: flags, environment: [:]) { _ in [] }
        let desk = try await Desk(folder, configuration) { upload, _ in try Logo.decode(upload) }
        let listener = try ControlListener(in: folder, log: { _ in }) { errand, output in
            await CommandLineInterface.run(errand, at: desk, output: output)
        }
        #expect(await console.run("tenant import \(ShippedTenant.path)") == 0)
        #expect(console.printed.contains("at https://auth.example.com/t/standard"))
        #expect(
            await console.run("account add --role admin --email a@b.example", input: "a long enough sentence")
                == 0
        )
        #expect(await console.run("app approve unknown") == 1)
        #expect(console.noted.contains("portal: there is no application “unknown”"))
        await listener.stop()
        try await desk.closing {}
        withExtendedLifetime(lock) {}
    }

    @Test func `what is left of a server that was killed is no obstacle`() async throws {
        _ = try DataDirectory(console.folder + "/data").masterKey(.system)
        _ = try console.write("", to: "data/control.sock")
        #expect(await console.run("tenant list") == 0)
    }
}
