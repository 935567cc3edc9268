//! Many needs, copied from the demo's into real villages, and the queries that are asked of them.

use super::stage::psql;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    queries: Vec<GoldenQuery>,
}

#[derive(Deserialize)]
struct GoldenQuery {
    query: String,
}

pub fn golden_queries() -> Vec<String> {
    let text = include_str!("../../search-config/golden/queries.json");
    let golden: Golden = serde_json::from_str(text).expect("golden queries");
    golden.queries.into_iter().map(|query| query.query).collect()
}

pub fn search_path(query: &str) -> String {
    format!("/api/v1/needs?{}", serde_urlencoded::to_string([("q", query)]).expect("a query"))
}

/// A village's own organisation wherever there is none yet, and five hundred enterprises.
pub fn organisations(database: &str) {
    psql(
        database,
        &[
            "-c",
            "insert into organisation (id, kind, name, place, status, created_at)
             select gen_random_uuid(), 'village', p.name, p.code, 'verified', now()
             from place p
             where p.level = 'village'
               and not exists (select from organisation o where o.kind = 'village' and o.place = p.code)",
            "-c",
            "insert into organisation (id, kind, name, status, created_at)
             select gen_random_uuid(), 'enterprise', '示例第' || n || '企业', 'verified', now()
             from generate_series(1, 500 - (select count(*) from organisation where name like '示例第%企业')::int) n",
        ],
    );
}

/// Fills up to `number` enterprises, each with a base and fields of its own.
pub fn enterprises(database: &str, number: usize) {
    let more = format!(
        "insert into organisation (id, kind, name, status, created_at)
         select gen_random_uuid(), 'enterprise', '示例增第' || n || '企业', 'verified', now()
         from generate_series(1, {number} - (select count(*) from organisation
                                             where kind = 'enterprise' and status = 'verified')::int) n"
    );
    let profiles =
        "insert into enterprise_profile (enterprise, version, business, base, places, fields, kinds, changed_by,
                                        changed_at)
         select o.id, 1, '', t.code, '{}',
                array[(array['specialty_industry', 'consumption_assistance', 'infrastructure', 'socialized_services',
                             'village_landscape', 'rural_civility', 'talent_cultivation', 'low_income_support',
                             'special_hardship_relief'])[1 + o.n % 9]],
                '{}', p.id, now()
         from (select id, row_number() over (order by id) as n from organisation where kind = 'enterprise') o
         join (select code, row_number() over (order by md5(code)) - 1 as place, count(*) over () as of
               from place where level = 'town') t
             on t.place = o.n % t.of
         cross join (select id from person order by id limit 1) p
         on conflict do nothing";
    psql(database, &["-c", &more, "-c", profiles]);
}

/// Fills up to `number` listed needs, each in another village than the one that it is copied from, whose own it is.
pub fn needs(database: &str, number: usize) {
    organisations(database);
    let copied = "status, version, kind, field, title, description, wanted_by, outcome, outcome_quantity, outcome_unit, \
                  created_by, created_at, changed_at, asked, form, joint, procured, price_basis, indicator, \
                  publicized_until";
    let sql = format!(
        "insert into need (id, code, organisation, village, amount_fen, published_at, {copied})
         select gen_random_uuid(), 'XQ-' || left(v.code, 6) || '-2025-' || (1000000 + g.n), v.organisation, v.code,
                n.amount_fen + g.n, n.published_at - g.n * interval '1 second', {copied}
         from generate_series(1, {number} - (select count(*) from needs_listed)::int) g (n)
         join (select n.*, row_number() over (order by id) - 1 as place, count(*) over () as of from needs_listed n) n
             on n.place = g.n % n.of
         join (select p.code, o.id as organisation, row_number() over (order by p.code) - 1 as place, count(*) over () as of
               from place p
               join organisation o on o.kind = 'village' and o.place = p.code) v
             on v.place = g.n % v.of"
    );
    psql(database, &["-c", &sql]);
}

/// Tells the index of the needs that were copied: what was not written by a use case has no event.
pub fn tell_of_needs(database: &str) {
    psql(
        database,
        &[
            "-c",
            "insert into event (id, at, verb, subject_kind, subject)
             select gen_random_uuid(), now(), 'need_approved', 'need', id from needs_listed where code like 'XQ-%-2025-1______'",
        ],
    );
}

/// Fills up to `number` open offers, copied from the demo's for one enterprise after the other.
pub fn offers(database: &str, number: usize) {
    let copied = "status, version, kind, fields, places, amount_from_fen, amount_to_fen, quantity, unit, title, words, \
                  until, created_by, created_at, changed_at";
    let sql = format!(
        "insert into offer (id, opened_at, enterprise, {copied})
         select gen_random_uuid(), o.opened_at - g.n * interval '1 second', e.id, {copied}
         from generate_series(1, {number} - (select count(*) from offer where status = 'open')::int) g (n)
         join (select o.*, row_number() over (order by id) - 1 as place, count(*) over () as of
               from offer o where status = 'open') o
             on o.place = g.n % o.of
         join (select id, row_number() over (order by id) - 1 as place, count(*) over () as of
               from organisation where name like '示例第%企业') e
             on e.place = g.n / o.of % e.of"
    );
    psql(database, &["-c", &sql]);
}

/// So many pledges for the open needs, with what became of them in the books.
pub fn pledges(database: &str, number: usize) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/money.sql");
    psql(database, &["-1", "-v", &format!("pledges={number}"), "-f", file]);
    // As it is soon after, by itself.
    psql(database, &["-c", "vacuum analyze"]);
}
