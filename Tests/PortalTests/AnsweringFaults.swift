import Registry
import Support
import Testing
import Web

@testable import Portal

@Suite("Answering faults")
struct AnsweringFaults {
    private func visit() async throws -> Visit {
        let portal = try await TestPortal()
        return Visit(
            site: portal.site,
            request: Request.made(.post, "/sign-in"),
            home: Home(tenant: portal.tenant, base: "/t/harbour"),
            dialect: Dialect(.standard)
        )
    }

    @Test(arguments: [DatabaseFault.busy, .full, .unreachable])
    func `people are told that nothing was changed where nothing was`(fault: DatabaseFault) async throws {
        let visit = try await visit()
        let answer = Answer(Failure.response(to: fault, visit, for: .people), to: visit.request)
        #expect(answer.status == 503 && answer["Retry-After"] == "5")
        #expect(answer.text.contains("Nothing was changed."))
    }

    @Test func `what may have been done is not said to be undone`() async throws {
        let visit = try await visit()
        let fault = DatabaseFault.unconfirmed
        let page = Answer(Failure.response(to: fault, visit, for: .people), to: visit.request)
        #expect(page.status == 503 && page["Retry-After"] == "5")
        #expect(page.text.contains("Look whether it was done before you try again."))
        #expect(!page.text.contains("Nothing was changed"))

        let software = Answer(Failure.response(to: fault, visit, for: .software), to: visit.request)
        #expect(software.status == 503 && software["Retry-After"] == "5")
        #expect(software.members["error"] == "temporarily_unavailable")
        #expect(software.members["error_description"]?.contains("may have been done or not") == true)
    }

    @Test func `an application that goes while it is acted upon is not found`() async throws {
        let visit = try await visit()
        let gone = OperatorRefusal.noSuchApplication("harbour_0123456789abcdefghijkl")
        let page = Answer(Failure.response(to: gone, visit, for: .people), to: visit.request)
        #expect(page.status == 404)
    }
}
