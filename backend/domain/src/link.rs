//! One-time links that go out by mail: what each is for, how long it is good, and how it stands.
//!
//! Deliberately absent: the secret in a link (backend), and anything that a link could do twice.

use chrono::{DateTime, Duration, Utc};

words! {
    /// What whoever holds the link may do, once.
    pub enum LinkPurpose {
        ConfirmEmail = "confirm_email" / "确认邮箱",
        ResetPassword = "reset_password" / "重设密码",
        /// Set name and password of a donor's new account.
        DonorAccount = "donor_account" / "完成捐赠人注册",
        /// Become the owner of an enterprise that was registered with the address of an account that exists.
        OwnEnterprise = "own_enterprise" / "成为企业负责人",
    }
}

words! {
    /// How a link stands.
    pub enum LinkState {
        Good = "good" / "有效",
        Expired = "expired" / "已过期",
        Used = "used" / "已用过",
        /// A newer one was sent.
        Replaced = "replaced" / "已被新的链接代替",
        /// No link of ours.
        Unknown = "unknown" / "不是有效的链接",
    }
}

impl LinkPurpose {
    /// How long such a link is good.
    #[must_use]
    pub const fn life(self) -> Duration {
        match self {
            LinkPurpose::ResetPassword => Duration::hours(1),
            LinkPurpose::ConfirmEmail | LinkPurpose::DonorAccount | LinkPurpose::OwnEnterprise => Duration::hours(24),
        }
    }
}

impl LinkState {
    /// The state of a link that was written. What happened to it counts more than its age.
    #[must_use]
    pub fn of(now: DateTime<Utc>, expires_at: DateTime<Utc>, used: bool, replaced: bool) -> Self {
        match () {
            () if used => LinkState::Used,
            () if replaced => LinkState::Replaced,
            () if now >= expires_at => LinkState::Expired,
            () => LinkState::Good,
        }
    }

    /// What is said to whoever comes with a link that is not good.
    #[must_use]
    pub const fn refusal(self) -> &'static str {
        match self {
            LinkState::Good => "",
            LinkState::Expired => "这个链接已经过期。可以让我们再发一封",
            LinkState::Used => "这个链接已经用过了，每个链接只能用一次",
            LinkState::Replaced => "这个链接已经作废，因为后来又发了一封。请打开最新的那封邮件",
            LinkState::Unknown => "这不是有效的链接。请从邮件里完整地打开它",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_until_its_hour_and_once() {
        let now: DateTime<Utc> = "2026-06-30T02:00:00Z".parse().unwrap();
        let (ahead, past) = (now + Duration::seconds(1), now);
        for (expires_at, used, replaced, expected) in [
            (ahead, false, false, LinkState::Good),
            (past, false, false, LinkState::Expired),
            (ahead, true, false, LinkState::Used),
            (past, true, false, LinkState::Used),
            (ahead, false, true, LinkState::Replaced),
            (past, false, true, LinkState::Replaced),
        ] {
            assert_eq!(LinkState::of(now, expires_at, used, replaced), expected);
        }
    }

    #[test]
    fn every_link_that_is_not_good_says_why() {
        for state in LinkState::ALL {
            assert_eq!(state.refusal().is_empty(), *state == LinkState::Good, "{state}");
        }
        assert_eq!(LinkPurpose::ResetPassword.life(), Duration::hours(1));
        assert_eq!(LinkPurpose::ConfirmEmail.life(), Duration::hours(24));
    }
}
