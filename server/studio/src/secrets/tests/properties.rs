use proptest::{collection::vec, prelude::*};

use super::{super::*, HERE, is_current, line, ring};

/// Rings of one to five keys, as text.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let ids = proptest::collection::btree_set(any::<u32>(), 1..6);
    (ids, any::<u8>(), any::<prop::sample::Index>()).prop_map(|(ids, byte, turn)| {
        let mut lines: Vec<String> = (byte..=u8::MAX)
            .chain(0..)
            .zip(&ids)
            .map(|(byte, id)| line(&format!("{id:08x}"), byte))
            .collect();
        let middle = turn.index(lines.len());
        lines.rotate_left(middle);
        lines
    })
}

fn places() -> impl Strategy<Value = Place> {
    let tables = prop::sample::select(vec!["connections", "totp", "a", "ab"]);
    let columns = prop::sample::select(vec!["refresh", "access", "b", "bb", ""]);
    (tables, columns, any::<u128>()).prop_map(|(table, column, row)| Place {
        table,
        column,
        row: uuid::Uuid::from_u128(row),
    })
}

proptest! {
    #[test]
    fn what_any_key_of_the_ring_has_sealed_opens(
        lines in lines(),
        turns in 0_usize..3,
        place in places(),
        plain in vec(any::<u8>(), 0..300),
    ) {
        // Each key of the ring was the current one in its time, and more came later.
        let mut sealed = Vec::new();
        for first in 0..lines.len() {
            let mut then = lines.clone();
            then.swap(0, first);
            sealed.push(ring(&then).seal(&place, &plain));
        }
        let mut now = ring(&lines);
        for _ in 0..turns {
            now = now.with_new_key();
            sealed.push(now.seal(&place, &plain));
        }
        for (index, value) in sealed.iter().enumerate() {
            let opened = now.open(&place, value);
            prop_assert_eq!(opened.as_deref(), Ok(&plain));
            prop_assert!(KeyRing::key_of(value).is_some_and(|id| now.has(id)));
            // The last one that sealed is the current one.
            let current = if turns == 0 { index == 0 } else { index == sealed.len() - 1 };
            prop_assert_eq!(is_current(&now, value), current);
        }
    }

    #[test]
    fn no_changed_byte_opens(
        lines in lines(),
        plain in vec(any::<u8>(), 0..40),
        flip in 1_u8..,
    ) {
        let ring = ring(&lines);
        let sealed = ring.seal(&HERE, &plain);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= flip;
            prop_assert!(ring.open(&HERE, &changed).is_err(), "byte {}", at);
            // Neither cut off nor grown.
            prop_assert!(ring.open(&HERE, &sealed[..at]).is_err());
        }
        let grown = [sealed.as_slice(), &[flip]].concat();
        prop_assert!(ring.open(&HERE, &grown).is_err());
    }

    #[test]
    fn no_other_place_opens(lines in lines(), here in places(), there in places()) {
        let ring = ring(&lines);
        let sealed = ring.seal(&here, b"token");
        let opened = ring.open(&there, &sealed);
        if here == there {
            prop_assert!(opened.is_ok());
        } else {
            prop_assert_eq!(opened, Err(OpenError::Broken));
        }
        for there in [
            Place { table: "elsewhere", ..here },
            Place { column: "elsewhere", ..here },
            Place { row: uuid::Uuid::from_u128(!here.row.as_u128()), ..here },
            // The same letters, divided otherwise.
            Place { table: here.column, column: here.table, ..here },
        ] {
            if there != here {
                prop_assert_eq!(ring.open(&there, &sealed), Err(OpenError::Broken));
            }
        }
    }

    #[test]
    fn no_other_key_id_opens(byte in any::<u8>(), id in any::<u32>(), other in any::<u32>()) {
        prop_assume!(id != other);
        // The very same key under two names: what one has sealed is not the other's.
        let ring = ring(&[line(&format!("{id:08x}"), byte), line(&format!("{other:08x}"), byte)]);
        let mut sealed = ring.seal(&HERE, b"token");
        prop_assert!(ring.open(&HERE, &sealed).is_ok());
        sealed[1..5].copy_from_slice(&other.to_be_bytes());
        prop_assert_eq!(ring.open(&HERE, &sealed), Err(OpenError::Broken));
        let unknown = id ^ other ^ 1;
        prop_assume!(unknown != id && unknown != other);
        sealed[1..5].copy_from_slice(&unknown.to_be_bytes());
        let error = ring.open(&HERE, &sealed).unwrap_err();
        prop_assert_eq!(error.to_string(), format!("sealed with key {unknown:08x}, which is not in the key ring"));
    }

    #[test]
    fn the_text_says_it_all(lines in lines(), turns in 0_usize..3) {
        let mut ring = ring(&lines);
        for _ in 0..turns {
            ring = ring.with_new_key();
        }
        let text = ring.to_text();
        let again = KeyRing::parse(&text).unwrap();
        prop_assert!(again.ids().eq(ring.ids()));
        prop_assert_eq!(again.contradicts(&ring), None);
        prop_assert_eq!(again.to_text(), text.clone());
        let end = lines.join("\n") + "\n";
        prop_assert!(text.ends_with(&end));
        prop_assert_eq!(text.capacity(), text.len());
    }

    #[test]
    fn no_text_makes_it_panic_or_tell(text in "[0-9a-zA-Z_:,# \n=-]{0,200}", bytes in vec(any::<u8>(), 0..80)) {
        let said = match KeyRing::parse(&text) {
            Ok(ring) => format!("{ring:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        for word in text.split([':', ',', '\n', ' ']).filter(|word| word.len() > 12) {
            prop_assert!(!said.contains(word));
        }
        let ring = ring(&[line("0000aaaa", 1)]);
        prop_assert!(ring.open(&HERE, &bytes).is_err());
    }

    #[test]
    fn no_ring_shows_its_keys(lines in lines()) {
        let ring = ring(&lines);
        let keys = Keys::fixed(ring.clone());
        for shown in [format!("{ring:?}"), format!("{keys:#?}"), format!("{:?}", ring.check(ring.current()).map(|_| ()))] {
            for line in &lines {
                let (id, key) = line.split_once(':').unwrap();
                prop_assert!(!shown.contains(key));
                prop_assert!(shown.contains(id) || shown == "Some(())");
            }
        }
    }

    #[test]
    fn sealing_twice_is_never_the_same(plain in vec(any::<u8>(), 0..40)) {
        let ring = ring(&[line("0000aaaa", 1)]);
        let (one, two) = (ring.seal(&HERE, &plain), ring.seal(&HERE, &plain));
        prop_assert_ne!(&one, &two);
        prop_assert_eq!(one.len(), 1 + 4 + 12 + plain.len() + 16);
        prop_assert_eq!(one.capacity(), one.len());
    }
}

#[test]
fn new_rings_have_keys_of_their_own() {
    let (one, two) = (KeyRing::generate(), KeyRing::generate());
    assert_ne!(one.to_text(), two.to_text());
    let sealed = one.seal(&HERE, b"token");
    assert!(two.open(&HERE, &sealed).is_err());
}
