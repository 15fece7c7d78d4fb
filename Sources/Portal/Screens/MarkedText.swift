import Web

/// A text with the characters marked that another one does not have there.
struct MarkedText: Component {
    let text: String
    let other: String

    init(_ text: String, against other: String) {
        self.text = text
        self.other = other
    }

    var body: HTML {
        for run in runs {
            if run.isOwn { mark { run.text } } else { run.text }
        }
    }

    /// Neighbours that are alike, so that a word is marked once.
    private var runs: [(text: String, isOwn: Bool)] {
        let characters = MarkedText.characters(of: text)
        let changed = Set(
            MarkedText.between(characters, MarkedText.characters(of: other)).insertions.map(\.place)
        )
        return characters.enumerated().reduce(into: []) { runs, next in
            let (character, isOwn) = (
                String(decoding: next.element, as: UTF8.self), changed.contains(next.offset)
            )
            if let last = runs.last, last.isOwn == isOwn {
                runs[runs.count - 1].text += character
            } else {
                runs.append((character, isOwn))
            }
        }
    }

    /// How many characters one has to put in or take out.
    static func distance(_ one: String, _ other: String) -> Int {
        between(characters(of: one), characters(of: other)).count
    }

    /// Characters as people count them, compared as bytes.
    private static func characters(of text: String) -> [[UInt8]] { text.map { Array($0.utf8) } }

    private static func between(_ one: [[UInt8]], _ other: [[UInt8]]) -> CollectionDifference<[UInt8]> {
        one.difference(from: other)
    }
}

extension CollectionDifference.Change {
    fileprivate var place: Int {
        switch self {
        case .insert(let place, _, _), .remove(let place, _, _): place
        }
    }
}
