import Registry
import Web

/// A door with its risk, to be ticked open or set to one of its ways.
struct DoorField: Component {
    let door: LegacyDoor
    let opening: String?
    let hint: String

    private var name: String { "door-\(door.id)" }

    @HTMLBuilder var body: HTML {
        if let only = door.openings.first, door.openings.count == 1 {
            Choice(
                type: "checkbox",
                name: name,
                value: only.value,
                words: door.name,
                hint: hint,
                isOn: opening == only.value
            )
        } else {
            fieldset(.class("field")) {
                legend { door.name }
                p(.class("hint")) { hint }
                Choice(type: "radio", name: name, value: "closed", words: "Closed", isOn: opening == nil)
                for way in door.openings {
                    Choice(
                        type: "radio",
                        name: name,
                        value: way.value,
                        words: way.words,
                        isOn: opening == way.value
                    )
                }
            }
        }
    }
}
