use retry_runtime::{RetryPolicy, retry};

#[retry(policy_from = attempts)]
fn number(attempts: u32) -> Result<(), String> {
    Ok(())
}

#[retry(policy_from = policy, filter_ok = |_| true)]
async fn reference(policy: &RetryPolicy) -> Result<(), String> {
    Ok(())
}

struct Tenants(Vec<(String, RetryPolicy)>);

impl Tenants {
    fn policy(&self, tenant: &str) -> Option<RetryPolicy> {
        self.0.iter().find(|(name, _)| name == tenant).map(|(_, policy)| *policy)
    }

    #[retry(policy_from = self.policy(tenant), deadline = "5s", wrap_error)]
    async fn method(&self, tenant: &str) -> Result<(), retry_runtime::RetryError<String>> {
        Ok(())
    }
}

fn main() {}
