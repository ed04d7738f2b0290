//! Measuring, as a job.

use std::{ops::ControlFlow, time::Duration};

use contract::{
    ApiError, AssetId, ErrorCode,
    jobs::JobState,
    media::{Measuring, Summary},
    report::{Curve, REPORT_VERSION, Report},
};
use store::{jobs, media as rows, media::Asset};
use tokio::sync::watch;

use super::{
    MEASURE, Media, MediaError, ObjectError, ObjectKey, assets::view, finish, uploads::unsigned,
};
use crate::{
    Actor,
    jobs::{Failure, JobsError, Lease, Stop},
};

/// How often people and the database hear of progress, at most.
const TOLD_EVERY: Duration = Duration::from_millis(500);
/// Bars of a clip's small waveform.
const SUMMARY_POINTS: usize = 120;

/// Why a job ended without a result.
pub(super) enum Cut {
    Stopped(Stop),
    Failed(Failure),
}

impl Media {
    /// Does a job of the kind [`MEASURE`](super::MEASURE), to its end in the table.
    pub async fn measure(&self, lease: &Lease) -> Result<(), MediaError> {
        let id = AssetId(lease.claimed.job.subject);
        let ended = match self.own_asset(&Actor::System, id).await {
            Ok(asset) => self.measure_asset(lease, &asset).await,
            Err(error) => Err(cut(error)),
        };
        self.settle(lease, ended).await
    }

    async fn measure_asset(&self, lease: &Lease, asset: &Asset) -> Result<(), Cut> {
        let started = self.0.clock.now();
        self.publish(asset, view(asset, running(0.0, None)));
        let report = self.listen(lease, asset).await?;
        let now = self.0.clock.now();
        let summary = summary(&report, now.millis_since(started));
        let keep = async {
            let mut tx = self.0.store.begin(&Actor::System).await?;
            rows::save_analysis(&mut tx, asset.id, &report, &summary, now).await?;
            self.0.jobs.complete(&mut tx, &lease.claimed).await?;
            tx.commit().await?;
            Ok(())
        };
        keep.await.map_err(cut)?;
        self.0.cards.forget(asset.id);
        Ok(())
    }

    async fn listen(&self, lease: &Lease, asset: &Asset) -> Result<Report, Cut> {
        let file = self
            .0
            .objects
            .local(ObjectKey::Original(asset.id))
            .await
            .map_err(|error| cut(error.into()))?;
        let source = audio::Source::new(asset.name.clone(), file, unsigned(asset.size));
        let (say, heard) = watch::channel(None);
        let token = lease.token().clone();
        let mut work = tokio::task::spawn_blocking(move || {
            audio::measure(source, &mut |progress| {
                say.send_replace(Some(progress));
                if token.is_cancelled() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        });
        let mut told = None;
        loop {
            tokio::select! {
                ended = &mut work => return ended.map_err(|error| broke(&error.into()))?.map_err(|error| match lease.stopped() {
                    Some(stop) => Cut::Stopped(stop),
                    None => cut(error.into()),
                }),
                () = tokio::time::sleep(TOLD_EVERY) => {}
            }
            let progress: Option<audio::Progress> = *heard.borrow();
            if let Some(progress) = progress
                && told != Some(progress)
            {
                told = Some(progress);
                let stage = progress.stage.label();
                // Only for the eye: when it fails, the work goes on and the heartbeat decides.
                if let Err(error) = self
                    .0
                    .jobs
                    .progress(&lease.claimed, progress.done, Some(stage))
                    .await
                {
                    tracing::debug!(%error, "progress was not noted");
                }
                self.publish(asset, view(asset, running(progress.done, Some(stage))));
            }
        }
    }

    /// Brings the end of a job into the table and to those who follow.
    pub(super) async fn settle(
        &self,
        lease: &Lease,
        ended: Result<(), Cut>,
    ) -> Result<(), MediaError> {
        let jobs = &self.0.jobs;
        match ended {
            Ok(()) => {}
            Err(Cut::Failed(failure)) => {
                jobs.fail(&lease.claimed, &failure).await?;
            }
            Err(Cut::Stopped(Stop::Cancelled)) => jobs.cancelled(&lease.claimed).await?,
            Err(Cut::Stopped(Stop::ShuttingDown)) => jobs.release(&lease.claimed).await?,
            // The worker that has it now tells the rest.
            Err(Cut::Stopped(Stop::Lost)) => return Ok(()),
        }
        match self.announce(AssetId(lease.claimed.job.subject)).await {
            // Deleted while it was being measured.
            Err(MediaError::NotFound) => Ok(()),
            other => other,
        }
    }

    /// Measures a file once more that could not be measured, whose measuring was cancelled, or whose
    /// report is of an older version than this program reads.
    pub async fn measure_again(&self, actor: &Actor, id: AssetId) -> Result<(), MediaError> {
        let asset = self.own_asset(actor, id).await?;
        let mut tx = self.0.store.begin(actor).await?;
        let last = jobs::by_subject(&mut tx, MEASURE, id.0).await?;
        let is_needed = match last.as_ref().map(|job| &job.state.0) {
            None | Some(JobState::Failed | JobState::Cancelled) => true,
            Some(JobState::Done) => rows::analysis(&mut tx, id, REPORT_VERSION).await?.is_none(),
            Some(_) => false,
        };
        if !is_needed {
            return Ok(());
        }
        // Pressed twice, it is measured once.
        let after = last.map_or_else(String::new, |job| format!(":{}", job.id));
        self.0
            .jobs
            .enqueue(&mut tx, finish::job(MEASURE, &asset, &after))
            .await?;
        tx.commit().await?;
        self.0.jobs.wake();
        self.announce(id).await
    }

    /// For jobs that were ended from outside: given up, or broken by a panic.
    pub async fn job_ended(&self, actor: &Actor, id: AssetId) -> Result<(), MediaError> {
        super::uploads::only_system(actor)?;
        self.announce(id).await
    }
}

/// What a failure means for the job: the file's own faults are for good, the world's may pass.
pub(super) fn cut(error: MediaError) -> Cut {
    match error {
        MediaError::Refused(error) => Cut::Failed(Failure::lasting(error)),
        MediaError::Jobs(JobsError::LeaseLost(_)) => Cut::Stopped(Stop::Lost),
        error @ (MediaError::NotFound | MediaError::Objects(ObjectError::NotFound)) => {
            Cut::Failed(Failure::lasting(error.into()))
        }
        error @ MediaError::Task(_) => broke(&error),
        error => {
            tracing::warn!(%error, "a job failed and may be tried again");
            Cut::Failed(Failure::passing(error.into()))
        }
    }
}

/// A panic comes back every time.
pub(super) fn broke(error: &MediaError) -> Cut {
    tracing::error!(%error, "a job broke");
    Cut::Failed(Failure::lasting(ApiError::new(
        ErrorCode::Internal,
        "Something went wrong here while measuring this file. The file itself is kept.",
    )))
}

fn running(progress: f64, stage: Option<&str>) -> Measuring {
    Measuring {
        state: JobState::Running,
        progress: progress as f32,
        stage: stage.map(str::to_owned),
        error: None,
        summary: None,
    }
}

fn summary(report: &Report, measured_in_ms: i64) -> Summary {
    Summary {
        duration_s: report.file.duration_s,
        integrated_lufs: report.number("loudness.integrated"),
        waveform: peaks(&report.curves.waveform, SUMMARY_POINTS),
        measured_in_ms,
    }
}

/// The highest of each even share of the curve.
fn peaks(curve: &Curve, points: usize) -> Vec<f32> {
    let values = &curve.values;
    let count = points.min(values.len());
    let share = |index: usize| index * values.len() / count.max(1);
    (0..count)
        .map(|index| {
            let peak = values[share(index)..share(index + 1)]
                .iter()
                .flatten()
                .fold(0.0_f32, |high, value| high.max(*value));
            (peak.min(1.0) * 1_000.0).round() / 1_000.0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contract::report::Curve;

    use super::peaks;

    #[test]
    fn the_small_waveform_keeps_peaks() {
        let mut values = vec![Some(0.1); 1000];
        values[517] = Some(1.4);
        values[3] = None;
        let curve = Curve {
            values,
            ..Curve::default()
        };
        let small = peaks(&curve, 120);
        assert_eq!(small.len(), 120);
        assert_eq!(small.iter().filter(|peak| **peak == 1.0).count(), 1);
        assert!(peaks(&Curve::default(), 120).is_empty());
        let short = Curve {
            values: vec![Some(0.5); 7],
            ..Curve::default()
        };
        assert_eq!(peaks(&short, 120), [0.5; 7]);
    }
}
