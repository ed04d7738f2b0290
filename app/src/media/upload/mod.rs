//! Files on their way: by tus, in chunks, so that a lost connection, a reload or a closed lid costs a
//! few megabytes at most.

mod row;
mod state;
mod transfer;
mod tus;

use contract::{
    ApiError,
    chat::DraftAttachment,
    media::{AssetView, Side},
};
use leptos::{prelude::*, web_sys};

pub use row::{UploadList, UploadRow};
use state::Pace;

/// Files that are sent at the same time; others wait their turn.
const AT_ONCE: usize = 2;

/// One file in the composer.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Of this tab, never used twice.
    pub key: u32,
    pub name: String,
    pub size: u64,
    /// Bytes that are out.
    pub sent: u64,
    pub state: UploadState,
    pub side: Side,
    pace: Pace,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UploadState {
    /// For its turn.
    Waiting,
    Sending,
    /// The connection is gone, or somebody pressed pause; it goes on by itself or on request.
    Paused,
    /// Stored; measuring goes on.
    Finished(Box<AssetView>),
    /// It was refused; nothing goes on by itself.
    Failed(ApiError),
}

impl Upload {
    pub fn asset(&self) -> Option<&AssetView> {
        match &self.state {
            UploadState::Finished(asset) => Some(asset),
            _ => None,
        }
    }
}

/// The files of the composer. A copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Uploads {
    rows: RwSignal<Vec<Upload>>,
    next: StoredValue<u32>,
}

impl Uploads {
    pub fn rows(self) -> Signal<Vec<Upload>> {
        self.rows.into()
    }

    /// Takes files from a drop or a file field. The first is the mix, the second the reference.
    pub fn add(self, files: &web_sys::FileList) {
        for index in 0..files.length() {
            let Some(file) = files.get(index) else {
                continue;
            };
            let key = self.next.with_value(|next| next + 1);
            self.next.set_value(key);
            let side = self.rows.with_untracked(|rows| free_side(rows));
            self.rows.update(|rows| {
                rows.push(Upload {
                    key,
                    name: file.name(),
                    size: file.size().max(0.0) as u64,
                    sent: 0,
                    state: UploadState::Waiting,
                    side,
                    pace: Pace::default(),
                });
            });
            transfer::keep(key, file);
        }
        self.pump();
    }

    /// Takes a row away; what was sent of it is deleted, unless it is already a file of its own.
    pub fn remove(self, key: u32) {
        transfer::drop_file(key);
        self.rows.update(|rows| rows.retain(|row| row.key != key));
        self.pump();
    }

    pub fn pause(self, key: u32) {
        self.change(key, |row| row.state = UploadState::Paused);
        transfer::interrupt(key);
        self.pump();
    }

    /// Goes on after a pause, a lost connection or a failure.
    pub fn resume(self, key: u32) {
        self.change(key, |row| row.state = UploadState::Waiting);
        transfer::renew(key);
        self.pump();
    }

    /// A and B stay apart: who takes the other's letter gives it its own.
    pub fn set_side(self, key: u32, side: Side) {
        self.rows.update(|rows| choose_side(rows, key, side));
    }

    /// The message is sent: the composer begins anew. Files stay where they are.
    pub fn clear(self) {
        for key in self
            .rows
            .with_untracked(|rows| rows.iter().map(|row| row.key).collect::<Vec<_>>())
        {
            transfer::forget(key);
        }
        self.rows.set(Vec::new());
    }

    /// What a message would carry now: the files that have arrived.
    pub fn attachments(self) -> Vec<DraftAttachment> {
        self.rows.with(|rows| {
            rows.iter()
                .filter_map(|row| {
                    Some(DraftAttachment {
                        asset: row.asset()?.id,
                        side: row.side,
                    })
                })
                .collect()
        })
    }

    /// Files are still on their way; a message sent now would go without them.
    pub fn pending(self) -> bool {
        self.rows.with(|rows| {
            rows.iter().any(|row| {
                matches!(
                    row.state,
                    UploadState::Waiting | UploadState::Sending | UploadState::Paused
                )
            })
        })
    }

    /// From the live channel: measuring moved on.
    pub fn update_asset(self, asset: &AssetView) {
        let ours = |row: &Upload| row.asset().is_some_and(|one| one.id == asset.id);
        if self.rows.with_untracked(|rows| rows.iter().any(ours)) {
            self.rows.update(|rows| {
                for row in rows.iter_mut().filter(|row| ours(row)) {
                    row.state = UploadState::Finished(Box::new(asset.clone()));
                }
            });
        }
    }

    /// Starts what waits, as far as there is room.
    fn pump(self) {
        let due = self.rows.with_untracked(|rows| due(rows));
        for key in due {
            self.change(key, |row| row.state = UploadState::Sending);
            transfer::start(self, key);
        }
    }

    fn change(self, key: u32, change: impl FnOnce(&mut Upload)) {
        _ = self
            .rows
            .try_update(|rows| rows.iter_mut().find(|row| row.key == key).map(change));
    }
}

fn free_side(rows: &[Upload]) -> Side {
    let taken = |side| rows.iter().any(|row| row.side == side);
    if taken(Side::A) && !taken(Side::B) {
        Side::B
    } else {
        Side::A
    }
}

fn choose_side(rows: &mut [Upload], key: u32, side: Side) {
    let Some(own) = rows.iter().find(|row| row.key == key).map(|row| row.side) else {
        return;
    };
    for row in rows {
        if row.key == key {
            row.side = side;
        } else if side == Side::B && row.side == Side::B {
            // There is one reference.
            row.side = own;
        }
    }
}

fn due(rows: &[Upload]) -> Vec<u32> {
    let busy = rows
        .iter()
        .filter(|row| row.state == UploadState::Sending)
        .count();
    rows.iter()
        .filter(|row| row.state == UploadState::Waiting)
        .map(|row| row.key)
        .take(AT_ONCE.saturating_sub(busy))
        .collect()
}

/// Makes the list of the composer's files. They go on when the browser comes back online.
pub fn provide_uploads() -> Uploads {
    let uploads = Uploads {
        rows: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(uploads);
    Effect::new(move || {
        let handle = window_event_listener_untyped("online", move |_| transfer::wake_all());
        on_cleanup(move || handle.remove());
    });
    uploads
}

pub fn use_uploads() -> Uploads {
    expect_context::<Uploads>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: u32, side: Side, state: UploadState) -> Upload {
        Upload {
            key,
            name: "a.wav".into(),
            size: 1,
            sent: 0,
            state,
            side,
            pace: Pace::default(),
        }
    }

    #[test]
    fn the_first_is_the_mix_and_the_second_the_reference() {
        assert_eq!(free_side(&[]), Side::A);
        let mut rows = vec![row(1, Side::A, UploadState::Waiting)];
        assert_eq!(free_side(&rows), Side::B);
        rows.push(row(2, Side::B, UploadState::Waiting));
        assert_eq!(free_side(&rows), Side::A);
    }

    #[test]
    fn there_is_one_reference() {
        let mut rows = vec![
            row(1, Side::A, UploadState::Waiting),
            row(2, Side::B, UploadState::Waiting),
        ];
        choose_side(&mut rows, 1, Side::B);
        assert_eq!((rows[0].side, rows[1].side), (Side::B, Side::A));
        choose_side(&mut rows, 1, Side::A);
        assert_eq!((rows[0].side, rows[1].side), (Side::A, Side::A));
        choose_side(&mut rows, 9, Side::B);
        assert_eq!(rows[0].side, Side::A);
    }

    #[test]
    fn only_so_many_go_at_once() {
        let rows = vec![
            row(1, Side::A, UploadState::Sending),
            row(2, Side::B, UploadState::Waiting),
            row(3, Side::A, UploadState::Waiting),
        ];
        assert_eq!(due(&rows), [2]);
    }
}
