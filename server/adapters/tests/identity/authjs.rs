//! Session cookies of Auth.js: made by its own packages (fixtures) and by an encoder of our own.

use std::sync::Arc;

use adapters::identity::{
    Subject, Version,
    settings::{Kind, Provider},
};
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use contract::Timestamp;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use studio::accounts::identity::SessionVerifier;
use studio::secrets::Secret;

use crate::support::{NOW, identify, now, verifier, word};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OLD_SECRET: &str = "fedcba9876543210fedcba9876543210";
const V4: &str = "next-auth.session-token";
const V5: &str = "authjs.session-token";
const V5_SECURE: &str = "__Secure-authjs.session-token";
/// Their pieces have so many characters.
const PIECE: usize = 3936;

/// Made by next-auth 4.24.15 and @auth/core 0.41.3, see fixtures/authjs.mjs.
fn made(name: &str) -> &'static str {
    let lines = include_str!("fixtures/authjs.txt").lines();
    let mut named = lines.filter_map(|line| line.split_once(' '));
    named.find(|(one, _)| *one == name).unwrap().1
}

fn site(version: Version, secrets: &[&str], subject: Subject) -> Arc<dyn SessionVerifier> {
    let secrets = secrets.iter().filter_map(|secret| Secret::given(secret));
    verifier(Provider::authjs(
        "site",
        version,
        secrets.collect(),
        subject,
    ))
}

async fn cookie(site: &Arc<dyn SessionVerifier>, name: &str, token: &str) -> String {
    word(identify(site, None, &[(name, token)], now()).await)
}

#[tokio::test]
async fn the_real_ones_are_read() {
    let v4 = site(Version::V4, &[SECRET], Subject::Sub);
    let v5 = site(Version::V5, &[SECRET], Subject::Sub);
    for (site, name, token) in [
        (&v4, V4, "V4"),
        (&v4, "__Secure-next-auth.session-token", "V4"),
        (&v5, V5, "V5"),
        (&v5, V5_SECURE, "V5_SECURE"),
    ] {
        let sent = [("theme", "dark"), (name, made(token))];
        let who = identify(site, None, &sent, now()).await.unwrap().unwrap();
        assert_eq!(
            (who.provider.as_str(), who.subject.as_str()),
            ("site", "user-1")
        );
        assert_eq!(who.email.as_deref(), Some("Ada@Example.org"));
        assert_eq!(who.name.as_deref(), Some("Ada Lovelace"));
        assert!(!who.email_verified, "{token}");
    }
    // The key is bound to the name of the cookie, and to the version.
    assert_eq!(cookie(&v5, V5_SECURE, made("V5")).await, "sealed");
    assert_eq!(cookie(&v5, V5, made("V5_SECURE")).await, "sealed");
    assert_eq!(cookie(&v5, V5, made("V4")).await, "sealed");
    assert_eq!(cookie(&v4, V4, made("V5")).await, "sealed");
    assert_eq!(cookie(&v4, V5, made("V5")).await, "nobody");
    let other = site(
        Version::V5,
        &["another secret of thirty-two chars"],
        Subject::Sub,
    );
    assert_eq!(cookie(&other, V5, made("V5")).await, "sealed");
}

#[tokio::test]
async fn an_old_secret_opens_for_as_long_as_it_is_named() {
    for (version, name, token) in [(Version::V4, V4, "V4_OLD"), (Version::V5, V5, "V5_OLD")] {
        let both = site(version, &[SECRET, OLD_SECRET], Subject::Sub);
        assert_eq!(cookie(&both, name, made(token)).await, "user-1");
        let new = site(version, &[SECRET], Subject::Sub);
        assert_eq!(cookie(&new, name, made(token)).await, "sealed");
    }
}

#[tokio::test]
async fn the_owner_says_what_makes_somebody_the_same() {
    let by_email = site(Version::V4, &[SECRET], Subject::Email);
    assert_eq!(cookie(&by_email, V4, made("V4")).await, "ada@example.org");
    assert_eq!(cookie(&by_email, V4, made("V4_NO_EMAIL")).await, "no_email");
    let by_sub = site(Version::V4, &[SECRET], Subject::Sub);
    assert_eq!(cookie(&by_sub, V4, made("V4_NO_EMAIL")).await, "user-1");
}

#[tokio::test]
async fn long_ones_come_in_pieces() {
    let v5 = site(Version::V5, &[SECRET], Subject::Sub);
    let long = made("V5_LONG");
    let (first, second) = long.split_at(PIECE);
    let names = [format!("{V5}.0"), format!("{V5}.1")];
    let pieces = [(&*names[1], second), ("x", "y"), (&*names[0], first)];
    assert_eq!(word(identify(&v5, None, &pieces, now()).await), "user-1");
    assert_eq!(
        word(identify(&v5, None, &pieces[2..], now()).await),
        "sealed"
    );
    assert_eq!(
        word(identify(&v5, None, &pieces[..2], now()).await),
        "nobody"
    );
    assert_eq!(cookie(&v5, V5, &"x".repeat(8193)).await, "cookie_too_long");
    assert_eq!(
        cookie(&v5, V5, &format!("{long}{}", "A".repeat(8193 - long.len()))).await,
        "cookie_too_long"
    );
}

#[tokio::test]
async fn a_site_may_name_its_cookie() {
    let mut provider = Provider::authjs(
        "site",
        Version::V5,
        Secret::given(SECRET).into_iter().collect(),
        Subject::Sub,
    );
    if let Kind::AuthJs(authjs) = &mut provider.kind {
        authjs.cookies = vec!["studio".to_owned()];
    }
    let named = verifier(provider);
    assert_eq!(
        cookie(&named, "studio", made("V5_OTHER_SALT")).await,
        "user-1"
    );
    assert_eq!(cookie(&named, V5, made("V5")).await, "nobody");
}

#[tokio::test]
async fn each_changed_byte_breaks_the_seal() {
    for (version, name, token) in [(Version::V4, V4, "V4"), (Version::V5, V5, "V5")] {
        let site = site(version, &[SECRET], Subject::Sub);
        let good = made(token);
        for at in 0..good.len() {
            let mut bytes = good.as_bytes().to_vec();
            bytes[at] ^= 1;
            let bad = String::from_utf8(bytes).unwrap();
            assert_eq!(cookie(&site, name, &bad).await, "sealed", "byte {at}");
        }
        let (rest, _) = good.rsplit_once('.').unwrap();
        for tag in ["", "A", "AAAA"] {
            assert_eq!(
                cookie(&site, name, &format!("{rest}.{tag}")).await,
                "sealed"
            );
        }
        // A tag that is right as far as it goes.
        let tag = URL_SAFE_NO_PAD
            .decode(good.rsplit('.').next().unwrap())
            .unwrap();
        let short = URL_SAFE_NO_PAD.encode(&tag[..tag.len() - 1]);
        assert_eq!(
            cookie(&site, name, &format!("{rest}.{short}")).await,
            "sealed"
        );
    }
}

/// The keys of the hunt's vectors, not derived here.
const GCM_V4: &str = "0b77c2310f642c7ec884b0b52096ae1555583d199b320d2b12573b153dccfd64";
const CBC_V5: &str = "4efa9fd285d4a49f0b0bf752d5b944a60e8884e86cec3c036b79ccf479c2d12fba514fed042805b8d2ae44787afe8e3d676d6bd9149c166e8f56a61ae6984ee8";

fn unhex(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes().chunks(2);
    bytes
        .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

fn seal(header: &Value, claims: &Value, key: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let head = part(header.to_string().as_bytes());
    let plain = claims.to_string();
    let (iv, text, tag) = if key.len() == 32 {
        let message = Payload {
            msg: plain.as_bytes(),
            aad: head.as_bytes(),
        };
        let cipher = Aes256Gcm::new_from_slice(key).unwrap();
        let mut text = cipher.encrypt(&Nonce::from([7; 12]), message).unwrap();
        let tag = text.split_off(text.len() - 16);
        (vec![7; 12], text, tag)
    } else {
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&key[32..], &[9; 16]).unwrap();
        let text = cipher.encrypt_padded_vec::<Pkcs7>(plain.as_bytes());
        let mut mac = Hmac::<sha2::Sha512>::new_from_slice(&key[..32]).unwrap();
        for part in [
            head.as_bytes(),
            &[9; 16],
            &text,
            &(head.len() as u64 * 8).to_be_bytes(),
        ] {
            mac.update(part);
        }
        let tag = mac.finalize().into_bytes()[..32].to_vec();
        (vec![9; 16], text, tag)
    };
    format!("{head}..{}.{}.{}", part(&iv), part(&text), part(&tag))
}

#[tokio::test]
async fn our_own_are_read_within_their_time() {
    let (gcm, cbc) = (unhex(GCM_V4), unhex(CBC_V5));
    let v4 = site(Version::V4, &[SECRET], Subject::Sub);
    let v5 = site(Version::V5, &[SECRET], Subject::Sub);
    let sealed = |key: &[u8], claims: Value| {
        let enc = if key.len() == 32 {
            "A256GCM"
        } else {
            "A256CBC-HS512"
        };
        seal(&json!({"alg": "dir", "enc": enc}), &claims, key)
    };
    // The last: version 5 also takes the short form, by the first half of its key.
    for (site, name, key) in [(&v4, V4, &gcm[..]), (&v5, V5, &cbc), (&v5, V5, &cbc[..32])] {
        for (claims, code) in [
            (json!({"sub": "ada", "exp": NOW - 59}), "ada"),
            (json!({"sub": "ada", "exp": NOW - 61}), "expired"),
            (json!({"sub": "ada"}), "no_exp"),
            (
                json!({"sub": "ada", "exp": NOW, "nbf": NOW + 61}),
                "not_yet_valid",
            ),
            (
                json!({"sub": "ada", "exp": NOW, "iat": NOW + 61}),
                "issued_in_future",
            ),
            (json!({"exp": NOW}), "subject"),
            (json!(["no", "claims"]), "claims"),
        ] {
            assert_eq!(
                cookie(site, name, &sealed(key, claims.clone())).await,
                code,
                "{claims}"
            );
        }
        let token = sealed(key, json!({"sub": "ada", "exp": NOW + 100}));
        let later = Timestamp::from_seconds(NOW + 161);
        assert_eq!(
            word(identify(site, None, &[(name, &token)], later).await),
            "expired"
        );
    }
    let good = json!({"sub": "ada", "exp": NOW});
    for header in [
        json!({"alg": "dir", "enc": "A256CBC-HS512", "zip": "DEF"}),
        json!({"alg": "dir", "enc": "A256CBC-HS512", "crit": ["x"]}),
        json!({"alg": "none", "enc": "A256CBC-HS512"}),
        json!({"alg": "dir", "enc": "none"}),
        json!({"alg": "dir"}),
    ] {
        assert_eq!(
            cookie(&v5, V5, &seal(&header, &good, &cbc)).await,
            "sealed",
            "{header}"
        );
    }
}
