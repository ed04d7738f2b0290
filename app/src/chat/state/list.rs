//! The list of conversations: newest first, under the days they were last written in.

use contract::{
    ConversationId, Timestamp,
    chat::{ConversationSummary, Shelf},
    live::Cursor,
};
use serde::{Deserialize, Serialize};

use crate::ui::time::Civil;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// Everything that is not put away.
    #[default]
    All,
    /// What mentions these words.
    Words(String),
    Archive,
}

impl Asked {
    pub fn words(words: &str) -> Self {
        match words.trim() {
            "" => Self::All,
            words => Self::Words(words.to_owned()),
        }
    }

    /// Whether a conversation belongs into this list; only the server knows what mentions words.
    pub fn takes(&self, line: &ConversationSummary) -> Option<bool> {
        match self {
            Self::All => Some(!line.archived),
            Self::Archive => Some(line.archived),
            Self::Words(_) => None,
        }
    }
}

/// What the server answers: the list, and the clock that it was made by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub now: Timestamp,
    /// Where the topic `user:ID` stood when this was read: what came after it is not in the list.
    pub cursor: Cursor,
    pub items: Vec<ConversationSummary>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversations {
    items: Vec<ConversationSummary>,
}

/// Conversations under one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub label: String,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub item: ConversationSummary,
    /// "21:04", "Tue", "24 Oct"
    pub when: String,
}

impl Conversations {
    pub fn new(items: Vec<ConversationSummary>) -> Self {
        let mut list = Self { items };
        list.sort();
        list
    }

    /// A line that is new or has changed.
    pub fn upsert(&mut self, line: ConversationSummary) {
        match self.items.iter_mut().find(|one| one.id == line.id) {
            // What was found in it stays, while the list is of what was searched for.
            Some(one) => {
                *one = ConversationSummary {
                    found: std::mem::take(&mut one.found),
                    ..line
                };
            }
            None => self.items.push(line),
        }
        self.sort();
    }

    /// Changes the title at once; gives the old one, should the server refuse.
    pub fn rename(&mut self, id: ConversationId, title: &str) -> Option<String> {
        let one = self.items.iter_mut().find(|one| one.id == id)?;
        Some(std::mem::replace(&mut one.title, title.to_owned()))
    }

    /// Takes a line away; gives it, should the server refuse.
    pub fn remove(&mut self, id: ConversationId) -> Option<ConversationSummary> {
        let at = self.items.iter().position(|one| one.id == id)?;
        Some(self.items.remove(at))
    }

    pub fn title(&self, id: ConversationId) -> Option<&str> {
        self.items
            .iter()
            .find(|one| one.id == id)
            .map(|one| one.title.as_str())
    }

    pub fn shelf(&self, id: ConversationId) -> Option<Shelf> {
        let item = self.items.iter().find(|one| one.id == id)?;
        Some(match item {
            ConversationSummary { archived: true, .. } => Shelf::Archive,
            ConversationSummary { pinned: true, .. } => Shelf::Pinned,
            _ => Shelf::List,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What is pinned, then by day. `zone` tells how many minutes east of Greenwich the reader is at a moment; the first
    /// view, which is made on both sides, takes UTC, so that hydration finds what was rendered.
    pub fn groups(&self, now: Timestamp, zone: fn(Timestamp) -> i64) -> Vec<Group> {
        let today = Civil::shifted(now, zone(now));
        let mut groups: Vec<Group> = Vec::new();
        let (pinned, others): (Vec<_>, Vec<_>) = self.items.iter().partition(|item| item.pinned);
        for item in pinned.into_iter().chain(others) {
            let at = item.updated_at;
            let then = Civil::shifted(at, zone(at));
            let month = MONTHS[(then.month as usize + 11) % 12];
            let label = match today.day_number - then.day_number {
                _ if item.pinned => "Pinned".to_owned(),
                // A clock that runs ahead is no other day.
                ..=0 => "Today".to_owned(),
                1 => "Yesterday".to_owned(),
                2..=6 => "This week".to_owned(),
                _ if then.year == today.year => month.to_owned(),
                _ => [month, " ", &then.year.to_string()].concat(),
            };
            let row = Row {
                when: then.near(&today),
                item: item.clone(),
            };
            match groups.last_mut() {
                Some(group) if group.label == label => group.rows.push(row),
                _ => groups.push(Group {
                    label,
                    rows: vec![row],
                }),
            }
        }
        groups
    }

    fn sort(&mut self) {
        self.items.sort_by(|one, other| {
            other
                .updated_at
                .cmp(&one.updated_at)
                .then(other.id.cmp(&one.id))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_035_840);

    fn line(number: u8, days_ago: i64) -> ConversationSummary {
        ConversationSummary {
            id: format!("01890000-0000-7000-8000-0000000000{number:02x}")
                .parse()
                .expect("an id"),
            title: format!("Mix {number}"),
            updated_at: NOW.plus_seconds(-86_400 * days_ago),
            preview: String::new(),
            writing: false,
            pinned: false,
            archived: false,
            found: Vec::new(),
        }
    }

    #[test]
    fn what_is_pinned_stands_above_the_days() {
        let mut list = Conversations::new(vec![line(1, 0), line(2, 40)]);
        let mut pinned = line(2, 40);
        pinned.pinned = true;
        list.upsert(pinned);
        let labels: Vec<_> = shape(&list).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Pinned", "Today"]);
        assert_eq!(list.shelf(line(2, 40).id), Some(Shelf::Pinned));
    }

    #[test]
    fn a_list_takes_what_was_asked_for() {
        let (shown, mut away) = (line(1, 0), line(2, 0));
        away.archived = true;
        assert_eq!(
            (Asked::All.takes(&shown), Asked::All.takes(&away)),
            (Some(true), Some(false))
        );
        assert_eq!(
            (Asked::Archive.takes(&shown), Asked::Archive.takes(&away)),
            (Some(false), Some(true))
        );
        assert_eq!(Asked::words(" bass ").takes(&shown), None);
        assert_eq!(Asked::words("  "), Asked::All);
    }

    fn shape(list: &Conversations) -> Vec<(String, Vec<String>)> {
        let titles = |group: &Group| {
            group
                .rows
                .iter()
                .map(|row| row.item.title.clone())
                .collect()
        };
        list.groups(NOW, |_| 0)
            .iter()
            .map(|group| (group.label.clone(), titles(group)))
            .collect()
    }

    #[test]
    fn groups_by_day_week_and_month() {
        let list = Conversations::new(vec![
            line(1, 0),
            line(2, 400),
            line(3, 1),
            line(4, 6),
            line(5, 7),
            line(6, 30),
        ]);
        let labels: Vec<String> = list
            .groups(NOW, |_| 0)
            .into_iter()
            .map(|group| group.label)
            .collect();
        assert_eq!(
            labels,
            [
                "Today",
                "Yesterday",
                "This week",
                "November",
                "October",
                "October 2025"
            ]
        );
    }

    #[test]
    fn the_zone_moves_the_day() {
        // 21:04 UTC is after midnight three hours further east: what was today is yesterday there.
        let list = Conversations::new(vec![line(1, 0)]);
        let later = NOW.plus_seconds(3_600);
        let row = |zone: fn(Timestamp) -> i64| {
            let group = list.groups(later, zone).remove(0);
            (group.label, group.rows[0].when.clone())
        };
        assert_eq!(row(|_| 0), ("Today".to_owned(), "21:04".to_owned()));
        assert_eq!(row(|_| 120), ("Yesterday".to_owned(), "Wed".to_owned()));
    }

    #[test]
    fn a_changed_line_moves_to_the_top_and_is_not_doubled() {
        let mut list = Conversations::new(vec![line(1, 0), line(2, 3)]);
        let mut changed = line(2, 0);
        changed.updated_at = NOW.plus_seconds(1);
        changed.writing = true;
        list.upsert(changed);
        assert_eq!(
            shape(&list),
            [(
                "Today".to_owned(),
                vec!["Mix 2".to_owned(), "Mix 1".to_owned()]
            )]
        );
        list.upsert(line(3, 1));
        assert_eq!(
            shape(&list)[1],
            ("Yesterday".to_owned(), vec!["Mix 3".to_owned()])
        );
    }

    #[test]
    fn what_was_removed_can_be_put_back() {
        let mut list = Conversations::new(vec![line(1, 0), line(2, 3)]);
        let gone = list.remove(line(1, 0).id).expect("it was there");
        assert_eq!(list.remove(line(1, 0).id), None);
        assert_eq!(
            list.rename(line(2, 3).id, "Other"),
            Some("Mix 2".to_owned())
        );
        assert_eq!(list.title(line(2, 3).id), Some("Other"));
        list.upsert(gone);
        assert_eq!(list.title(line(1, 0).id), Some("Mix 1"));
    }
}
