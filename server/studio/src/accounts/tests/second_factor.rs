//! Digits beside the password, and codes for who has lost the app.

use contract::{ErrorCode, UserId, accounts::NewSecondFactor};
use totp_rs::{Builder, Secret};

use super::*;
use crate::accounts::KeysError;

const HALF_A_MINUTE_S: i64 = 30;

/// The app, after it has scanned.
fn digits(new: &NewSecondFactor, it: &Fixture) -> String {
    let seed = Secret::try_from_base32(&new.seed).expect("base32");
    let app = Builder::new().with_secret(seed).build().expect("an app");
    let now = it.dial.0.load(Ordering::Relaxed);
    app.generate(now.unsigned_abs()).to_string()
}

async fn begin(it: &Fixture, who: &Actor) -> NewSecondFactor {
    let studio = "Soundstage, studio.example:3000";
    let origin = origin();
    let begun = it
        .accounts
        .begin_second_factor(who, &origin, PASSWORD, studio);
    begun.await.expect("begun")
}

/// It is on, with these recovery codes.
async fn turn_on(it: &Fixture, who: &Actor) -> (NewSecondFactor, Vec<String>) {
    let new = begin(it, who).await;
    let shown = digits(&new, it);
    let origin = origin();
    let codes = it.accounts.confirm_second_factor(who, &origin, &shown);
    (new, codes.await.expect("on"))
}

fn user(actor: &Actor) -> UserId {
    actor.user().expect("somebody")
}

#[tokio::test]
async fn the_password_is_not_enough_once_the_app_has_shown_its_digits() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    let nora = it.is(&nora).await;
    let origin = origin();
    let wrong = it.accounts.begin_second_factor(&nora, &origin, "wrong", "");
    assert_eq!(code(wrong.await), ErrorCode::WrongCredentials);
    let nothing = it.accounts.confirm_second_factor(&nora, &origin, "000000");
    assert_eq!(code(nothing.await), ErrorCode::NotFound);

    let new = begin(&it, &nora).await;
    assert!(
        new.address.starts_with("otpauth://totp/Soundstage"),
        "{}",
        new.address
    );
    assert!(new.address.contains(&new.seed));
    assert!(new.qr.side > 20 && new.qr.path.starts_with("M0 0h7"));
    // Begun is not on.
    it.sign_in(NORA, PASSWORD).await.expect("as before");
    let wrong = it.accounts.confirm_second_factor(&nora, &origin, "12345");
    assert_eq!(code(wrong.await), ErrorCode::WrongCode);
    // Begun anew, the first seed is forgotten.
    let (new, codes) = turn_on(&it, &nora).await;
    assert_eq!(codes.len(), 10);
    let again = it
        .accounts
        .begin_second_factor(&nora, &origin, PASSWORD, "");
    assert_eq!(code(again.await), ErrorCode::Conflict);

    let asked = it.sign_in(NORA, PASSWORD).await;
    assert_eq!(code(asked), ErrorCode::SecondFactorNeeded);
    // What turned it on was shown to us already.
    let shown = digits(&new, &it);
    let used = it.sign_in_with(NORA, PASSWORD, &shown).await;
    assert_eq!(code(used), ErrorCode::WrongCode);
    it.pass(HALF_A_MINUTE_S);
    let shown = digits(&new, &it);
    let (front, back) = shown.split_at(3);
    let spaced = [front, " ", back].concat();
    it.sign_in_with(NORA, PASSWORD, &spaced).await.expect("in");
    let twice = it.sign_in_with(NORA, PASSWORD, &shown).await;
    assert_eq!(code(twice), ErrorCode::WrongCode);
    // Digits alone are nothing.
    it.pass(HALF_A_MINUTE_S);
    let wrong = it.sign_in_with(NORA, "wrong", &digits(&new, &it)).await;
    assert_eq!(code(wrong), ErrorCode::WrongCredentials);
}

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute_and_no_more() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    let (new, _) = turn_on(&it, &it.is(&nora).await).await;
    it.pass(HALF_A_MINUTE_S);
    let late = digits(&new, &it);
    it.pass(HALF_A_MINUTE_S);
    it.sign_in_with(NORA, PASSWORD, &late).await.expect("taken");
    it.pass(10 * HALF_A_MINUTE_S);
    let old = digits(&new, &it);
    it.pass(2 * HALF_A_MINUTE_S);
    let refused = it.sign_in_with(NORA, PASSWORD, &old).await;
    assert_eq!(code(refused), ErrorCode::WrongCode);
}

#[tokio::test]
async fn a_recovery_code_lets_in_once() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    let nora = it.is(&nora).await;
    let (_, codes) = turn_on(&it, &nora).await;
    let shouted = codes[3].to_uppercase().replace('-', " ");
    it.sign_in_with(NORA, PASSWORD, &shouted).await.expect("in");
    let again = it.sign_in_with(NORA, PASSWORD, &codes[3]).await;
    assert_eq!(code(again), ErrorCode::WrongCode);
    let own = it.accounts.identities(&nora).await.expect("read");
    assert_eq!(own.second_factor.expect("on").codes_left, 9);

    let origin = origin();
    let fresh = it.accounts.renew_recovery_codes(&nora, &origin, PASSWORD);
    let fresh = fresh.await.expect("new ones");
    it.pass(60);
    let old = it.sign_in_with(NORA, PASSWORD, &codes[0]).await;
    assert_eq!(code(old), ErrorCode::WrongCode);
    it.sign_in_with(NORA, PASSWORD, &fresh[0])
        .await
        .expect("in");

    it.accounts
        .end_second_factor(&nora, &origin, PASSWORD)
        .await
        .expect("off");
    it.sign_in(NORA, PASSWORD).await.expect("as before");
    let acts = it.acts().await;
    for act in [
        "second_factor.begin",
        "second_factor.renew_codes",
        "second_factor.end",
    ] {
        assert!(acts.iter().any(|done| done == act), "{act}");
    }
}

#[tokio::test]
async fn who_knows_the_password_guesses_no_faster_for_it() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    turn_on(&it, &it.is(&nora).await).await;
    let (mut tried, mut waited) = (0, 0);
    while tried < 30 {
        let origin = Origin {
            address: format!("192.0.2.{tried}"),
            ..origin()
        };
        match it.accounts.sign_in(&origin, NORA, PASSWORD, "000000").await {
            Err(AccountsError::TooManyTries(seconds)) => {
                it.pass(seconds);
                waited += seconds;
            }
            // Not even by asking for the code in between, which the password alone does.
            _ => tried += 1,
        }
    }
    assert!(waited > 10 * 900, "{waited}");
}

#[tokio::test]
async fn whoever_has_the_machine_and_whoever_governs_can_lift_it() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    let kim = it.join(&nora, Role::Member, "kim@example.org").await;
    let (owner, member) = (it.is(&nora).await, it.is(&kim).await);
    turn_on(&it, &owner).await;
    turn_on(&it, &member).await;
    let origin = origin();
    let people = it.accounts.people(&owner).await.expect("people");
    assert!(people.people.iter().all(|person| person.has_second_factor));
    let own = it
        .accounts
        .lift_second_factor(&owner, &origin, user(&owner));
    assert_eq!(code(own.await), ErrorCode::Invalid);
    let another = it
        .accounts
        .lift_second_factor(&member, &origin, user(&owner));
    assert_eq!(code(another.await), ErrorCode::Forbidden);
    it.accounts
        .lift_second_factor(&owner, &origin, user(&member))
        .await
        .expect("lifted");
    it.sign_in("kim@example.org", PASSWORD).await.expect("in");

    let key = it.owner_link().await;
    let back = it.accounts.set_up_owner(&origin, &key, "", "", PASSWORD);
    back.await.expect("back");
    it.sign_in(NORA, PASSWORD).await.expect("by password alone");
}

#[tokio::test]
async fn seeds_are_sealed_turn_over_with_the_keys_and_are_kept_when_they_do_not_open() {
    let it = Fixture::new().await;
    let nora = it.set_up().await;
    let nora = it.is(&nora).await;
    let (new, codes) = turn_on(&it, &nora).await;
    let clock = Clock::new(it.dial.clone());
    let vault =
        |ring: &KeyRing| Vault::new(it.store.clone(), clock.clone(), Keys::fixed(ring.clone()));
    // The key that it is sealed with is needed.
    let stranger = vault(&KeyRing::generate()).check_keys(&Actor::System).await;
    assert!(matches!(stranger, Err(KeysError::Check(_))));

    let ring = it.ring.with_new_key();
    let done = vault(&ring).seal_anew(&Actor::System).await.expect("done");
    assert_eq!((done.anew, done.unreadable), (1, 0));
    assert_eq!(done.retired, [it.ring.current()]);
    // A server that has not heard of it has no key that opens the seed: it says so, and recovery codes work.
    it.pass(HALF_A_MINUTE_S);
    let shown = digits(&new, &it);
    let unread = it.sign_in_with(NORA, PASSWORD, &shown).await;
    assert_eq!(code(unread), ErrorCode::SecondFactorUnreadable);
    it.sign_in_with(NORA, PASSWORD, &codes[0])
        .await
        .expect("in");
    let heard = Accounts::with_cost(
        vault(&ring),
        it.hub.clone(),
        Commons::alone(),
        Ways::default(),
        argon2::Params::new(8, 1, 1, None).expect("valid"),
    );
    it.pass(HALF_A_MINUTE_S);
    let shown = digits(&new, &it);
    let origin = origin();
    let signed_in = heard.sign_in(&origin, NORA, PASSWORD, &shown).await;
    signed_in.expect("in");
}
