/// The table of what came through the doors of tenants' profiles.
extension Schema {
    static var doorUses: [SQL] {
        [
            """
            CREATE TABLE door_uses (
                tenant INTEGER NOT NULL,
                application TEXT NOT NULL,
                door TEXT NOT NULL,
                last_used_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, application, door),
                FOREIGN KEY (tenant, application) REFERENCES applications (tenant, id)
            ) WITHOUT ROWID
            """
        ]
    }
}
