//! A conversation to take along: as JSON with every branch, as Markdown to read.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use contract::{
    AssetId, ConversationId, MessageId,
    accounts::Scope,
    chat::{Author, EXPORT_FORMAT, Exported, ExportedFile, ExportedMessage, Usage},
    media::{AssetView, Side},
    report::Report,
};
use store::{
    Uuid,
    chat::{self as rows, AttachmentRow, MessageRow, RunRow},
};

use super::{Chat, ChatError, service::own_conversation, view, writer::Writer};
use crate::Actor;

/// The mix and the reference that an answer speaks of.
type Files = (Option<AssetId>, Option<AssetId>);

impl Chat {
    /// Every branch.
    pub async fn export(&self, actor: &Actor, id: ConversationId) -> Result<Exported, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        let conversation = own_conversation(&mut read, user, id).await?;
        let messages = rows::all_messages(&mut read, id).await?;
        let attachments = rows::attachments(&mut read, id).await?;
        let runs = rows::all_newest_runs(&mut read, id).await?;
        drop(read);
        let attached = attachments.iter().map(|row| AssetId(row.asset_id));
        let assets = self.assets(actor, attached.collect()).await?;
        let mut runs: HashMap<Uuid, RunRow> =
            runs.into_iter().map(|run| (run.message_id, run)).collect();
        let tree = Tree::new(&messages, &attachments);
        let mut reports = HashMap::new();
        let mut exported = Vec::with_capacity(messages.len());
        for message in &messages {
            let run = runs.remove(&message.id);
            let text = match &run {
                Some(run) => {
                    let report = self
                        .report(actor, tree.files(message.id), &mut reports)
                        .await;
                    Writer::spelled(&run.text, report.as_deref())
                }
                None => message.text.clone(),
            };
            exported.push(ExportedMessage {
                id: MessageId(message.id),
                parent: message.parent_id.map(MessageId),
                author: view::author(&message.author),
                text,
                created_at: message.created_at.into(),
                files: files_of(message.id, &attachments, &assets),
                usage: run.as_ref().and_then(usage),
                model: run.map(|run| run.model),
            });
        }
        Ok(Exported {
            format: EXPORT_FORMAT.to_owned(),
            version: 1,
            id,
            title: conversation.title,
            updated_at: conversation.updated_at.into(),
            leaf: conversation.leaf_id.map(MessageId),
            messages: exported,
        })
    }

    /// The branch that is shown, for reading.
    pub async fn markdown(&self, actor: &Actor, id: ConversationId) -> Result<String, ChatError> {
        Ok(markdown(&self.export(actor, id).await?))
    }

    /// Without it, what was cited reads as not measured.
    async fn report(
        &self,
        actor: &Actor,
        files: Files,
        known: &mut HashMap<Files, Option<Arc<Report>>>,
    ) -> Option<Arc<Report>> {
        if let Some(report) = known.get(&files) {
            return report.clone();
        }
        let report = match files {
            (Some(mix), reference) => self.0.media.evidence(actor, mix, reference).await.ok(),
            (None, _) => None,
        };
        known.insert(files, report.clone());
        report
    }
}

/// What was said before what.
struct Tree<'a> {
    parents: HashMap<Uuid, Option<Uuid>>,
    attachments: HashMap<Uuid, Vec<&'a AttachmentRow>>,
}

impl<'a> Tree<'a> {
    fn new(messages: &[MessageRow], attachments: &'a [AttachmentRow]) -> Self {
        let mut by_message: HashMap<Uuid, Vec<&AttachmentRow>> = HashMap::new();
        for row in attachments {
            by_message.entry(row.message_id).or_default().push(row);
        }
        Self {
            parents: messages.iter().map(|row| (row.id, row.parent_id)).collect(),
            attachments: by_message,
        }
    }

    /// The newest of each side on the way up.
    fn files(&self, answer: Uuid) -> Files {
        let (mut mix, mut reference) = (None, None);
        let mut at = Some(answer);
        while let Some(message) = at.filter(|_| mix.is_none() || reference.is_none()) {
            for row in self.attachments.get(&message).into_iter().flatten() {
                let side = match view::side(&row.side) {
                    Side::A => &mut mix,
                    Side::B => &mut reference,
                };
                side.get_or_insert(AssetId(row.asset_id));
            }
            at = self.parents.get(&message).copied().flatten();
        }
        (mix, reference)
    }
}

fn files_of(
    message: Uuid,
    attachments: &[AttachmentRow],
    assets: &HashMap<AssetId, AssetView>,
) -> Vec<ExportedFile> {
    let attached = view::attachments_of(MessageId(message), attachments, assets);
    let file = |one: contract::chat::Attachment| ExportedFile {
        asset: one.asset.id,
        name: one.asset.name,
        side: one.side,
    };
    attached.into_iter().map(file).collect()
}

fn usage(run: &RunRow) -> Option<Usage> {
    (run.total_ms > 0).then_some(Usage {
        tokens_in: run.tokens_in,
        tokens_out: run.tokens_out,
        cost_micros: run.cost_micros,
        first_token_ms: run.first_token_ms,
        total_ms: run.total_ms,
    })
}

fn markdown(exported: &Exported) -> String {
    let by_id: HashMap<MessageId, &ExportedMessage> = exported
        .messages
        .iter()
        .map(|message| (message.id, message))
        .collect();
    let mut shown = Vec::new();
    let mut at = exported.leaf;
    while let Some(message) = at.and_then(|id| by_id.get(&id)) {
        shown.push(*message);
        at = message.parent;
    }
    let mut text = format!("# {}\n", exported.title);
    for message in shown.into_iter().rev() {
        let who = match (message.author, &message.model) {
            (Author::Person, _) => "You".to_owned(),
            (Author::Assistant, None) => "Soundstage".to_owned(),
            (Author::Assistant, Some(model)) => format!("Soundstage ({model})"),
        };
        // (Writing into a string does not fail.)
        _ = write!(text, "\n## {who}\n");
        for file in &message.files {
            let side = match file.side {
                Side::A => "Mix",
                Side::B => "Reference",
            };
            _ = write!(text, "\n{side}: {}\n", file.name);
        }
        let said = message.text.trim();
        if !said.is_empty() {
            _ = write!(text, "\n{said}\n");
        }
    }
    text
}
