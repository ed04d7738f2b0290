//! From messages that name their parents to a tree in order.
//!
//! Parents are what a file claims: they may be missing, come later, or lead in a circle. Everything here
//! walks with a list of its own, never by recursion, so that a conversation may be as deep as it is long.

use std::{collections::HashMap, mem};

use contract::{Timestamp, chat::Author};

use super::{Imported, Refusal, Said, tidy};

/// A conversation as its format's module found it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) nodes: Vec<Node>,
    /// The id of the message that was last on the screen.
    pub(super) current: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) id: Option<String>,
    pub(super) parent: Parent,
    pub(super) created_at: Option<Timestamp>,
    /// Nothing, if nobody was meant to see it; what follows it then hangs further up.
    pub(super) spoken: Option<Spoken>,
}

#[derive(Debug, Default)]
pub(super) enum Parent {
    #[default]
    None,
    Id(String),
    /// The place in [`Draft::nodes`].
    At(usize),
}

impl Parent {
    pub(super) fn id(id: Option<String>) -> Self {
        id.map_or(Self::None, Self::Id)
    }
}

#[derive(Debug)]
pub(super) struct Spoken {
    author: Author,
    text: String,
    model: Option<String>,
}

impl Spoken {
    /// `None` if the text says nothing.
    pub(super) fn new(author: Author, text: &str, model: Option<String>) -> Option<Self> {
        Some(Self {
            author,
            text: tidy::said(text)?,
            model: model
                .filter(|_| author == Author::Assistant)
                .and_then(|model| tidy::line(&model)),
        })
    }
}

/// Who a role is; `None` for whoever only speaks to machines.
pub(super) fn author(role: &str) -> Option<Author> {
    match role {
        "user" | "human" | "person" => Some(Author::Person),
        "assistant" => Some(Author::Assistant),
        _ => None,
    }
}

impl Draft {
    /// For formats, or older forms of them, that only list what was said: one follows the other.
    pub(super) fn chain(&mut self) {
        for (at, node) in self.nodes.iter_mut().enumerate() {
            node.parent = at.checked_sub(1).map_or(Parent::None, Parent::At);
        }
    }

    pub(super) fn finish(self) -> Result<Imported, Refusal> {
        let Self {
            title,
            created_at,
            updated_at,
            mut nodes,
            current,
        } = self;
        let times: Vec<_> = nodes.iter().map(|node| node.created_at).collect();
        let is_spoken: Vec<_> = nodes.iter().map(|node| node.spoken.is_some()).collect();
        let (mut parents, current) = resolve(&mut nodes, current.as_deref());
        break_circles(&mut parents, &times);

        // The nearest of each message and those above it that was spoken.
        let mut nearest: Vec<Option<usize>> = vec![None; nodes.len()];
        for at in in_order(&parents, &times, |_| true) {
            let near = if is_spoken.get(at) == Some(&true) {
                Some(at)
            } else {
                above(&parents, at).and_then(|parent| above(&nearest, parent))
            };
            set(&mut nearest, at, near);
        }
        for parent in &mut parents {
            *parent = parent.and_then(|parent| above(&nearest, parent));
        }

        let order = in_order(&parents, &times, |at| is_spoken.get(at) == Some(&true));
        let newest = newest_leaf(&parents, &times, &order);
        let mut places: Vec<Option<usize>> = vec![None; nodes.len()];
        let mut messages = Vec::with_capacity(order.len());
        for at in order {
            let Some(node) = nodes.get_mut(at) else {
                continue;
            };
            if let Some(spoken) = node.spoken.take() {
                set(&mut places, at, Some(messages.len()));
                messages.push(Said {
                    parent: above(&parents, at).and_then(|parent| above(&places, parent)),
                    author: spoken.author,
                    text: spoken.text,
                    created_at: node.created_at,
                    model: spoken.model,
                });
            }
        }
        if messages.is_empty() {
            return Err(Refusal::Nothing);
        }
        Ok(Imported {
            title: tidy::title(title.as_deref()),
            created_at,
            updated_at,
            messages,
            leaf: current
                .and_then(|at| above(&nearest, at))
                .or(newest)
                .and_then(|at| above(&places, at)),
        })
    }
}

/// The place of each message's parent, and of the current message. Of two messages with the same id the
/// first one has the children.
fn resolve(nodes: &mut [Node], current: Option<&str>) -> (Vec<Option<usize>>, Option<usize>) {
    let mut places = HashMap::with_capacity(nodes.len());
    for (at, node) in nodes.iter_mut().enumerate() {
        if let Some(id) = node.id.take() {
            places.entry(id).or_insert(at);
        }
    }
    let parents = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            let parent = match &node.parent {
                Parent::None => None,
                Parent::Id(id) => places.get(id).copied(),
                Parent::At(place) => Some(*place).filter(|place| *place < nodes.len()),
            };
            parent.filter(|parent| *parent != at)
        })
        .collect();
    (parents, current.and_then(|id| places.get(id).copied()))
}

/// In each circle the oldest message (or else the first in the file) becomes a root: whoever climbs comes
/// back to it, and that is where the circle closes.
fn break_circles(parents: &mut [Option<usize>], times: &[Option<Timestamp>]) {
    let age = |at: usize| {
        let time = above(times, at);
        (time.is_none(), time, at)
    };
    // Which climb came by: a climb that meets its own trace has found a circle.
    let mut traces: Vec<Option<usize>> = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut climber = Some(start);
        while let Some(at) = climber {
            match above(&traces, at) {
                None => {
                    set(&mut traces, at, Some(start));
                    climber = above(parents, at);
                }
                Some(trace) if trace == start => {
                    let mut oldest = at;
                    let mut next = above(parents, at);
                    while let Some(member) = next.filter(|member| *member != at) {
                        if age(member) < age(oldest) {
                            oldest = member;
                        }
                        next = above(parents, member);
                    }
                    set(parents, oldest, None);
                    climber = None;
                }
                Some(_) => climber = None,
            }
        }
    }
}

/// Parents before their children, each branch as a whole, siblings in the order they came to be: by their
/// times where all of them have one, else as in the file.
fn in_order(
    parents: &[Option<usize>],
    times: &[Option<Timestamp>],
    is_in: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut roots = Vec::new();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    for (at, parent) in parents.iter().enumerate().filter(|(at, _)| is_in(*at)) {
        match parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(at),
            None => roots.push(at),
        }
    }
    let mut order = Vec::with_capacity(parents.len());
    // The next one to be taken is the last.
    let mut waiting = Vec::new();
    let mut family = roots;
    loop {
        if family.iter().all(|at| above(times, *at).is_some()) {
            family.sort_by_key(|at| (above(times, *at), *at));
        }
        waiting.extend(family.into_iter().rev());
        let Some(at) = waiting.pop() else {
            return order;
        };
        order.push(at);
        family = children.get_mut(at).map(mem::take).unwrap_or_default();
    }
}

/// The last message that nobody answered: by the times if all have one, else as in the file.
fn newest_leaf(
    parents: &[Option<usize>],
    times: &[Option<Timestamp>],
    order: &[usize],
) -> Option<usize> {
    let mut is_answered = vec![false; parents.len()];
    for parent in order.iter().filter_map(|at| above(parents, *at)) {
        if let Some(flag) = is_answered.get_mut(parent) {
            *flag = true;
        }
    }
    let is_leaf = |at: &usize| is_answered.get(*at) == Some(&false);
    let leaves: Vec<_> = order.iter().copied().filter(is_leaf).collect();
    let is_timed = leaves.iter().all(|at| above(times, *at).is_some());
    leaves
        .into_iter()
        .max_by_key(|&at| (above(times, at).filter(|_| is_timed), at))
}

fn above<T: Copy>(list: &[Option<T>], at: usize) -> Option<T> {
    list.get(at).copied().flatten()
}

fn set(list: &mut [Option<usize>], at: usize, value: Option<usize>) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(at: usize, parent: usize) -> Node {
        Node {
            id: Some(at.to_string()),
            parent: Parent::Id(parent.to_string()),
            created_at: None,
            spoken: Spoken::new(Author::Person, &at.to_string(), None),
        }
    }

    #[test]
    fn a_chain_may_be_as_deep_as_it_is_long() {
        const DEEP: usize = 200_000;
        // The root comes last, so that every parent is found late.
        let draft = Draft {
            nodes: (0..DEEP).map(|at| node(at, at + 1)).collect(),
            ..Draft::default()
        };
        let imported = draft.finish().unwrap();
        assert_eq!(imported.messages.len(), DEEP);
        assert_eq!(imported.messages[0].text, (DEEP - 1).to_string());
        let is_chain = |(at, said): (usize, &Said)| said.parent == at.checked_sub(1);
        assert!(imported.messages.iter().enumerate().all(is_chain));
    }

    #[test]
    fn a_circle_of_200_000_is_broken_once() {
        const LONG: usize = 200_000;
        let draft = Draft {
            nodes: (0..LONG).map(|at| node(at, (at + 1) % LONG)).collect(),
            ..Draft::default()
        };
        let imported = draft.finish().unwrap();
        assert_eq!(imported.messages.len(), LONG);
        assert_eq!(imported.messages[0].text, "0");
        let roots = imported
            .messages
            .iter()
            .filter(|said| said.parent.is_none());
        assert_eq!(roots.count(), 1);
    }
}
