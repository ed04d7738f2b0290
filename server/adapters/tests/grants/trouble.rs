//! All goes wrong, in each of the ways that the fake knows.

use std::time::Duration;

use fakes::oauth::{At, Behaviour, Ended, Fake};
use studio::accounts::grants::{GrantError, Grants as _, Revoked};

use super::*;

/// So long is waited where nothing comes. Long enough for a busy machine to have done what is asked first.
const SHORT: Duration = Duration::from_secs(1);

fn later(retry_after_s: Option<i64>, reason: &str) -> GrantError {
    GrantError::Later {
        retry_after_s,
        reason: reason.to_owned(),
    }
}

fn refused(code: &str) -> GrantError {
    GrantError::Refused(code.to_owned())
}

/// What each does to a token or a profile endpoint, where nothing was done yet.
fn before_anything_is_done() -> Vec<(Behaviour, GrantError)> {
    vec![
        (
            Behaviour::Broken,
            later(None, "status 500 Internal Server Error"),
        ),
        (
            Behaviour::Busy(7),
            later(Some(7), "status 429 Too Many Requests"),
        ),
        (
            Behaviour::Status(503),
            later(None, "status 503 Service Unavailable"),
        ),
        (Behaviour::Status(404), refused("status_404")),
        (Behaviour::Redirect, refused("redirected")),
        (Behaviour::Garbage, GrantError::Garbled),
        (Behaviour::Endless, GrantError::Garbled),
    ]
}

#[tokio::test]
async fn what_goes_wrong_before_a_refresh_leaves_the_grant_as_it_is() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    let refresh = refresh_of(&grant);
    let mut cases = before_anything_is_done();
    cases.extend([
        (
            Behaviour::Refuse("invalid_grant".to_owned()),
            GrantError::Ended,
        ),
        (
            Behaviour::RefuseWith200("invalid_grant".to_owned()),
            GrantError::Ended,
        ),
        (
            Behaviour::Refuse("invalid_client".to_owned()),
            refused("invalid_client"),
        ),
        (
            Behaviour::Refuse("unauthorized_client".to_owned()),
            refused("unauthorized_client"),
        ),
        (
            Behaviour::Refuse("temporarily_unavailable".to_owned()),
            later(None, "temporarily_unavailable"),
        ),
        // It sends back what we sent.
        (
            Behaviour::Refuse(refresh.reveal().to_owned()),
            refused("unnamed"),
        ),
        (Behaviour::Status(400), GrantError::Garbled),
        (Behaviour::WrongJson, GrantError::Garbled),
    ]);
    let count = cases.len();
    for (behaviour, expected) in cases {
        fake.next(At::Token, behaviour.clone());
        let error = provider.refresh(refresh).await.expect_err("trouble");
        assert_eq!(error, expected, "{behaviour:?}");
    }
    let grants = fake.grants();
    assert_eq!((grants[0].refreshes_asked, grants[0].refreshes), (count, 0));
    provider.refresh(refresh).await.expect("it is still good");
}

#[tokio::test]
async fn what_goes_wrong_with_a_code_is_said_alike() {
    for (behaviour, expected) in before_anything_is_done() {
        let fake = Fake::start().await.expect("a fake");
        let provider = provider(&fake);
        let code = code(&provider).await;
        fake.next(At::Token, behaviour.clone());
        let error = provider.exchange(&code, VERIFIER, CALLBACK).await;
        assert_eq!(error, Err(expected), "{behaviour:?}");
        // Nothing was done, so the code is still good.
        assert!(provider.exchange(&code, VERIFIER, CALLBACK).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_that_has_turned_over_is_not_lost_to_a_wrong_wrapping() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let mut grant = connect(&provider).await;
    for behaviour in [
        Behaviour::WrongType,
        Behaviour::NoType,
        Behaviour::Created,
        Behaviour::Odd,
    ] {
        fake.next(At::Token, behaviour.clone());
        grant = provider
            .refresh(refresh_of(&grant))
            .await
            .expect("refreshed");
        assert_eq!(grant.expires_in_s, Some(3_600), "{behaviour:?}");
        assert_eq!(
            grant.scopes.as_ref().map(Vec::len),
            Some(2),
            "{behaviour:?}"
        );
    }
    assert_eq!(refresh_of(&grant).reveal(), "refresh-1-4");
    assert_eq!(fake.grants()[0].ended, None);
}

/// This cannot be mended: the old token is burnt and the new one never came. The first time it looks like
/// the network; whoever tries again learns that it is over, and that only the person can help.
#[tokio::test]
async fn an_answer_that_is_cut_after_the_token_turned_over_ends_the_grant() {
    for behaviour in [Behaviour::CutAfter, Behaviour::StallAfter] {
        let fake = Fake::start().await.expect("a fake");
        let grant = connect(&provider(&fake)).await;
        let hasty = provider_of(settings(&fake), SHORT);
        fake.next(At::Token, behaviour.clone());
        let error = hasty.refresh(refresh_of(&grant)).await.expect_err("cut");
        let reason = match behaviour {
            Behaviour::CutAfter => "the connection broke",
            _ => "it did not answer in time",
        };
        assert_eq!(error, later(None, reason));
        assert_eq!(fake.grants()[0].refreshes, 1);
        let patient = provider(&fake);
        let error = patient.refresh(refresh_of(&grant)).await;
        assert_eq!(error, Err(GrantError::Ended));
        assert_eq!(fake.grants()[0].ended, Some(Ended::ShownTwice));
    }
}

#[tokio::test]
async fn a_refresh_token_shown_twice_ends_even_the_newest() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let old = connect(&provider).await;
    let new = provider.refresh(refresh_of(&old)).await.expect("refreshed");
    assert_eq!(
        provider.refresh(refresh_of(&old)).await,
        Err(GrantError::Ended)
    );
    assert_eq!(
        provider.refresh(refresh_of(&new)).await,
        Err(GrantError::Ended)
    );
    assert_eq!(fake.grants()[0].ended, Some(Ended::ShownTwice));
    assert_eq!(fake.grants()[0].refreshes, 1);
}

#[tokio::test]
async fn two_refreshes_at_once_end_the_grant_which_is_why_there_must_be_one() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    let (one, two) = tokio::join!(
        provider.refresh(refresh_of(&grant)),
        provider.refresh(refresh_of(&grant))
    );
    assert_eq!(one.is_ok(), two.is_err());
    assert_eq!(fake.grants()[0].ended, Some(Ended::ShownTwice));
}

#[tokio::test]
async fn a_code_is_good_once_and_with_its_own_verifier_and_address() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let other = VERIFIER.replace('d', "e");
    let first = code(&provider).await;
    let stolen = provider.exchange(&first, &other, CALLBACK).await;
    assert_eq!(stolen, Err(GrantError::Ended));
    let second = code(&provider).await;
    let elsewhere = provider
        .exchange(&second, VERIFIER, "https://evil.example/")
        .await;
    assert_eq!(elsewhere, Err(GrantError::Ended));
    let third = code(&provider).await;
    let grant = provider
        .exchange(&third, VERIFIER, CALLBACK)
        .await
        .expect("a grant");
    let again = provider.exchange(&third, VERIFIER, CALLBACK).await;
    assert_eq!(again, Err(GrantError::Ended));
    // Whoever had it a second time has ended it for both.
    assert_eq!(
        provider.refresh(refresh_of(&grant)).await,
        Err(GrantError::Ended)
    );
    assert_eq!(fake.grants()[2].ended, Some(Ended::CodeShownTwice));
}

#[tokio::test]
async fn a_grant_that_the_person_took_back_has_ended() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    fake.end(1);
    assert_eq!(
        provider.refresh(refresh_of(&grant)).await,
        Err(GrantError::Ended)
    );
}

#[tokio::test]
async fn a_wrong_secret_is_our_fault_and_ends_nothing() {
    let fake = Fake::start().await.expect("a fake");
    let grant = connect(&provider(&fake)).await;
    let wrong = Settings {
        client_secret: Some(Secret::new("another")),
        ..settings(&fake)
    };
    let wrong = provider_of(wrong, Duration::from_secs(20));
    let error = wrong.refresh(refresh_of(&grant)).await;
    assert_eq!(error, Err(refused("invalid_client")));
    assert_eq!(
        wrong.revoke(refresh_of(&grant)).await,
        Err(refused("invalid_client"))
    );
    assert!(provider(&fake).refresh(refresh_of(&grant)).await.is_ok());
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_said() {
    let fake = Fake::start().await.expect("a fake");
    let grant = connect(&provider(&fake)).await;
    let hasty = provider_of(settings(&fake), SHORT);
    for at in [At::Token, At::Revoke, At::Profile] {
        fake.always(at, Some(Behaviour::Stall));
    }
    let slow = later(None, "it did not answer in time");
    assert_eq!(hasty.refresh(refresh_of(&grant)).await, Err(slow.clone()));
    assert_eq!(hasty.revoke(refresh_of(&grant)).await, Err(slow.clone()));
    assert_eq!(hasty.who(&grant.access).await, Err(slow));
    assert_eq!(fake.grants()[0].refreshes, 0);
}

#[tokio::test]
async fn a_provider_that_is_not_there_may_come_back() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    // A port that was free a moment ago.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/", nowhere.local_addr().expect("an address"));
    drop(nowhere);
    let gone = Settings {
        token_url: Some(address.clone()),
        revoke_url: Some(address.clone()),
        profile_url: Some(address),
        ..settings(&fake)
    };
    let gone = provider_of(gone, Duration::from_secs(20));
    let unreachable = later(None, "no connection");
    assert_eq!(
        gone.refresh(refresh_of(&grant)).await,
        Err(unreachable.clone())
    );
    assert_eq!(
        gone.revoke(refresh_of(&grant)).await,
        Err(unreachable.clone())
    );
    assert_eq!(gone.who(&grant.access).await, Err(unreachable));
}

#[tokio::test]
async fn revoking_knows_what_is_gone_from_what_went_wrong() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    for (behaviour, expected) in [
        (
            Behaviour::Refuse("invalid_token".to_owned()),
            Ok(Revoked::Done),
        ),
        (
            Behaviour::Refuse("invalid_grant".to_owned()),
            Ok(Revoked::Done),
        ),
        (Behaviour::Garbage, Ok(Revoked::Done)),
        (Behaviour::Status(204), Ok(Revoked::Done)),
        (
            Behaviour::Refuse("unsupported_token_type".to_owned()),
            Err(refused("unsupported_token_type")),
        ),
        (
            Behaviour::Busy(60),
            Err(later(Some(60), "status 429 Too Many Requests")),
        ),
        (
            Behaviour::Broken,
            Err(later(None, "status 500 Internal Server Error")),
        ),
        (Behaviour::Status(404), Err(refused("status_404"))),
        (Behaviour::Redirect, Err(refused("redirected"))),
    ] {
        fake.next(At::Revoke, behaviour.clone());
        let revoked = provider.revoke(refresh_of(&grant)).await;
        assert_eq!(revoked, expected, "{behaviour:?}");
    }
    assert_eq!(fake.grants()[0].ended, None);
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_is_no_end() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    let mut cases: Vec<_> = before_anything_is_done()
        .into_iter()
        .map(|(behaviour, error)| (behaviour, Err(error)))
        .collect();
    cases.extend([
        (Behaviour::Status(403), Err(refused("status_403"))),
        (
            Behaviour::CutAfter,
            Err(later(None, "the connection broke")),
        ),
        (Behaviour::WrongJson, Ok(None)),
        (Behaviour::WrongType, Ok(Some("Nora L.".to_owned()))),
    ]);
    for (behaviour, expected) in cases {
        fake.next(At::Profile, behaviour.clone());
        let who = provider.who(&grant.access).await;
        assert_eq!(who, expected, "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_person_may_say_no() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    fake.next(At::Authorize, Behaviour::Refuse("access_denied".to_owned()));
    let address = provider
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let back = back_from(&address).await;
    assert_eq!(back[0], ("error".to_owned(), "access_denied".to_owned()));
    assert_eq!(back[1], ("state".to_owned(), STATE.to_owned()));
    assert!(fake.grants().is_empty());
}
