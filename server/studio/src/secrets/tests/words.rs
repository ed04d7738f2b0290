//! The text form, what is said when it is wrong, and what is never said.

use super::{super::*, HERE, id, is_current, line, ring};

#[test]
fn lines_and_commas_and_remarks_and_blanks_read_alike() {
    let (first, second) = (line("0000aaaa", 1), line("0000bbbb", 2));
    let ids = [id("0000aaaa"), id("0000bbbb")];
    for text in [
        format!("{first}\n{second}\n"),
        format!("{first},{second}"),
        format!("\r\n  {first} ,\r\n, {second}\r\n"),
        format!("# keep this, and keep it secret: all of it\n{first}\n\n  # old\n{second}"),
    ] {
        let ring = KeyRing::parse(&text).unwrap();
        assert!(ring.ids().eq(ids), "{text}");
        assert_eq!(ring.current(), ids[0]);
        assert_eq!(*ring.to_text(), format!("{first}\n{second}\n"));
    }
}

#[test]
fn what_is_wrong_with_a_ring_is_said_in_one_line_without_the_key() {
    let good = line("0000aaaa", 1);
    let key = good.split_once(':').unwrap().1;
    let cases = [
        (String::new(), RingError::Empty),
        ("# nothing\n\n , ,".to_owned(), RingError::Empty),
        (key.to_owned(), RingError::Form(1)),
        (format!("{good}\n{key}"), RingError::Form(2)),
        // Somebody turned it round.
        (format!("{key}:0000aaaa"), RingError::Id(1)),
        (format!("0000AAAA:{key}"), RingError::Id(1)),
        (format!("0000aaa:{key}"), RingError::Id(1)),
        (format!("+000aaaa:{key}"), RingError::Id(1)),
        (format!("{good},0000bbbb:{key}="), RingError::Key(2)),
        (format!("0000bbbb:{}", &key[1..]), RingError::Key(1)),
        (format!("0000bbbb:{key}A"), RingError::Key(1)),
        // Bits that belong to no byte: two texts for one key.
        (format!("0000bbbb:{}F", &key[..42]), RingError::Key(1)),
        // The other alphabet.
        (format!("0000bbbb:+/{}", &key[2..]), RingError::Key(1)),
        (
            format!("{good}\n{good}"),
            RingError::Twice(2, id("0000aaaa")),
        ),
    ];
    for (text, expected) in cases {
        let error = KeyRing::parse(&text).unwrap_err();
        assert_eq!(error, expected);
        for said in [error.to_string(), format!("{error:?}")] {
            assert_eq!(said.lines().count(), 1);
            assert!(!said.contains(&key[..8]), "{said}");
        }
    }
}

#[test]
fn the_current_key_stays_and_the_others_may_go() {
    let old = ring(&[line("0000aaaa", 1), line("0000bbbb", 2)]);
    assert_eq!(
        old.without(&[id("0000aaaa")]).unwrap_err(),
        InUse(id("0000aaaa"))
    );
    let sealed = old.seal(&HERE, b"token");
    let new = old.with_new_key();
    assert!(!is_current(&new, &sealed) && is_current(&old, &sealed));
    assert_eq!(
        new.ids().skip(1).collect::<Vec<_>>(),
        old.ids().collect::<Vec<_>>()
    );
    assert_eq!(**new.open(&HERE, &sealed).unwrap(), *b"token");

    let sealed_anew = new.seal(&HERE, &new.open(&HERE, &sealed).unwrap());
    assert!(is_current(&new, &sealed_anew));
    let alone = new.without(&[id("0000aaaa"), id("0000bbbb")]).unwrap();
    assert!(alone.ids().eq([new.current()]));
    assert_eq!(**alone.open(&HERE, &sealed_anew).unwrap(), *b"token");
    assert_eq!(
        alone.open(&HERE, &sealed).unwrap_err(),
        OpenError::UnknownKey(id("0000aaaa"))
    );
}

#[test]
fn the_database_knows_a_wrong_ring() {
    let right = ring(&[line("0000aaaa", 1), line("0000bbbb", 2)]);
    for id in right.ids() {
        let value = right.check(id).unwrap();
        assert_eq!(right.verify(id, &value), Ok(()));
        // A key of the same name with other bytes, and no key of that name.
        let wrong = ring(&[line("0000aaaa", 3), line("0000bbbb", 3)]);
        assert_eq!(wrong.verify(id, &value), Err(CheckError::Wrong(id)));
        let other = ring(&[line("0000cccc", 1)]);
        assert_eq!(other.verify(id, &value), Err(CheckError::Missing(id)));
        assert_eq!(other.check(id), None);
    }
    let (first, second) = (id("0000aaaa"), id("0000bbbb"));
    let others = right.check(second).unwrap();
    assert_eq!(right.verify(first, &others), Err(CheckError::Wrong(first)));
    assert_eq!(right.verify(first, b""), Err(CheckError::Wrong(first)));
    // A value that stands somewhere else is no check value, whatever it says.
    let elsewhere = right.seal(&HERE, b"soundstage: this is the right key");
    assert_eq!(
        right.verify(first, &elsewhere),
        Err(CheckError::Wrong(first))
    );
}

#[test]
fn nothing_secret_is_shown() {
    let ring = ring(&[line("0000aaaa", 1), line("0000bbbb", 2)]);
    let keys = Keys::fixed(ring.clone());
    assert_eq!(format!("{ring:?}"), "KeyRing [0000aaaa, 0000bbbb]");
    assert_eq!(format!("{keys:?}"), "Keys(KeyRing [0000aaaa, 0000bbbb])");
    assert_eq!(format!("{:?}", Secret::new("BQDj")), "[secret]");
    let unknown = OpenError::UnknownKey(id("0000aaaa"));
    for said in [
        unknown.to_string(),
        OpenError::Broken.to_string(),
        InUse(ring.current()).to_string(),
        NotAKeyId.to_string(),
        CheckError::Missing(ring.current()).to_string(),
        CheckError::Wrong(ring.current()).to_string(),
    ] {
        assert!(said.lines().count() == 1 && said.len() < 200, "{said}");
    }
}

/// What is stored now must open for as long as there are databases. Sealed by node, so that the layout is
/// what this module says it is and not only what it reads back.
#[test]
fn a_value_of_today_opens_for_ever() {
    // node: createCipheriv('aes-256-gcm', Buffer.alloc(32, 1), nonce = 000102…0b), with the associated data
    // 01 | 0000aaaa | u64be(11) "connections" | u64be(7) "refresh" | uuid 7.
    let sealed: Vec<u8> = include_str!("sealed-v1.hex")
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let ring = ring(&[line("0000aaaa", 1)]);
    assert_eq!(**ring.open(&HERE, &sealed).unwrap(), *b"a refresh token");
}
