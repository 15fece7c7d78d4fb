import FoundationEssentials
import Registry
import Support
import Testing

/// Who may decide is asked once more where it is decided: between reading a session and writing somebody else may act.
@Suite("Losing a rank meanwhile")
struct LosingARankMeanwhile {
    enum Loss: CaseIterable { case madeReadOnly, removed, disabled }

    let world: TestRegistry
    let application: OwnedApplication

    /// Whose session was read before.
    let vic: AdminAccess
    let ada: AdminAccess

    init() async throws {
        world = try await TestRegistry { $0.policy.manualIssuance = true }
        application = try await world.registeredApplication()
        vic = try await world.admin("vic@harbour.example")
        ada = try await world.admin("ada@harbour.example")
    }

    private func pull(_ loss: Loss) async throws {
        let victim = try #require(try await ada.administrator(vic.account.id.text))
        switch loss {
        case .madeReadOnly: try await ada.change(victim, to: .readOnly)
        case .removed: try await ada.remove(victim)
        case .disabled: try await ada.disable(vic.account, because: "Left")
        }
    }

    @Test(arguments: Loss.allCases)
    func `nothing is decided by somebody who may not any more`(loss: Loss) async throws {
        let (admin, lou) = (vic, try #require(EmailAddress("lou@harbour.example")))
        let other = try #require(try await admin.administrator(ada.account.id.text))
        let (kim, dana, wanted) = (
            world.customer.account, world.partner.account, application.application
        )
        try await ada.disable(dana, because: "Asked for it")
        let draft = try SignUpDraft(email: "new@acme.example", name: "Nell")
        let rob = try #require(EmailAddress("rob@harbour.example"))
        try await ada.invite(rob, as: .full)
        let terms = ManualTerms(
            application: application.id,
            customer: kim.email,
            scopes: try #require(ScopeSet(wire: "equipment.read")),
            lifetime: .seconds(86_400),
            isByLetter: false
        )
        let waiting = try await ada.askCustomer(terms)
        let request = try #require(try await ada.manualRequest(waiting))
        let subject = try #require(try await admin.subject(application.id))
        let acts: [(String, () async throws -> Void)] = [
            ("invite", { try await admin.invite(lou, as: .full) }),
            ("change", { try await admin.change(other, to: .readOnly) }),
            ("remove", { try await admin.remove(other) }),
            ("reset", { try await admin.resetSecondFactor(of: other) }),
            ("disable", { try await admin.disable(kim, because: "") }),
            ("enable", { try await admin.enable(dana) }),
            ("suspend", { _ = try await admin.suspend(wanted, reason: "Abuse") }),
            ("invite a partner", { try await admin.invitePartner(draft) }),
            ("cancel", { _ = try await admin.cancelInvitation(of: rob) }),
            ("ask a customer", { _ = try await admin.askCustomer(terms) }),
            ("ask again", { try await admin.askAgain(waiting) }),
            ("end", { try await admin.end(request) }),
            ("settle", { try await admin.settleReports(about: wanted, areFounded: false) }),
            (
                "reject",
                { _ = try await admin.decide(.reject(reason: "No"), on: subject, seen: subject.seen) }
            ),
            (
                "revise",
                {
                    try await admin.revise { tenant in
                        var settings = tenant.settings
                        settings.policy.registration = .closed
                        return TenantChange(settings, .settingsChanged, of: "harbour", [])
                    }
                }
            ),
        ]
        try await pull(loss)
        let entries = try await world.entries {
            for (name, act) in acts {
                await #expect(throws: RankLost.self, "\(name)") { try await act() }
            }
        }
        #expect(entries == [])
    }
}
