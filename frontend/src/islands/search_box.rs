//! The search field that suggests while one types: places, fields, words, titles of needs.
//!
//! Without script it is the plain field of its form. Deliberately absent: what is suggested, which the API says.

use domain::api::needs::NeedSuggestion;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use std::time::Duration;

/// So long nothing is typed before anything is asked.
const PAUSE: Duration = Duration::from_millis(160);

/// A field of a search form with its suggestions below. `action` is where its form goes.
#[island]
pub fn SearchBox(
    id: String,
    value: String,
    /// Where no visible label names the field.
    label: Option<String>,
    placeholder: String,
    /// What the list of suggestions is called.
    list_label: String,
    action: String,
) -> impl IntoView {
    let (found, set_found) = signal(Vec::<NeedSuggestion>::new());
    let (active, set_active) = signal(None::<usize>);
    let close = move || {
        set_found.set(Vec::new());
        set_active.set(None);
    };
    let typed = ask_after_a_pause(set_found, set_active);
    let list = format!("{id}-suggestions");
    let option_id = {
        let list = list.clone();
        move |at: usize| format!("{list}-{at}")
    };
    let link = move |text: &str| format!("{action}?{}", serde_urlencoded::to_string([("q", text)]).unwrap_or_default());
    let go = move |text: &str| {
        // A browser that does not go leaves the field as it is, and its form still works.
        let _ = window().location().set_href(&link(text));
    };
    let keys = {
        let go = go.clone();
        move |event: KeyboardEvent| {
            let number = found.with(Vec::len);
            match event.key().as_str() {
                "ArrowDown" if number > 0 => {
                    event.prevent_default();
                    set_active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % number)));
                }
                "ArrowUp" if number > 0 => {
                    event.prevent_default();
                    set_active.update(|at| *at = Some(at.map_or(number - 1, |at| (at + number - 1) % number)));
                }
                "Escape" if number > 0 => {
                    event.prevent_default();
                    close();
                }
                "Enter" => {
                    let chosen =
                        active.get().and_then(|at| found.with(|found| found.get(at).map(|one| one.text.clone())));
                    if let Some(text) = chosen {
                        event.prevent_default();
                        go(&text);
                    }
                }
                _ => {}
            }
        }
    };
    let rows = {
        let (option_id, go) = (option_id.clone(), go.clone());
        move || {
            let row = |(at, one): (usize, NeedSuggestion)| {
                let (go, text) = (go.clone(), one.text.clone());
                // Before the field loses the focus, which closes the list.
                let choose = move |event: MouseEvent| {
                    event.prevent_default();
                    go(&text);
                };
                view! {
                    <li id=option_id(at) role="option" aria-selected=move || (active.get() == Some(at)).to_string()
                        on:mousedown=choose>
                        <b>{one.text}</b>" "<span class="soft">{one.note}</span>
                    </li>
                }
            };
            found.get().into_iter().enumerate().map(row).collect_view()
        }
    };
    view! {
        <div class="suggests" on:focusout=move |_| close()>
            <input id=id type="search" name="q" value=value placeholder=placeholder aria-label=label autocomplete="off"
                maxlength="100" role="combobox" aria-autocomplete="list" aria-controls=list.clone()
                aria-expanded=move || (!found.with(Vec::is_empty)).to_string()
                aria-activedescendant=move || active.get().map(&option_id)
                on:input=move |event| typed(event_target_value(&event)) on:keydown=keys />
            <ul id=list role="listbox" aria-label=list_label hidden=move || found.with(Vec::is_empty)>{rows}</ul>
        </div>
    }
}

/// Asks the API when the typing pauses; an answer to what was typed before is dropped.
#[cfg(feature = "hydrate")]
fn ask_after_a_pause(
    set_found: WriteSignal<Vec<NeedSuggestion>>,
    set_active: WriteSignal<Option<usize>>,
) -> impl Fn(String) + Clone {
    use domain::api::PREFIX;
    use domain::api::needs::suggestions;

    let latest = StoredValue::new(0_u32);
    move |typed: String| {
        let turn = latest.get_value() + 1;
        latest.set_value(turn);
        set_timeout(
            move || {
                if latest.get_value() != turn {
                    return;
                }
                leptos::task::spawn_local(async move {
                    let call = suggestions(&typed);
                    let answer = gloo_net::http::Request::get(&format!("{PREFIX}{}", call.request.path)).send().await;
                    let items = match answer {
                        Ok(answer) if answer.ok() => match answer.binary().await {
                            Ok(bytes) => domain::api::Call::<domain::api::List<NeedSuggestion>>::read(&bytes)
                                .map_or_else(|_| Vec::new(), |list| list.items),
                            Err(_) => Vec::new(),
                        },
                        _ => Vec::new(),
                    };
                    if latest.get_value() == turn {
                        set_active.set(None);
                        set_found.set(items);
                    }
                });
            },
            PAUSE,
        );
    }
}

/// The server renders the field and suggests nothing.
#[cfg(not(feature = "hydrate"))]
fn ask_after_a_pause(
    _set_found: WriteSignal<Vec<NeedSuggestion>>,
    _set_active: WriteSignal<Option<usize>>,
) -> impl Fn(String) + Clone {
    let _ = PAUSE;
    |_typed| {}
}
