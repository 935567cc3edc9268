//! Whom a side of a pairing names, as it is read beside the pairing and beside what is due.

use domain::api::pairings::PairingContact;
use leptos::prelude::*;

/// The side, and the person with a number that a phone dials.
pub fn person(contact: &PairingContact) -> AnyView {
    let person = match &contact.person {
        None => view! { <span class="soft">{t!("还没有登记联系人")}</span> }.into_any(),
        Some(person) => {
            let phone = if contact.masked {
                view! { <span>{person.phone.clone()}</span> }.into_any()
            } else {
                let dials = format!("tel:{}", person.phone);
                view! { <a href=dials>{person.phone.clone()}</a> }.into_any()
            };
            view! { <span>{person.name.clone()}" · "{person.position.clone()}" · "{phone}</span> }.into_any()
        }
    };
    view! { <b>{contact.side_name.clone()}</b>{person} }.into_any()
}
