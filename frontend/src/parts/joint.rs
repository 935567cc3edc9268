//! What joint building (村企共建) has to settle, as fields of a form: of a need, and of a pairing's terms.

use super::field::Field;
use crate::visit::FormState;
use crate::words::text;
use domain::need::{PairingForm, Readiness};
use leptos::prelude::*;

/// Shares, duties, land and permits; open where they were chosen, or where one of them is wrong.
pub fn joint_details(form: &FormState, summary: &'static str) -> AnyView {
    let readiness = || Readiness::ALL.iter().map(|how| (how.to_string(), text(how.label()))).collect::<Vec<_>>();
    let names = ["village_percent", "village_duties", "enterprise_duties", "land", "permits", "joint_note"];
    let open = form.value("form") == PairingForm::JointBuilding.as_str()
        || names.iter().any(|name| form.problem(name).is_some());
    view! {
        <details class="more" open=open>
            <summary>{summary}</summary>
            {Field::new(form, "village_percent", t!("村里占的份额（%）")).hint(t!("其余是企业的，如 30")).input("text", "numeric", "off")}
            {Field::new(form, "village_duties", t!("村里负责什么")).area(3)}
            {Field::new(form, "enterprise_duties", t!("企业负责什么")).area(3)}
            {Field::new(form, "land", t!("用地")).select(t!("请选择"), readiness())}
            {Field::new(form, "permits", t!("手续")).select(t!("请选择"), readiness())}
            {Field::new(form, "joint_note", t!("还缺什么、什么时候能办好")).area(2)}
        </details>
    }
    .into_any()
}
