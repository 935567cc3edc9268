//! Form fields: a label, a hint, what was typed, and what is wrong with it, tied together for every reader.

use super::frame::escape;
use crate::visit::FormState;
use crate::words::{href, text};
use domain::consent::{CONSENTS_PAGE, ConsentKind, NUMBER_NEEDS_CONSENT};
use leptos::prelude::*;

/// One field of a form.
pub struct Field<'a> {
    pub form: &'a FormState,
    pub name: &'static str,
    /// What it is known by on its page: its name, unless several forms of the page have a field of that name.
    id: String,
    pub label: &'static str,
    pub hint: Option<&'static str>,
}

impl<'a> Field<'a> {
    pub fn new(form: &'a FormState, name: &'static str, label: &'static str) -> Self {
        Field { form, name, id: name.to_owned(), label, hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// In the form of this row; other rows of the page have the same form.
    #[must_use]
    pub fn of_row(mut self, row: &str) -> Self {
        self.id = id_in_row(self.name, row);
        self
    }

    /// `aria-describedby`: the hint and the problem, where there are any.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let problem = self.form.problem(self.name).map(|_| format!("{}-problem", self.id));
        let ids: Vec<_> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn around(&self, control: AnyView) -> AnyView {
        let id = self.id.clone();
        view! {
            <div class="field" class:wrong=self.form.problem(self.name).is_some()>
                <label for=id.clone()>{self.label}</label>
                {self.hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
                {problem_at(self.form, self.name, &id)}
                {control}
            </div>
        }
        .into_any()
    }

    /// A line of text. `kind` is the input's type, `mode` the keyboard that a phone shows.
    pub fn input(self, kind: &'static str, mode: &'static str, autocomplete: &'static str) -> AnyView {
        // A password is never sent back to the page.
        let value = if kind == "password" { String::new() } else { self.form.value(self.name).to_owned() };
        let control = view! {
            <input id=self.id.clone() name=self.name type=kind inputmode=mode autocomplete=autocomplete value=value
                aria-describedby=self.described_by() aria-invalid=self.form.problem(self.name).map(|_| "true") />
        };
        self.around(control.into_any())
    }

    pub fn text(self) -> AnyView {
        self.input("text", "text", "off")
    }

    pub fn area(self, rows: u8) -> AnyView {
        let control = view! {
            <textarea id=self.id.clone() name=self.name rows=rows aria-describedby=self.described_by()
                aria-invalid=self.form.problem(self.name).map(|_| "true")
                inner_html=format!("\n{}", escape(self.form.value(self.name)))></textarea>
        };
        self.around(control.into_any())
    }

    /// A choice of one; the first entry is "not chosen yet".
    pub fn select(self, first: &'static str, choices: Vec<(String, String)>) -> AnyView {
        let chosen = self.form.value(self.name).to_owned();
        let options = choices.into_iter().map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        });
        let control = view! {
            <select id=self.id.clone() name=self.name aria-describedby=self.described_by()
                aria-invalid=self.form.problem(self.name).map(|_| "true")>
                <option value="">{first}</option>
                {options.collect_view()}
            </select>
        };
        self.around(control.into_any())
    }

    /// A table of the visitor's: a spreadsheet, or text between commas.
    pub fn table(self) -> AnyView {
        let control = view! {
            <input id=self.id.clone() type="file" name=self.name aria-describedby=self.described_by()
                accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" />
        };
        self.around(control.into_any())
    }

    /// A field whose control is made elsewhere (an island); it gets the ids that describe it.
    pub fn with(self, control: impl FnOnce(Option<String>) -> AnyView) -> AnyView {
        let control = control(self.described_by());
        self.around(control)
    }
}

/// A choice of one among several that stand open: a group with a name, for those who cannot see that they belong together.
pub fn radios(
    form: &FormState,
    name: &'static str,
    (label, hint): (&'static str, Option<AnyView>),
    choices: Vec<(&'static str, String)>,
) -> AnyView {
    let chosen = form.value(name).to_owned();
    let wrong = form.problem(name).is_some();
    let described_by = match (hint.is_some(), wrong) {
        (true, true) => Some(format!("{name}-hint {name}-problem")),
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-problem")),
        (false, false) => None,
    };
    let options = choices.into_iter().map(|(value, label)| {
        let id = format!("{name}-{value}");
        view! {
            <p class="choice">
                <input type="radio" id=id.clone() name=name value=value checked=chosen == value />
                <label for=id>{label}</label>
            </p>
        }
    });
    view! {
        <div class="field" id=name role="radiogroup" class:wrong=wrong aria-labelledby=format!("{name}-label")
            aria-describedby=described_by>
            <p class="label" id=format!("{name}-label")>{label}</p>
            {hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
            {problem(form, name)}
            {options.collect_view()}
        </div>
    }
    .into_any()
}

fn id_in_row(name: &str, row: &str) -> String {
    format!("{name}-{row}")
}

/// What is wrong with a field, beside it.
pub fn problem(form: &FormState, name: &str) -> Option<AnyView> {
    problem_at(form, name, name)
}

fn problem_at(form: &FormState, name: &str, id: &str) -> Option<AnyView> {
    let message = form.problem(name)?;
    // Elsewhere, so that what was typed stays here.
    let consents = (message == NUMBER_NEEDS_CONSENT).then(|| {
        let page = format!("{}#{}", href(CONSENTS_PAGE), ConsentKind::SensitiveData);
        view! { " "<a href=page target="_blank">{t!("去“我的同意”（新窗口）")}</a> }
    });
    let message = text(message);
    let id = format!("{id}-problem");
    Some(
        view! { <p class="problem" id=id><span class="unseen">{t!("错误：")}</span>{message}{consents}</p> }.into_any(),
    )
}

/// All problems at the head of a refused form, each leading to its field.
pub fn summary(form: &FormState) -> Option<AnyView> {
    summary_with(form, str::to_owned)
}

/// The same where each row of the page has a form; `row` is that of the refused one, empty for a form that stands once.
pub fn summary_of_row(form: &FormState, row: &str) -> Option<AnyView> {
    summary_with(form, |name| if row.is_empty() { name.to_owned() } else { id_in_row(name, row) })
}

fn summary_with(form: &FormState, id: impl Fn(&str) -> String) -> Option<AnyView> {
    if form.problems.is_empty() && form.message.is_none() {
        return None;
    }
    let lines = form.problems.iter().map(|problem| {
        view! { <li><a href=format!("#{}", id(&problem.field))>{text(&problem.message)}</a></li> }
    });
    let message = form.message.as_deref().map_or_else(|| t!("有几处需要改一改").to_owned(), text);
    Some(
        view! {
            <div class="summary" role="alert" tabindex="-1">
                <h2>{message}</h2>
                <ul>{lines.collect_view()}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What Enter in a field sends, first in a form: without it that is the form's first button, and so one for more rows.
pub fn sent_by_enter(action: &'static str) -> AnyView {
    view! { <input class="unseen" type="submit" name="action" value=action tabindex="-1" aria-hidden="true" /> }
        .into_any()
}

/// A box to be ticked, with its sentence behind it.
pub fn tick(form: &FormState, name: &'static str, label: &'static str) -> AnyView {
    tick_at(form, name, name.to_owned(), label)
}

/// The same where each row of a page has such a form.
pub fn tick_of_row(form: &FormState, name: &'static str, row: &str, label: &'static str) -> AnyView {
    tick_at(form, name, format!("{name}-{row}"), label)
}

fn tick_at(form: &FormState, name: &'static str, id: String, label: &'static str) -> AnyView {
    let wrong = form.problem(name).is_some();
    view! {
        <div class="field" class:wrong=wrong>
            {problem_at(form, name, &id)}
            <p class="choice">
                <input type="checkbox" id=id.clone() name=name value="1" checked=form.value(name) == "1"
                    aria-describedby=wrong.then(|| format!("{id}-problem")) />
                <label for=id>{label}</label>
            </p>
        </div>
    }
    .into_any()
}
