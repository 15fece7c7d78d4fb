import Web

/// A table of which a narrow screen makes a list: each row a block that begins with its heading, each cell on a line
/// behind the name of its column.
///
/// The roles are written out because a browser may forget them where the style sheet lays cells out as blocks
/// (https://adrianroselli.com/2018/02/tables-css-display-properties-and-aria.html). Where the columns do not fit, the
/// table scrolls in a region of its own.
struct LabelledTable: Component {
    struct Cell {
        fileprivate let content: HTML
        fileprivate let isHeading: Bool

        init(@HTMLBuilder _ content: () -> HTML) { (self.content, isHeading) = (content(), false) }

        private init(heading: HTML) { (content, isHeading) = (heading, true) }

        /// What the row is about, of which each row has one.
        static func heading(@HTMLBuilder _ content: () -> HTML) -> Cell { Cell(heading: content()) }
    }

    /// Names the caption on its page.
    let id: String
    let caption: String
    let columns: [String]
    let rows: [[Cell]]

    var body: HTML {
        div(.class("scroll"), .tabindex(0), .role("region"), .aria("labelledby", id)) {
            table(.role("table")) {
                Web.caption(.class("vh"), .id(id)) { caption }
                thead(.role("rowgroup")) {
                    tr(.role("row")) {
                        for column in columns { th(.scope("col"), .role("columnheader")) { column } }
                    }
                }
                tbody(.role("rowgroup")) {
                    for row in rows {
                        tr(.role("row")) {
                            for (column, cell) in zip(columns, row) { written(cell, in: column) }
                        }
                    }
                }
            }
        }
    }

    private func written(_ cell: Cell, in column: String) -> HTML {
        if cell.isHeading { return th(.scope("row"), .role("rowheader")) { cell.content } }
        return td(.role("cell"), .data("column", column)) { div { cell.content } }
    }
}
