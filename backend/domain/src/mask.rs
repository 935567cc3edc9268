//! What is left of a name, an address or a number where the whole is not needed.
//!
//! Whoever needs the whole says why and is recorded (`POST /people/{id}/private`). Nothing here can be turned back.
//! Deliberately absent: who may read the whole.

pub use crate::disbursement::mask_account as account;

/// What stands for everything that is hidden; its length says nothing.
const HIDDEN: &str = "***";

/// A person's name of which the first character is left: `王小明` → `王**`.
#[must_use]
pub fn name(name: &str) -> String {
    name.trim().chars().next().map_or_else(String::new, |first| format!("{first}**"))
}

/// An e-mail address of which the first character and the host are left: `wang@example.com` → `w***@example.com`.
#[must_use]
pub fn email(email: &str) -> String {
    match email.trim().rsplit_once('@') {
        Some((local, host)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}{HIDDEN}@{host}")
        }
        None => HIDDEN.to_owned(),
    }
}

/// A telephone number of which the first three and the last two digits are left: `13800138000` → `138****00`.
///
/// Fewer than nine digits are hidden as a whole.
#[must_use]
pub fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().map(crate::money::to_half_width).filter(char::is_ascii_digit).collect();
    if digits.len() < 9 {
        return "****".to_owned();
    }
    let (first, last): (String, String) = (digits[..3].iter().collect(), digits[digits.len() - 2..].iter().collect());
    format!("{first}****{last}")
}

/// What somebody signs in with: an e-mail address, a telephone number or a name of his own.
#[must_use]
pub fn login(account: &str) -> String {
    let account = account.trim();
    let digits = account.chars().filter(char::is_ascii_digit).count();
    if account.contains('@') {
        email(account)
    } else if digits >= 9 && digits * 2 > account.chars().count() {
        phone(account)
    } else {
        let first: String = account.chars().take(1).collect();
        format!("{first}{HIDDEN}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_keeps_its_first_character() {
        for (whole, masked) in
            [("王小明", "王**"), ("王明", "王**"), (" 欧阳锋 ", "欧**"), ("𣒍", "𣒍**"), ("Anna Li", "A**"), ("", "")]
        {
            assert_eq!(name(whole), masked, "{whole}");
        }
    }

    #[test]
    fn an_address_keeps_its_first_letter_and_its_host() {
        for (whole, masked) in [
            ("wang@example.com", "w***@example.com"),
            ("w@example.com", "w***@example.com"),
            ("a@b@example.com", "a***@example.com"),
            ("@example.com", "***@example.com"),
            ("no address", "***"),
            ("", "***"),
        ] {
            assert_eq!(email(whole), masked, "{whole}");
        }
    }

    #[test]
    fn a_telephone_number_keeps_five_digits() {
        for (whole, masked) in [
            ("13800138000", "138****00"),
            ("138 0013 8000", "138****00"),
            ("１３８００１３８０００", "138****00"),
            ("0753-2250000", "075****00"),
            ("2250000", "****"),
            ("", "****"),
        ] {
            assert_eq!(phone(whole), masked, "{whole}");
        }
    }

    #[test]
    fn an_account_is_masked_as_what_it_is() {
        for (whole, masked) in [
            ("wang@example.com", "w***@example.com"),
            ("13800138000", "138****00"),
            ("village-441424103203", "441****03"),
            ("admin", "a***"),
            ("", "***"),
        ] {
            assert_eq!(login(whole), masked, "{whole}");
        }
    }

    proptest! {
        #[test]
        fn a_mask_never_shows_more_than_it_says(text in "\\PC{2,40}") {
            prop_assert!(name(&text).chars().count() <= 3);
            prop_assert!(phone(&text).chars().filter(char::is_ascii_digit).count() <= 5);
            let shown = email(&format!("{text}@example.com"));
            prop_assert!(shown.chars().count() <= "w***@example.com".chars().count());
        }
    }
}
