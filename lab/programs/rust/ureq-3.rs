// Asks each host for a page with the authorities that ureq brings: the server's is
// not among them, so the handshake is seen and then refused.
use std::time::Duration;

fn main() {
    for host in std::env::args().skip(2) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into();
        for scheme in ["https", "http"] {
            match agent.get(&format!("{scheme}://{host}/")).call() {
                Ok(answer) => println!("{host} {}", answer.status()),
                Err(problem) => println!("{host} {problem}"),
            }
        }
    }
}
