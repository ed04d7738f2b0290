//! Finding a conversation by words that occur in it, on both engines.
#![allow(clippy::unwrap_used)]

mod support;

use contract::{ConversationId, MessageId};
use store::{
    Viewer,
    chat::{self, NewExchange},
};
use support::{NOW, on_every_engine, person, some_id};

#[tokio::test]
async fn words_are_found_in_any_case_and_script_and_mean_themselves() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        for (title, text) in [
            ("Übergang zum Refrain", "Warum klingt der Bass so dünn?"),
            ("Бас и бочка", "Что не так с низом?"),
            ("100% wet [dry]", r"a*b? C:\mixes\one_two ^up $5 (x|y)+"),
        ] {
            let conversation = ConversationId(some_id());
            let answer = MessageId(some_id());
            chat::insert_conversation(&mut tx, conversation, ada, title, "", answer, NOW)
                .await
                .unwrap();
            let exchange = NewExchange {
                conversation,
                user: ada,
                parent: None,
                question: MessageId(some_id()),
                text,
                send_key: title,
                answer,
                now: NOW,
            };
            chat::insert_exchange(&mut tx, exchange).await.unwrap();
        }
        tx.commit().await.unwrap();

        let mut read = store.read(Viewer::User(ada)).await.unwrap();
        for (words, found) in [
            ("übergang", Some("Übergang zum Refrain")),
            ("DÜNN", Some("Übergang zum Refrain")),
            ("БОЧКА", Some("Бас и бочка")),
            ("низ", Some("Бас и бочка")),
            ("100% WET [D", Some("100% wet [dry]")),
            ("A*B?", Some("100% wet [dry]")),
            (r"c:\mixes\one_", Some("100% wet [dry]")),
            ("^UP $5 (X|Y)+", Some("100% wet [dry]")),
            ("a%b", None),
            ("a.b", None),
            ("one.two", None),
            ("[a-z]", None),
        ] {
            let rows = chat::conversations(&mut read, ada, Some(words), 10)
                .await
                .unwrap();
            let titles: Vec<_> = rows.iter().map(|row| row.title.as_str()).collect();
            assert_eq!(titles, Vec::from_iter(found), "{words}");
        }
    })
    .await;
}
