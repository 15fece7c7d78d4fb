import FoundationEssentials
import Registry

/// A date as people read it: "27 November 2026, 09:00 UTC".
struct CalendarText: Sendable {
    private let year: Int
    private let month: Int
    private let day: Int
    private let secondOfDay: Int

    static let months: MonthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// The proleptic Gregorian calendar, counted from 1 March of year 0, so that leap days come last in a year.
    init(_ date: Date) {
        let seconds = date.milliseconds / 1000
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        secondOfDay = seconds - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Such as "27 November 2026".
    var date: String { date(in: CalendarText.months) }

    /// The same as another language writes it.
    func date(in months: MonthNames) -> String {
        "\(day)\(months.behindDay) \(months.names[month - 1]) \(year)"
    }

    /// Such as "27 November 2026, 09:00 UTC".
    var full: String { "\(date), \(clock) UTC" }

    /// Such as "27 November 2026, 09:00:07 UTC".
    var precise: String { "\(date), \(clock):\(two(secondOfDay % 60)) UTC" }

    /// Such as "09:00".
    var clock: String { "\(two(secondOfDay / 3600)):\(two(secondOfDay / 60 % 60))" }

    /// As RFC 3339 has it.
    var iso: String { "\(isoDate)T\(clock):\(two(secondOfDay % 60))Z" }

    /// Such as "2026-11-27".
    var isoDate: String { "\(year)-\(two(month))-\(two(day))" }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Midnight UTC at the start of a day written as `YYYY-MM-DD`; nil when there is no such day.
    static func day(_ text: String) -> Date? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let march = month > 2 ? month - 3 : month + 9
        let counted = month > 2 ? year : year - 1
        let dayOfYear = (153 * march + 2) / 5 + day - 1
        let days = counted * 365 + counted / 4 - counted / 100 + counted / 400 + dayOfYear - 719_468
        let date = Date(timeIntervalSince1970: Double(days) * 86_400)
        return CalendarText(date).isoDate == text ? date : nil
    }
}

/// The twelve months as they stand in a date.
struct MonthNames: Sendable, ExpressibleByArrayLiteral {
    let names: [String]

    /// What stands right behind the number of the day.
    let behindDay: String

    init(_ names: [String], behindDay: String = "") {
        (self.names, self.behindDay) = (names, behindDay)
    }

    init(arrayLiteral names: String...) { self.init(names) }
}
