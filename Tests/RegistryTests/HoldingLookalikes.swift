import Registry
import Support
import Testing

/// Feature 6: in an open tenant, what customers may take for something they know waits until somebody has looked.
@Suite("Holding look-alikes")
struct HoldingLookalikes {
    let world: TestRegistry
    let approved: OwnedApplication
    let eve: PartnerAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.review = .open }
        approved = try await world.registeredApplication("Northfield Plant")
        eve = try await world.registry.newPartner("eve@evil.example", at: world.tenant)
    }

    /// A logo of one dark figure; a copy of it is of another size and colour.
    private func logo(side: Int, shade: UInt8) -> [UInt8] {
        picture(side, side) { x, y in
            let (across, down) = (x * 100 / side, y * 100 / side)
            let isInside = across > 20 && across < 80 && down > 30 && (down < 45 || across < 40)
            return isInside ? [shade, 40, 90, 255] : [255, 255, 255, 255]
        }
    }

    private func register(
        _ name: String,
        logo: [UInt8]? = nil,
        by partner: PartnerAccess? = nil
    ) async throws -> Application {
        var form = ApplicationForm()
        form.companyName = name
        form.ticket = world.registry.freshToken()
        let partner = partner ?? eve
        var staged: LogoDigest?
        if let logo { staged = try await partner.logos.stage(logo, fileName: "logo.png").0.logo }
        let draft = try ApplicationDraft(form, logo: staged, needsLogo: false, at: world.tenant)
        return try await partner.register(draft).application
    }

    private func edit(_ id: ClientID, _ change: (inout ApplicationBrand) throws -> Void) async throws {
        let member = try await eve.member(of: id.text)
        var brand = ApplicationBrand(member.application)
        try change(&brand)
        _ = try await member.edit(to: brand)
    }

    @Test(arguments: ["NORTHFIELD PLANT LTD", "Northfeild Plant", "Northfield-Plant GmbH"])
    func `a name like an approved one is held, and customers cannot connect`(name: String) async throws {
        let held = try await register(name)
        #expect(held.isHeld && !held.isOpen(for: ScopeSet(), at: world.tenant))
        #expect(try await register("Southfield Cranes").isOpen(for: ScopeSet(), at: world.tenant))
    }

    @Test func `it waits in the queue, and the administrators are written to`() async throws {
        let ada = try await world.admin("ada@harbour.example")
        _ = try await world.letters()
        let held = try await register("Northfeild Plant")
        #expect(try await ada.queue().waiting.map(\.application.id) == [held.id])
        let asked = try await world.letters().contains { letter in
            guard case .askedForApproval(let application, "eve@evil.example", _, 0, isHeld: true) = letter
            else {
                return false
            }
            return application == Letter.Mention(held)
        }
        #expect(asked)
        let found = try #require(try await ada.lookalikes(of: held).first)
        guard case .application(let original) = found.original else {
            Issue.record("\(found)")
            return
        }
        #expect(original.id == approved.application.id && found.likeness == .oneLetterApart)
    }

    @Test func `a changed copy of an approved logo is held`() async throws {
        let original = try await register("Acme Tools", logo: logo(side: 100, shade: 200), by: world.partner)
        try await world.theOperator.approve(original.id.text)
        #expect(try await register("Eve Tools", logo: logo(side: 180, shade: 20)).isHeld)
        #expect(
            try await !register("Eve Cranes", logo: picture(90, 90) { x, _ in [UInt8(x), 9, 9, 255] }).isHeld
        )
    }

    @Test func `another name lets it go, and the first one holds it again`() async throws {
        let held = try await register("Northfeild Plant")
        let brand = world.tenant.brand
        try await edit(held.id) { $0.profile.companyName = try CompanyName("Eve Tools", at: brand) }
        #expect(
            try await world.theOperator.application(held.id.text).isOpen(for: ScopeSet(), at: world.tenant)
        )
        try await edit(held.id) { $0.profile.companyName = try CompanyName("Northfield Plants", at: brand) }
        #expect(try await world.theOperator.application(held.id.text).isHeld)
    }

    @Test func `approval opens it`() async throws {
        let held = try await register("Northfeild Plant")
        try await world.theOperator.approve(held.id.text)
        #expect(
            try await world.theOperator.application(held.id.text).isOpen(for: ScopeSet(), at: world.tenant)
        )
    }

    @Test func `what is one's own, or not approved, holds nothing`() async throws {
        #expect(try await !register("Northfield Plants", by: world.partner).isHeld)
        _ = try await register("Southfield Cranes", by: world.partner)
        #expect(try await !register("Southfield Crane").isHeld)
    }

    @Test func `whoever left its team may copy it no more, and it is no copy of itself`() async throws {
        let lee = try await world.member("lee@acme.example", as: .owner, of: approved)
        #expect(try await !register("Northfield Plants", by: lee.partner).isHeld)
        try await world.partner.member(of: approved.id).leave()
        #expect(try await register("Northfeild Plant", by: world.partner).isHeld)
        let ada = try await world.admin("ada@harbour.example")
        #expect(try await ada.lookalikes(of: world.current(approved)).isEmpty)
    }

    @Test(
        arguments: [
            ("Kingfisher", true), ("KINGFISHER Ltd", true), ("Kingfisher Rentals", true),
            ("Kingfishers", true),
            ("K1ngf1sher", true), ("Kingdom Fishers", false), ("Fisher King", false), ("Northern Star", true),
            ("Northern Stars Ltd", true), ("The Northern Lights", false),
        ]
    )
    func `a name close to a protected one is held`(name: String, isHeld: Bool) async throws {
        let world = try await TestRegistry {
            $0.policy.review = .open
            $0.policy.protectedNames = ["Kingfisher", "Northern Star"]
        }
        let registered = try await world.registeredApplication(name, isApproved: false)
        #expect(registered.application.isHeld == isHeld)
        let ada = try await world.admin("ada@harbour.example")
        let found = try await ada.lookalikes(of: registered.application).compactMap { lookalike in
            if case .protectedName(let name) = lookalike.original { name } else { nil }
        }
        #expect(found.isEmpty != isHeld)
    }

    @Test func `where everything is reviewed nothing is held besides`() async throws {
        let world = try await TestRegistry()
        _ = try await world.registeredApplication("Northfield Plant")
        let eve = try await world.registry.newPartner("eve@evil.example", at: world.tenant)
        var form = ApplicationForm()
        form.companyName = "Northfeild Plant"
        form.ticket = world.registry.freshToken()
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: world.tenant)
        let application = try await eve.register(draft).application
        #expect(!application.isHeld && !application.isOpen(for: ScopeSet(), at: world.tenant))
    }
}
