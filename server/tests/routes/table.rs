//! The table: a line for each door, with the status that each asker gets.

/// Who asks. What is asked about is the member's.
pub(crate) const ASKERS: [&str; 7] = [
    "nobody",
    "another member",
    "the member",
    "an admin",
    "the owner",
    "an ended session",
    "a token of too little scope",
];

pub(crate) type Expected = [u16; 7];

const OPEN: Expected = [200; 7];
/// Of the API: a member's own, and no one else's, whoever they are.
const OWN: Expected = [401, 404, 200, 404, 404, 401, 403];
const OWN_CREATED: Expected = [401, 404, 201, 404, 404, 401, 403];
const OWN_DONE: Expected = [401, 404, 204, 404, 404, 401, 403];
/// Everybody has their own.
const EACH: Expected = [401, 200, 200, 200, 200, 401, 403];
const ADMINS: Expected = [401, 403, 403, 200, 200, 401, 403];
/// Of our own pages: a token is nobody there.
const OWN_FN: Expected = [401, 404, 200, 404, 404, 401, 401];
const EACH_FN: Expected = [401, 200, 200, 200, 200, 401, 401];
const ADMINS_FN: Expected = [401, 403, 403, 200, 200, 401, 401];
/// A page: who is not signed in is led to where one signs in.
const PAGE: Expected = [303, 200, 200, 200, 200, 303, 303];

/// What is sent along.
pub(crate) enum Content {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
    /// By tus, with these headers.
    Tus(&'static [(&'static str, &'static str)]),
}
pub(crate) use Content::{Form, Json, Nothing, Tus};

impl Content {
    pub(crate) fn has_a_password(&self) -> bool {
        let is_one = |name: &str| matches!(name, "password" | "current");
        matches!(self, Form(fields) if fields.iter().any(|(name, _)| is_one(name)))
    }

    /// All that a line of the table says, to be searched for what it is about.
    pub(crate) fn mentioned(&self, path: &str) -> String {
        let content = match self {
            Nothing | Tus(_) => String::new(),
            Form(fields) => fields.iter().map(|(_, value)| *value).collect(),
            Json(text) => (*text).to_owned(),
        };
        [path, &content].concat()
    }
}

/// `{conversation}` and the like stand for what is the member's.
#[rustfmt::skip] // One line for each, to be read as a table.
pub(crate) const TABLE: &[(&str, &str, Content, Expected)] = &[
    // Pages
    ("GET", "/", Nothing, PAGE),
    ("GET", "/c/{conversation}", Nothing, [303, 404, 200, 404, 404, 303, 303]),
    ("GET", "/facts", Nothing, PAGE),
    ("GET", "/settings", Nothing, PAGE),
    ("GET", "/settings/profile", Nothing, PAGE),
    ("GET", "/settings/connections", Nothing, PAGE),
    ("GET", "/settings/sessions", Nothing, PAGE),
    ("GET", "/settings/passkeys", Nothing, PAGE),
    ("GET", "/settings/tokens", Nothing, PAGE),
    ("GET", "/settings/appearance", Nothing, PAGE),
    ("GET", "/settings/people", Nothing, [303, 403, 403, 200, 200, 303, 303]),
    ("GET", "/settings/audit", Nothing, [303, 403, 403, 200, 200, 303, 303]),
    // Who is in already is not asked in again.
    ("GET", "/sign-in", Nothing, [200, 303, 303, 303, 303, 200, 200]),
    ("GET", "/set-up", Nothing, OPEN),
    ("GET", "/join", Nothing, OPEN),
    ("GET", "/shared?key={share}", Nothing, OPEN),
    // The way in
    ("POST", "/api/fn/door", Form(&[]), OPEN),
    ("POST", "/api/fn/me", Form(&[]), OPEN),
    ("POST", "/api/fn/sign_in", Form(&[("email", "eve@example.org"), ("password", "wrong")]), [401; 7]),
    ("POST", "/api/fn/ask_passkey", Form(&[]), OPEN),
    ("POST", "/api/fn/answer_passkey", Form(&[("ticket", "a.b"), ("answer", "{}")]), [401; 7]),
    ("POST", "/api/fn/set_up_owner", Form(&[("key", "wrong"), ("name", "Eve"), ("email", "eve@example.org"), ("password", "a low end like wet sand")]), [410; 7]),
    ("POST", "/api/fn/invitation", Form(&[("key", "wrong")]), OPEN),
    ("POST", "/api/fn/join", Form(&[("key", "wrong"), ("name", "Eve"), ("email", "eve@example.org"), ("password", "a low end like wet sand")]), [410; 7]),
    // (A link to follow: what goes wrong is said by the page that it leads to. Who is in goes on.)
    ("GET", "/sign-in/with/{way}", Nothing, [200, 303, 303, 303, 303, 200, 200]),
    ("GET", "/sign-in/with/{way}/callback?code=a&state=b", Nothing, OPEN),
    ("GET", "/connect/{provider}/callback?code=a&state=b", Nothing, OPEN),
    ("POST", "/api/fn/sign_out", Form(&[("csrf", "{csrf}")]), EACH_FN),
    // One's own account
    ("POST", "/api/fn/change_name", Form(&[("name", "Nora")]), EACH_FN),
    // (Let through as far as the new password, which is too short.)
    ("POST", "/api/fn/change_password", Form(&[("current", "a low end like wet sand"), ("new", "short")]), [401, 422, 422, 422, 422, 401, 401]),
    ("POST", "/api/fn/delete_account", Form(&[("password", "not mine at all")]), [401; 7]),
    ("POST", "/api/fn/passkeys", Form(&[]), EACH_FN),
    ("POST", "/api/fn/begin_passkey", Form(&[("password", "not mine at all")]), [401; 7]),
    ("POST", "/api/fn/finish_passkey", Form(&[("ticket", "a.b"), ("name", "laptop"), ("answer", "{}")]), [401; 7]),
    ("POST", "/api/fn/rename_passkey", Form(&[("id", "{passkey}"), ("name", "laptop")]), OWN_FN),
    ("POST", "/api/fn/remove_passkey", Form(&[("id", "{passkey}")]), OWN_FN),
    ("POST", "/api/fn/begin_second_factor", Form(&[("password", "not mine at all")]), [401; 7]),
    // (Let through as far as the second factor, which nobody has begun.)
    ("POST", "/api/fn/confirm_second_factor", Form(&[("code", "000000")]), [401, 404, 404, 404, 404, 401, 401]),
    ("POST", "/api/fn/renew_recovery_codes", Form(&[("password", "not mine at all")]), [401; 7]),
    ("POST", "/api/fn/end_second_factor", Form(&[("password", "not mine at all")]), [401; 7]),
    ("POST", "/api/fn/identities", Form(&[]), EACH_FN),
    // (Let through as far as the way, which this studio has not.)
    ("POST", "/api/fn/link_identity", Form(&[("way", "nowhere")]), [401, 404, 404, 404, 404, 401, 401]),
    ("POST", "/api/fn/unlink_identity", Form(&[("id", "{identity}")]), OWN_FN),
    ("POST", "/api/fn/connections", Form(&[]), EACH_FN),
    // (Let through as far as the provider, which this studio has not.)
    ("POST", "/api/fn/connect_account", Form(&[("provider", "nowhere")]), [401, 404, 404, 404, 404, 401, 401]),
    ("POST", "/api/fn/check_connection", Form(&[("provider", "nowhere")]), [401, 404, 404, 404, 404, 401, 401]),
    ("POST", "/api/fn/disconnect_account", Form(&[("provider", "nowhere")]), [401, 404, 404, 404, 404, 401, 401]),
    ("POST", "/api/fn/sessions", Form(&[]), EACH_FN),
    ("POST", "/api/fn/end_session", Form(&[("id", "{session}")]), OWN_FN),
    ("POST", "/api/fn/end_other_sessions", Form(&[]), EACH_FN),
    ("POST", "/api/fn/tokens", Form(&[]), EACH_FN),
    ("POST", "/api/fn/make_token", Json(r#"{"name":"backup","scopes":["chat:read"],"days":7}"#), EACH_FN),
    ("POST", "/api/fn/revoke_token", Form(&[("id", "{token}")]), OWN_FN),
    // The studio's people
    ("POST", "/api/fn/people", Form(&[]), ADMINS_FN),
    ("POST", "/api/fn/invite", Form(&[("role", "member"), ("note", "")]), ADMINS_FN),
    ("POST", "/api/fn/withdraw_invite", Form(&[("id", "{invite}")]), [401, 403, 403, 200, 404, 401, 401]),
    ("POST", "/api/fn/set_role", Form(&[("id", "{person}"), ("role", "member")]), ADMINS_FN),
    ("POST", "/api/fn/suspend", Form(&[("id", "{person}"), ("suspended", "false")]), ADMINS_FN),
    // (Let through as far as the second factor, which the member has not.)
    ("POST", "/api/fn/lift_second_factor", Form(&[("id", "{person}")]), [401, 403, 403, 404, 404, 401, 401]),
    ("POST", "/api/fn/remove_person", Form(&[("id", "{person}")]), [401, 403, 403, 200, 404, 401, 401]),
    ("POST", "/api/fn/audit", Form(&[]), ADMINS_FN),
    // Chat
    ("POST", "/api/fn/conversations", Json(r#"{"asked":"All"}"#), EACH_FN),
    ("POST", "/api/fn/conversation", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/message", Json(r#"{"id":"{message}"}"#), OWN_FN),
    ("POST", "/api/fn/send", Json(r#"{"draft":{"key":"{key}","conversation":"{conversation}","text":"And now?","attachments":[]}}"#), OWN_FN),
    ("POST", "/api/fn/write_message", Form(&[("csrf", "{csrf}"), ("key", "{key}"), ("conversation", "{conversation}"), ("text", "And now?")]), OWN_FN),
    ("POST", "/api/fn/rename_conversation", Json(r#"{"id":"{conversation}","title":"Mine"}"#), OWN_FN),
    ("POST", "/api/fn/delete_conversation", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/choose_branch", Json(r#"{"message":"{message}"}"#), OWN_FN),
    ("POST", "/api/fn/shelve_conversation", Json(r#"{"id":"{conversation}","shelf":"archive"}"#), OWN_FN),
    ("POST", "/api/fn/sharing", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/share", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/unshare", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/shared", Json(r#"{"key":"{share}"}"#), OPEN),
    ("POST", "/api/fn/stop_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    ("POST", "/api/fn/retry_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    ("POST", "/api/fn/resume_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    // Media
    ("POST", "/api/fn/asset", Form(&[("id", "{asset}")]), OWN_FN),
    ("POST", "/api/fn/analysis", Form(&[("mix", "{asset}")]), OWN_FN),
    ("POST", "/api/fn/fact_catalogue", Form(&[]), EACH_FN),
    ("GET", "/api/assets/{asset}/play", Nothing, OWN),
    ("GET", "/api/assets/{asset}/original", Nothing, OWN),
    ("GET", "/api/assets/{asset}/report.json", Nothing, OWN),
    ("OPTIONS", "/api/uploads", Nothing, [401, 204, 204, 204, 204, 401, 204]),
    ("POST", "/api/uploads", Tus(&[("upload-length", "100")]), [401, 201, 201, 201, 201, 401, 403]),
    ("OPTIONS", "/api/uploads/{upload}", Nothing, [401, 204, 204, 204, 204, 401, 204]),
    ("HEAD", "/api/uploads/{upload}", Tus(&[]), OWN),
    ("PATCH", "/api/uploads/{upload}", Tus(&[("content-type", "application/offset+octet-stream"), ("upload-offset", "0")]), OWN_DONE),
    ("POST", "/api/uploads/{upload}", Tus(&[("x-http-method-override", "DELETE")]), OWN_DONE),
    ("DELETE", "/api/uploads/{upload}", Tus(&[]), OWN_DONE),
    // The live channel: stays with a browser. (Without an upgrade it says what it speaks.)
    ("GET", "/api/live", Nothing, [401, 422, 422, 422, 422, 401, 403]),
    ("GET", "/api/live/sse?topics=user:{person}", Nothing, [401, 200, 200, 200, 200, 401, 403]),
    ("GET", "/api/health", Nothing, OPEN),
    ("GET", "/api/{*rest}", Nothing, [401, 404, 404, 404, 404, 401, 404]),
    ("POST", "/api/fn/{*name}", Nothing, [401, 404, 404, 404, 404, 401, 401]),
    // For scripts
    ("GET", "/api/v1/openapi.json", Nothing, [401, 200, 200, 200, 200, 401, 200]),
    ("GET", "/api/v1/me", Nothing, EACH),
    // (Each part asks for its own scope; without any of them there is no archive.)
    ("GET", "/api/v1/me/export", Nothing, EACH),
    ("GET", "/api/v1/me/sessions", Nothing, EACH),
    ("GET", "/api/v1/me/connections", Nothing, EACH),
    ("GET", "/api/v1/me/tokens", Nothing, EACH),
    ("GET", "/api/v1/people", Nothing, ADMINS),
    ("GET", "/api/v1/audit", Nothing, ADMINS),
    ("GET", "/api/v1/audit.csv", Nothing, ADMINS),
    ("GET", "/api/v1/conversations", Nothing, EACH),
    ("GET", "/api/v1/conversations/{conversation}", Nothing, OWN),
    ("PATCH", "/api/v1/conversations/{conversation}", Json(r#"{"title":"Mine"}"#), OWN_DONE),
    ("DELETE", "/api/v1/conversations/{conversation}", Nothing, OWN_DONE),
    ("GET", "/api/v1/conversations/{conversation}/export", Nothing, OWN),
    ("POST", "/api/v1/import", Json(r#"{"format":"soundstage.conversation","version":1,"title":"Brought","messages":[{"id":"a","parent":null,"author":"person","text":"Hello"}]}"#), EACH),
    ("POST", "/api/v1/messages", Json(r#"{"key":"{key}","conversation":"{conversation}","text":"And now?","attachments":[]}"#), OWN_CREATED),
    ("GET", "/api/v1/messages/{message}", Nothing, OWN),
    ("POST", "/api/v1/messages/{message}/choose", Nothing, OWN),
    ("GET", "/api/v1/runs/{run}", Nothing, OWN),
    ("POST", "/api/v1/runs/{run}/stop", Nothing, OWN_DONE),
    ("POST", "/api/v1/runs/{run}/retry", Nothing, OWN),
    ("POST", "/api/v1/runs/{run}/resume", Nothing, OWN),
    ("GET", "/api/v1/assets", Nothing, EACH),
    ("GET", "/api/v1/assets/{asset}", Nothing, OWN),
    ("GET", "/api/v1/analyses/{asset}", Nothing, OWN),
    ("GET", "/api/v1/jobs", Nothing, EACH),
    ("GET", "/api/v1/jobs/{job}", Nothing, OWN),
    ("POST", "/api/v1/jobs/{job}/cancel", Nothing, OWN),
];
