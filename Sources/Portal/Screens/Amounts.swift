import FoundationEssentials

/// Numbers and spans of time in words.

/// Such as "1 use" and "12,431 uses".
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// Digits in groups of three, such as "12,431".
func grouped(_ count: Int) -> String {
    var text = ""
    for (place, digit) in "\(count.magnitude)".reversed().enumerated() {
        if place > 0, place % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (count < 0 ? "-" : "") + String(text.reversed())
}

/// How long something has been, such as "4 minutes ago"; always beside the full time.
func ago(_ then: Date, at now: Date) -> String {
    let seconds = Int(min(max(now.timeIntervalSince(then), 0), 1e12))
    return switch seconds {
    case ..<60: "less than a minute ago"
    case ..<3600: counted(seconds / 60, "minute") + " ago"
    case ..<86_400: counted(seconds / 3600, "hour") + " ago"
    default: counted(seconds / 86_400, "day") + " ago"
    }
}
