import FoundationEssentials
import Testing

@testable import Portal

@Suite("Saying how much and how long ago")
struct SayingHowMuch {
    @Test(arguments: [(0, "0 uses"), (1, "1 use"), (999, "999 uses"), (12_431, "12,431 uses")])
    func `a count agrees with its word`(count: Int, words: String) {
        #expect(counted(count, "use") == words)
    }

    @Test(arguments: [
        (-5, "less than a minute ago"), (59, "less than a minute ago"), (60, "1 minute ago"),
        (3599, "59 minutes ago"), (7200, "2 hours ago"), (86_400, "1 day ago"), (950_400, "11 days ago"),
    ])
    func `a time is told in its largest whole unit`(seconds: Int, words: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(ago(now.addingTimeInterval(-Double(seconds)), at: now) == words)
    }
}
