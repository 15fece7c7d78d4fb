import Registry
import Web

/// A limit that is nearly reached, in the words of its letter and of the administrators' first page.
extension LimitUse {
    var subject: String {
        switch limit {
        case .unapproved: "Many applications wait for somebody to look"
        case .logos: "The room for logos is nearly used up"
        }
    }

    var sentence: String {
        switch limit {
        case .unapproved:
            "\(grouped(used)) of \(grouped(most)) places for applications that nobody approved are taken."
        case .logos: "Logos take \(grouped(used >> 20)) of \(grouped(most >> 20)) MiB."
        }
    }

    /// What happens at the end, and what helps.
    var consequence: String {
        switch limit {
        case .unapproved:
            "When all are, partners cannot register more. Approve some, delete what nobody needs, or raise the limit."
        case .logos:
            """
            When there is no room, partners cannot upload more. Delete applications nobody needs, or raise the limit; a \
            logo that nothing uses goes by itself after a day.
            """
        }
    }
}

/// The limits that are nearly reached, above what is to do.
struct LimitsNear: Component {
    let uses: [LimitUse]
    let visit: Visit

    var body: HTML {
        HTML {
            for use in uses {
                div(.class("callout warn")) {
                    p { strong { use.sentence } }
                    p {
                        use.consequence
                        " "
                        a(.href(visit.path("admin", "settings"))) { "Change the limit" }
                    }
                }
            }
        }
    }
}
