//! What the reference promises: shown for whole ranges, not for examples only.

use super::*;
use proptest::prelude::*;

fn reference(number: u64) -> PledgeReference {
    PledgeReference::from_number(number).unwrap()
}

fn text(bytes: [u8; LENGTH]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Every letter and digit that a keyboard has.
fn keyboard() -> impl Iterator<Item = u8> {
    (b'0'..=b'9').chain(b'A'..=b'Z')
}

#[test]
fn the_alphabet_is_prime_sorted_and_without_look_alikes() {
    assert!((2..SIZE).all(|divisor| !SIZE.is_multiple_of(divisor)));
    assert!(ALPHABET.is_sorted() && ALPHABET.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(b"01OILSZBGUVDQ".iter().all(|confusing| !ALPHABET.contains(confusing)));
    assert_eq!(REFERENCES, 148_035_889);
}

#[test]
fn no_single_error_and_no_swap_of_neighbours_can_keep_the_sum() {
    // The whole proof: an error at a position adds weight × difference to a sum that has to stay 0 modulo 23.
    for position in 0..BODY {
        for difference in 1..SIZE {
            assert_ne!(weight(position) * difference % SIZE, 0, "a wrong character at {position}");
            if position + 1 < BODY {
                let gap = weight(position).abs_diff(weight(position + 1));
                assert_ne!(gap * difference % SIZE, 0, "a swap at {position}");
            }
        }
    }
}

#[test]
fn every_single_wrong_character_of_many_references_is_noticed() {
    for number in (0..REFERENCES).step_by(74_017) {
        let right = reference(number);
        for position in 0..LENGTH {
            for byte in keyboard().filter(|byte| *byte != right.0[position]) {
                let mut wrong = right.0;
                wrong[position] = byte;
                assert!(text(wrong).parse::<PledgeReference>().is_err(), "{right} as {}", text(wrong));
            }
        }
    }
}

#[test]
fn every_swap_of_neighbours_of_many_references_is_noticed_and_led_back() {
    for number in (0..REFERENCES).step_by(74_017) {
        let right = reference(number);
        for wrong in swaps(right.0).filter(|swapped| *swapped != right.0) {
            assert!(text(wrong).parse::<PledgeReference>().is_err(), "{right} as {}", text(wrong));
            assert!(nearest(&text(wrong)).contains(&right));
        }
    }
}

#[test]
fn the_numbers_of_a_year_get_different_references_that_do_not_follow_each_other() {
    let references: BTreeSet<_> = (0..50_000).map(reference).collect();
    assert_eq!(references.len(), 50_000);
    assert_ne!(reference(1).0[2..5], reference(2).0[2..5]);
    // One-to-one for all numbers: the stride shares no factor with a power of 23.
    assert_ne!(STRIDE % SIZE, 0);
    assert_eq!(PledgeReference::from_number(REFERENCES), Err(ReferenceError::UsedUp));
}

#[test]
fn a_reference_is_read_as_people_type_it() {
    let right = reference(4711);
    let typed = right.to_string();
    let (head, tail) = typed.split_at(5);
    let full_width: String = typed.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    for variant in [
        typed.clone(),
        typed.to_lowercase(),
        format!(" {head} {tail} "),
        format!("{head}-{tail}"),
        format!("{head}-{tail}"),
        format!("{head}\u{3000}{tail}"),
        full_width,
    ] {
        assert_eq!(variant.parse(), Ok(right), "{variant}");
    }
    assert_eq!("qc 7k3m-9p9".parse::<PledgeReference>().map(|it| it.to_string()), Ok("QC7K3M9P9".to_owned()));
    for (wrong, error) in [
        ("", ReferenceError::Malformed),
        ("QC", ReferenceError::Malformed),
        ("QC0000000", ReferenceError::Malformed),
        ("QC23456789", ReferenceError::Malformed),
        ("QC7K3M9PA", ReferenceError::WrongCheck),
    ] {
        assert_eq!(wrong.parse::<PledgeReference>(), Err(error), "{wrong}");
    }
}

#[test]
fn references_are_found_inside_a_bank_remark() {
    let (one, two) = (reference(7), reference(123_456_789));
    for remark in [
        format!("捐款 {one} 五华饮水"),
        format!("捐款{one}五华饮水"),
        format!("6·30捐款：{}。", one.to_string().to_lowercase()),
        format!("QQC{}", &one.to_string()[2..]),
        format!("{one}5万元"),
    ] {
        assert_eq!(find_references(&remark), [one], "{remark}");
    }
    assert_eq!(find_references(&format!("{two}/{one}及{two}")), [two, one]);
    assert!(find_references("捐款 五华饮水 20260630").is_empty());
}

#[test]
fn candidates_stay_few_and_ordinary_remarks_give_none() {
    let right = reference(99);
    let mut wrong = right.0;
    wrong[4] = b'0';
    assert_eq!(nearest(&text(wrong)), [right], "an impossible character leaves one candidate");
    assert!(nearest("捐款 五华饮水 20260630 账号441424198001011234").is_empty());
    assert!(nearest(&format!("捐款{}五华", &right.as_str()[..8])).is_empty(), "a missing character is no wrong one");
    assert!(nearest(&right.to_string()).is_empty());
    assert!(nearest(&format!("捐款{right}五华")).is_empty());
}

proptest! {
    #[test]
    fn every_number_reads_back(number in 0..REFERENCES) {
        let made = reference(number);
        prop_assert_eq!(made.as_str().parse(), Ok(made));
        prop_assert_eq!(find_references(&format!("捐款{made}")), vec![made]);
        prop_assert_eq!(serde_json::from_str::<PledgeReference>(&serde_json::to_string(&made).unwrap()).unwrap(), made);
    }

    #[test]
    fn one_wrong_character_leads_back_to_the_reference(
        number in 0..REFERENCES, position in 0..LENGTH, byte in prop::sample::select(keyboard().collect::<Vec<_>>()),
    ) {
        let right = reference(number);
        let mut wrong = right.0;
        wrong[position] = byte;
        prop_assume!(wrong != right.0);
        prop_assert!(text(wrong).parse::<PledgeReference>().is_err());
        let near = nearest(&format!("捐款 {} 谢谢", text(wrong)));
        prop_assert!(near.contains(&right));
        prop_assert!(near.len() <= 20, "{} candidates", near.len());
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = (find_references(&text), nearest(&text), text.parse::<PledgeReference>());
    }
}
