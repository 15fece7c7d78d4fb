import Registry
import Testing
import Web

@testable import Portal

@Suite("Serving logos")
struct ServingLogos {
    let portal: TestPortal
    let digest: String

    init() async throws {
        portal = try await TestPortal()
        digest = try await portal.theOperator.store(try TestPortal.logo()).text
    }

    @Test func `a logo is a picture and nothing else`() async throws {
        for size in [64, 128, 256] { try await expectPicture(size) }
    }

    private func expectPicture(_ size: Int) async throws {
        var anybody = portal.browser()
        let answer = try await anybody.get("/logos/\(digest)/\(size).png")
        #expect(answer.status == 200)
        #expect(answer.response.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        let expected = [
            "Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Disposition": "inline; filename=\"logo.png\"",
        ]
        for (name, value) in expected { #expect(answer[name] == value) }
        #expect(answer["Set-Cookie"] == nil && answer["Access-Control-Allow-Origin"] == nil)
        let again = try await anybody.get("/logos/\(digest)/\(size).png")
        #expect(again.response.bytes == answer.response.bytes)
    }

    @Test func `nothing of the upload but its pixels is in it`() async throws {
        let upload = try TestPortal.logo()
        var anybody = portal.browser()
        let answer = try await anybody.get("/logos/\(digest)/256.png")
        #expect(answer.response.bytes != upload)
        for chunk in ["tEXt", "iTXt", "zTXt", "eXIf", "iCCP", "tIME"] {
            #expect(answer.response.bytes.firstRange(of: Array(chunk.utf8)) == nil)
        }
    }

    @Test func `other names and other digests are not found`() async throws {
        var anybody = portal.browser()
        for file in [
            "0.png", "65.png", "512.png", "64", "64.jpg", "064.png", "64.png.html", "64.PNG", "..", "",
            "%2e%2e",
            "logo.png", "64.png/",
        ] { #expect(try await anybody.get("/logos/\(digest)/\(file)").status == 404, "\(file)") }
        for digest in ["", "0123", "..", "x' OR '1'='1", digest.uppercased() + "x"] {
            #expect(try await anybody.get("/logos/\(digest)/64.png").status == 404, "\(digest)")
        }
    }

    @Test func `another tenant does not have it`() async throws {
        let name = try #require(TenantName("quayside"))
        _ = try await portal.registry.importTenant(try .harbour(), as: name)
        for place in ["harbour", "quayside", "harbour"] {
            let request = Request.made(.get, "/logos/\(digest)/64.png", below: "/t/\(place)")
            let answer = Answer(await portal.site.respond(to: request), to: request)
            #expect(answer.status == (place == "harbour" ? 200 : 404))
        }
    }

    @Test func `the tenant's colours are a file of their own`() async throws {
        var anybody = portal.browser()
        let home = try await anybody.get("/")
        let theme = try #require(home.between("/t/harbour/theme/", "\""))
        let sheet = try await anybody.get("/theme/\(theme)")
        #expect(sheet.status == 200 && sheet["Content-Type"] == "text/css; charset=utf-8")
        #expect(sheet["Cache-Control"]?.contains("immutable") == true)
        #expect(try await anybody.get("/theme/ffffff.css").status == 404)
    }
}
