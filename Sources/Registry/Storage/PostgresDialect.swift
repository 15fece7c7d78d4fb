/// PostgreSQL's words for the definitions that the schema gives in SQLite's.
enum PostgresDialect {
    static func definitions(of text: String) -> [String] {
        let words = [
            ("INTEGER", "BIGINT"), ("BLOB", "BYTEA"), ("TEXT", "TEXT COLLATE \"C\""), (" WITHOUT ROWID", ""),
        ]
        return refusal(text) ?? [words.reduce(text) { $0.replacing($1.0, with: $1.1) }]
    }

    /// A trigger that refuses a change is two definitions here: the function that refuses, and what calls it.
    private static func refusal(_ text: String) -> [String]? {
        let form =
            #/
            CREATE\ TRIGGER\ (\w+)\ (BEFORE\ \w+\ ON\ \w+)(?:\s WHEN\ (.+))?
            \s BEGIN\ SELECT\ RAISE\(ABORT,\ ('[^']*')\);\ END
            /#
        guard let found = text.wholeMatch(of: form) else { return nil }
        let (_, name, event, condition, words) = found.output
        return [
            """
            CREATE FUNCTION \(name)() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF \(condition ?? "TRUE") THEN RAISE EXCEPTION \(words); END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$
            """,
            "CREATE TRIGGER \(name) \(event) FOR EACH ROW EXECUTE FUNCTION \(name)()",
        ]
    }
}
