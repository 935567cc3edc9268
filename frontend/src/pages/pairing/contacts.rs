//! Whom to call about a pairing: each side names one person.

use super::own;
use crate::parts::contacts::person;
use crate::parts::field::Field;
use crate::visit::{FormState, Visit};
use crate::words::href;
use domain::api::pairings::{Pairing, PairingContact};
use leptos::prelude::*;

/// Nothing for those who are not to read it.
pub fn section(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    if read.contacts.is_empty() {
        return None;
    }
    let rows = read.contacts.iter().map(|contact| {
        view! {
            <li>
                <span class="what">
                    {person(contact)}
                    {contact.may_name.then(|| name(visit, contact))}
                </span>
            </li>
        }
    });
    Some(
        view! {
            <section class="card" id="contacts">
                <h2>{t!("联系人")}</h2>
                <p class="soft">{t!("只给结对的各方和工商联看，结对结束后清空。各方同意条款以前，对方看到的姓名和电话不完整。")}</p>
                <ul class="rows">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn name(visit: &Visit, contact: &PairingContact) -> AnyView {
    let key = format!("contact-{}", contact.side);
    let sent = visit.form.as_ref().is_some_and(|form| form.value("row") == key);
    let mut form: FormState = own(visit, &key);
    if let Some(person) = contact.person.as_ref().filter(|_| !sent) {
        form.set("name", person.name.clone());
        form.set("position", person.position.clone());
        form.set("phone", person.phone.clone());
    }
    let empties = contact.person.is_some().then(|| {
        view! { <button class="button quiet" name="action" value="empty-contact">{t!("清空")}</button> }
    });
    let label = if contact.person.is_some() { t!("改联系人") } else { t!("登记联系人") };
    view! {
        <details class="more" open=sent>
            <summary>{label}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value=key.clone() />
                <input type="hidden" name="side" value=contact.side.to_string() />
                <p class="soft">{t!("请先征得本人同意。")}</p>
                {Field::new(&form, "name", t!("姓名")).of_row(&key).text()}
                {Field::new(&form, "position", t!("职务或身份")).of_row(&key).text()}
                {Field::new(&form, "phone", t!("电话")).of_row(&key).input("text", "tel", "off")}
                <div class="buttons">
                    <button class="button" name="action" value="contact">{t!("保存")}</button>
                    {empties}
                </div>
            </form>
        </details>
    }
    .into_any()
}
