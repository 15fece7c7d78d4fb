/// The tables of teams.
extension Schema {
    static var teams: [SQL] {
        [
            """
            CREATE TABLE members (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                account TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('viewer', 'developer', 'owner')),
                joined_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, account),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            "CREATE INDEX members_by_account ON members (tenant, account)",
        ]
    }

    static var sinceWhenOwnersOwn: [SQL] { ["ALTER TABLE members ADD COLUMN owner_since INTEGER"] }

    /// Nobody knows any more who became an owner after joining.
    static var ownersFromTheBeginning: [SQL] {
        ["UPDATE members SET owner_since = joined_at WHERE role = 'owner'"]
    }

    /// Whoever registered an application owns it.
    static var firstOwners: [SQL] {
        [
            """
            INSERT INTO members (tenant, application, account, role, joined_at)
            SELECT tenant, id, owner, 'owner', created_at FROM applications
            """
        ]
    }
}
