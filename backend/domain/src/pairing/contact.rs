//! Whom to call: each side of a pairing names one person, for the other sides and the federation.
//!
//! Personal data: until the sides have agreed, the other ones read it masked; when the pairing is over, it is emptied.
//! Deliberately absent: whether the person has an account here.

use crate::registration::{PERSON_NAME_LENGTH, Phone};
use crate::{Problem, Problems, mask};
use serde::{Deserialize, Serialize};

pub const POSITION_MAX: usize = 40;

/// Whom a side names. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingPerson {
    pub name: String,
    /// What he does there.
    pub position: String,
    pub phone: String,
}

impl PairingPerson {
    /// As it is stored: without blanks around, the number in digits.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self) -> Result<PairingPerson, Vec<Problem>> {
        let mut problems = Problems::new();
        let (name, position) = (self.name.trim(), self.position.trim());
        let named = PERSON_NAME_LENGTH.contains(&name.chars().count());
        problems.require(named, "name", "请写联系人的姓名（2 至 40 个字）");
        let placed = (1..=POSITION_MAX).contains(&position.chars().count());
        problems.require(placed, "position", "请写职务或身份，如“村主任”“项目经理”（最多 40 个字）");
        let phone = problems.take("phone", self.phone.parse::<Phone>());
        problems.none_or_err()?;
        let phone = phone.map(|phone| phone.to_string()).unwrap_or_default();
        Ok(PairingPerson { name: name.to_owned(), position: position.to_owned(), phone })
    }

    /// As the other sides read it before they have agreed.
    #[must_use]
    pub fn masked(&self) -> PairingPerson {
        PairingPerson { name: mask::name(&self.name), position: self.position.clone(), phone: mask::phone(&self.phone) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, position: &str, phone: &str) -> PairingPerson {
        PairingPerson { name: name.into(), position: position.into(), phone: phone.into() }
    }

    #[test]
    fn each_wrong_field_is_named_and_a_number_is_digits() {
        let read = person(" 李四 ", "村主任", "0753-2233445").check().unwrap();
        assert_eq!(read, person("李四", "村主任", "07532233445"));
        for (field, wrong) in [
            ("name", person("李", "村主任", "13800138000")),
            ("position", person("李四", " ", "13800138000")),
            ("position", person("李四", &"长".repeat(41), "13800138000")),
            ("phone", person("李四", "村主任", "1380013")),
            ("phone", person("李四", "村主任", "")),
        ] {
            let fields: Vec<_> = wrong.check().unwrap_err().into_iter().map(|problem| problem.field).collect();
            assert_eq!(fields, [field]);
        }
    }

    #[test]
    fn masked_it_tells_neither_name_nor_number() {
        assert_eq!(person("李四光", "村主任", "13800138000").masked(), person("李**", "村主任", "138****00"));
    }
}
