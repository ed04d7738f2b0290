use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt as _;

use super::*;

/// A place that refuses everything, while it answers.
#[derive(Default)]
struct Place {
    is_away: AtomicBool,
}

impl Place {
    fn verdict(&self) -> Option<Verdict> {
        (!self.is_away.load(Ordering::Relaxed)).then_some(Err(7))
    }
}

impl Shared for Place {
    fn take(&self, _: Asker, _: Timestamp) -> BoxFuture<'_, Option<Verdict>> {
        async { self.verdict() }.boxed()
    }

    fn admit<'a>(&'a self, _: &'a [Try], _: Timestamp) -> BoxFuture<'a, Option<Verdict>> {
        async { self.verdict() }.boxed()
    }

    fn forgive<'a>(&'a self, _: &'a [Try]) -> BoxFuture<'a, ()> {
        async {}.boxed()
    }

    fn tell(&self, _: News) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }

    fn listen<'a>(&'a self, _: &'a (dyn Fn(Option<News>) + Send + Sync)) -> BoxFuture<'a, ()> {
        async {}.boxed()
    }
}

#[tokio::test]
async fn while_the_shared_place_is_away_each_goes_on_alone() {
    let place = Arc::new(Place::default());
    let commons = Commons::shared(place.clone());
    let (asker, now) = (Asker::V4(1), Timestamp::from_seconds(1));
    let tries = [Try {
        kind: "account",
        key: "mara".to_owned(),
        longest_s: 30,
    }];
    assert_eq!(commons.take(asker, now).await, Err(7));
    assert_eq!(commons.admit(&tries, now).await, Err(7));
    place.is_away.store(true, Ordering::Relaxed);
    assert_eq!(commons.take(asker, now).await, Ok(()));
    for _ in 0..FREE_TRIES {
        assert_eq!(commons.admit(&tries, now).await, Ok(()));
    }
    assert_eq!(commons.admit(&tries, now).await, Err(1));
    commons.forgive(&tries).await;
    assert_eq!(commons.admit(&tries, now).await, Ok(()));
}
