/// Passwords of twelve characters and more that stand on every list of stolen ones.
///
/// Shorter ones are refused for their length already, so this list can be short.
enum CommonPasswords {
    /// Whether `password`, in lower case, is on the list or is one of few characters repeated.
    static func contain(_ password: String) -> Bool {
        Set(password.unicodeScalars).count < 4 || list.contains(password)
    }

    private static let list: Set<String> = [
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456",
        "012345678910", "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "qwertyuiop123", "qwertyuiop12",
        "qwertyuiopasdf", "qwertyuiop[]", "qwerty123456", "qwerty1234567", "qwerty12345678", "qazwsxedcrfv",
        "asdfghjkl123", "asdfghjkl;'", "zxcvbnm12345", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnop",
        "abc123456789", "abcd12345678", "abcdef123456", "aa123456789a", "a1234567890a", "a1b2c3d4e5f6",
        "passwordpassword", "password1234", "password12345", "password123456", "password1234567",
        "password12345678", "password123456789", "password2024", "password2025", "password2026",
        "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "mypassword123", "newpassword1", "newpassword123",
        "letmeinletmein", "letmein12345", "iloveyou1234", "iloveyou12345", "iloveyouforever", "welcome12345",
        "welcome123456", "welcomewelcome", "administrator", "administrator1", "adminadminadmin",
        "admin1234567",
        "admin12345678", "changemechangeme", "changeme1234", "changeme12345", "defaultpassword",
        "secretsecret",
        "secret123456", "football1234", "baseball1234", "superman1234", "batman123456", "princess1234",
        "dragon123456", "monkey123456", "sunshine1234", "trustno1trustno1", "correcthorsebatterystaple",
        "correct horse battery staple", "manchesterunited", "liverpoolfc1", "christopher1", "jesuschrist1",
    ]
}
