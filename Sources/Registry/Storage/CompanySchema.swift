/// The companies of those who act for several, and the one that each consent is about.
extension Schema {
    static var companies: [SQL] {
        [
            """
            CREATE TABLE companies (
                tenant INTEGER NOT NULL,
                account TEXT NOT NULL,
                name TEXT NOT NULL,
                PRIMARY KEY (tenant, account, name),
                FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, id)
            ) WITHOUT ROWID
            """,
            "ALTER TABLE grants ADD COLUMN company TEXT NOT NULL DEFAULT ''",
        ]
    }

    /// Until now everybody acted for one company, if any was known.
    static var companiesOfConsents: [SQL] {
        [
            """
            UPDATE grants SET company = COALESCE((SELECT a.organisation FROM accounts a
                WHERE a.tenant = grants.tenant AND a.id = grants.customer), '')
            """
        ]
    }
}
