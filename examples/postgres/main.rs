//! Transfers between accounts in `PostgreSQL`, in transactions that conflict: each is repeated until it is committed.
//!
//! ```text
//! initdb=$(ls /usr/lib/postgresql/*/bin/initdb)        # as any user but root
//! $initdb -D /tmp/ledger -U postgres -A trust
//! ${initdb%initdb}postgres -D /tmp/ledger -p 5433 -k /tmp &
//! DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres cargo run --example postgres --features postgres
//! ```
//! Start it before the server, or restart the server meanwhile: the transfers wait for it.

use std::error::Error;

use retry_runtime::{is_transient_sql, retry};
use tokio::task::JoinSet;
use tokio_postgres::{Client, IsolationLevel, NoTls};

const ACCOUNTS: i32 = 3;
const TELLERS: i32 = 8;
const TRANSFERS: i32 = 25;

struct Teller {
    url: String,
    /// Opened when it is needed.
    client: Option<Client>,
    attempts: i32,
}

/// Not annotated: whoever calls it is, and retries within retries multiply.
async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

impl Teller {
    /// The whole transaction is the attempt, and so is what it reads. The transfer has a number of its own: where the
    /// answer to a commit was lost, nobody knows whether it took place, and the next attempt must not repeat it.
    #[retry(database, max_attempts = 20, initial_delay = "5ms", filter = is_transient_sql)]
    async fn transfer(&mut self, id: i32, from: i32, to: i32) -> Result<(), tokio_postgres::Error> {
        self.attempts += 1;
        let transaction = self.client().await?.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::Serializable).start().await?;
        let insert = "INSERT INTO transfers VALUES ($1) ON CONFLICT DO NOTHING";
        if transaction.execute(insert, &[&id]).await? == 1 {
            let balance = "SELECT cents FROM accounts WHERE id = $1";
            let cents: i64 = transaction.query_one(balance, &[&from]).await?.get(0);
            let update = "UPDATE accounts SET cents = $2 WHERE id = $1";
            transaction.execute(update, &[&from, &(cents - 1)]).await?;
            transaction.execute("UPDATE accounts SET cents = cents + 1 WHERE id = $1", &[&to]).await?;
        }
        transaction.commit().await
    }

    async fn client(&mut self) -> Result<&mut Client, tokio_postgres::Error> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => connect(&self.url).await?,
        };
        Ok(self.client.insert(client))
    }
}

/// Run twice, it does no harm.
#[retry(database, max_attempts = 10, filter = is_transient_sql)]
async fn open_accounts(url: &str) -> Result<(), tokio_postgres::Error> {
    let tables = format!(
        "DROP TABLE IF EXISTS accounts, transfers;
        CREATE TABLE accounts AS SELECT id, 1000::bigint AS cents FROM generate_series(0, {ACCOUNTS} - 1) AS id;
        CREATE TABLE transfers (id int PRIMARY KEY);"
    );
    connect(url).await?.batch_execute(&tables).await
}

/// How many transfers there were, and how many cents there are.
#[retry(database, max_attempts = 10, filter = is_transient_sql)]
async fn balance(url: &str) -> Result<(i64, i64), tokio_postgres::Error> {
    let sums = "SELECT (SELECT count(*) FROM transfers), (SELECT sum(cents)::bigint FROM accounts)";
    let row = connect(url).await?.query_one(sums, &[]).await?;
    Ok((row.get(0), row.get(1)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    open_accounts(&url).await?;

    let mut tellers = JoinSet::new();
    for number in 0..TELLERS {
        let url = url.clone();
        tellers.spawn(async move {
            let mut teller = Teller { url, client: None, attempts: 0 };
            for transfer in 0..TRANSFERS {
                let from = (number + transfer) % ACCOUNTS;
                teller.transfer(number * TRANSFERS + transfer, from, (from + 1) % ACCOUNTS).await?;
            }
            Ok::<_, tokio_postgres::Error>(teller.attempts)
        });
    }
    let mut attempts = 0;
    while let Some(teller) = tellers.join_next().await {
        attempts += teller??;
    }

    let (transfers, cents) = balance(&url).await?;
    println!("{transfers} transfers in {attempts} attempts; {cents} cents, none lost or made");
    assert_eq!((transfers, cents), (i64::from(TELLERS * TRANSFERS), i64::from(ACCOUNTS) * 1000));
    Ok(())
}
