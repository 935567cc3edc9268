//! What several pages are made of.

pub mod books;
pub mod choice;
pub mod commitments;
pub mod comparison;
pub mod contacts;
pub mod designations;
pub mod earlier;
pub mod field;
pub mod four;
pub mod frame;
pub mod goods;
pub mod joint;
pub mod map;
pub mod money;
pub mod need_row;
pub mod offer_row;
pub mod pairings;
pub mod photos;
pub mod place;
pub mod pledge_rows;
pub mod reasons;
pub mod recorded;
pub mod reports;
pub mod similar;
pub mod thread;
pub mod town_map;
pub mod trail;

/// Names and values as the query of an address.
pub fn query_string(parameters: &[(&str, String)]) -> String {
    serde_urlencoded::to_string(parameters).unwrap_or_default()
}
