import Registry
import Support
import Testing

@Suite("Reading tables on a phone")
struct ReadingTablesOnAPhone {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    @Test func `every cell says what its column is called, and every row what it is about`() async throws {
        let application = try await portal.registeredApplication()
        var dana = try await portal.partner()
        var ada = try await portal.browser(of: "ada@harbour.example", as: .admin)
        let pages = [
            try await dana.get("/applications"), try await dana.get("/applications/\(application.id)"),
            try await ada.get("/admin/audit"), try await ada.get("/admin/people"),
        ]
        for page in pages {
            let rows = page.body.split(separator: "<tr role=\"row\">").dropFirst(2)
            #expect(!rows.isEmpty)
            for row in rows {
                let row = String(row.split(separator: "</tr>").first ?? "")
                #expect(row.ranges(of: "<th scope=\"row\" role=\"rowheader\">").count == 1)
                let cells = row.ranges(of: "<td").count
                #expect(cells > 0 && row.ranges(of: "<td role=\"cell\" data-column=\"").count == cells)
            }
        }
    }
}
