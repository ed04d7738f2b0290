//! A site whose people have sessions that count here, as Supabase makes them.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

const SECRET: &str = "a secret of Supabase, of 32 letters and more";
/// Its word on addresses is taken, so that people find the accounts that they have.
pub(crate) const SETTINGS: [(&str, &str); 3] = [
    ("SUPABASE_URL", "https://studio.supabase.co"),
    ("SUPABASE_JWT_SECRET", SECRET),
    ("SOUNDSTAGE_TRUST_EMAIL", "supabase"),
];
/// After every time that these tests play.
const LATE_S: u64 = 4_000_000_000;

pub(crate) fn token_elsewhere(email: &str) -> String {
    let claims = json!({
        "iss": "https://studio.supabase.co/auth/v1", "aud": "authenticated", "role": "authenticated",
        "sub": email, "email": email, "exp": LATE_S,
    });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::default(), &claims, &key).unwrap()
}
