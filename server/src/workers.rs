//! The workers of this process: they claim jobs, do them, and claim the next.

use std::{panic::AssertUnwindSafe, time::Duration};

use contract::{ApiError, AssetId};
use futures::FutureExt;
use studio::{
    Actor, Clock, Studio,
    jobs::{Claimed, Failure, Jobs, Lease},
    media::{MEASURE, RENDER},
};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Jobs of this process wake the workers at once; this finds those whose time has come, and those that
/// another process queued or left behind.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Far more often than the minutes by which tokens are refreshed early.
const TEND_EVERY: Duration = Duration::from_secs(15);
const TEND_AGAIN: Duration = Duration::from_secs(1);
/// Expired uploads are nobody's hurry.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Claimers are named `serve/PROCESS/NUMBER`. One process serves a database (several need Redis to tell
/// each other of events), so what any other process holds at our start was left behind by one that was
/// killed. Should that be wrong for a moment, as when the old one still shuts down, it loses its lease
/// and the work is done once more; nothing is kept twice.
const NODE: &str = "serve/";

/// The running workers. Dropped, they are told to stop but not waited for.
pub struct Workers {
    running: JoinHandle<()>,
    stop: DropGuard,
}

/// `count` jobs at once; measuring takes a processor each.
pub fn start(studio: Studio, count: usize) -> Workers {
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(run(studio, count, shutdown.clone()));
    Workers {
        running,
        stop: shutdown.drop_guard(),
    }
}

impl Workers {
    /// Every worker puts down what it holds; the next start takes it up.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the workers did not stop in order");
        }
    }
}

async fn run(studio: Studio, count: usize, shutdown: CancellationToken) {
    if let Err(error) = studio.jobs.reclaim(&Actor::System, NODE).await {
        tracing::error!(%error, "leases of an earlier process were not taken back; they run out by themselves");
    }
    match studio.media.reconcile(&Actor::System).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "uploads that were complete have been looked after"),
        Err(error) => tracing::error!(%error, "uploads were not looked after"),
    }
    // A process id comes again, in containers at every start.
    let process = format!("{}-{}", std::process::id(), Clock::system().now().0);
    // Tasks of their own: each has its units of work open for itself.
    let mut tasks = JoinSet::new();
    for number in 0..count.max(1) {
        let name = format!("{NODE}{process}/{number}");
        tasks.spawn(work(studio.clone(), name, shutdown.clone()));
    }
    tasks.spawn(tend(studio.clone(), shutdown.clone()));
    tasks.spawn(sweep(studio, shutdown));
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker broke");
        }
    }
}

async fn work(studio: Studio, name: String, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let claimed = match studio
            .jobs
            .claim(&Actor::System, &name, &[MEASURE, RENDER], 1)
            .await
        {
            Ok(mut claimed) => claimed.pop(),
            Err(error) => {
                tracing::error!(%error, "no job could be claimed");
                None
            }
        };
        match claimed {
            Some(claimed) => finish(&studio, claimed, &shutdown).await,
            None => {
                tokio::select! {
                    () = studio.jobs.woken() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = shutdown.cancelled() => {}
                }
            }
        }
    }
}

/// Does one job, and sees to it that it ends in the table whatever happens.
async fn finish(studio: &Studio, claimed: Claimed, shutdown: &CancellationToken) {
    // Where there is one job there may be more: the next idle worker looks.
    studio.jobs.wake();
    let lease = studio.jobs.hold(claimed, shutdown);
    let job = &lease.claimed.job;
    match AssertUnwindSafe(perform(studio, &lease))
        .catch_unwind()
        .await
    {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(job = %job.id, kind = job.kind, %error, "a job did not end in order");
        }
        Err(_) => {
            tracing::error!(job = %job.id, kind = job.kind, "a job panicked");
            give_up(&studio.jobs, &lease).await;
            tell(studio, AssetId(job.subject)).await;
        }
    }
}

async fn perform(studio: &Studio, lease: &Lease) -> Result<(), ApiError> {
    match lease.claimed.job.kind.as_str() {
        MEASURE => studio.media.measure(lease).await?,
        RENDER => studio.media.make_playable(lease).await?,
        kind => {
            tracing::error!(kind, "nobody knows how to do this kind of job");
            give_up(&studio.jobs, lease).await;
        }
    }
    Ok(())
}

/// A panic comes back every time; trying again would only repeat it.
async fn give_up(jobs: &Jobs, lease: &Lease) {
    let failure = Failure::lasting(ApiError::internal());
    if let Err(error) = jobs.fail(&lease.claimed, &failure).await {
        tracing::error!(job = %lease.claimed.job.id, %error, "a broken job was not marked so");
    }
}

async fn tell(studio: &Studio, asset: AssetId) {
    if let Err(error) = studio.media.job_ended(&Actor::System, asset).await {
        tracing::warn!(%asset, %error, "nobody was told of the end of a job");
    }
}

/// Connected accounts stay alive.
async fn tend(studio: Studio, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let tended = tokio::select! {
            tended = studio.connections.tend(&Actor::System) => tended,
            () = shutdown.cancelled() => return,
        };
        let pause = match tended {
            // There may be more.
            Ok(1..) => TEND_AGAIN,
            Ok(0) => TEND_EVERY,
            Err(error) => {
                tracing::error!(%error, "connections were not looked after");
                TEND_EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// What falls due by itself.
async fn sweep(studio: Studio, shutdown: CancellationToken) {
    loop {
        match studio.jobs.give_up(&Actor::System).await {
            Ok(jobs) => {
                for job in jobs {
                    tell(&studio, AssetId(job.subject)).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "jobs that were tried too often were not given up");
            }
        }
        match studio.media.sweep_uploads(&Actor::System).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "uploads that were left alone are gone"),
            Err(error) => tracing::error!(%error, "uploads that were left alone were not swept"),
        }
        if let Err(error) = studio.media.sweep_remains(&Actor::System).await {
            tracing::error!(%error, "files of somebody who went were not swept");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}
