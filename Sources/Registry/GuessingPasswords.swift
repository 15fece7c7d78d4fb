import CZxcvbn
import Glibc

/// How soon whoever guesses would come to a password, as zxcvbn says, which knows the stolen ones, words, names, rows of
/// keys, dates, repeats and how letters are swapped for digits.
struct PasswordGuessing {
    /// The binary logarithm of the number of guesses.
    let bits: Double

    /// Whether nothing but what stands on its lists was put together.
    let isFromLists: Bool

    /// What is `known` besides is guessed first: the provider's name, the owner's mailbox.
    init(of password: String, knowing known: [String]) {
        // A NUL ends the text in C: what is weighed is then shorter than the password, never longer.
        var words = known.map { UnsafePointer<CChar>(strdup($0.lowercased())) } + [nil]
        defer { for word in words { free(UnsafeMutableRawPointer(mutating: word)) } }
        var parts: UnsafeMutablePointer<ZxcMatch_t>?
        bits = ZxcvbnMatch(password, &words, &parts)
        defer { ZxcvbnFreeInfo(parts) }
        isFromLists = sequence(first: parts) { $0?.pointee.Next }.allSatisfy { part in
            guard let part else { return true }
            return Self.lists.contains(part.pointee.Type.rawValue & ~MULTIPLE_MATCH.rawValue)
        }
    }

    private static let lists = [DICTIONARY_MATCH.rawValue, DICT_LEET_MATCH.rawValue]
}
