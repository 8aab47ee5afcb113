//! How the mailboxes are in which mail comes back.

use super::json::time;
use crate::app::Shared;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MailboxList {
    /// By name.
    pub items: Vec<MailboxInfo>,
}

/// A mailbox that is read, since the server began.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MailboxInfo {
    /// As the settings call it.
    pub name: String,
    /// When it was last read without trouble.
    #[schema(required, format = DateTime)]
    pub last_read: Option<String>,
    /// Mails about messages of ours.
    pub taken: u64,
    /// Other mails, which were left where they are.
    pub left: u64,
    #[schema(required)]
    pub trouble: Option<MailboxTrouble>,
}

/// Why a mailbox cannot be read. It is tried again by itself.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MailboxTrouble {
    #[schema(format = DateTime)]
    pub since: String,
    pub why: String,
}

/// How the mailboxes are in which mail comes back
#[utoipa::path(get, path = "/api/v1/mailboxes", tag = "today",
    responses((status = 200, description = "Done.", body = MailboxList)))]
pub(super) async fn list_mailboxes(State(shared): State<Arc<Shared>>) -> Json<MailboxList> {
    let items = shared.settings.mailboxes.all().into_iter().map(|(name, state)| MailboxInfo {
        name,
        last_read: state.last_read.map(time),
        taken: state.taken,
        left: state.left,
        trouble: state.trouble.map(|(since, why)| MailboxTrouble { since: time(since), why }),
    });
    Json(MailboxList { items: items.collect() })
}
