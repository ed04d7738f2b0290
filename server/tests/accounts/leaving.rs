//! Who goes, by themselves or not, and what goes with them.

use std::path::Path;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use contract::accounts::Role;
use studio::Origin;

use crate::support::{PASSWORD, Site, a_wav, change, encode};

#[tokio::test]
async fn who_goes_takes_everything_along_and_nothing_of_others() {
    let site = Site::new().await;
    let nowhere = Origin::default();
    let owner = site.owner().await;
    let boss = site.actor(&owner).await;
    site.bring(&boss, "mix.wav", &a_wav(1.0)).await;
    let browser = site.join(&owner, Role::Member, "kim@example.org").await;
    let kim = site.actor(&browser).await;
    site.bring(&kim, "mix.wav", &a_wav(1.0)).await;
    assert_eq!(objects(&site), 2);

    let wrong = site.studio.delete_account(&kim, &nowhere, "wrong");
    assert!(wrong.await.is_err());
    let request = change(Method::POST, "/api/fn/delete_account")
        .header(header::COOKIE, browser.cookie())
        .header("x-csrf-token", &browser.me.csrf)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(encode(&[("password", PASSWORD)])))
        .unwrap();
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));

    assert_eq!(objects(&site), 1);
    let again = site.studio.accounts.authenticate(&browser.token).await;
    assert!(again.unwrap().is_none());
    let accounts = &site.studio.accounts;
    let people = accounts.people(&boss).await.unwrap().people;
    assert_eq!(people.len(), 1);
    let acts = accounts.audit(&boss, None).await.unwrap();
    let gone = acts.iter().find(|act| act.act == "person.remove").unwrap();
    assert_eq!((gone.note.as_str(), &gone.name), ("Kim", &None));
    assert_eq!(site.studio.media.list(&boss, None).await.unwrap().len(), 1);
    // The last owner stays.
    let last = site.studio.delete_account(&boss, &nowhere, PASSWORD);
    let error: contract::ApiError = last.await.unwrap_err().into();
    assert_eq!(error.code, contract::ErrorCode::LastOwner);
    site.background.shut_down().await;
}

#[tokio::test]
async fn somebody_is_removed_by_who_governs_them() {
    let site = Site::new().await;
    let nowhere = Origin::default();
    let owner = site.owner().await;
    let boss = site.actor(&owner).await;
    let browser = site.join(&owner, Role::Member, "kim@example.org").await;
    let kim = site.actor(&browser).await;
    site.bring(&kim, "mix.wav", &a_wav(1.0)).await;
    let (id, _) = kim.in_person().unwrap();
    let own = site
        .studio
        .remove_person(&boss, &nowhere, owner.user())
        .await;
    assert!(own.is_err(), "not without the password");
    site.studio
        .remove_person(&boss, &nowhere, id)
        .await
        .unwrap();
    assert_eq!(objects(&site), 0);
    site.background.shut_down().await;
}

/// Files that the studio keeps, whoever's they are.
fn objects(site: &Site) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&site.folder.path().join("data/objects"))
}
