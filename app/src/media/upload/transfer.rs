//! Runs the transfers: asks, waits, goes on. In the browser only; files and requests are kept here
//! because they cannot leave the browser's thread.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use contract::{AssetId, ErrorCode, UploadId, media::AssetView};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local, web_sys};

use super::{
    UploadState, Uploads,
    state::{Next, Step, Transfer, fingerprint, jittered},
    tus::{self, Current},
};

/// How often a pause looks whether it may end.
const LOOK_MS: u32 = 250;

thread_local! {
    static FILES: RefCell<HashMap<u32, Rc<Outgoing>>> = RefCell::new(HashMap::new());
}

pub(super) struct Outgoing {
    file: web_sys::File,
    transfer: RefCell<Transfer>,
    current: Current,
    /// Somebody or something wants it to go on now, without waiting.
    awake: Cell<bool>,
    /// Raised with every start; an older run sees it and ends.
    run: Cell<u32>,
}

/// Takes a file into keeping, and finds out whether it was begun before.
pub(super) fn keep(key: u32, file: web_sys::File) {
    let upload = storage().and_then(|storage| {
        storage
            .get_item(&mark_of(&file))
            .ok()
            .flatten()?
            .parse()
            .ok()
    });
    let transfer = Transfer::new(file.size().max(0.0) as u64, upload);
    let outgoing = Outgoing {
        file,
        transfer: RefCell::new(transfer),
        current: Current::default(),
        awake: Cell::new(false),
        run: Cell::new(0),
    };
    FILES.with_borrow_mut(|files| files.insert(key, Rc::new(outgoing)));
}

/// Ends a transfer for good: the server drops what it has of it. What is finished stays.
pub(super) fn drop_file(key: u32) {
    let Some(outgoing) = FILES.with_borrow_mut(|files| files.remove(&key)) else {
        return;
    };
    outgoing.stop();
    let transfer = outgoing.transfer.borrow();
    if let (Some(upload), false) = (
        transfer.upload(),
        matches!(transfer.step(), Step::Finished(_)),
    ) {
        unmark(&outgoing.file);
        spawn_local(tus::terminate(upload));
    }
}

pub(super) fn interrupt(key: u32) {
    if let Some(outgoing) = find(key) {
        outgoing.stop();
    }
}

pub(super) fn renew(key: u32) {
    if let Some(outgoing) = find(key) {
        outgoing.stop();
        outgoing.transfer.borrow_mut().resume();
    }
}

/// The network is back.
pub(super) fn wake_all() {
    FILES.with_borrow(|files| files.values().for_each(|outgoing| outgoing.awake.set(true)));
}

pub(super) fn start(uploads: Uploads, key: u32) {
    let Some(outgoing) = find(key) else { return };
    let run = outgoing.run.get() + 1;
    outgoing.run.set(run);
    spawn_local(async move {
        drive(uploads, key, &outgoing, run).await;
        if outgoing.run.get() == run {
            uploads.pump();
        }
    });
}

/// One step after the other until it is finished, refused or not wanted any more.
async fn drive(uploads: Uploads, key: u32, outgoing: &Rc<Outgoing>, run: u32) {
    let ours = || outgoing.run.get() == run;
    loop {
        let step = outgoing.transfer.borrow().step();
        if let Step::Finished(id) = step {
            unmark(&outgoing.file);
            finish(uploads, key, id, ours).await;
            return;
        }
        let sent = move |bytes: u64| {
            let from = if let Step::Send { from, .. } = step {
                from
            } else {
                0
            };
            note_sent(uploads, key, from + bytes);
        };
        let reply = tus::ask(step, &outgoing.file, &outgoing.current, sent).await;
        if !ours() {
            return;
        }
        let next = outgoing.transfer.borrow_mut().take(&reply);
        let (upload, stored) = {
            let transfer = outgoing.transfer.borrow();
            (transfer.upload(), transfer.stored())
        };
        match upload {
            Some(upload) => remember(&outgoing.file, upload),
            None => unmark(&outgoing.file),
        }
        match next {
            Next::Go => {
                uploads.change(key, |row| row.state = UploadState::Sending);
                note_sent(uploads, key, stored);
            }
            Next::Stop(error) => {
                uploads.change(key, |row| row.state = UploadState::Failed(error));
                return;
            }
            Next::After(pause) => {
                uploads.change(key, |row| row.state = UploadState::Paused);
                rest(outgoing, jittered(pause, js_sys::Math::random())).await;
                if !ours() {
                    return;
                }
            }
        }
    }
}

/// Waits, and as long as the browser is offline; shorter when the network comes back.
async fn rest(outgoing: &Outgoing, pause_ms: u32) {
    outgoing.awake.set(false);
    let mut waited = 0;
    while waited < pause_ms || !window().navigator().on_line() {
        TimeoutFuture::new(LOOK_MS.min(pause_ms)).await;
        waited += LOOK_MS;
        if outgoing.awake.replace(false) {
            return;
        }
    }
}

/// The file is stored; what it looks like comes from the server, measuring from the live channel.
async fn finish(uploads: Uploads, key: u32, id: AssetId, ours: impl Fn() -> bool) {
    let mut tries = 0;
    loop {
        let answer = crate::media::api::asset(id).await;
        if !ours() {
            return;
        }
        match answer {
            Ok(asset) => return finished(uploads, key, asset),
            Err(failure) if tries >= 5 || failure.code() == ErrorCode::NotFound => {
                return uploads.change(key, |row| row.state = UploadState::Failed(failure.0));
            }
            Err(_) => {
                tries += 1;
                TimeoutFuture::new(jittered(
                    super::state::backoff_ms(tries),
                    js_sys::Math::random(),
                ))
                .await;
            }
        }
    }
}

fn finished(uploads: Uploads, key: u32, asset: AssetView) {
    FILES.with_borrow_mut(|files| files.remove(&key));
    uploads.change(key, |row| {
        row.sent = row.size;
        row.state = UploadState::Finished(Box::new(asset));
    });
}

fn note_sent(uploads: Uploads, key: u32, sent: u64) {
    let now = js_sys::Date::now();
    uploads.change(key, |row| {
        row.sent = sent.min(row.size);
        row.pace.note(now, sent);
    });
}

fn find(key: u32) -> Option<Rc<Outgoing>> {
    FILES.with_borrow(|files| files.get(&key).cloned())
}

impl Outgoing {
    fn stop(&self) {
        self.run.set(self.run.get() + 1);
        let request = self.current.borrow().clone();
        if let Some(request) = request {
            _ = request.abort();
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn mark_of(file: &web_sys::File) -> String {
    fingerprint(
        &file.name(),
        file.size().max(0.0) as u64,
        file.last_modified(),
    )
}

fn remember(file: &web_sys::File, upload: UploadId) {
    if let Some(storage) = storage() {
        // Full or forbidden storage only means that a reload begins anew.
        _ = storage.set_item(&mark_of(file), &upload.to_string());
    }
}

fn unmark(file: &web_sys::File) {
    if let Some(storage) = storage() {
        _ = storage.remove_item(&mark_of(file));
    }
}
