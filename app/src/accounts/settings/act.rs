use std::{future::Future, pin::Pin};

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::Failure,
    ui::{Toaster, use_toasts},
};

/// Something that is done on the server, one at a time. What fails is said by a toast, and nothing has
/// changed then.
#[derive(Clone, Copy)]
pub(super) struct Act {
    busy: RwSignal<bool>,
    pub(super) toasts: Toaster,
}

impl Act {
    pub(super) fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            toasts: use_toasts(),
        }
    }

    pub(super) fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    pub(super) fn run<T: 'static>(
        self,
        work: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        let toasts = self.toasts;
        self.run_or(work, done, move |failure| toasts.failed(failure.message()));
    }

    /// With `refused` for what fails: a form has a better place for it than a toast.
    pub(super) fn run_or<T: 'static>(
        self,
        work: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
        refused: impl FnOnce(Failure) + 'static,
    ) {
        self.drive(Box::pin(work), Box::new(done), Box::new(refused));
    }

    /// Without the caller's own types, of which each would be another copy in wasm.
    fn drive<T: 'static>(
        self,
        work: Pin<Box<dyn Future<Output = Result<T, Failure>>>>,
        done: Box<dyn FnOnce(T)>,
        refused: Box<dyn FnOnce(Failure)>,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = work.await;
            // The page may have been left meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => done(answer),
                Err(failure) => refused(failure),
            }
        });
    }
}
