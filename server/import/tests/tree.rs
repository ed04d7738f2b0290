//! Whatever parents a file claims, what comes out is a tree, and nothing is lost.

mod common;

use std::collections::BTreeSet;

use common::{only, ours, read};
use proptest::prelude::*;

/// Parent (beyond the last: missing), whether it says something, and a time or none.
type Claim = (Option<usize>, bool, Option<u16>);

fn claims() -> impl Strategy<Value = Vec<Claim>> {
    prop::collection::vec(
        (
            prop::option::weighted(0.9, 0..45_usize),
            prop::bool::weighted(0.7),
            prop::option::weighted(0.8, any::<u16>()),
        ),
        1..40,
    )
}

fn file(claims: &[Claim], leaf: usize) -> String {
    let messages: Vec<_> = claims
        .iter()
        .enumerate()
        .map(|(at, (parent, speaks, time))| {
            let parent = parent.map_or_else(|| "null".to_owned(), |parent| format!("\"{parent}\""));
            let text = if *speaks { at.to_string() } else { " ".to_owned() };
            let time = time.map_or_else(|| "null".to_owned(), |time| (1_700_000_000 + u32::from(time)).to_string());
            format!(r#"{{"id":"{at}","parent":{parent},"author":"person","text":"{text}","created_at":{time}}}"#)
        })
        .collect();
    ours(&messages.join(","), &format!("\"{leaf}\""))
}

/// The nearest one above `at` that says something, where the way up leads nowhere in a circle.
fn above(claims: &[Claim], at: usize) -> Option<Option<usize>> {
    let mut seen = BTreeSet::from([at]);
    let mut next = claims[at].0;
    let mut found = None;
    while let Some(place) = next.filter(|place| *place < claims.len()) {
        if !seen.insert(place) {
            return None;
        }
        if claims[place].1 && found.is_none() {
            found = Some(place);
        }
        next = claims[place].0;
    }
    Some(found)
}

proptest! {
    #[test]
    fn any_parents_make_a_tree(claims in claims(), leaf in 0..45_usize) {
        let spoken: Vec<_> = (0..claims.len()).filter(|at| claims[*at].1).collect();
        let (found, outcome) = read(file(&claims, leaf));
        if spoken.is_empty() {
            prop_assert!(found.is_empty());
            prop_assert_eq!(outcome.unwrap().skipped_count, 1);
            return Ok(());
        }
        let it = &found[0].1;
        let mut texts: Vec<usize> = it.messages.iter().map(|said| said.text.parse().unwrap()).collect();
        for (place, said) in it.messages.iter().enumerate() {
            prop_assert!(said.parent.is_none_or(|parent| parent < place));
            // Outside of circles, everybody hangs where the file says.
            if let Some(expected) = above(&claims, texts[place]) {
                prop_assert_eq!(said.parent.map(|parent| texts[parent]), expected);
            }
        }
        let shown = it.leaf.unwrap();
        prop_assert!(shown < it.messages.len());
        if leaf < claims.len() && claims[leaf].1 {
            prop_assert_eq!(texts[shown], leaf);
        }
        texts.sort_unstable();
        prop_assert_eq!(texts, spoken);
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(bytes);
    }

    #[test]
    fn any_byte_of_an_export_may_be_another(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut nested = br#"{"conversationId":"c","messages":[{"text":"\ud83c\udfb5","children":[{"text":"b"}]}]}"#.to_vec();
        let at = at.index(nested.len());
        nested[at] = byte;
        let _ = read(nested);
    }

    #[test]
    fn nested_or_flat_is_the_same(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..30)) {
        // The parent of each is one before it; the first is the root.
        let parents: Vec<_> = parents.iter().enumerate().map(|(at, index)| (at > 0).then(|| index.index(at.max(1)))).collect();
        let flat: Vec<_> = parents.iter().enumerate().map(|(at, parent)| {
            let parent = parent.map_or_else(|| "x".to_owned(), |parent| parent.to_string());
            format!(r#"{{"messageId":"{at}","parentMessageId":"{parent}","text":"{at}","sender":"User"}}"#)
        }).collect();
        let mut nested: Vec<_> = (0..parents.len()).map(|at| (at, Vec::<String>::new())).collect();
        let mut root = String::new();
        while let Some((at, children)) = nested.pop() {
            // The last one was put in first.
            let children: Vec<_> = children.into_iter().rev().collect();
            let it = format!(r#"{{"text":"{at}","children":[{}],"sender":"User"}}"#, children.join(", "));
            match parents[at] {
                Some(parent) => nested[parent].1.push(it),
                None => root = it,
            }
        }
        let head = r#"{"conversationId":"c","title":"t","messages":"#;
        let flat = only(format!("{head}[{}]}}", flat.join(",")));
        let nested = only(format!("{head}[{root}]}}"));
        prop_assert_eq!(&flat.1.messages, &nested.1.messages);
    }
}
