//! The ring of a running server, whose file changes.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use contract::Timestamp;

use super::{super::*, HERE, id, is_current, line, ring};
use crate::clock::{Clock, Time};

#[derive(Clone, Default)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn to(&self, millis: i64) {
        self.0.store(millis * 1_000, Ordering::SeqCst);
    }
}

impl Time for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The file, and how often it was read.
#[derive(Clone)]
struct File {
    text: Arc<Mutex<String>>,
    reads: Arc<AtomicUsize>,
}

impl File {
    fn of(ring: &KeyRing) -> Self {
        Self {
            text: Arc::new(Mutex::new(ring.to_text().to_string())),
            reads: Arc::default(),
        }
    }

    fn write(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap());
    }

    fn read(&self) -> Result<KeyRing, String> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        KeyRing::parse(&self.text.lock().unwrap()).map_err(|error| error.to_string())
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn keys(&self, hands: &Hands) -> Keys {
        let (ring, file) = (self.read().unwrap(), self.clone());
        self.reads.store(0, Ordering::SeqCst);
        Keys::reloading(ring, Clock::new(hands.clone()), move || file.read())
    }
}

#[test]
fn an_unknown_key_is_looked_for_in_the_file_at_most_once_a_second() {
    let hands = Hands::default();
    let old = ring(&[line("0000aaaa", 1)]);
    let file = File::of(&old);
    let keys = file.keys(&hands);
    let stranger = KeyRing::generate().seal(&HERE, b"?");

    // What is known costs no reading.
    assert!(keys.open(&HERE, &old.seal(&HERE, b"token")).is_ok());
    assert!(keys.open(&HERE, b"no sealed value").is_err());
    assert_eq!(file.reads(), 0);

    for _ in 0..5 {
        assert!(matches!(
            keys.open(&HERE, &stranger),
            Err(OpenError::UnknownKey(_))
        ));
    }
    hands.to(999);
    assert!(keys.open(&HERE, &stranger).is_err());
    assert_eq!(file.reads(), 1);

    let new = old.with_new_key();
    file.write(&new.to_text());
    let sealed = new.seal(&HERE, b"token");
    assert!(keys.open(&HERE, &sealed).is_err());
    assert_eq!(file.reads(), 1);
    hands.to(1_000);
    assert_eq!(**keys.open(&HERE, &sealed).unwrap(), *b"token");
    assert_eq!(file.reads(), 2);

    // From here on the new key seals, in every clone.
    assert!(is_current(&new, &keys.clone().ring().seal(&HERE, b"token")));
    assert_eq!(file.reads(), 2);
}

#[test]
fn it_comes_into_use_without_an_unknown_value_too() {
    let hands = Hands::default();
    let old = ring(&[line("0000aaaa", 1)]);
    let file = File::of(&old);
    let keys = file.keys(&hands);
    let new = old.with_new_key();
    file.write(&new.to_text());
    assert!(is_current(&old, &keys.ring().seal(&HERE, b"token")));
    keys.refresh();
    assert!(is_current(&new, &keys.ring().seal(&HERE, b"token")));
    // Set back by an hour: no reason to wait one.
    hands.to(-3_600_000);
    keys.refresh();
    assert_eq!(file.reads(), 2);
}

#[test]
fn a_file_that_is_broken_or_wrong_changes_nothing() {
    let hands = Hands::default();
    let good = ring(&[line("0000aaaa", 1), line("0000bbbb", 2)]);
    let file = File::of(&good);
    let keys = file.keys(&hands);
    let sealed = keys.ring().seal(&HERE, b"token");
    let half = good.to_text()[..30].to_owned();
    for (second, text) in (1..).zip([
        String::new(),
        half,
        // The same name for another key.
        format!("{}\n{}", line("0000cccc", 3), line("0000aaaa", 9)),
    ]) {
        file.write(&text);
        hands.to(second * 1_000);
        keys.refresh();
        assert_eq!(file.reads(), usize::try_from(second).unwrap());
        assert!(keys.ring().ids().eq([id("0000aaaa"), id("0000bbbb")]));
        assert!(keys.open(&HERE, &sealed).is_ok());
    }
}

#[test]
fn a_ring_of_the_environment_stays_as_it_is() {
    let keys = Keys::fixed(ring(&[line("0000aaaa", 1)]));
    keys.refresh();
    let stranger = KeyRing::generate().seal(&HERE, b"?");
    assert!(keys.open(&HERE, &stranger).is_err());
    assert!(keys.ring().ids().eq([id("0000aaaa")]));
}

#[test]
fn many_who_meet_the_new_key_at_once_all_open_and_read_once() {
    let hands = Hands::default();
    let old = ring(&[line("0000aaaa", 1)]);
    let file = File::of(&old);
    let keys = file.keys(&hands);
    let new = old.with_new_key();
    file.write(&new.to_text());
    let sealed = new.seal(&HERE, b"token");
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| assert!(keys.open(&HERE, &sealed).is_ok()));
        }
    });
    assert_eq!(file.reads(), 1);
}
