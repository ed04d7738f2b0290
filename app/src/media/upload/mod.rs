//! Files on their way: by tus, in chunks, so that a lost connection, a reload or a closed lid costs a
//! few megabytes at most.

mod row;
mod state;
mod transfer;
mod tus;

use contract::{
    ApiError, ErrorCode,
    chat::Attachment,
    media::{AssetView, Side},
};
use leptos::{prelude::*, web_sys};

pub use row::{UploadList, UploadRow};
use state::Pace;
pub use tus::send_file;

/// Files that are sent at the same time; others wait their turn.
const AT_ONCE: usize = 2;
const FULL: &str = "A message takes a mix and a reference.";

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
    /// What was refused takes no place.
    fn takes(&self, side: Side) -> bool {
        self.side == side && !matches!(self.state, UploadState::Failed(_))
    }

    /// No other try would end otherwise: it is the file.
    pub fn is_refused(&self) -> bool {
        matches!(&self.state, UploadState::Failed(error)
            if matches!(error.code.status(), 415 | 422) || error.code == ErrorCode::UploadTooLarge)
    }

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
    /// Why a file that was brought is not among them.
    complaint: RwSignal<Option<String>>,
    next: StoredValue<u32>,
}

impl Uploads {
    pub fn rows(self) -> Signal<Vec<Upload>> {
        self.rows.into()
    }

    pub fn complaint(self) -> Signal<Option<String>> {
        self.complaint.into()
    }

    /// Takes files from a drop or a file field: a mix and a reference, for which there is one place each.
    pub fn add(self, files: &web_sys::FileList) {
        self.complaint.set(None);
        for index in 0..files.length() {
            let Some(file) = files.get(index) else {
                continue;
            };
            let (name, size) = (file.name(), file.size().max(0.0) as u64);
            match self
                .rows
                .with_untracked(|rows| first_free(rows, sides_for(&name)))
            {
                Some(side) => {
                    transfer::keep(self.push(name, size, side, UploadState::Waiting), file);
                }
                None => self
                    .complaint
                    .set(Some([FULL, " “", &name, "” was left out."].concat())),
            }
        }
        self.pump();
    }

    /// Puts back what a message carried that was taken back, as far as there is a place for it.
    pub fn restore(self, attachments: Vec<Attachment>) {
        for Attachment { asset, side } in attachments {
            if self
                .rows
                .with_untracked(|rows| first_free(rows, [side]))
                .is_some()
            {
                let (name, size) = (asset.name.clone(), asset.size_bytes);
                self.push(name, size, side, UploadState::Finished(Box::new(asset)));
            }
        }
    }

    fn push(self, name: String, size: u64, side: Side, state: UploadState) -> u32 {
        let key = self.next.with_value(|next| next + 1);
        self.next.set_value(key);
        self.rows.update(|rows| {
            rows.push(Upload {
                key,
                name,
                size,
                sent: 0,
                state,
                side,
                pace: Pace::default(),
            });
        });
        key
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

    /// Goes on after a pause, a lost connection or a failure; that of another file may have its place.
    pub fn resume(self, key: u32) {
        let place = self.rows.with_untracked(|rows| {
            let own = rows.iter().find(|row| row.key == key)?;
            let others: Vec<_> = rows.iter().filter(|row| row.key != key).cloned().collect();
            first_free(&others, [own.side, own.side.other()])
        });
        let Some(side) = place else {
            self.complaint.set(Some(FULL.to_owned()));
            return;
        };
        self.change(key, |row| {
            (row.side, row.state) = (side, UploadState::Waiting);
        });
        transfer::renew(key);
        self.pump();
    }

    /// A and B stay apart: who takes the other's letter gives it its own.
    pub fn set_side(self, key: u32, side: Side) {
        self.rows.update(|rows| choose_side(rows, key, side));
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

fn first_free(rows: &[Upload], sides: impl IntoIterator<Item = Side>) -> Option<Side> {
    let mut sides = sides.into_iter();
    sides.find(|side| !rows.iter().any(|row| row.takes(*side)))
}

/// The places that suit a file, the better first. A file that calls itself a reference is one.
fn sides_for(name: &str) -> [Side; 2] {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    let is_reference = words.any(|word| {
        ["ref", "reference"]
            .iter()
            .any(|one| word.eq_ignore_ascii_case(one))
    });
    if is_reference {
        [Side::B, Side::A]
    } else {
        [Side::A, Side::B]
    }
}

fn choose_side(rows: &mut [Upload], key: u32, side: Side) {
    let Some(own) = rows.iter().find(|row| row.key == key).map(|row| row.side) else {
        return;
    };
    for row in rows {
        if row.key == key {
            row.side = side;
        } else if row.side == side {
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
        complaint: RwSignal::new(None),
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
        assert_eq!(first_free(&[], sides_for("song.wav")), Some(Side::A));
        let mut rows = vec![row(1, Side::A, UploadState::Waiting)];
        assert_eq!(first_free(&rows, sides_for("song.wav")), Some(Side::B));
        rows.push(row(2, Side::B, UploadState::Waiting));
        assert_eq!(first_free(&rows, sides_for("song.wav")), None);
        rows[0].state = UploadState::Failed(ApiError::new(ErrorCode::NotAudio, "No sound."));
        assert_eq!(first_free(&rows, sides_for("song.wav")), Some(Side::A));
    }

    #[test]
    fn a_file_that_calls_itself_a_reference_is_one() {
        for name in [
            "REF - Night Drive.wav",
            "night_drive_reference.flac",
            "ref.mp3",
        ] {
            assert_eq!(first_free(&[], sides_for(name)), Some(Side::B), "{name}");
        }
        for name in ["Refuge.wav", "preference 2.wav"] {
            assert_eq!(first_free(&[], sides_for(name)), Some(Side::A), "{name}");
        }
        let rows = [row(1, Side::B, UploadState::Waiting)];
        assert_eq!(first_free(&rows, sides_for("ref.wav")), Some(Side::A));
    }

    #[test]
    fn who_takes_the_others_place_gives_it_its_own() {
        let mut rows = vec![
            row(1, Side::A, UploadState::Waiting),
            row(2, Side::B, UploadState::Waiting),
        ];
        choose_side(&mut rows, 1, Side::B);
        assert_eq!((rows[0].side, rows[1].side), (Side::B, Side::A));
        choose_side(&mut rows, 1, Side::A);
        assert_eq!((rows[0].side, rows[1].side), (Side::A, Side::B));
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
