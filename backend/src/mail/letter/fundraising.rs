//! What is written about giving by everybody: to the charity's owners and to the campaign offices, when a link was closed
//! because what it stands on has ended.

use super::{Block, Content, day, paragraph};
use domain::campaign::setup::{FundraisingCertificate, FundraisingFiling, Validity};
use domain::fundraising::GivingClosed;
use serde::{Deserialize, Serialize};

/// A link by which everybody could give was closed by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublicGivingClosed {
    pub campaign: String,
    pub charity: String,
    pub site: String,
    pub because: GivingClosed,
    pub period: Validity,
    pub certificate: FundraisingCertificate,
    pub filing: FundraisingFiling,
    pub path: String,
}

fn days(valid: Validity) -> String {
    format!("{} 至 {}", day(valid.from), day(valid.to))
}

impl PublicGivingClosed {
    pub(in crate::mail) fn content(&self) -> Content {
        let PublicGivingClosed { campaign, charity, site, because, period, certificate, filing, path } = self;
        let filed = format!("{}，{} 备案，募捐期间 {}", filing.number, day(filing.filed_on), days(filing.period));
        Content {
            subject: format!("个人捐赠链接已关闭：{campaign}"),
            blocks: vec![
                paragraph(format!(
                    "“{campaign}”里{charity}在“{site}”的个人捐赠链接已由系统关闭，原因：{}。公众从本平台已不能点到它。",
                    because.label()
                )),
                Block::Facts(vec![
                    ("链接的期间", days(*period)),
                    ("公开募捐资格证书", format!("{}，{}", certificate.number, days(certificate.valid))),
                    ("募捐方案备案", filed),
                ]),
                Block::Note("要再打开，请先更新资格或备案，由6·30办重新打开。企业按协议转账捐赠不受影响。"),
            ],
            link: ("打开活动", path.clone()),
        }
    }
}
