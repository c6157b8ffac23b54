//! What Prometheus answers over HTTP.

use reqwest::blocking::Client;
use retry_tests::servers::Prometheus;
use serde_json::Value;

pub(crate) struct Api {
    client: Client,
    url: String,
}

/// An active alert.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) name: String,
    /// `pending` or `firing`.
    pub(crate) state: String,
}

impl Api {
    pub(crate) fn of(prometheus: &Prometheus) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        Self { client, url: format!("{}/api/v1", prometheus.url()) }
    }

    /// What Prometheus answers, or why it does not.
    fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let url = reqwest::Url::parse_with_params(&format!("{}/{path}", self.url), parameters).unwrap();
        let answer: Value = self.client.get(url).send().unwrap().json().unwrap();
        if answer["status"] == "success" {
            Ok(answer["data"].clone())
        } else {
            Err(answer["error"].to_string())
        }
    }

    /// The series that an expression has now.
    pub(crate) fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let data = self.ask("query", &[("query", expression)])?;
        Ok(data["result"].as_array().expect("a vector or a matrix").clone())
    }

    /// When a series that fits `selector` first had a sample in the last five minutes.
    pub(crate) fn first_seen(&self, selector: &str) -> Option<f64> {
        let series = self.query(&format!("{selector}[5m]")).unwrap();
        let starts = series.iter().filter_map(|series| series["values"][0][0].as_f64());
        starts.min_by(f64::total_cmp)
    }

    /// The values of a label among the series that fit `selector`.
    pub(crate) fn label_values(&self, selector: &str, label: &str) -> Result<Vec<Value>, String> {
        let values = self.ask(&format!("label/{label}/values"), &[("match[]", selector)])?;
        Ok(values.as_array().expect("a list").clone())
    }

    pub(crate) fn alerts(&self) -> Vec<Alert> {
        let data = self.ask("alerts", &[]).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let alert =
            |alert: &Value| Alert { name: text(&alert["labels"]["alertname"]), state: text(&alert["state"]) };
        data["alerts"].as_array().unwrap().iter().map(alert).collect()
    }

    pub(crate) fn is_firing(&self, name: &str) -> bool {
        self.alerts().iter().any(|alert| alert.name == name && alert.state == "firing")
    }
}
