//! How long a search takes among 100,000 messages of one person, and as many of another: 200 searches, for
//! one to three words, the most common one and beginnings among them.
//!
//! ```sh
//! cargo run --release -p store --example search_100k
//! ```
//! In SQLite, and where `SOUNDSTAGE_TEST_POSTGRES` names a server, in PostgreSQL.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use contract::{ConversationId, MessageId, UserId};
use sqlx::{Connection as _, PgConnection};
use store::{
    Engine, Store, Viewer,
    chat::{self, NewExchange},
    new_id,
};
use support::{Database, NOW, person};

const PEOPLE: usize = 2;
const CONVERSATIONS: usize = 2_000;
/// A question and an answer each.
const EXCHANGES: usize = 25;
const WORDS: usize = 40;
const VOCABULARY: usize = 200;
const SEARCHES: usize = 200;
/// As the list of conversations asks for.
const MOST: i64 = 200;

#[tokio::main]
async fn main() {
    measure(Database::sqlite().await).await;
    if let Some(database) = Database::postgres().await {
        measure(database).await;
    }
}

async fn measure(database: Database) {
    let store = &database.store;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(person(store, &format!("person{n}")).await);
    }
    let began = Instant::now();
    for n in 0..CONVERSATIONS {
        for user in &people {
            converse(store, *user, n, &mut dice).await;
        }
    }
    println!("{:?}: filled in {:.1?}", store.engine(), began.elapsed());
    if store.engine() == Engine::Postgres {
        // As its autovacuum would, which the tests' server does not have.
        let mut raw = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("VACUUM ANALYZE chat_said")
            .execute(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
    }

    let mut took: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 0..SEARCHES {
        let common = word(0);
        let (kind, words) = match n % 8 {
            0 => ("1 word, in most messages", common),
            1 => ("1 word, any", word(dice.below(VOCABULARY))),
            2 => (
                "1 word, in one message",
                format!("only{}", dice.below(CONVERSATIONS)),
            ),
            3 => ("1 letter", word(dice.below(VOCABULARY))[..1].to_owned()),
            4 => ("2 letters", word(dice.below(VOCABULARY))[..2].to_owned()),
            5 => (
                "2 words, one in most",
                format!("{common} {}", word(dice.below(VOCABULARY))),
            ),
            6 => {
                let any: Vec<String> = (0..3).map(|_| word(dice.below(VOCABULARY))).collect();
                ("3 words, any", any.join(" "))
            }
            _ => ("nowhere", format!("{common} nowhere")),
        };
        let began = Instant::now();
        let mut read = store.read(Viewer::User(people[0])).await.unwrap();
        let hits = chat::search(&mut read, people[0], &words, MOST)
            .await
            .unwrap();
        drop(read);
        for kind in [kind, "all"] {
            took.entry(kind).or_default().push(began.elapsed());
            *found.entry(kind).or_default() += hits.len();
        }
    }
    for (kind, mut took) in took {
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
        println!(
            "  {kind:<26} p50 {:>9.2?}  p95 {:>9.2?}  {:>5.1} hits",
            at(50),
            at(95),
            found[kind] as f64 / took.len() as f64
        );
    }
    database.drop().await;
}

/// A conversation with all its exchanges, in one unit.
async fn converse(store: &Store, user: UserId, n: usize, dice: &mut Dice) {
    let now = NOW.plus_seconds(n as i64);
    let conversation = ConversationId(new_id(now));
    let mut tx = store.begin(Viewer::User(user)).await.unwrap();
    let (leaf, mut parent) = (MessageId(new_id(now)), None);
    chat::insert_conversation(&mut tx, conversation, user, &dice.text(3), "", leaf, now)
        .await
        .unwrap();
    for exchange in 0..EXCHANGES {
        let mut text = dice.text(WORDS);
        if exchange == 0 {
            text.push_str(&format!(" only{n}"));
        }
        let exchange = NewExchange {
            conversation,
            user,
            parent,
            question: MessageId(new_id(now)),
            text: &text,
            send_key: &format!("{n} {exchange}"),
            answer: MessageId(new_id(now)),
            now,
        };
        let answer = exchange.answer;
        parent = Some(answer.0);
        chat::insert_exchange(&mut tx, exchange).await.unwrap();
        chat::say(&mut tx, answer, &dice.text(WORDS)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Of the vocabulary; the first is said most often.
fn word(n: usize) -> String {
    let mut dice = Dice(n as u64 * 7_919 + 1);
    let letters = 3 + dice.below(6);
    (0..letters)
        .map(|_| char::from(b'a' + dice.below(26) as u8))
        .collect()
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // (SplitMix64.)
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % most as u64) as usize
    }

    /// Common words are common: the smaller of two throws, and squared.
    fn text(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words)
            .map(|_| {
                let smaller = self.below(VOCABULARY).min(self.below(VOCABULARY));
                word(smaller * smaller / VOCABULARY)
            })
            .collect();
        words.join(" ")
    }
}
