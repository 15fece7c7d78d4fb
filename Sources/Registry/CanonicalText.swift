import FoundationEssentials

// The one text of what is signed or compared: JSON as RFC 8785 has it, so members stand in the order of their names.

extension JSON {
    fileprivate static func members(_ members: [(String, JSON?)]) -> JSON {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    fileprivate static func moment(_ date: Date) -> JSON { .text(date.formatted(.iso8601)) }

    fileprivate static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
}

extension ConsentReceipt {
    var json: JSON {
        .members([
            ("allowed", .texts(allowed)),
            ("connection", .text(connection)),
            ("customer", customer.json),
            ("ends_at", endsAt.map(JSON.moment)),
            ("given_at", .moment(givenAt)),
            ("id", .text(id)),
            ("left_out", .texts(leftOut)),
            ("shown", shown.json),
            ("tenant", .text(tenant)),
            ("version", .number(version)),
        ])
    }
}

extension ConsentReceipt.Customer {
    fileprivate var json: JSON {
        .members([
            ("account", .text(account)), ("email", .text(email)), ("organisation", .text(organisation)),
        ])
    }
}

extension Disclosure {
    var json: JSON {
        .members([
            ("already_allowed", .list(alreadyAllowed.map(\.json))),
            ("application", .text(application)),
            ("asked", .list(asked.map(\.json))),
            ("asks_for_more", .bool(asksForMore)),
            ("changes", .list(changes.map(\.json))),
            ("client", .text(client)),
            ("company", .text(company)),
            ("connected_for", connectedFor.map { .text($0) }),
            ("connected_since", connectedSince.map(JSON.moment)),
            ("destination", .text(destination.rawValue)),
            ("ends_at", endsAt.map(JSON.moment)),
            ("language", .text(language)),
            ("logo", logo.map { .text($0) }),
            ("manual_request", manualRequest.map { .text($0) }),
            ("place", place?.json),
            ("provider", .text(provider)),
            ("publisher", publisher.json),
            ("registered_on", .moment(registeredOn)),
            ("returns_to", .text(returnsTo)),
            ("revision", .number(revision)),
            ("will_not_be_able", .list(willNotBeAble.map(\.json))),
        ])
    }
}

extension Disclosure.Permission {
    fileprivate var json: JSON {
        .members([
            ("choice", .text(choice.rawValue)), ("detail", detail.json), ("group", .text(group.rawValue)),
            ("kind", .text(kind.rawValue)), ("scope", .text(scope)), ("sentence", sentence.json),
        ])
    }
}

extension Disclosure.Publisher {
    fileprivate var json: JSON { .members([("is_verified", .bool(isVerified)), ("name", .text(name))]) }
}

extension Said {
    fileprivate var json: JSON { .members([("language", .text(language)), ("text", .text(text))]) }
}

extension Disclosure.Place {
    fileprivate var json: JSON {
        switch self {
        case .proved(let domain): .object([("proved", .object([("domain", .text(domain))]))])
        case .unproved: .object([("unproved", .object([]))])
        }
    }
}

extension Disclosure.Change {
    fileprivate var json: JSON {
        switch self {
        case .name(let was): change("name", was: .text(was))
        case .publisher(let was): change("publisher", was: was.json)
        case .logo: .object([("logo", .object([]))])
        case .returnsTo(let was): change("returns_to", was: .text(was))
        case .registration: .object([("addresses", .object([]))])
        }
    }

    private func change(_ what: String, was: JSON) -> JSON { .object([(what, .object([("was", was)]))]) }
}

/// Reads such a text again.
func value<Kept: Decodable>(ofCanonicalText text: String) throws -> Kept {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(Kept.self, from: Data(text.utf8))
}
