//! The demo's letters to the federation, one answered and one waiting, and notices of which some were read.

use super::acting;
use crate::app::App;
use crate::http::caller::{Federation, Origin};
use crate::{enquiries, notices, people};
use anyhow::Context;
use domain::api::enquiries::{AnswerEnquiry, NewEnquiry};
use domain::api::notices::NoticeQuery;
use domain::enquiry::Topic;
use domain::organisation::{Acting, OrganisationKind, Role};

const COUNTY: &str = "441424";

/// Asks twice, answers once, and reads some notices, as people would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| people.iter().find(|demo| demo.account == account);
    let federation = find("federation").context("no account federation")?;
    let organisation = federation.organisation.context("federation belongs to nobody")?;
    let federation = Federation {
        acting: Acting {
            place: Some(COUNTY.parse()?),
            ..acting(federation.id, organisation, OrganisationKind::Federation, Role::FederationCounty)
        },
        origin: Origin::default(),
    };
    let letters = [
        (
            "示例陈先生",
            Topic::Giving,
            "我们公司在广州，想给五华的一个村修路灯，可以只捐一部分吗？",
            Some(
                "可以。每条需求都可以由几家企业分着认捐，金额由您定。先在“找需求”里选五华县，打开需求点“企业认捐这条需求”。",
            ),
        ),
        ("示例刘女士", Topic::Need, "网上公开的饮水工程还差多少资金？预计什么时候开工？", None),
    ];
    for (name, topic, text, answer) in letters {
        let new = NewEnquiry {
            id: app.clock.id(),
            name: name.into(),
            email: "asker@example.com".into(),
            county: Some(COUNTY.parse()?),
            need: None,
            topic,
            text: text.into(),
        };
        let asked = enquiries::ask(app, &Origin::default(), None, &new).await?;
        if let Some(answer) = answer {
            enquiries::answer(app, &federation, asked.id, &AnswerEnquiry { text: answer.into() }).await?;
        }
    }
    // Whoever looks as the enterprise has read its first letters; the village has read all but the latest.
    for (account, unread) in [("enterprise", 2), ("village", 1)] {
        let person = find(account).with_context(|| format!("no account {account}"))?.id;
        let list = notices::list(app, person, &NoticeQuery::default()).await?;
        for notice in list.items.into_iter().skip(unread) {
            notices::read(app, person, notice.id).await?;
        }
    }
    Ok(())
}
