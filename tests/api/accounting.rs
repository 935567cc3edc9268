//! The accountant's export: both legs of every transfer, equal sums, in both formats.

use crate::disbursements::{Ready, paid_out, ready};
use backend::tables::{Limits, read};
use tests::TestApp;

const JUNE: &str = "/api/v1/accounting/legs?from=2026-01-01&until=2099-12-31";

#[tokio::test]
async fn every_transfer_is_exported_with_both_legs_and_equal_sums() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, .. } = &ready;
    paid_out(&ready, 40_000, 30_000).await;
    let csv = charity.checker.page(JUNE).await.text();
    assert!(csv.starts_with('\u{feff}') && csv.contains("/about/ledger"));
    let rows: Vec<&str> = csv.lines().collect();
    // The line that says what it is, the heading, three transfers of two legs, the sums.
    assert_eq!(rows.len(), 2 + 6 + 1, "{csv}");
    assert!(rows[2].contains("到账") && rows[2].contains(",借,world,外部,50000.00,,"), "{}", rows[2]);
    assert!(rows[3].contains(",贷,directed:") && rows[3].contains("定向额度：") && rows[3].contains(",,50000.00,"));
    assert!(rows[7].contains("P-1") && rows[7].contains("示例镇财政所代管户"), "{}", rows[7]);
    assert!(rows[8].contains("合计") && rows[8].contains("120000.00,120000.00"), "{}", rows[8]);

    let xlsx = charity.maker.page(&format!("{JUNE}&format=xlsx")).await.body;
    let limits = Limits { rows: 100, columns: 20, cell_chars: 300, bytes: 1_000_000 };
    let table = read(&xlsx, &limits).unwrap();
    assert_eq!(table.rows.len(), 9);
    let none = charity.maker.page("/api/v1/accounting/legs?from=2020-01-01&until=2020-12-31").await.text();
    assert_eq!(none.lines().count(), 3);
    assert!(none.contains("0.00,0.00"));
    let backwards = charity.maker.page("/api/v1/accounting/legs?from=2026-02-01&until=2026-01-01").await;
    assert_eq!(backwards.status.as_u16(), 422);
    assert_eq!(enterprise.page(JUNE).await.status.as_u16(), 403);
    let other = test.charity("另一慈善会").await;
    assert_eq!(other.maker.page(JUNE).await.text().lines().count(), 3, "another's books are not in it");
    assert!(charity.maker.page("/work/accounting").await.text().contains("会计导出"));
    test.done().await;
}
