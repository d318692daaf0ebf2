// Asks each host for a page; the first argument is the file of an authority.
use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = std::fs::read(arguments.next().expect("authority")).expect("authority");
    for host in arguments {
        let authority = reqwest::Certificate::from_pem(&file).expect("certificate");
        let client = reqwest::blocking::Client::builder()
            .add_root_certificate(authority)
            .timeout(Duration::from_secs(5))
            .build()
            .expect("client");
        for scheme in ["https", "http"] {
            match client.get(format!("{scheme}://{host}/")).send() {
                Ok(answer) => println!("{host} {}", answer.status()),
                Err(problem) => println!("{host} {problem:?}"),
            }
        }
    }
}
