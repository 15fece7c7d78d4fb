import Registry
import Support
import Testing

@Suite("Judging company names")
struct JudgingCompanyNames {
    let brand: Brand
    init() throws { brand = try Tenant.Settings.harbour().brand }

    private func problem(_ text: String) -> CompanyNameProblem? {
        do throws(CompanyNameProblem) {
            _ = try CompanyName(text, at: brand)
            return nil
        } catch {
            return error
        }
    }

    /// Expects the verdict of the table, to the byte where the name is kept.
    private func expectVerdict(on row: NameRow) {
        let judged = Result { () throws(CompanyNameProblem) in try CompanyName(row.typed, at: brand).text }
        #expect(judged.map { Array($0.utf8) } == row.verdict.map { Array($0.utf8) })
    }

    @Test(arguments: NameTable.allowed)
    func `a name people write is a name`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.rewritten)
    func `it is kept in one normal form, and spaces around it do not count`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.empty)
    func `it has to be there`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.lengths)
    func `it has 2 to 80 characters as people count them, and at most 256 bytes`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test func `a book is no name`() {
        #expect(problem(String(repeating: "a", count: 1_000_000)) == .tooLong)
    }

    @Test(arguments: NameTable.hidden)
    func `nothing in it is hidden`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.marks)
    func `accents do not grow into towers`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.withoutLetters)
    func `it has letters or digits`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.mixed)
    func `a word does not mix letters that look alike`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.likeTheTenant)
    func `it does not look like the tenant`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test func `it is not called by the tenant's short name`() throws {
        var short = brand
        short.shortName = "HBL"
        for text in ["HBL", "hbl", "HBL Connector", "The H.B.L. Company", "HBL GmbH"] {
            #expect(throws: CompanyNameProblem.likeTheTenant) { try CompanyName(text, at: short) }
        }
        #expect(try CompanyName("Ahblom Cranes", at: short).text == "Ahblom Cranes")
    }

    @Test func `another tenant's name is no business of this one`() throws {
        var other = brand
        other.displayName = "Quayside"
        #expect(try CompanyName("Harbourline", at: other).text == "Harbourline")
        #expect(problem("Quayside") == nil)
        #expect(problem("Harbour Rentals") == nil)
    }

    @Test(arguments: NameTable.offices)
    func `it does not claim an office`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.partedOffices)
    func `nor with other signs between its words or letters`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.ticks)
    func `nor with a tick beside it`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test(arguments: NameTable.addresses)
    func `it leads nowhere`(row: NameRow) {
        expectVerdict(on: row)
    }

    @Test func `it may be the address of its own website`() throws {
        for site in ["booking.com", "www.booking.com"] {
            #expect(try CompanyName("Booking.com B.V.", at: brand, ofSite: site).text == "Booking.com B.V.")
        }
        for site in ["evil.com", "booking.com.evil.com", "com"] {
            #expect(throws: CompanyNameProblem.address(.host("booking.com"))) {
                try CompanyName("Booking.com", at: brand, ofSite: site)
            }
        }
    }

    @Test(arguments: NameTable.harmless)
    func `a word that merely contains one is fine`(row: NameRow) {
        expectVerdict(on: row)
    }
}
