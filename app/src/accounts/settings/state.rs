//! What settings know without a browser and without the server.

use contract::chat::ImportSummary;
use contract::{
    ErrorCode,
    accounts::{ConnectionState, Role, Scope},
};

use crate::accounts::state::{Problems, check_new_password};

/// How many lines of the audit log come at once.
pub const PAGE: usize = 100;

/// The pages of settings, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Profile,
    Connections,
    Tokens,
    Sessions,
    Passkeys,
    Appearance,
    People,
    Audit,
}

impl Place {
    /// Of one's own account.
    pub const OWN: [Self; 6] = [
        Self::Profile,
        Self::Connections,
        Self::Tokens,
        Self::Sessions,
        Self::Passkeys,
        Self::Appearance,
    ];
    /// Of the studio, for admins and owners.
    pub const STUDIO: [Self; 2] = [Self::People, Self::Audit];

    pub const fn path(self) -> &'static str {
        match self {
            Self::Profile => "/settings/profile",
            Self::Connections => "/settings/connections",
            Self::Sessions => "/settings/sessions",
            Self::Tokens => "/settings/tokens",
            Self::Passkeys => "/settings/passkeys",
            Self::Appearance => "/settings/appearance",
            Self::People => "/settings/people",
            Self::Audit => "/settings/audit",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Connections => "Connections",
            Self::Sessions => "Sessions",
            Self::Tokens => "API tokens",
            Self::Passkeys => "Passkeys",
            Self::Appearance => "Appearance",
            Self::People => "People",
            Self::Audit => "Audit log",
        }
    }

    pub const fn icon(self) -> &'static str {
        match self {
            Self::Profile => "user",
            Self::Connections => "plug",
            Self::Sessions => "device",
            Self::Tokens => "key",
            Self::Passkeys => "passkey",
            Self::Appearance => "sun",
            Self::People => "users",
            Self::Audit => "list",
        }
    }

    /// `/settings` itself is the profile, where there is room for more than the list of pages.
    pub fn of(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        Self::OWN
            .into_iter()
            .chain(Self::STUDIO)
            .find(|place| place.path() == path)
            .unwrap_or(Self::Profile)
    }
}

pub const fn sees_studio(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Owner)
}

/// A connection's badge, the light in it, and its word.
pub const fn said_of(state: ConnectionState) -> (&'static str, &'static str, &'static str) {
    match state {
        ConnectionState::NotConnected => ("", "off", "Not connected"),
        ConnectionState::Connected => ("ok", "ok", "Connected"),
        ConnectionState::Troubled => ("amber", "on", "Not answering"),
        ConnectionState::Ended => ("danger", "bad", "Ended"),
        ConnectionState::Withdrawn => ("", "off", "No longer offered"),
        ConnectionState::Unreadable => ("danger", "bad", "Locked"),
    }
}

/// What scopes allow, in words where we have some.
pub fn allowed(scopes: &[String]) -> String {
    let words = scopes.iter().filter_map(|scope| match scope.as_str() {
        "openid" => None,
        "email" | "https://www.googleapis.com/auth/userinfo.email" | "user-read-email" => {
            Some("email address")
        }
        "profile" | "https://www.googleapis.com/auth/userinfo.profile" | "user-read-private" => {
            Some("profile")
        }
        "playlist-read-private" => Some("private playlists"),
        "playlist-read-collaborative" => Some("shared playlists"),
        "playlist-modify-public" | "playlist-modify-private" => Some("making playlists"),
        "user-library-read" => Some("saved music"),
        "https://www.googleapis.com/auth/drive.readonly" => Some("Drive, read only"),
        "https://www.googleapis.com/auth/drive.file" => Some("its own files in Drive"),
        "https://www.googleapis.com/auth/calendar.readonly" => Some("Calendar, read only"),
        other => Some(other),
    });
    let mut said: Vec<&str> = Vec::new();
    for word in words {
        if !said.contains(&word) {
            said.push(word);
        }
    }
    said.join(", ")
}

/// Why a connection came to nothing, by the code in the address, as [`trouble`](crate::accounts::state::trouble).
pub fn connection_trouble(code: &str) -> Option<&'static str> {
    let code = ErrorCode::ALL.iter().find(|known| known.as_str() == code)?;
    Some(match code {
        ErrorCode::SignInRefused => {
            "That came to nothing: you said no there, or it took too long. Nothing has changed."
        }
        ErrorCode::ConnectionEnded | ErrorCode::ProviderUnreachable => {
            "That account does not answer as it should right now. Nothing has changed; try again in a moment."
        }
        ErrorCode::NotFound => "That can no longer be connected here.",
        ErrorCode::Internal => {
            "Something went wrong here. Nothing has changed; try again in a moment."
        }
        _ => return None,
    })
}

/// For a name in a badge.
pub const fn role_label(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

/// For a sentence.
pub const fn a_role(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    }
}

/// What somebody of this role does here.
pub const fn may(role: Role) -> &'static str {
    match role {
        Role::Member => "Members have their own conversations and files.",
        Role::Admin => "Admins manage the members and read the audit log, beside their own work.",
        Role::Owner => "Owners manage everybody and run the studio, beside their own work.",
    }
}

/// Whom somebody may invite, and what they may make of somebody whom they manage.
pub fn below(role: Role) -> Vec<Role> {
    Role::ALL
        .into_iter()
        .filter(|other| role.governs(*other))
        .collect()
}

/// The scopes that a token of this person can use.
pub fn scopes_for(role: Role) -> Vec<Scope> {
    Scope::ALL
        .into_iter()
        .filter(|scope| *scope != Scope::Admin || sees_studio(role))
        .collect()
}

/// A token's life, short enough for one row of five.
pub fn life(days: Option<u32>) -> String {
    match days {
        None => "No end".to_owned(),
        Some(365) => "1 year".to_owned(),
        Some(days) => format!("{days} days"),
    }
}

pub fn check_name(name: &str) -> Problems {
    let mut problems = Problems::default();
    if name.trim().is_empty() {
        problems.add("name", "What should we call you?");
    }
    problems
}

/// Without `current` there is no password yet.
pub fn check_change(current: Option<&str>, new: &str) -> Problems {
    let mut problems = Problems::default();
    if current == Some("") {
        problems.add("current", "Your current password is missing");
    }
    check_new_password("new", new, &mut problems);
    if !new.is_empty() && current == Some(new) {
        problems.add("new", "That is the password you have");
    }
    problems
}

/// For what the password proves. Without one there is nothing to prove it with.
pub fn check_proof(password: Option<&str>) -> Problems {
    let mut problems = Problems::default();
    if password == Some("") {
        problems.add("password", "Your password is missing");
    }
    problems
}

/// With the password, where there is one.
pub fn check_passkey(name: &str, password: Option<&str>) -> Problems {
    let mut problems = Problems::default();
    if name.trim().is_empty() {
        problems.add("passkey-name", "Which device is it on?");
    }
    if password == Some("") {
        problems.add("proof", "Your password is missing");
    }
    problems
}

pub fn check_token(name: &str, scopes: &[Scope]) -> Problems {
    let mut problems = Problems::default();
    if name.trim().is_empty() {
        problems.add("token-name", "What is it for?");
    }
    if scopes.is_empty() {
        problems.add("scopes", "A token that may do nothing is of no use");
    }
    problems
}

/// What the audit log's codes mean. One that is not known here is shown as it is.
pub fn act_words(act: &str) -> Option<&'static str> {
    Some(match act {
        "owner_link.make" => "Made an owner link",
        "owner.set_up" => "Set the studio up",
        "owner.recover" => "Gave the owner a new password",
        "session.begin" => "Signed in",
        "session.end" => "Signed a session out",
        "session.end_others" => "Signed out everywhere else",
        "password.change" => "Changed the password",
        "identity.link" => "Linked an account elsewhere",
        "identity.unlink" => "Unlinked an account elsewhere",
        "token.make" => "Made an API token",
        "token.revoke" => "Revoked an API token",
        "invite.make" => "Invited somebody",
        "invite.withdraw" => "Withdrew an invitation",
        "person.join" => "Joined by an invitation",
        "person.role" => "Changed a role",
        "person.suspend" => "Suspended somebody",
        "person.restore" => "Lifted a suspension",
        "person.remove" => "Removed an account",
        _ => return None,
    })
}

/// What became of a file with conversations.
pub(super) fn import_sentence(summary: &ImportSummary) -> String {
    let conversations = |count: usize| match count {
        1 => "One conversation".to_owned(),
        count => format!("{count} conversations"),
    };
    let mut said = match (summary.taken, summary.known) {
        (0, 0) => "There was no conversation in it.".to_owned(),
        (0, _) => "All of it was here already.".to_owned(),
        (taken, 0) => format!("{} came in.", conversations(taken)),
        (taken, known) => format!(
            "{} came in, {known} were here already.",
            conversations(taken)
        ),
    };
    if summary.skipped > 0 {
        said.push_str(&format!(
            " {} could not be read.",
            conversations(summary.skipped)
        ));
    }
    if let Some(broken) = &summary.broken {
        said.push(' ');
        said.push_str(broken);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_places_go_together() {
        for place in Place::OWN.into_iter().chain(Place::STUDIO) {
            assert_eq!(Place::of(place.path()), place);
        }
        assert_eq!(Place::of("/settings"), Place::Profile);
        assert_eq!(Place::of("/settings/people/"), Place::People);
    }

    #[test]
    fn nobody_hands_out_more_than_they_have() {
        assert_eq!(below(Role::Owner), Role::ALL);
        assert_eq!(below(Role::Admin), [Role::Member]);
        assert!(below(Role::Member).is_empty());
        assert!(!scopes_for(Role::Member).contains(&Scope::Admin));
        assert_eq!(scopes_for(Role::Admin), Scope::ALL);
    }

    #[test]
    fn forms_say_what_is_missing() {
        assert_eq!(check_name("  ").first(), Some("name"));
        assert!(check_name("Mara").is_empty());

        let phrase = "a long enough phrase";
        assert_eq!(check_change(Some(""), phrase).first(), Some("current"));
        assert_eq!(check_change(Some("old"), "short").first(), Some("new"));
        assert_eq!(
            check_change(Some(phrase), phrase).of("new").as_deref(),
            Some("That is the password you have")
        );
        assert!(check_change(Some("old"), phrase).is_empty());
        assert!(check_change(None, phrase).is_empty());
        assert_eq!(check_change(None, "short").first(), Some("new"));

        assert_eq!(check_proof(Some("")).first(), Some("password"));
        assert!(check_proof(Some("x")).is_empty());
        assert!(check_proof(None).is_empty());

        let nothing = check_passkey(" ", Some(""));
        assert_eq!(nothing.first(), Some("passkey-name"));
        assert!(nothing.of("proof").is_some());
        assert!(check_passkey("laptop", None).is_empty());

        let nothing = check_token("", &[]);
        assert_eq!(nothing.first(), Some("token-name"));
        assert!(nothing.of("scopes").is_some());
        assert!(check_token("backup", &[Scope::ChatRead]).is_empty());
    }

    #[test]
    fn lives_fit_one_row() {
        let lives: Vec<String> = contract::accounts::TOKEN_DAYS
            .into_iter()
            .map(Some)
            .chain([None])
            .map(life)
            .collect();
        assert_eq!(lives, ["7 days", "30 days", "90 days", "1 year", "No end"]);
    }

    #[test]
    fn acts_are_words_where_they_are_known() {
        assert_eq!(act_words("session.begin"), Some("Signed in"));
        assert_eq!(act_words("moon.landing"), None);
    }

    #[test]
    fn an_import_says_what_came_of_it() {
        let mut summary = ImportSummary::default();
        assert_eq!(
            import_sentence(&summary),
            "There was no conversation in it."
        );
        summary.taken = 1;
        assert_eq!(import_sentence(&summary), "One conversation came in.");
        (summary.taken, summary.known, summary.skipped) = (12, 3, 2);
        assert_eq!(
            import_sentence(&summary),
            "12 conversations came in, 3 were here already. 2 conversations could not be read."
        );
        (summary.taken, summary.skipped) = (0, 0);
        assert_eq!(import_sentence(&summary), "All of it was here already.");
    }
}
