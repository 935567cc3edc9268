//! A letter and its answers, oldest first.

use crate::words::instant;
use domain::api::enquiries::EnquiryMessage;
use leptos::prelude::*;

/// `asker` and `federation` are what the reader calls the two.
pub fn thread(messages: &[EnquiryMessage], asker: &'static str, federation: &'static str) -> AnyView {
    let rows = messages.iter().map(|message| {
        let who = if message.answer { federation } else { asker };
        view! {
            <li class:answer=message.answer>
                <b>{who}</b>
                <span class="soft">{instant(message.at)}</span>
                <p>{message.text.clone()}</p>
            </li>
        }
    });
    view! { <ol class="thread">{rows.collect_view()}</ol> }.into_any()
}
