/// The table of master keys: by their marks, since the keys themselves are outside the database.
extension Schema {
    static var masterKeys: [SQL] {
        ["CREATE TABLE master_keys (number INTEGER PRIMARY KEY, mark BLOB NOT NULL)"]
    }

    /// Without a date a key is only known, and does not write yet.
    static var severalMasterKeys: [SQL] {
        ["ALTER TABLE master_keys ADD COLUMN since INTEGER", "UPDATE master_keys SET since = 0"]
    }
}
