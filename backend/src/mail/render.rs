//! A letter's content as text and as HTML, to be read alike in both.
//!
//! Whatever people typed is text in both; `maud` escapes it. Styles stand inline, because mail programs drop the others.
//! Deliberately absent: pictures and counters of who opened what.

use super::letter::{Block, Content};
use maud::{DOCTYPE, Markup, html};

const FOOT: &str = "本邮件由千村平台自动发出，请勿回复。";
const DEMO: &str = "示例：这是演示系统，其中的单位、需求和款项都是虚构的，请勿汇款。";

/// The text, its lines unbroken.
pub fn text(content: &Content, origin: &str, demo: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if demo {
        parts.push(DEMO.to_owned());
    }
    for block in &content.blocks {
        parts.push(match block {
            Block::Paragraph(text) => text.clone(),
            Block::Facts(facts) => {
                facts.iter().map(|(name, value)| format!("{name}：{value}")).collect::<Vec<_>>().join("\n")
            }
            Block::Quote(text) => text.lines().map(|line| format!("　　{line}")).collect::<Vec<_>>().join("\n"),
            Block::Note(text) => (*text).to_owned(),
            Block::Link(text, path) => format!("{text}：{origin}{path}"),
        });
    }
    parts.push(format!("{}：{origin}{}", content.link.0, content.link.1));
    parts.push(FOOT.to_owned());
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

/// The HTML: one column, readable without any style.
pub fn html(content: &Content, origin: &str, demo: bool) -> String {
    let href = format!("{origin}{}", content.link.1);
    let page = html! {
        (DOCTYPE)
        html lang="zh-Hans" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (content.subject) }
            }
            body style="margin:0;padding:24px;background:#ffffff;color:#1f2421;font:16px/1.7 sans-serif" {
                div style="max-width:600px;margin:0 auto" {
                    p style="margin:0 0 24px;color:#5b6660" { "千村" }
                    @if demo {
                        p style="padding:8px 12px;background:#fff3cd;color:#533f03" { (DEMO) }
                    }
                    h1 style="margin:0 0 16px;font-size:20px;line-height:1.4" { (content.subject) }
                    @for block in &content.blocks { (block_html(block, origin)) }
                    p style="margin:24px 0" {
                        a href=(href) style="color:#0b5c3b;font-weight:bold" { (content.link.0) }
                        br;
                        span style="color:#5b6660;font-size:14px;word-break:break-all" { (href) }
                    }
                    p style="margin:32px 0 0;color:#5b6660;font-size:14px" { (FOOT) }
                }
            }
        }
    };
    page.into_string()
}

fn block_html(block: &Block, origin: &str) -> Markup {
    html! {
        @match block {
            Block::Paragraph(text) => p style="margin:0 0 16px" { (text) },
            Block::Facts(facts) => dl style="margin:0 0 16px;padding:12px 16px;background:#f3f6f4" {
                @for (name, value) in facts {
                    dt style="color:#5b6660;font-size:14px" { (name) }
                    dd style="margin:0 0 8px;font-weight:bold" { (value) }
                }
            },
            Block::Quote(text) => {
                blockquote style="margin:0 0 16px;padding:4px 16px;border-left:4px solid #0b5c3b;white-space:pre-line" {
                    (text)
                }
            },
            Block::Note(text) => p style="margin:0 0 16px;color:#5b6660" { (text) },
            Block::Link(text, path) => p style="margin:0 0 16px" {
                a href=(format!("{origin}{path}")) style="color:#5b6660" { (text) }
            },
        }
    }
}
