//! What an enterprise says of itself when it registers, and what an account is opened with.
//!
//! Deliberately absent: whether it is true. The federation checks that (verification).

use crate::consent::Agreement;
use crate::email::EmailAddress;
use crate::money::to_half_width;
use crate::person::check_password;
use crate::place::{PlaceCode, PlaceLevel};
use crate::uscc::Uscc;
use crate::{Problem, Problems};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Characters of an enterprise's name.
pub const NAME_LENGTH: RangeInclusive<usize> = 2..=100;
/// Characters of a person's name.
pub const PERSON_NAME_LENGTH: RangeInclusive<usize> = 2..=40;
pub const FORMER_NAMES_MAX: usize = 5;
/// How long a registration waits for its address to be confirmed, from when it was first handed in. It holds the code of
/// a firm that may be another's.
pub const CONFIRM_WITHIN: Duration = Duration::days(14);
/// Pictures of documents that a record holds at a time.
pub const DOCUMENTS_MAX: usize = 9;

words! {
    /// The sections (门类) of GB/T 4754—2017.
    pub enum Industry {
        Agriculture = "A" / "农、林、牧、渔业",
        Mining = "B" / "采矿业",
        Manufacturing = "C" / "制造业",
        Utilities = "D" / "电力、热力、燃气及水生产和供应业",
        Construction = "E" / "建筑业",
        Trade = "F" / "批发和零售业",
        Transport = "G" / "交通运输、仓储和邮政业",
        Hospitality = "H" / "住宿和餐饮业",
        Information = "I" / "信息传输、软件和信息技术服务业",
        Finance = "J" / "金融业",
        RealEstate = "K" / "房地产业",
        Business = "L" / "租赁和商务服务业",
        Science = "M" / "科学研究和技术服务业",
        Environment = "N" / "水利、环境和公共设施管理业",
        Services = "O" / "居民服务、修理和其他服务业",
        Education = "P" / "教育",
        Health = "Q" / "卫生和社会工作",
        Culture = "R" / "文化、体育和娱乐业",
        PublicAdministration = "S" / "公共管理、社会保障和社会组织",
        International = "T" / "国际组织",
    }
}

/// A Chinese mobile or landline number, digits only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error("请填写联系电话")]
    Empty,
    #[error("电话应是 11 位手机号，或带区号的座机号，如 0753-2233445")]
    Form,
}

impl Phone {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(typed: &str) -> Result<Self, PhoneError> {
        let plain = typed.chars().map(to_half_width).filter(|c| !c.is_whitespace() && !"-—()".contains(*c));
        let plain: String = plain.collect();
        if plain.is_empty() {
            return Err(PhoneError::Empty);
        }
        let number = plain.strip_prefix("+86").unwrap_or(&plain);
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let mobile = number.len() == 11 && number.starts_with('1') && !matches!(number.as_bytes()[1], b'0'..=b'2');
        // Area codes have three or four digits with their zero, numbers seven or eight.
        let landline = (10..=12).contains(&number.len()) && number.starts_with('0') && !number.starts_with("00");
        if digits && (mobile || landline) { Ok(Phone(number.to_owned())) } else { Err(PhoneError::Form) }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an enterprise hands in, as typed. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnterpriseInput {
    /// 统一社会信用代码.
    pub uscc: String,
    /// The name on its licence.
    pub name: String,
    #[serde(default)]
    pub former_names: Vec<String>,
    pub industry: Option<Industry>,
    /// The county whose federation checks it.
    pub county: Option<PlaceCode>,
    pub contact_name: String,
    pub contact_phone: String,
}

/// What of it a verified enterprise changes by itself, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactInput {
    pub industry: Option<Industry>,
    pub contact_name: String,
    pub contact_phone: String,
}

/// What was typed and can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub industry: Industry,
    pub contact_name: String,
    pub contact_phone: Phone,
}

impl ContactInput {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A sentence for each field that has to be mended, all at once.
    pub fn check(&self) -> Result<Contact, Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require(self.industry.is_some(), "industry", "请选择所属行业");
        let contact_name = tidy_name(&self.contact_name);
        check_person_name(&mut problems, "contact_name", &contact_name);
        let contact_phone = problems.take("contact_phone", self.contact_phone.parse::<Phone>());
        problems.none_or_err()?;
        let contact = self.industry.zip(contact_phone);
        // Each of them that is missing has left its problem above.
        contact.map(|(industry, contact_phone)| Contact { industry, contact_name, contact_phone }).ok_or_else(Vec::new)
    }
}

/// What was handed in and can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enterprise {
    pub uscc: Uscc,
    pub name: String,
    pub former_names: Vec<String>,
    pub industry: Industry,
    pub county: PlaceCode,
    pub contact_name: String,
    pub contact_phone: Phone,
}

/// A name without what nobody sees: control characters, space at the ends, more than one space in between.
#[must_use]
pub fn tidy_name(typed: &str) -> String {
    let visible: String = typed.chars().map(|c| if c.is_control() || c == '\u{3000}' { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_person_name(problems: &mut Problems, field: &str, name: &str) {
    problems.require(PERSON_NAME_LENGTH.contains(&name.chars().count()), field, "姓名应是 2 至 40 个字");
}

impl EnterpriseInput {
    /// Reads what was handed in.
    ///
    /// # Errors
    /// A sentence for each field that has to be mended, all at once.
    pub fn check(&self) -> Result<Enterprise, Vec<Problem>> {
        let mut problems = Problems::new();
        let uscc = problems.take("uscc", self.uscc.parse::<Uscc>());
        let name = tidy_name(&self.name);
        problems.require(
            NAME_LENGTH.contains(&name.chars().count()),
            "name",
            "企业名称应是 2 至 100 个字，照营业执照写全称",
        );
        let former = self.former_names.iter().map(|name| tidy_name(name)).filter(|name| !name.is_empty());
        let former_names: Vec<String> = former.collect();
        problems.require(former_names.len() <= FORMER_NAMES_MAX, "former_names", "曾用名最多写 5 个");
        let lengths = former_names.iter().all(|name| NAME_LENGTH.contains(&name.chars().count()));
        problems.require(lengths, "former_names", "每个曾用名应是 2 至 100 个字，一行写一个");
        problems.require(self.industry.is_some(), "industry", "请选择所属行业");
        let county = self.county.clone().filter(|county| county.level() == PlaceLevel::County);
        problems.require(county.is_some(), "county", "请选择所在县（市、区）");
        let contact_name = tidy_name(&self.contact_name);
        check_person_name(&mut problems, "contact_name", &contact_name);
        let contact_phone = problems.take("contact_phone", self.contact_phone.parse::<Phone>());
        problems.none_or_err()?;
        match (uscc, self.industry, county, contact_phone) {
            (Some(uscc), Some(industry), Some(county), Some(contact_phone)) => {
                Ok(Enterprise { uscc, name, former_names, industry, county, contact_name, contact_phone })
            }
            // Each of them that is missing has left its problem above.
            _ => Err(Vec::new()),
        }
    }
}

/// What a new account is opened with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountInput {
    /// The address to sign in with.
    pub email: String,
    /// The name of the person.
    pub person: String,
    pub password: String,
    #[serde(flatten)]
    pub agreement: Agreement,
}

impl AccountInput {
    /// The address and the person's name, if an account can be opened with them.
    ///
    /// # Errors
    /// A sentence for each field that has to be mended, all at once.
    pub fn check(&self) -> Result<(EmailAddress, String), Vec<Problem>> {
        let mut problems = Problems::new();
        let email = problems.take("email", self.email.parse::<EmailAddress>());
        let person = check_person(&mut problems, &self.person, &self.password, &self.agreement);
        problems.none_or_err()?;
        email.map(|email| (email, person)).ok_or_else(Vec::new)
    }
}

/// Checks name, password and agreement of a new account and gives the name as it is kept.
pub fn check_person(problems: &mut Problems, name: &str, password: &str, agreement: &Agreement) -> String {
    let name = tidy_name(name);
    check_person_name(problems, "person", &name);
    check_password(problems, "password", password);
    agreement.check(problems);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> EnterpriseInput {
        EnterpriseInput {
            uscc: "914403001922038216".into(),
            name: " 示例　茶业有限公司 ".into(),
            former_names: vec![String::new(), "示例茶厂".into()],
            industry: Some(Industry::Manufacturing),
            county: Some("441424".parse().unwrap()),
            contact_name: "张三".into(),
            contact_phone: "０７５３－２２３３４４５".into(),
        }
    }

    fn fields(input: &EnterpriseInput) -> Vec<String> {
        input.check().err().unwrap_or_default().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn what_is_handed_in_is_read_tidily() {
        let read = good().check().unwrap();
        assert_eq!((read.name.as_str(), read.former_names), ("示例 茶业有限公司", vec!["示例茶厂".to_owned()]));
        assert_eq!(read.contact_phone.as_str(), "07532233445");
    }

    #[test]
    fn whom_to_call_is_read_like_the_rest() {
        let typed = ContactInput {
            industry: Some(Industry::Trade),
            contact_name: " 李　四 ".into(),
            contact_phone: "138 0013 8000".into(),
        };
        let read = typed.check().unwrap();
        assert_eq!((read.contact_name.as_str(), read.contact_phone.as_str()), ("李 四", "13800138000"));
        let empty = ContactInput { industry: None, contact_name: String::new(), contact_phone: "1".into() };
        let fields: Vec<_> = empty.check().unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["industry", "contact_name", "contact_phone"]);
    }

    #[test]
    fn names_of_one_and_of_two_hundred_characters_are_refused() {
        for (length, fits) in [(0, false), (1, false), (2, true), (100, true), (101, false), (200, false)] {
            let input = EnterpriseInput { name: "茶".repeat(length), ..good() };
            assert_eq!(fields(&input).is_empty(), fits, "{length}");
            if !fits {
                let problems = input.check().unwrap_err();
                assert!(problems[0].message.contains("2 至 100 个字"), "{}", problems[0].message);
            }
        }
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let empty = EnterpriseInput {
            uscc: String::new(),
            name: String::new(),
            former_names: vec!["一".into()],
            industry: None,
            county: Some("441424103".parse().unwrap()),
            contact_name: String::new(),
            contact_phone: String::new(),
        };
        let all = ["uscc", "name", "former_names", "industry", "county", "contact_name", "contact_phone"];
        assert_eq!(fields(&empty), all);
    }

    #[test]
    fn phones_are_mobile_or_landline() {
        for (typed, expected) in [
            ("13800138000", Ok("13800138000")),
            ("+86 138-0013-8000", Ok("13800138000")),
            ("0753-2233445", Ok("07532233445")),
            ("020 8123 4567", Ok("02081234567")),
            ("", Err(PhoneError::Empty)),
            ("2233445", Err(PhoneError::Form)),
            ("12345678901", Err(PhoneError::Form)),
            ("1380013800x", Err(PhoneError::Form)),
            ("138001380001", Err(PhoneError::Form)),
        ] {
            assert_eq!(typed.parse::<Phone>().as_ref().map(Phone::as_str), expected.as_ref().copied(), "{typed}");
        }
    }

    #[test]
    fn an_account_needs_all_of_its_parts() {
        let account = AccountInput {
            email: "nobody".into(),
            person: "王".into(),
            password: "short".into(),
            agreement: Agreement { privacy_notice: String::new(), terms: String::new() },
        };
        let fields: Vec<_> = account.check().unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["email", "person", "password", "privacy_notice", "terms"]);
    }
}
