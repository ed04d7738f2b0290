//! Tokens for scripts.

use contract::{ErrorCode, accounts::Scope};

use super::{DAY_S, Fixture, code, origin};
use crate::Denial;

#[tokio::test]
async fn a_token_is_shown_once_works_until_its_end_and_makes_no_others() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let actor = it.is(&owner).await;
    let made = it
        .accounts
        .make_token(&actor, &origin(), " backup ", &[Scope::ChatWrite], Some(7))
        .await
        .expect("a token");
    assert!(made.secret.starts_with("ss_") && made.secret.ends_with(&made.token.ends_in));
    let script = it.accounts.authenticate_token(&made.secret).await;
    let script = script.expect("good");
    assert_eq!(script.may(Scope::ChatRead), Ok(owner.me.id));
    assert_eq!(
        script.may(Scope::MediaRead),
        Err(Denial::Scope(Scope::MediaRead))
    );
    let another = it
        .accounts
        .make_token(&script, &origin(), "more", &[Scope::ChatRead], None)
        .await;
    assert_eq!(code(another), ErrorCode::Forbidden);
    let shown = it.accounts.tokens(&actor).await.expect("tokens");
    assert!(shown[0].used_at.is_some());
    assert_eq!(shown[0].name, "backup");
    for bad in [
        "",
        "ss_",
        "ss_abc",
        &made.secret[1..],
        &format!("{}x", made.secret),
    ] {
        let answer = it.accounts.authenticate_token(bad).await;
        assert_eq!(code(answer), ErrorCode::TokenInvalid, "{bad}");
    }
    it.pass(7 * DAY_S);
    let late = it.accounts.authenticate_token(&made.secret).await;
    assert_eq!(code(late), ErrorCode::TokenInvalid);
}
