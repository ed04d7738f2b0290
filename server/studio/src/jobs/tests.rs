use contract::{AssetId, JobId};

use super::service::backoff_for_tests;

#[test]
fn waiting_doubles_up_to_five_minutes() {
    let id = JobId(AssetId("01890000-0000-7000-8000-0000000000ff".parse().unwrap()).0);
    let waits: Vec<_> = (1..=10)
        .map(|attempt| backoff_for_tests(attempt, id))
        .collect();
    assert_eq!(&waits[..4], [2_000, 4_000, 8_000, 16_000]);
    assert_eq!(waits[9], 300_000);
    let other = JobId("01890000-0000-7000-8000-000000000000".parse().unwrap());
    assert_eq!(backoff_for_tests(1, other), 1_000);
}
