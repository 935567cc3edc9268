//! What stands in the letters that carry a link.
//!
//! Deliberately absent: the password that somebody chose, and anything of the account beyond its name.

use crate::mail::letter::{Block, Content};
use domain::link::LinkPurpose;

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// The letter of a link. `account`: its name, where that is not the address that the letter goes to.
pub fn content(purpose: LinkPurpose, link: &str, enterprise: Option<&str>, account: Option<&str>) -> Content {
    let hours = purpose.life().num_hours();
    let once = format!("链接 {hours} 小时内有效，只能用一次。打开后还要点一下页面上的按钮。");
    let (subject, mut blocks, said, path) = match purpose {
        LinkPurpose::ConfirmEmail => (
            "请确认您的邮箱",
            vec![paragraph("有人用这个邮箱在千村注册了账号。如果是您，请打开下面的链接确认邮箱。认捐之前必须确认。")],
            "确认邮箱",
            "/confirm-email",
        ),
        LinkPurpose::ResetPassword => (
            "重设密码",
            vec![paragraph(
                "有人要重设您在千村的密码。如果是您，请打开下面的链接，设置新的密码。其他设备上的登录都会退出。",
            )],
            "设置新密码",
            "/reset-password",
        ),
        LinkPurpose::DonorAccount => (
            "完成捐赠人注册",
            vec![paragraph("有人用这个邮箱在千村注册捐赠人。如果是您，请打开下面的链接，填写姓名、设置密码。")],
            "完成注册",
            "/register/donor/complete",
        ),
        LinkPurpose::OwnEnterprise => (
            "请确认您注册的企业",
            vec![
                paragraph(format!("有人用这个邮箱注册了企业“{}”。", enterprise.unwrap_or_default())),
                paragraph(
                    "您已经有账号，所以没有另开账号，注册时填写的密码也没有保存。如果是您注册的，请打开下面的链接，成为这家企业的负责人，然后用原来的密码登录。",
                ),
            ],
            "确认企业",
            "/confirm-email",
        ),
    };
    blocks.extend(account.map(|account| Block::Facts(vec![("账号", account.to_owned())])));
    blocks.push(paragraph(once));
    blocks.push(Block::Note("如果不是您，请不用理会，什么也不会发生。请不要把这封邮件转给别人。"));
    Content { subject: subject.to_owned(), blocks, link: (said, format!("{path}?link={link}")) }
}
