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

/// Fills up to `number` listed needs, each in another village than the one that it is copied from.
pub fn needs(database: &str, number: usize) {
    let copied = "organisation, status, version, kind, field, title, description, wanted_by, outcome, outcome_quantity, \
                  outcome_unit, created_by, created_at, changed_at, asked, form, joint, procured, price_basis, indicator, \
                  publicized_until";
    let sql = format!(
        "insert into need (id, code, village, amount_fen, published_at, {copied})
         select gen_random_uuid(), 'XQ-' || left(v.code, 6) || '-2025-' || (1000000 + g.n), v.code, n.amount_fen + g.n,
                n.published_at - g.n * interval '1 second', {copied}
         from generate_series(1, {number} - (select count(*) from needs_listed)::int) g (n)
         join (select n.*, row_number() over (order by id) - 1 as place, count(*) over () as of from needs_listed n) n
             on n.place = g.n % n.of
         join (select code, row_number() over (order by code) - 1 as place, count(*) over () as of
               from place where length(code) = 12) v
             on v.place = g.n % v.of"
    );
    psql(database, &["-c", &sql]);
    // What was not written by a use case has no event: the index follows one that is told of by hand.
    psql(
        database,
        &[
            "-c",
            "insert into event (id, at, verb, subject_kind, subject)
             select gen_random_uuid(), now(), 'need_approved', 'need', id from needs_listed where code like 'XQ-%-2025-1______'",
        ],
    );
}

/// Fills up to `number` open offers, copied from the demo's.
pub fn offers(database: &str, number: usize) {
    let copied = "enterprise, status, version, kind, fields, places, amount_from_fen, amount_to_fen, quantity, unit, title, \
                  words, until, created_by, created_at, changed_at";
    let sql = format!(
        "insert into offer (id, opened_at, {copied})
         select gen_random_uuid(), o.opened_at - g.n * interval '1 second', {copied}
         from generate_series(1, {number} - (select count(*) from offer where status = 'open')::int) g (n)
         join (select o.*, row_number() over (order by id) - 1 as place, count(*) over () as of
               from offer o where status = 'open') o
             on o.place = g.n % o.of"
    );
    psql(database, &["-c", &sql, "-c", "analyze"]);
}
