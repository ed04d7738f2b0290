//! Who is asking, as far as the browser needs to know.

use serde::{Deserialize, Serialize};

use crate::{ActId, IdentityId, InviteId, PasskeyId, SessionId, Timestamp, TokenId, UserId};

/// From least to most: who is more may do all that who is less may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Member,
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Of another role, whom may this one invite, change, suspend and remove? An owner everybody, an
    /// admin the members.
    pub const fn governs(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => matches!(other, Self::Member),
            Self::Member => false,
        }
    }
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Sent back in `X-CSRF-Token` with every request that changes something.
    pub csrf: String,
}

impl Me {
    /// At most two capitals for the avatar.
    pub fn initials(&self) -> String {
        self.name
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// A person, as the JSON API tells a script whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Profile {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// A sign-in elsewhere that this studio offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Part of addresses.
    pub name: String,
    /// For the button.
    pub label: String,
}

/// An account elsewhere that signs its person in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IdentityView {
    pub id: IdentityId,
    /// The [`Way`]'s name.
    pub way: String,
    /// Its label; its name, if it is no longer offered.
    pub label: String,
    /// As the provider told it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub linked_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// A key that a device of somebody's holds, and that signs them in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    pub id: PasskeyId,
    pub name: String,
    pub added_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// One's own passkeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkeys {
    /// Browsers take passkeys for the studio's address.
    pub offered: bool,
    /// Asked for, before one is added.
    pub has_password: bool,
    pub passkeys: Vec<PasskeyView>,
}

/// What a browser is to ask its devices for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    /// Goes back with the answer: by it the question is found again, once.
    pub ticket: String,
    /// `publicKey` of WebAuthn's options, as JSON.
    pub options: String,
}

/// What an app needs to show the digits of a second factor; shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecondFactor {
    /// In base32, for typing.
    pub seed: String,
    /// `otpauth://…`, for an app on this device.
    pub address: String,
    /// The same for a camera.
    pub qr: QrCode,
}

/// A square of dark and light modules, without a margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Modules on a side.
    pub side: usize,
    /// The dark ones, as the `d` of an SVG path in units of one module.
    pub path: String,
}

/// The second factor of one's password, where it is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    pub since: Timestamp,
    /// Recovery codes that are not used yet.
    pub codes_left: u32,
}

/// One's own accounts elsewhere, and where there could be more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identities {
    /// Without one, they sign in elsewhere only.
    pub has_password: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
    pub linked: Vec<IdentityView>,
    pub ways: Vec<Way>,
}

/// How an account elsewhere stands that Soundstage may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    NotConnected,
    Connected,
    /// Refreshing failed for now, and is tried again.
    Troubled,
    /// By the provider, by time, or by the person there: connecting anew helps.
    Ended,
    /// The studio no longer offers it.
    Withdrawn,
    /// It does not open with the keys of this studio. The owner may still find the right ones.
    Unreadable,
}

/// An account elsewhere that Soundstage may use, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConnectionView {
    /// Its name in the settings and in addresses.
    pub provider: String,
    /// For people.
    pub label: String,
    pub state: ConnectionState,
    /// Whose it is there, as the provider puts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What was granted; before that, what will be asked for.
    pub scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it could not be refreshed, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Where a person sees, and ends, what they have granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
}

/// What an API token may be used for; its person's role is the other limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Scope {
    #[serde(rename = "chat:read")]
    ChatRead,
    #[serde(rename = "chat:write")]
    ChatWrite,
    #[serde(rename = "media:read")]
    MediaRead,
    #[serde(rename = "media:write")]
    MediaWrite,
    /// Who one is, and the way in of one's own account.
    #[serde(rename = "account")]
    Account,
    /// People and the audit log, for admins and owners.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    pub const ALL: [Self; 6] = [
        Self::ChatRead,
        Self::ChatWrite,
        Self::MediaRead,
        Self::MediaWrite,
        Self::Account,
        Self::Admin,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChatRead => "chat:read",
            Self::ChatWrite => "chat:write",
            Self::MediaRead => "media:read",
            Self::MediaWrite => "media:write",
            Self::Account => "account",
            Self::Admin => "admin",
        }
    }

    /// For a person who chooses.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::ChatRead => "Read conversations",
            Self::ChatWrite => "Ask, rename and delete",
            Self::MediaRead => "Read files and analyses",
            Self::MediaWrite => "Upload files",
            Self::Account => "Read the profile",
            Self::Admin => "Manage people, read the audit log",
        }
    }

    /// Whoever may change something may look at it.
    pub const fn includes(self, other: Self) -> bool {
        self as u8 == other as u8
            || matches!(
                (self, other),
                (Self::ChatWrite, Self::ChatRead) | (Self::MediaWrite, Self::MediaRead)
            )
    }
}

/// Where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionView {
    pub id: SessionId,
    /// "Firefox on Linux", as far as the browser says.
    pub device: String,
    pub is_phone: bool,
    pub address: String,
    pub begun_at: Timestamp,
    pub seen_at: Timestamp,
    /// The one that asks.
    pub is_this: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TokenView {
    pub id: TokenId,
    pub name: String,
    /// The last four characters, to tell it from others.
    pub ends_in: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// A fresh token, shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewToken {
    pub secret: String,
    pub token: TokenView,
}

/// What [`TokenView::name`] may hold, and a person's own name.
pub const NAME_MAX_CHARS: usize = 80;
/// The lives that a token is offered, in days; none at all is possible too.
pub const TOKEN_DAYS: [u32; 4] = [7, 30, 90, 365];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Active,
    /// Let in no more until somebody lifts it; nothing of theirs is lost.
    Suspended,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonView {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub standing: Standing,
    pub joined_at: Timestamp,
    /// Of any of their sessions that is still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// Whoever asks may change the role, suspend and remove.
    pub may_govern: bool,
    /// Their password alone does not let them in.
    #[serde(default)]
    pub has_second_factor: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InviteView {
    pub id: InviteId,
    pub role: Role,
    /// For whom, as the one who invited wrote it.
    pub note: String,
    pub invited_by: String,
    pub expires_at: Timestamp,
}

/// Who is here and who is asked to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct People {
    pub people: Vec<PersonView>,
    pub invites: Vec<InviteView>,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ActView {
    pub id: ActId,
    pub at: Timestamp,
    /// Who did it; nobody is Soundstage itself, or the one who has the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Their name, while they are here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Domain or thing, dot, verb: `session.begin`.
    pub act: String,
    /// What it was done to, mostly an id.
    pub target: String,
    pub address: String,
    pub user_agent: String,
    /// What more there is to say: "as admin".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The shortest password that is taken (NIST SP 800-63B-4, 3.1.1.2: fifteen where it stands alone).
pub const PASSWORD_MIN_CHARS: usize = 15;
/// The longest: argon2 takes more, but nobody types it, and hashing it costs us.
pub const PASSWORD_MAX_CHARS: usize = 256;
