use contract::{ApiError, ErrorCode};

use crate::Denial;

#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    #[error("That job does not exist, or it is not yours.")]
    NotFound,
    /// Only Soundstage's own workers claim.
    #[error("That is not yours to do.")]
    Forbidden,
    #[error(transparent)]
    Denied(#[from] Denial),
    /// Another worker has taken the job over; what this one did must not be kept.
    #[error("the lease of job {0} is lost")]
    LeaseLost(contract::JobId),
    #[error("the database failed: {0}")]
    Store(#[from] store::Error),
}

impl From<&JobsError> for ApiError {
    fn from(error: &JobsError) -> Self {
        let code = match error {
            JobsError::Denied(denial) => return (*denial).into(),
            JobsError::NotFound => ErrorCode::NotFound,
            JobsError::Forbidden => ErrorCode::Forbidden,
            JobsError::LeaseLost(_) | JobsError::Store(_) => {
                return Self::internal();
            }
        };
        Self::new(code, error.to_string())
    }
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        Self::from(&error)
    }
}
