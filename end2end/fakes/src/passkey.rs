//! A device that holds a passkey: it answers the questions of WebAuthn as a browser passes them on, and lies where
//! it is told to.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// User present, user verified, and (at making) a key follows.
const PRESENT_AND_VERIFIED: u8 = 0b0000_0101;
const KEY_FOLLOWS: u8 = 0b0100_0000;

/// One key, made for one person at one studio.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    id: Vec<u8>,
    /// Whose it is, as the studio put it.
    pub user: String,
    pub origin: String,
    /// Of uses. One that goes back is the mark of a copy.
    pub counter: u32,
    /// False: whoever holds it just pressed the button.
    pub verifies: bool,
}

impl Device {
    /// From the studio's question, the device and its answer.
    pub fn make(options: &str, origin: &str, seed: u32) -> (Self, String) {
        let options: Value = serde_json::from_str(options).unwrap_or_default();
        let seed = Sha256::digest(seed.to_be_bytes());
        let key = SigningKey::from_slice(&seed);
        #[expect(clippy::expect_used, reason = "nearly every number of 256 bits is one")]
        let key = key.expect("a key");
        let device = Self {
            key,
            id: seed[..16].to_vec(),
            user: text(&options["user"]["id"]),
            origin: origin.to_owned(),
            counter: 1,
            verifies: true,
        };
        let answer = device.registration(&text(&options["challenge"]));
        (device, answer)
    }

    fn registration(&self, challenge: &str) -> String {
        let mut data = self.data(KEY_FOLLOWS);
        // No model of a device.
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        // {"fmt": "none", "attStmt": {}, "authData": data} in CBOR (RFC 8949).
        let mut attestation = vec![0xa3];
        attestation.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
        attestation.extend((data.len() as u16).to_be_bytes());
        attestation.extend(&data);
        self.answer(&json!({
            "clientDataJSON": coded(&self.client(challenge, "webauthn.create")),
            "attestationObject": coded(&attestation),
            "transports": ["internal"],
        }))
    }

    /// To the question who it is.
    pub fn sign_in(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap_or_default();
        self.counter += 1;
        let data = self.data(0);
        let client = self.client(&text(&options["challenge"]), "webauthn.get");
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "clientDataJSON": coded(&client),
            "authenticatorData": coded(&data),
            "signature": coded(signature.to_der().as_bytes()),
            "userHandle": self.user,
        }))
    }

    fn answer(&self, response: &Value) -> String {
        json!({
            "id": coded(&self.id),
            "rawId": coded(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        })
        .to_string()
    }

    /// Whose studio, what was done, and how often.
    fn data(&self, more: u8) -> Vec<u8> {
        let host = self.origin.split("://").nth(1).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let seen = if self.verifies {
            PRESENT_AND_VERIFIED
        } else {
            1
        };
        let mut data = Sha256::digest(host).to_vec();
        data.push(seen | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, challenge: &str, what: &str) -> Vec<u8> {
        let client = json!({
            "type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an ES256 key (RFC 9053).
    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [
            b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(),
            x,
            b"\x22\x58\x20",
            y,
        ]
        .concat()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
