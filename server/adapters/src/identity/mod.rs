//! Who somebody is, by the word of others: sign-ins elsewhere and other sites' sessions.
//!
//! **The rule:** an identity leaves here only proven: by a signature or a seal, of the issuer that our
//! settings name, for us, now. Everything else is a refusal with a code for the log. What comes from
//! outside is parsed once, after its signature, and no error repeats a token, a code or a body.
//!
//! [`settings`] is what the owner says and [`build`] what works by it. [`oidc`] is there and back;
//! [`bearer`] and [`authjs`] read what other sites gave out. Below them: [`keys`] prove, [`claims`] judge,
//! [`jwe`] opens, [`discovery`] and [`cached`] know providers, [`http`] speaks to them.
//!
//! To add a provider of OpenID Connect: a preset in [`settings`]. To add another site's tokens: a variant
//! of [`Rules`] with what they must say, and a preset.

mod authjs;
mod bearer;
mod cached;
mod claims;
mod discovery;
mod http;
mod jwe;
mod keys;
mod oidc;
pub mod settings;
mod ways;

pub use authjs::{Subject, Version};
pub use bearer::Rules;
pub use ways::build;
