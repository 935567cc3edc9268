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

/// Fills up to `number` public needs, each in another village than the one that it is copied from.
pub fn needs(database: &str, number: usize) {
    let sql = format!(
        "insert into need
         select gen_random_uuid(), 'XQ-' || left(v.code, 6) || '-2025-' || (1000000 + g.n), n.organisation, v.code,
                n.status, n.version, n.kind, n.field, n.title, n.description, n.amount_fen + g.n, n.wanted_by, n.outcome,
                n.outcome_quantity, n.outcome_unit, n.created_by, n.created_at, n.changed_at,
                n.published_at - g.n * interval '1 second'
         from generate_series(1, {number} - (select count(*) from needs_public)::int) g (n)
         join (select n.*, row_number() over (order by id) - 1 as place, count(*) over () as of from needs_public n) n
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
             select gen_random_uuid(), now(), 'need_approved', 'need', id from needs_public where code like 'XQ-%-2025-1______'",
        ],
    );
}
