import FoundationEssentials
import Registry
import Support
import Testing

@Suite("Registering an application")
struct RegisteringAnApplication {
    let world: TestRegistry
    init() async throws { world = try await TestRegistry() }

    private static let logo = LogoDigest("0123456789abcdef")

    private func form(_ fill: (inout ApplicationForm) -> Void = { _ in }) -> ApplicationForm {
        var form = ApplicationForm()
        form.companyName = "Acme Rentals"
        form.ticket = "one press"
        fill(&form)
        return form
    }

    private func draft(_ form: ApplicationForm) throws -> ApplicationDraft {
        try ApplicationDraft(form, logo: Self.logo, at: world.tenant)
    }

    private func problems(_ form: ApplicationForm, logo: LogoDigest? = logo) -> [ApplicationProblem] {
        do {
            _ = try ApplicationDraft(form, logo: logo, at: world.tenant)
            return []
        } catch {
            return error.all
        }
    }

    @Test func `a company name and a logo are enough`() async throws {
        let registered = try await world.partner.register(try draft(form()))
        let application = registered.application
        #expect(application.companyName.text == "Acme Rentals" && application.displayName == "Acme Rentals")
        #expect(application.logo == Self.logo)
        #expect(application.owner == world.partner.account.id && application.ownerDomain == "acme.example")
        #expect(application.kind == .confidential && application.state == .unreviewed)
        #expect(application.scopes.wire == "equipment.read")
        #expect(application.redirectURIs.isEmpty)
        #expect(application.createdAt == world.clock.now && application.revision == 1)
    }

    @Test func `it gets an id and a secret that are hard to guess and easy to paste`() async throws {
        let registered = try await world.partner.register(try draft(form()))
        let (id, secret) = (registered.application.id.text, try #require(registered.secret))
        #expect(id.hasPrefix("harbour_") && id.utf8.count == "harbour_".utf8.count + 22)
        #expect(secret.plaintext.hasPrefix("harbour_secret_"))
        for byte in (id + secret.plaintext).utf8 {
            #expect(
                byte == UInt8(ascii: "_") || Character(Unicode.Scalar(byte)).isLetter
                    || (48...57).contains(byte)
            )
        }
        let credentials = ClientCredentials(id: id, secret: secret.plaintext)
        _ = try await world.registry.client(credentials, at: world.tenant, from: TestRegistry.provenance)
    }

    @Test func `everything that was said is kept`() async throws {
        let form = form { form in
            form.applicationName = "RoviSync"
            form.website = " https://acme.example "
            form.privacyPolicy = "https://acme.example/privacy"
            form.terms = "https://acme.example/terms"
            form.supportEmail = "Help@Acme.example"
            form.purpose = "To bill by the hour."
            form.redirectURIs = ["https://acme.example/callback", "", " http://127.0.0.1/callback "]
            form.scopes = ["location.read", "equipment.read"]
            form.kind = .public
        }
        let registered = try await world.partner.register(try draft(form))
        let application = registered.application
        #expect(registered.secret == nil && application.kind == .public)
        #expect(application.displayName == "RoviSync")
        #expect(application.profile.website == "https://acme.example")
        #expect(application.profile.privacyPolicy == "https://acme.example/privacy")
        #expect(application.profile.terms == "https://acme.example/terms")
        #expect(application.profile.supportEmail == "help@acme.example")
        #expect(application.profile.purpose == "To bill by the hour.")
        #expect(Set(application.scopes.names.map(\.text)) == ["location.read", "equipment.read"])
        #expect(
            Set(application.redirectURIs.map(\.text)) == [
                "https://acme.example/callback", "http://127.0.0.1/callback",
            ]
        )
    }

    @Test func `every problem is told at once, in the order of the fields`() {
        let form = form { form in
            form.companyName = ""
            form.applicationName = "x"
            form.redirectURIs = [
                "https://acme.example/#", "", "myapp:/x", "https://acme.example/", "https://acme.example/",
            ]
            form.website = "acme.example"
            form.privacyPolicy = "http://127.0.0.1/privacy"
            form.supportEmail = "nobody"
            form.purpose = String(repeating: "x", count: 2001)
            form.scopes = ["equipment.read", "admin"]
        }
        #expect(
            problems(form, logo: nil) == [
                .companyName(.missing), .missingLogo,
                .redirectURI(.fragment, line: 1, text: "https://acme.example/#"),
                .redirectURI(.shortScheme("myapp"), line: 3, text: "myapp:/x"),
                .redirectURI(.listedTwice, line: 5, text: "https://acme.example/"),
                .applicationName(.tooShort), .website, .privacyPolicy, .supportEmail, .purposeTooLong,
                .unknownScope("admin"),
            ]
        )
    }

    @Test func `up to 20 addresses may be listed`() {
        let many = (1...21).map { "https://acme.example/\($0)" }
        #expect(problems(form { $0.redirectURIs = Array(many.prefix(20)) }).isEmpty)
        #expect(
            problems(form { $0.redirectURIs = many })
                == [.redirectURI(.tooMany(limit: 20), line: 21, text: "https://acme.example/21")]
        )
    }

    @Test func `however many addresses are wrong, as many as may be listed are told and one more`() {
        let told = problems(form { $0.redirectURIs = [String](repeating: "a", count: 100_000) })
        #expect(told.count == 21)
    }

    @Test func `the same press of the button registers once`() async throws {
        let draft = try draft(form())
        let first = try await world.partner.register(draft)
        await #expect(throws: RegistrationRefusal.alreadyRegistered(first.application.id)) {
            try await world.partner.register(draft)
        }
        #expect(try await world.partner.applications().count == 1)
        let credentials = ClientCredentials(id: first.application.id.text, secret: first.secret?.plaintext)
        _ = try await world.registry.client(credentials, at: world.tenant, from: TestRegistry.provenance)
    }

    @Test func `of 20 presses at once one registers`() async throws {
        let (draft, partner) = (try draft(form()), world.partner)
        let registered = await atOnce(20) { try await partner.register(draft) }
        #expect(registered.count == 1)
        #expect(try await world.partner.applications().count == 1)
    }

    @Test func `somebody else may have pressed a button with the same ticket`() async throws {
        _ = try await world.partner.register(try draft(form()))
        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        _ = try await other.register(try draft(form()))
        #expect(try await other.applications().count == 1)
    }

    @Test func `a partner has at most 20, and the last press is still recognised`() async throws {
        for number in 1...20 {
            _ = try await world.partner.register(try draft(form { $0.ticket = "\(number)" }))
        }
        await #expect(throws: RegistrationRefusal.tooMany(.ofPartner(20))) {
            try await world.partner.register(try draft(form { $0.ticket = "21" }))
        }
        await #expect {
            try await world.partner.register(try draft(form { $0.ticket = "20" }))
        } throws: { error in
            if case RegistrationRefusal.alreadyRegistered = error { true } else { false }
        }
        #expect(try await world.partner.applications().count == 20)
    }

    @Test func `a partner registers five a day, deleted ones with them`() async throws {
        let world = try await TestRegistry { $0.policy.applicationsPerDay = Policy().applicationsPerDay }
        func register(_ number: Int) async throws -> Application {
            try await world.partner.register(try draft(form { $0.ticket = "\(number)" })).application
        }
        for number in 1...5 { try await world.partner.member(of: register(number).id.text).delete() }
        await #expect(throws: RegistrationRefusal.tooMany(.ofPartnerInADay(5))) { try await register(6) }
        _ = try await world.theOperator.register(try draft(form()), for: world.partner.account.email)
        world.clock.advance(by: .seconds(86_400))
        _ = try await register(6)
    }

    @Test func `partners register until fifty wait for somebody to look at them`() async throws {
        let world = try await TestRegistry { $0.policy.applicationsPerPartner = 100 }
        for number in 1...50 {
            _ = try await world.partner.register(try draft(form { $0.ticket = "\(number)" }))
        }
        let next = try draft(form { $0.ticket = "51" })
        await #expect(throws: RegistrationRefusal.tooMany(.unapproved)) {
            try await world.partner.register(next)
        }
        let one = try #require(try await world.partner.applications().first).application
        try await world.theOperator.approve(one.id.text)
        _ = try await world.partner.register(next)
    }

    @Test func `partners' logos take the room that the tenant gives them, its own does not count`()
        async throws
    {
        let world = try await TestRegistry { $0.policy.logoMebibytes = 0 }
        let upload = picture(64, 64) { x, y in [UInt8(x), UInt8(y), 200, 255] }
        await #expect(throws: NoRoomForLogos.atTenant) {
            try await world.partner.logos.stage(upload, fileName: "logo.png")
        }
        _ = try await world.admin("ada@harbour.example").logos.stage(upload, fileName: "logo.png")
    }

    @Test(arguments: [64, 320])
    func `one partner's uploads of half a day take a tenth of the room`(side: Int) async throws {
        let world = try await TestRegistry { $0.policy.logoMebibytes = 20 }
        func upload(_ number: Int) async throws {
            let noise = picture(side, side) { x, y in
                let seed = UInt32(
                    truncatingIfNeeded: (x * 331 + y * 7919 + number * 104_729) &* 2_654_435_761
                )
                return [24, 16, 8].map { UInt8(truncatingIfNeeded: seed >> $0) } + [255]
            }
            _ = try await world.partner.logos.stage(noise, fileName: "logo.png")
        }
        var taken = 0
        await #expect(throws: NoRoomForLogos.forPartner) {
            for number in 1...100 {
                try await upload(number)
                taken = number
            }
        }
        let kept = try await world.database.read("SELECT kept FROM logo_bytes", .tenant(world.tenant.id))
            .first?.integer(0)
        #expect((1_500_000...2 << 20).contains(try #require(kept)))
        let lou = try await world.registry.newPartner("lou@birch.example", at: world.tenant)
        let small = picture(64, 64) { x, y in [UInt8(x), UInt8(y), 200, 255] }
        _ = try await lou.logos.stage(small, fileName: "logo.png")
        world.clock.advance(by: .seconds(12 * 3600))
        try await upload(taken + 1)
    }

    @Test func `a deleted application makes room for another`() async throws {
        let world = try await TestRegistry { $0.policy.applicationsPerPartner = 1 }
        let first = try await world.partner.register(try draft(form())).application
        try await world.partner.member(of: first.id.text).delete()
        _ = try await world.partner.register(try draft(form { $0.ticket = "another press" }))
    }

    @Test func `a partner sees their own and nobody else's`() async throws {
        let registered = try await world.partner.register(try draft(form()))
        let id = registered.application.id.text
        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        #expect(try await world.partner.application(id) != nil)
        #expect(try await other.application(id) == nil)
        #expect(try await other.applications().isEmpty)
        for id in ["", id.lowercased(), id + " ", "harbour_0000000000000000000000"] {
            #expect(try await world.partner.application(id) == nil)
        }
    }

    @Test func `an address can be added later, by the same rules`() async throws {
        let application = try await world.registeredApplication(isApproved: false).application
        try await world.partner.addRedirectURI("https://acme.example/other", to: application)
        await #expect(throws: RegistrationRefusal.redirectURI(.listedTwice)) {
            try await world.partner.addRedirectURI("https://acme.example/other", to: application)
        }
        await #expect(throws: RegistrationRefusal.redirectURI(.insecureHTTP)) {
            try await world.partner.addRedirectURI("http://acme.example/other", to: application)
        }
        let now = try #require(try await world.partner.application(application.id.text))
        #expect(now.redirectURIs.map(\.text) == [TestRegistry.callback, "https://acme.example/other"])
        #expect(now.revision == application.revision + 1)
    }

    @Test func `an unknown address that is removed changes nothing`() async throws {
        let application = try await world.registeredApplication().application
        try await world.partner.removeRedirectURI("https://acme.example/never", from: application)
        let now = try #require(try await world.partner.application(application.id.text))
        #expect(now.redirectURIs == application.redirectURIs && now.revision == application.revision)
    }

    @Test func `an uploaded logo is kept for its partner for twelve hours`() async throws {
        let upload = picture(64, 64) { x, y in [UInt8(x), UInt8(y), 200, 255] }
        let (staged, warnings) = try await world.partner.logos.stage(upload, fileName: "logo.png")
        #expect(warnings.isEmpty)
        #expect(staged.fileName == "logo.png" && staged.byteCount == upload.count)
        let found = try #require(try await world.partner.logos.staged(staged.id))
        #expect(found.logo == staged.logo && found.fileName == "logo.png" && found.byteCount == upload.count)

        let other = try await world.registry.newPartner("lee@cranes.example", at: world.tenant)
        #expect(try await other.logos.staged(staged.id) == nil)

        let png = try await world.registry.logo(staged.logo.text, size: 128, at: world.tenant)
        #expect(chunkNames(of: try #require(png)) == ["IHDR", "sRGB", "IDAT", "IEND"])
        #expect(try await world.registry.logo(staged.logo.text, size: 127, at: world.tenant) == nil)

        world.clock.advance(by: .seconds(12 * 3600 - 1))
        #expect(try await world.partner.logos.staged(staged.id) != nil)
        world.clock.advance(by: .seconds(1))
        #expect(try await world.partner.logos.staged(staged.id) == nil)
    }

    @Test func `a picture that is none is refused with its reason`() async throws {
        await #expect(throws: LogoRefusal.notPNG(.jpeg)) {
            try await world.partner.logos.stage(
                [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 74, 70, 73, 70],
                fileName: "logo.png"
            )
        }
    }
}
