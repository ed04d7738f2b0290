//! What a browser sends is checked before anything is stored.

use contract::chat::{Draft, DraftAttachment, MESSAGE_MAX_CHARS};

use super::ChatError;

/// The message as it will be stored.
pub(super) fn clean(draft: &Draft) -> Result<String, ChatError> {
    if draft.key.is_empty() || draft.key.len() > 64 || !draft.key.is_ascii() {
        return Err(ChatError::BadKey);
    }
    // PostgreSQL cannot store NUL in text, and no one means it.
    let text = draft.text.replace('\0', "");
    let text = text.trim();
    if text.is_empty() && draft.attachments.is_empty() {
        return Err(ChatError::Empty);
    }
    if text.chars().count() > MESSAGE_MAX_CHARS {
        return Err(ChatError::TooLong);
    }
    one_of_each_side(&draft.attachments)?;
    Ok(text.to_owned())
}

fn one_of_each_side(attachments: &[DraftAttachment]) -> Result<(), ChatError> {
    for (index, one) in attachments.iter().enumerate() {
        if attachments[..index]
            .iter()
            .any(|other| other.side == one.side || other.asset == one.asset)
        {
            return Err(ChatError::TooManyFiles);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use contract::{AssetId, media::Side};
    use uuid::Uuid;

    use super::*;

    fn draft(text: &str, sides: &[Side]) -> Draft {
        Draft {
            key: "k".to_owned(),
            conversation: None,
            text: text.to_owned(),
            attachments: sides
                .iter()
                .enumerate()
                .map(|(index, side)| DraftAttachment {
                    asset: AssetId(Uuid::from_u128(index as u128)),
                    side: *side,
                })
                .collect(),
            replaces: None,
        }
    }

    #[test]
    fn a_message_needs_words_or_files() {
        assert!(matches!(clean(&draft(" \n\0", &[])), Err(ChatError::Empty)));
        assert_eq!(clean(&draft("", &[Side::A])).unwrap(), "");
        assert_eq!(clean(&draft(" Low end?\0 ", &[])).unwrap(), "Low end?");
    }

    #[test]
    fn one_mix_and_one_reference() {
        assert!(clean(&draft("x", &[Side::A, Side::B])).is_ok());
        assert!(matches!(
            clean(&draft("x", &[Side::A, Side::A])),
            Err(ChatError::TooManyFiles)
        ));
    }

    #[test]
    fn a_message_has_an_end() {
        assert!(matches!(
            clean(&draft(&"é".repeat(MESSAGE_MAX_CHARS + 1), &[])),
            Err(ChatError::TooLong)
        ));
        assert!(clean(&draft(&"é".repeat(MESSAGE_MAX_CHARS), &[])).is_ok());
    }
}
