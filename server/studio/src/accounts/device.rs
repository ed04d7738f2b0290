//! What a browser says of itself, in words: enough to tell one's own sessions apart.

/// First match counts: most browsers claim to be others too.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str, bool); 7] = [
    ("iPhone", "iPhone", true),
    ("iPad", "iPad", true),
    ("Android", "Android", true),
    ("CrOS", "ChromeOS", false),
    ("Mac OS X", "macOS", false),
    ("Windows", "Windows", false),
    ("Linux", "Linux", false),
];

/// "Firefox on Linux", and whether that is held in the hand.
pub(super) fn describe(user_agent: &str) -> (String, bool) {
    let browser = BROWSERS
        .iter()
        .find(|(mark, _)| user_agent.contains(mark))
        .map(|(_, name)| *name);
    let system = SYSTEMS.iter().find(|(mark, ..)| user_agent.contains(mark));
    let is_phone = system.is_some_and(|(.., is_phone)| *is_phone);
    let words = match (browser, system) {
        (Some(browser), Some((_, system, _))) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some((_, system, _))) => format!("A program on {system}"),
        (None, None) => "An unknown program".to_owned(),
    };
    (words, is_phone)
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn browsers_are_told_apart() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                ("Firefox on Linux", false),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                ("Safari on iPhone", true),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                ("Edge on Windows", false),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
                ("Chrome on Android", true),
            ),
            ("curl/8.5.0", ("An unknown program", false)),
            ("", ("An unknown program", false)),
        ] {
            let (words, is_phone) = describe(user_agent);
            assert_eq!((words.as_str(), is_phone), expected);
        }
    }
}
