//! People, and what is asked about: a member's conversation, file, job, session and token.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use contract::{
    accounts::{Role, Scope},
    chat::{Draft, Sent},
};
use fakes::passkey::Device;
use studio::{Actor, Origin};

use crate::{
    elsewhere::token_elsewhere,
    support::{Browser, ORIGIN, PASSWORD, Site, a_wav},
};

/// For what must be somebody's alone: addresses, keys.
static COUNT: AtomicU32 = AtomicU32::new(0);

pub(crate) async fn somebody(site: &Site, owner: &Browser, role: Role) -> Browser {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let email = format!("person{count}@example.org");
    site.join(owner, role, &email).await
}

/// A member with one of everything.
pub(crate) struct Belongings {
    pub(crate) browser: Browser,
    ids: Vec<(&'static str, String)>,
    /// Of the scope `account` alone, and of `chat:read` alone.
    tokens: [String; 2],
}

impl Belongings {
    /// Only what is spoken of: measuring a file and answering a question take their time.
    pub(crate) async fn new(site: &Site, owner: &Browser, spoken_of: &str) -> Self {
        let browser = somebody(site, owner, Role::Member).await;
        let origin = Origin::default();
        let mine = site.actor(&browser).await;
        let (person, session) = mine.in_person().unwrap();
        let accounts = &site.studio.accounts;
        let mut tokens = Vec::new();
        for scope in [Scope::Account, Scope::ChatRead] {
            let scopes = [scope];
            let made = accounts.make_token(&mine, &origin, "weak", &scopes, Some(7));
            tokens.push(made.await.unwrap());
        }
        let mut ids = vec![
            ("{csrf}", String::new()),
            ("{key}", String::new()),
            ("{*rest}", "nothing".to_owned()),
            ("{*name}", "nothing".to_owned()),
            ("{way}", "nowhere".to_owned()),
            ("{person}", person.to_string()),
            ("{session}", session.to_string()),
            ("{token}", tokens[0].token.id.to_string()),
        ];
        let speaks_of = |names: &[&str]| names.iter().any(|name| spoken_of.contains(name));
        if speaks_of(&["{invite}"]) {
            let boss = site.actor(owner).await;
            let invited = accounts.invite(&boss, &origin, Role::Member, "").await;
            drop(invited.unwrap());
            let invite = accounts.people(&boss).await.unwrap().invites[0].id;
            ids.push(("{invite}", invite.to_string()));
        }
        if speaks_of(&["{identity}"]) {
            let token = token_elsewhere(&browser.me.email);
            accounts.authenticate_bearer(&origin, &token).await.unwrap();
            let linked = accounts.identities(&mine).await.unwrap().linked;
            ids.push(("{identity}", linked[0].id.to_string()));
        }
        if speaks_of(&["{passkey}"]) {
            let asked = accounts.begin_passkey(&mine, &origin, PASSWORD).await;
            let asked = asked.unwrap();
            let device = COUNT.fetch_add(1, Ordering::Relaxed);
            let (_, answer) = Device::make(&asked.options, ORIGIN, device);
            let added = accounts.finish_passkey(&mine, &origin, &asked.ticket, "laptop", &answer);
            ids.push(("{passkey}", added.await.unwrap().id.to_string()));
        }
        if speaks_of(&["{asset}", "{upload}", "{job}"]) {
            ids.extend(files(site, &mine).await);
        }
        if speaks_of(&["{conversation}", "{message}", "{run}", "{share}"]) {
            ids.extend(answer(site, &mine).await);
        }
        let [account, chat] = [0, 1].map(|at: usize| tokens[at].secret.clone());
        Self {
            browser,
            ids,
            tokens: [account, chat],
        }
    }

    pub(crate) fn weak_token(&self, path: &str) -> &str {
        let of_accounts = ["/v1/me/", "/v1/people", "/v1/audit"];
        let at = path.ends_with("/v1/me") || of_accounts.iter().any(|part| path.contains(part));
        &self.tokens[usize::from(at)]
    }

    pub(crate) fn fill(&self, text: &str, browser: Option<&Browser>) -> String {
        let mut filled = text.to_owned();
        for (name, id) in &self.ids {
            let id = match *name {
                "{csrf}" => browser
                    .map(|browser| browser.me.csrf.clone())
                    .unwrap_or_default(),
                "{key}" => fresh_key(),
                _ => id.clone(),
            };
            filled = filled.replace(name, &id);
        }
        filled
    }
}

/// A file that was measured, its job, and an upload that has not begun.
async fn files(site: &Site, mine: &Actor) -> Vec<(&'static str, String)> {
    let media = &site.studio.media;
    let asset = site.bring(mine, "mix.wav", &a_wav(1.0)).await;
    let open = media.begin_upload(mine, "next.wav", 100).await.unwrap().id;
    let job = site.studio.jobs.list(mine).await.unwrap()[0].id;
    vec![
        ("{asset}", asset.to_string()),
        ("{upload}", open.to_string()),
        ("{job}", job.to_string()),
    ]
}

/// A question whose answer is whole.
async fn answer(site: &Site, mine: &Actor) -> Vec<(&'static str, String)> {
    let chat = &site.studio.chat;
    let draft = Draft {
        key: fresh_key(),
        conversation: None,
        text: "What is a good loudness?".to_owned(),
        attachments: Vec::new(),
        replaces: None,
    };
    let Sent {
        conversation,
        answer,
        ..
    } = chat.send(mine, draft).await.unwrap();
    let run = answer.run.unwrap().id;
    let over = async {
        while !chat.run(mine, run).await.unwrap().state.is_final() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), over)
        .await
        .unwrap();
    let share = chat.share(mine, conversation, "Mara").await.unwrap();
    vec![
        ("{share}", share.key),
        ("{conversation}", conversation.to_string()),
        ("{message}", answer.id.to_string()),
        ("{run}", run.to_string()),
    ]
}

fn fresh_key() -> String {
    format!("question {}", COUNT.fetch_add(1, Ordering::Relaxed))
}
