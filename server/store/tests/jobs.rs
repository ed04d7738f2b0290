//! Claiming, holding and losing jobs, on both engines.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashSet;

use contract::{ErrorCode, JobId, Timestamp, UserId, jobs::JobState};
use serde_json::json;
use store::{
    Store, Uuid, Viewer,
    jobs::{self, Claim, Job, NewJob},
};
use support::{NOW, on_every_engine, person, some_id};

const LEASE_S: i64 = 30;

async fn put(store: &Store, user: UserId, key: &str, priority: i64) -> Job {
    put_at(store, user, key, priority, NOW).await
}

async fn put_at(store: &Store, user: UserId, key: &str, priority: i64, run_at: Timestamp) -> Job {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    let job = jobs::insert(
        &mut tx,
        &NewJob {
            id: JobId(some_id()),
            kind: "measure",
            user_id: user,
            subject: some_id(),
            payload: &json!({"n": 1}),
            priority,
            max_attempts: 3,
            run_at,
            key,
            created_at: NOW,
        },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    job
}

async fn claim(store: &Store, worker: &str, now: Timestamp, limit: i64) -> Vec<Job> {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    let claim = Claim {
        worker,
        kinds: &["measure", "other"],
        now,
        lease_until: now.plus_seconds(LEASE_S),
        limit,
    };
    let jobs = jobs::claim(&mut tx, &claim).await.unwrap();
    tx.commit().await.unwrap();
    jobs
}

async fn get(store: &Store, id: JobId) -> Job {
    jobs::find(&mut store.read(Viewer::System).await.unwrap(), id)
        .await
        .unwrap()
        .unwrap()
}

/// Runs one write in a unit of work of its own.
macro_rules! write {
    ($store:expr, $function:ident $(, $arg:expr)*) => {{
        let mut tx = $store.begin(Viewer::System).await.unwrap();
        let result = jobs::$function(&mut tx $(, $arg)*).await.unwrap();
        tx.commit().await.unwrap();
        result
    }};
}

#[tokio::test]
async fn the_same_key_is_the_same_job() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let first = put(&store, user, "measure:1", 0).await;
        let second = put(&store, user, "measure:1", 5).await;
        assert_eq!(first.id, second.id);
        assert_eq!(second.priority, 0, "the first asking counts");
        assert_eq!(first.state.0, JobState::Queued);
        assert_eq!(first.payload.0, json!({"n": 1}));
        assert_eq!(claim(&store, "w", NOW, 10).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn claimed_in_order_of_priority_and_age() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let late = put_at(&store, user, "late", 1, NOW.plus_millis(-9)).await;
        let second = put_at(&store, user, "second", 0, NOW.plus_millis(-1)).await;
        let first = put_at(&store, user, "first", 0, NOW.plus_millis(-2)).await;
        let all = claim(&store, "w", NOW, 10).await;
        let ids: Vec<_> = all.iter().map(|job| job.id).collect();
        assert_eq!(ids, [first.id, second.id, late.id]);
        assert!(
            all.iter()
                .all(|job| job.state.0 == JobState::Running && job.attempt == 1)
        );
        assert!(
            all.iter()
                .all(|job| job.lease_owner.as_deref() == Some("w"))
        );
    })
    .await;
}

#[tokio::test]
async fn one_persons_queue_does_not_keep_another_waiting() {
    on_every_engine(|store| async move {
        let (ada, bob) = (person(&store, "ada").await, person(&store, "bob").await);
        for n in 0..5 {
            put_at(&store, ada, &format!("ada:{n}"), 0, NOW.plus_millis(n - 9)).await;
        }
        put(&store, bob, "bob", 0).await;
        let mut served = Vec::new();
        for n in 0..3 {
            served.extend(claim(&store, "w", NOW.plus_seconds(n), 1).await);
        }
        let users: Vec<_> = served.iter().map(|job| job.user_id).collect();
        assert_eq!(users, [ada, bob, ada]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_due_waits() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        put(&store, user, "k", 0).await;
        assert!(claim(&store, "w", NOW.plus_millis(-1), 10).await.is_empty());
        assert_eq!(claim(&store, "w", NOW, 10).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_once_never_get_the_same_job() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        for n in 0..60 {
            put(&store, user, &format!("k{n}"), n % 3).await;
        }
        let workers = (0..8).map(|worker| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let jobs = claim(&store, &format!("w{worker}"), NOW, 3).await;
                    // SKIP LOCKED may find nothing while another's claim is open; the test ends when all is taken.
                    if jobs.is_empty() {
                        break;
                    }
                    mine.extend(jobs.into_iter().map(|job| job.id));
                }
                mine
            })
        });
        let mut taken = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            taken.extend(worker.await.unwrap());
        }
        taken.extend(
            claim(&store, "last", NOW, 100)
                .await
                .into_iter()
                .map(|job| job.id),
        );
        assert_eq!(taken.len(), 60);
        assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 60);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_its_holder_learns_it() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let id = put(&store, user, "k", 0).await.id;
        claim(&store, "first", NOW, 1).await;
        let later = NOW.plus_seconds(LEASE_S + 1);
        assert!(
            claim(&store, "second", NOW.plus_seconds(LEASE_S), 1)
                .await
                .is_empty(),
            "still held"
        );
        let taken = claim(&store, "second", later, 1).await;
        assert_eq!((taken[0].id, taken[0].attempt), (id, 2));

        assert_eq!(write!(store, heartbeat, id, "first", later), None);
        assert!(!write!(store, progress, id, "first", 0.9, Some("late")));
        assert!(!write!(store, finish, id, "first", later));
        assert!(!write!(
            store,
            fail,
            id,
            "first",
            later,
            ErrorCode::Internal,
            "late"
        ));
        assert!(!write!(store, release, id, "first", later));
        let job = get(&store, id).await;
        assert_eq!((job.state.0, job.progress), (JobState::Running, 0.0));
        assert!(write!(store, finish, id, "second", later));
        let job = get(&store, id).await;
        assert_eq!(
            (job.state.0, job.progress, job.lease_owner),
            (JobState::Done, 1.0, None)
        );
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_keeps_the_lease() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let id = put(&store, user, "k", 0).await.id;
        claim(&store, "w", NOW, 1).await;
        let beat = NOW.plus_seconds(20);
        assert_eq!(
            write!(store, heartbeat, id, "w", beat.plus_seconds(LEASE_S)),
            Some(false)
        );
        assert!(
            claim(&store, "other", NOW.plus_seconds(LEASE_S + 5), 1)
                .await
                .is_empty()
        );
        assert!(write!(
            store,
            progress,
            id,
            "w",
            0.25,
            Some("Measuring loudness")
        ));
        let job = get(&store, id).await;
        assert_eq!(
            (job.progress, job.stage.as_deref()),
            (0.25, Some("Measuring loudness"))
        );
    })
    .await;
}

#[tokio::test]
async fn tried_too_often_is_given_up() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let id = put(&store, user, "k", 0).await.id;
        let mut now = NOW;
        for attempt in 1..=3 {
            assert_eq!(claim(&store, "w", now, 1).await[0].attempt, attempt);
            now = now.plus_seconds(LEASE_S + 1);
        }
        assert!(claim(&store, "w", now, 1).await.is_empty());
        let given_up = write!(
            store,
            fail_exhausted,
            now,
            ErrorCode::Internal,
            "It stopped the server."
        );
        assert_eq!(given_up.len(), 1);
        let job = get(&store, id).await;
        assert_eq!(
            (job.state.0, job.error_code.as_deref()),
            (JobState::Failed, Some("internal"))
        );
    })
    .await;
}

#[tokio::test]
async fn retried_when_it_is_due_again() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let id = put(&store, user, "k", 0).await.id;
        claim(&store, "w", NOW, 1).await;
        let due = NOW.plus_seconds(4);
        assert!(write!(
            store,
            retry,
            id,
            "w",
            due,
            ErrorCode::Internal,
            "The disk did not answer."
        ));
        assert!(claim(&store, "w", due.plus_millis(-1), 1).await.is_empty());
        assert_eq!(claim(&store, "w", due, 1).await[0].attempt, 2);
    })
    .await;
}

#[tokio::test]
async fn cancelled_at_once_when_it_waits_and_when_told_when_it_runs() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let running = put(&store, user, "a", 0).await.id;
        claim(&store, "w", NOW, 1).await;
        let waiting = put(&store, user, "b", 0).await.id;

        assert_eq!(
            write!(store, cancel, waiting, NOW).unwrap().state.0,
            JobState::Cancelled
        );
        assert!(
            write!(store, cancel, waiting, NOW).is_none(),
            "it has ended already"
        );
        assert_eq!(
            write!(store, cancel, running, NOW).unwrap().state.0,
            JobState::Running
        );
        assert_eq!(
            write!(store, heartbeat, running, "w", NOW.plus_seconds(60)),
            Some(true)
        );
        assert!(write!(store, cancelled, running, "w", NOW));
        assert_eq!(get(&store, running).await.state.0, JobState::Cancelled);
        assert!(
            claim(&store, "w", NOW.plus_seconds(3600), 10)
                .await
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn given_back_without_counting_the_attempt() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let id = put(&store, user, "k", 0).await.id;
        claim(&store, "w", NOW, 1).await;
        assert!(write!(store, release, id, "w", NOW));
        let again = claim(&store, "w2", NOW, 1).await;
        assert_eq!((again[0].id, again[0].attempt), (id, 1));
    })
    .await;
}

#[tokio::test]
async fn leases_of_a_process_that_is_gone_run_out_at_once() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        put(&store, user, "a", 0).await;
        put(&store, user, "b", 0).await;
        claim(&store, "here/1/0", NOW, 1).await;
        claim(&store, "there/1/0", NOW, 1).await;
        assert_eq!(write!(store, expire, "here/", NOW), 1);
        let again = claim(&store, "here/2/0", NOW, 10).await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].attempt, 2, "it may be what killed the process");
    })
    .await;
}

#[tokio::test]
async fn found_by_what_they_are_about() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let (one, two) = (
            put(&store, user, "a", 0).await,
            put(&store, user, "b", 0).await,
        );
        let mut read = store.read(Viewer::System).await.unwrap();
        let found = jobs::by_subject(&mut read, "measure", one.subject)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.id, one.id);
        assert!(
            jobs::by_subject(&mut read, "render", one.subject)
                .await
                .unwrap()
                .is_none()
        );
        let both = jobs::by_subjects(
            &mut read,
            "measure",
            &[one.subject, two.subject, Uuid::nil()],
        )
        .await
        .unwrap();
        assert_eq!(both.len(), 2);
    })
    .await;
}
