import Testing

@testable import Portal

@Suite("Watching the length of the database's log (R-06)")
struct WatchingTheLog {
    @Test func `the alarm rings once, and again only after the log was short`() {
        var alarm = LengthAlarm()
        let lengths = [0, 64, 65, 70, 63, 66, 31, 64, 65]
        #expect(lengths.map { alarm.rings(at: $0 << 20) } == lengths.indices.map { [2, 8].contains($0) })
    }
}
