//! The dashboard: what it asks Prometheus.

use retry_runtime::metrics;
use serde_json::Value;

use crate::{api::Api, read};

pub(crate) struct Dashboard(Value);

impl Dashboard {
    pub(crate) fn read() -> Self {
        Self(serde_json::from_str(&read("grafana/dashboard.json")).unwrap())
    }

    /// The titles of panels and annotations, with each expression that they show.
    fn expressions(&self) -> Vec<(String, String)> {
        let panels = self.0["panels"].as_array().unwrap().iter().flat_map(|panel| {
            let targets = panel["targets"].as_array().into_iter().flatten();
            targets.map(|target| (panel["title"].clone(), target["expr"].clone()))
        });
        let annotations = self.0["annotations"]["list"].as_array().unwrap().iter();
        let annotations =
            annotations.map(|annotation| (annotation["name"].clone(), annotation["expr"].clone()));
        let text =
            |(title, expr): (Value, Value)| Some((title.as_str()?.to_owned(), expr.as_str()?.to_owned()));
        panels.chain(annotations).filter_map(text).collect()
    }

    fn variables(&self) -> &Vec<Value> {
        self.0["templating"]["list"].as_array().unwrap()
    }

    /// Every expression and every variable is something that Prometheus understands, and has an answer to.
    pub(crate) fn shows_data(&self, prometheus: &Api) {
        for (title, expression) in self.expressions() {
            let series = prometheus.query(&chosen(&expression));
            let series = series.unwrap_or_else(|error| panic!("{title}: {expression}: {error}"));
            assert!(!series.is_empty(), "{title} shows nothing: {expression}");
        }
        for variable in self.variables().iter().filter(|variable| variable["type"] == "query") {
            let query = variable["query"]["query"].as_str().unwrap();
            let (selector, label) = query
                .strip_prefix("label_values(")
                .and_then(|query| query.strip_suffix(')')?.rsplit_once(", "))
                .unwrap_or_else(|| panic!("{query}"));
            let values = prometheus.label_values(&chosen(selector), label).unwrap();
            assert!(!values.is_empty(), "{query} has no values");
        }
    }
}

/// An expression in which every variable is set as if "All" were chosen.
fn chosen(expression: &str) -> String {
    let all = ["$job", "$service", "$operation"];
    let chosen = all.iter().fold(expression.to_owned(), |text, variable| text.replace(variable, ".*"));
    let chosen = chosen.replace("$__rate_interval", "5s");
    assert!(!chosen.contains('$'), "a variable that the dashboard does not have: {chosen}");
    chosen
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let expressions: String =
        Dashboard::read().expressions().into_iter().map(|(_, expr)| expr + "\n").collect();
    for name in [
        metrics::ATTEMPTS_TOTAL,
        metrics::SUCCESS_TOTAL,
        metrics::FAILURE_TOTAL,
        metrics::DURATION_SECONDS,
        metrics::DELAY_SECONDS,
        metrics::BUDGET_TOKENS,
        metrics::BUDGET_REJECTED_TOTAL,
        metrics::CIRCUIT_STATE,
        metrics::CIRCUIT_TRANSITIONS_TOTAL,
        "ALERTS",
    ] {
        assert!(expressions.contains(name), "{name}");
    }
}

#[test]
fn every_panel_takes_its_data_from_the_chosen_source() {
    let dashboard = Dashboard::read();
    let names: Vec<_> = dashboard.variables().iter().map(|variable| &variable["name"]).collect();
    assert_eq!(names, ["datasource", "job", "service", "operation"]);
    let mut ids = Vec::new();
    for panel in dashboard.0["panels"].as_array().unwrap() {
        ids.push(panel["id"].as_u64().unwrap());
        if panel["type"] == "row" {
            continue;
        }
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{panel}");
        for place in targets.iter().chain([panel]) {
            assert_eq!(place["datasource"]["uid"], "${datasource}", "{place}");
        }
    }
    assert!(ids.is_sorted_by(|one, next| one < next), "each panel has an id of its own: {ids:?}");
}
