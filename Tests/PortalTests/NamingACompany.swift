import Registry
import Support
import Testing

@testable import Portal

@Suite("Naming a company")
struct NamingACompany {
    let portal: TestPortal

    init() async throws {
        portal = try await TestPortal { settings in
            settings.policy.applicationsPerPartner = 1000
            settings.policy.unapprovedApplications = 1000
            settings.policy[.registrationsPerDay] = 1000
            settings.policy[.uploadsPerMinute] = 1000
        }
    }

    /// What comes back when somebody registers an application and its company by one name.
    ///
    /// Without a logo nothing is registered; to draw one takes longer than all the rest.
    private func answer(to name: String, logo: [UInt8] = [], _ browser: inout Browser) async throws -> Answer
    {
        let page = try await browser.get("/applications/new")
        let fields = [
            (name: "seal", value: try #require(page.hidden("seal"))),
            ("ticket", try #require(page.hidden("ticket"))),
            ("company_name", name), ("application_name", name),
        ]
        let file = (name: "logo", filename: logo.isEmpty ? "" : "logo.png", bytes: logo)
        return try await browser.post("/applications", fields, file: file)
    }

    /// Expects the form again, with what is wrong beside each field; an application needs no name.
    private func expectRefusal(_ answer: Answer, of row: NameRow, for problem: CompanyNameProblem) {
        #expect(answer.status == 422, "\(row)")
        let labels = problem == .missing ? ["company name"] : ["company name", "application name"]
        for label in labels {
            let field = "id=\"\(label.replacing(" ", with: "-"))-err\""
            let message = problem.message(label: label, portal.tenant.brand)
            #expect(answer.between(field, "</div>")?.contains(message) == true, "\(label): \(row)")
        }
    }

    @Test func `the table has at least 150 names, no two of them alike`() {
        #expect(Set(NameTable.all.map { Array($0.typed.utf8) }).count == NameTable.all.count)
        #expect(NameTable.all.count >= 150)
    }

    @Test func `each of the table is kept to the byte, or refused at its field for what is wrong with it`()
        async throws
    {
        var dana = try await portal.partner()
        var allowed: [[UInt8]] = []
        // No form can bring a NUL.
        for row in NameTable.all where !row.typed.contains("\0") {
            switch row.verdict {
            case .success(let name):
                let answer = try await answer(to: row.typed, logo: TestPortal.logo(), &dana)
                #expect(answer.status == 200, "\(row)")
                allowed.append(Array(name.utf8))
            case .failure(let problem):
                expectRefusal(try await answer(to: row.typed, &dana), of: row, for: problem)
            }
        }
        let kept = try await portal.theOperator.applications().map(\.application.profile)
        #expect(tally(kept.map { Array($0.companyName.text.utf8) }) == tally(allowed))
        #expect(tally(kept.map { Array(($0.applicationName?.text ?? "").utf8) }) == tally(allowed))
    }

    /// How often each is there.
    private func tally(_ names: [[UInt8]]) -> [[UInt8]: Int] {
        Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test func `with a NUL in it the whole form is refused`() async throws {
        var dana = try await portal.partner()
        #expect(try await answer(to: "Acme\0Rentals", &dana).status == 400)
        #expect(try await portal.theOperator.applications().isEmpty)
    }
}
