//! "Contains these words, in small letters or large": as a pattern, because what the engines fold by
//! themselves is ASCII alone (SQLite always, PostgreSQL where its locale is C).

use crate::Engine;

/// For `GLOB` in SQLite, for `~` in PostgreSQL.
pub(crate) fn pattern(engine: Engine, words: &str) -> String {
    let mut pattern = String::new();
    for letter in words.chars().filter(|letter| *letter != '\0') {
        let mut cases: Vec<char> = vec![letter];
        cases.extend(only(letter.to_lowercase()));
        cases.extend(only(letter.to_uppercase()));
        cases.dedup();
        match engine {
            _ if cases.len() > 1 => {
                pattern.push('[');
                pattern.extend(cases);
                pattern.push(']');
            }
            Engine::Sqlite if "*?[".contains(letter) => pattern.extend(['[', letter, ']']),
            Engine::Postgres if letter.is_ascii_punctuation() => pattern.extend(['\\', letter]),
            Engine::Sqlite | Engine::Postgres => pattern.push(letter),
        }
    }
    match engine {
        Engine::Sqlite => ["*", &pattern, "*"].concat(),
        Engine::Postgres => pattern,
    }
}

/// The other case of most letters is one letter; the "SS" of "ß" is not looked for.
fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let letter = letters.next()?;
    letters.next().is_none().then_some(letter)
}
