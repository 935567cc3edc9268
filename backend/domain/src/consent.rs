//! What people agree to, in words that are versioned: a changed sentence is a new version, and whoever agreed to an
//! older one is asked again.
//!
//! Sources: Personal Information Protection Law, articles 14, 15, 17, 25, 28 and 29 (informed, withdrawable, separate
//! for publication and for what is sensitive). A lawyer has to confirm the texts before a launch.
//! Deliberately absent: who agreed (backend), and consents by silence.

use crate::Problems;
use serde::{Deserialize, Serialize};

/// The day on which the privacy notice that is in force was written.
pub const PRIVACY_NOTICE_VERSION: &str = "2026-11-25";
/// The same of the terms of use.
pub const TERMS_VERSION: &str = "2026-11-24";
/// Of the texts of the separate consents.
const SEPARATE_VERSION: &str = "2026-11-25";

pub const PRIVACY_NOTICE: &[&str] = &[
    "我们只保存办事必需的信息：账号、姓名、邮箱、所属组织和角色，企业登记的联系人和电话，以及谁在什么时候做了什么。",
    "受助人不建档：需求里只写户数、人数，不写个人的姓名、电话和证件号。",
    "照片上传后重新编码，公开的照片里没有拍摄地点；地点另存，精确到约 100 米，只留作核对，您同意公开才写在照片旁边。",
    "进展报告写明由村里的哪个角色填报；您同意公开姓名，才写出姓名。",
    "企业上传的证照只给本企业的人、负责认证的工商联和审计看，不公开。",
    "办事不需要您的敏感个人信息：不收证件照片，不登记个人的银行账户。\
     您主动写在来信和认证往来里的身份证号、银行卡号，您同意了才接收。",
    "公开姓名、公开拍摄地点、处理敏感个人信息，各自单独征得您的同意；不同意不影响使用，同意后随时可以撤回，立即生效。",
    "登录用的 Cookie 只用于保持登录，不用于跟踪。网站不加载任何第三方内容。",
    "为查清故障和滥用，访问记录（时间、网络地址、账号、打开了哪一页）单独保存 180 天，到期删除。",
    "在“我的账号”里可以查看、带走本人的数据，也可以注销账号；其他问题请联系所在县（市、区）工商联。",
];

pub const TERMS: &[&str] = &[
    "本平台为“千企兴千村”行动提供信息和对接服务，不公开募捐，不接收、不经手捐款。",
    "捐赠自愿、无偿。认捐是承诺，到账以慈善组织核对银行流水为准。",
    "您填写的内容应当真实；以单位名义办事，应当得到单位的授权。",
    "账号只供本人使用。请保管好密码，发现异常请立即改密码并联系我们。",
    "不得在需求、报告和往来里写他人的姓名、电话、证件号等个人信息，不得上传无权使用的照片。",
    "弄虚作假、冒用他人名义的，工商联可以停用其单位；您可以在平台上答复和申诉。",
];

/// What the present versions say that the ones before did not.
pub const WHAT_IS_NEW: &[&str] = &[
    "隐私告知新增：您同意后，进展报告写出填报人的姓名，照片旁边写出拍摄地点；不同意就不写。",
    "隐私告知写明：办事不需要敏感个人信息；您主动写的身份证号、银行卡号，同意了才接收。",
    "公开姓名、公开照片的拍摄地点、处理敏感个人信息分别同意，默认都不同意；说明改了，请重新选择。",
];

words! {
    /// What can be agreed to. The first two are needed to have an account; the others are each one's free choice.
    pub enum ConsentKind {
        PrivacyNotice = "privacy_notice" / "隐私告知",
        Terms = "terms" / "使用条款",
        PublicName = "public_name" / "公开我的姓名",
        PhotoPlace = "photo_place" / "公开我上传的照片的拍摄地点",
        SensitiveData = "sensitive_data" / "处理我的敏感个人信息",
    }
}

impl ConsentKind {
    /// Those without which there is no account.
    pub const NEEDED: [ConsentKind; 2] = [ConsentKind::PrivacyNotice, ConsentKind::Terms];
    /// Those that anybody gives or withdraws as he likes.
    pub const SEPARATE: [ConsentKind; 3] =
        [ConsentKind::PublicName, ConsentKind::PhotoPlace, ConsentKind::SensitiveData];

    /// The version of its text that is in force.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            ConsentKind::PrivacyNotice => PRIVACY_NOTICE_VERSION,
            ConsentKind::Terms => TERMS_VERSION,
            ConsentKind::PublicName | ConsentKind::PhotoPlace | ConsentKind::SensitiveData => SEPARATE_VERSION,
        }
    }

    #[must_use]
    pub fn is_needed(self) -> bool {
        ConsentKind::NEEDED.contains(&self)
    }

    /// What a separate consent allows, in one sentence; of the others the page shows the whole text.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            ConsentKind::PrivacyNotice | ConsentKind::Terms => "",
            ConsentKind::PublicName => "您填报的进展报告公开时，写出您的姓名和角色。不同意就只写角色。",
            ConsentKind::PhotoPlace => {
                "公开的需求和进展报告里，您上传的照片旁边写出拍摄地点（精确到约 100 米）。不同意就只留作核对。"
            }
            ConsentKind::SensitiveData => {
                "您主动写在来信和认证往来里的身份证号、银行卡号，可以用于办理您提出的事项。\
                 我们不会要求您写；不同意就不接收，撤回时已收下的号码随即删去。"
            }
        }
    }
}

/// The page on which consents are given and withdrawn.
pub const CONSENTS_PAGE: &str = "/account/consents";

/// Why a text with such a number is not taken from somebody with an account.
pub const NUMBER_NEEDS_CONSENT: &str = "这段文字里像有身份证号或银行卡号，请删去。\
    办这件事确实要用到本人的号码，请先打开“我的同意”（/account/consents）同意“处理我的敏感个人信息”，再提交";
/// Why an office's text with such a number is not taken: the consent of whom it is about would not cover it.
pub const NUMBER_NOT_QUOTED: &str = "这段文字里像有身份证号或银行卡号，请删去；提到时只写最后四位";
/// And from somebody without, who cannot give any consent.
pub const NUMBER_NEEDS_ACCOUNT: &str =
    "这段文字里像有身份证号或银行卡号，请删去。没有登录就不能同意我们处理这类号码，所以不接收";

/// The versions that somebody has read and ticked when he opens an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agreement {
    /// Version of the privacy notice; empty where it was not ticked.
    pub privacy_notice: String,
    /// Version of the terms of use; empty where they were not ticked.
    pub terms: String,
}

impl Agreement {
    /// To what is in force now.
    #[must_use]
    pub fn present() -> Self {
        Agreement { privacy_notice: PRIVACY_NOTICE_VERSION.to_owned(), terms: TERMS_VERSION.to_owned() }
    }

    /// Notes what keeps an account from being opened.
    pub fn check(&self, problems: &mut Problems) {
        for (kind, ticked) in [(ConsentKind::PrivacyNotice, &self.privacy_notice), (ConsentKind::Terms, &self.terms)] {
            if ticked.is_empty() {
                problems.add(kind.as_str(), format!("请阅读并勾选同意{}", kind.label()));
            } else if ticked != kind.version() {
                problems.add(kind.as_str(), format!("{}已更新，请重新阅读后再提交", kind.label()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn every_consent_is_needed_or_separate_and_has_a_day() {
        for kind in ConsentKind::ALL {
            assert_ne!(kind.is_needed(), ConsentKind::SEPARATE.contains(kind), "{kind}");
            assert_eq!(kind.about().is_empty(), kind.is_needed(), "{kind}");
            assert!(kind.version().parse::<NaiveDate>().is_ok(), "{kind}");
        }
    }

    #[test]
    fn who_is_refused_reads_where_to_consent_and_to_what() {
        assert!(NUMBER_NEEDS_CONSENT.contains(CONSENTS_PAGE));
        assert!(NUMBER_NEEDS_CONSENT.contains(ConsentKind::SensitiveData.label()));
        assert!(!NUMBER_NEEDS_ACCOUNT.contains(CONSENTS_PAGE));
    }

    #[test]
    fn only_the_present_texts_open_an_account() {
        let fields = |agreement: &Agreement| {
            let mut problems = Problems::new();
            agreement.check(&mut problems);
            problems.into_vec().into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert!(fields(&Agreement::present()).is_empty());
        let old = Agreement { privacy_notice: "2025-01-01".into(), ..Agreement::present() };
        assert_eq!(fields(&old), ["privacy_notice"]);
        let none = Agreement { privacy_notice: String::new(), terms: String::new() };
        assert_eq!(fields(&none), ["privacy_notice", "terms"]);
    }
}
