//! Time comes in as a value, so that tests decide it.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use contract::Timestamp;

pub trait Time: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// A shared clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Time>);

impl Clock {
    pub fn new(time: impl Time) -> Self {
        Self(Arc::new(time))
    }

    pub fn system() -> Self {
        Self::new(SystemClock)
    }

    pub fn now(&self) -> Timestamp {
        self.0.now()
    }
}

pub struct SystemClock;

impl Time for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
