//! The demo's pairings of earlier years: one list of the county's federation, invented, and its source says so.
//!
//! It goes through the same import as everybody's lists.

use super::places;
use crate::app::App;
use crate::earlier_pairings;
use crate::files::tables;
use anyhow::ensure;
use domain::api::earlier_pairings::NewEarlierImport;

const COUNTY: &str = "441424";
const SOURCE: &str = "示例数据：五华县千企帮千村台账（演示用，不是真实名单）";
const AS_OF: &str = "2021-12-31";

const LIST: &str = "序号,企业名称,区划代码,县（市、区）,镇（街道）,村（社区）,形式,起始,结束,做了什么\n\
    1,示例金柚农业有限公司,441424125207,,,,村企结对,2018,2020-12-31,收购柚子，教修剪和套袋\n\
    2,示例梅江电器有限公司,441424125207,,,,村企结对,2019-06-30,2021-06-30,装路灯 30 盏\n\
    3,示例山泉饮品有限公司,441424125208,,,,村企结对,2019,2021-12-31,修水池和水管\n\
    4,示例建筑工程有限公司,,五华县,梅林镇,,连片包镇,2017,2020-12-31,修村道 3 公里，修好两座小桥\n\
    5,示例茶业有限公司,441424103203,,,,村企共建,2020,,建茶叶初加工车间\n\
    6,示例服装有限公司,441424103203,,,,村企结对,2018,2021,办缝纫培训，招工 20 人\n";

/// Looks at the list and takes it in, as the federation would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let federation = places::federation(app, COUNTY).await?;
    let table = tables::store(app, federation.0.acting.person, "示例台账.csv", LIST.into()).await?;
    let preview = earlier_pairings::preview(app, &federation.0, table.id).await?;
    ensure!(preview.wrong == 0 && preview.ready > 0, "the demo's list is refused: {:?}", preview.problems);
    let new = NewEarlierImport {
        id: app.clock.id(),
        table: table.id,
        source: SOURCE.into(),
        as_of: AS_OF.parse()?,
        published_at: String::new(),
        ready: preview.ready,
    };
    earlier_pairings::import(app, &federation, &new).await?;
    Ok(())
}
