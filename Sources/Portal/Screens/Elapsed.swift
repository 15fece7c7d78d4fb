import FoundationEssentials

/// How long ago something was, roughly, to stand beside the full date.
struct Elapsed {
    private let seconds: Int

    init(since start: Date, until now: Date) { seconds = max(0, Int(now.timeIntervalSince(start))) }

    /// Such as "4 minutes ago".
    var sentence: String {
        switch seconds {
        case ..<60: "less than a minute ago"
        case ..<3600: counted(seconds / 60, "minute")
        case ..<86_400: counted(seconds / 3600, "hour")
        default: counted(seconds / 86_400, "day")
        }
    }

    private func counted(_ number: Int, _ unit: String) -> String {
        number == 1 ? "1 \(unit) ago" : "\(number) \(unit)s ago"
    }
}
