//! Secrets reach the tools that they are for, and stand nowhere else: not in the store, not in what is
//! shown, whatever the tools give back.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
};

use crate::command::{scriptum, thread_of, whole};

/// In JSON, in an address and in Base64 it looks different each time.
const CANARY: &str = "c4n\"ary/7f3e 91";
/// Every form of it that would give it away.
const FORMS: [&str; 5] = [
    CANARY,
    r#"c4n\"ary/7f3e 91"#,
    "c4n%22ary%2F7f3e%2091",
    "YzRuImFyeS83ZjNlIDkx",
    // `me:` and the secret, as the script encodes them.
    "bWU6YzRuImFyeS83ZjNlIDkx",
];

/// A server that keeps the head of each request and gives it back as the body, or hangs up when told to.
struct Echo {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Echo {
    fn start(refuses: bool) -> Echo {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heads, refuses) = (Arc::default(), Arc::new(Mutex::new(refuses)));
        let (kept, refusing) = (Arc::clone(&heads), Arc::clone(&refuses));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, refusing) = (Arc::clone(&kept), Arc::clone(&refusing));
                std::thread::spawn(move || answer(&stream.unwrap(), &kept, &refusing));
            }
        });
        Echo {
            port,
            heads,
            refuses,
        }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Answers the requests of one connection; a client that went away ends it.
fn answer(mut stream: &TcpStream, kept: &Mutex<Vec<String>>, refuses: &Mutex<bool>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = request(&mut reader) {
        kept.lock().unwrap().push(request.clone());
        if *refuses.lock().unwrap() {
            return;
        }
        let length = request.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nX-Echo: {CANARY}\r\nContent-Type: text/plain\r\n\
             Content-Length: {length}\r\n\r\n{request}"
        );
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The head and the body of the next request.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let lines = reader.by_ref().lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let length = |line: &String| line.strip_prefix("content-length: ")?.parse().ok();
    let mut body = vec![0; head.iter().find_map(length).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    (!head.is_empty()).then(|| format!("{}\n\n{body}", head.join("\n")))
}

fn scripts(folder: &Path, port: u16) {
    let main = format!(
        "script \"Main\"\noutput\n  echoed : any\n  child : any\nimport tools\n  http_request from native\n\
         env\n  API_KEY : secret min_length(3)\n\
         let bearer = \"Bearer {{API_KEY}}\"\n\
         let basic = \"Basic \" + base64_encode(\"me:{{API_KEY}}\")\n\
         let all = [bearer, basic]\n\
         each header in all\n  do \"Ask\" with http_request\n    url = \"http://127.0.0.1:{port}/main\"\n    \
         headers = {{ Authorization: header }}\n    -> answer\n  -> answers\n\
         run \"child\" {{ key = API_KEY }} -> ran\n\
         emit \"Done\"\n  echoed = answers\n  child = ran.got\n"
    );
    let child = format!(
        "script \"Child\"\ninput\n  key : text\noutput\n  got : any\nimport tools\n  \
         http_request from native\ndo \"Ask\" with http_request\n  \
         url = \"http://127.0.0.1:{port}/child\"\n  method = \"POST\"\n  body = to_json({{ key: key }})\n  \
         headers = {{ Authorization: \"Bearer {{key}}\" }}\n  -> answer\n\
         emit \"Done\"\n  got = {{ key: key, answer: answer }}\n"
    );
    std::fs::write(folder.join("main.scriptum"), main).unwrap();
    std::fs::write(folder.join("child.scriptum"), child).unwrap();
}

/// Exit code, stdout and stderr.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let net = ["--allow-net", "127.0.0.1/32"];
    let args = [args, &net].concat();
    let output = scriptum(folder, &args).output().unwrap();
    let (code, stderr) = whole(&args, &output);
    (code, String::from_utf8(output.stdout).unwrap(), stderr)
}

/// No file below the folder and no text holds a form of the secret.
fn check_hidden(folder: &Path, texts: &[&str]) {
    let mut folders = vec![folder.join(".scriptum")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            for form in FORMS {
                let found = bytes.windows(form.len()).any(|it| it == form.as_bytes());
                assert!(!found, "{} holds {form}", path.display());
            }
        }
    }
    assert!(files > 0, "there is a store");
    for text in texts {
        for form in FORMS {
            assert!(!text.contains(form), "{form} in {text}");
        }
    }
}

#[test]
fn a_secret_goes_to_its_tools_and_nowhere_else() {
    let server = Echo::start(false);
    let folder = tempfile::tempdir().unwrap();
    scripts(folder.path(), server.port);
    let key = format!("API_KEY={CANARY}");
    let args = ["run", "main.scriptum", "--env-var", &key];
    let (code, stdout, stderr) = run(folder.path(), &args);
    assert_eq!(code, 0, "{stderr}");
    let heads = server.heads();
    let sent = [FORMS[0], FORMS[4], FORMS[0]];
    assert_eq!(heads.len(), sent.len());
    for (head, form) in heads.iter().zip(sent) {
        assert!(head.contains(form), "{form} was not sent: {head}");
    }
    assert!(heads[2].ends_with(&format!("{{\"key\":\"{}\"}}", FORMS[1])));
    assert!(stdout.contains("uthorization: Bearer ********"), "{stdout}");
    assert!(stdout.contains("uthorization: Basic ********"), "{stdout}");
    assert!(stdout.contains(r#""key": "********""#), "{stdout}");
    check_hidden(folder.path(), &[&stdout, &stderr]);
}

/// What fails with a secret is tried again with the secret as it is then.
#[test]
fn a_secret_is_looked_up_at_each_call() {
    let server = Echo::start(true);
    let folder = tempfile::tempdir().unwrap();
    scripts(folder.path(), server.port);
    let args = ["run", "main.scriptum", "--env-var", "API_KEY=first-secret"];
    let (code, stdout, stderr) = run(folder.path(), &args);
    assert_eq!(code, 22, "{stderr}");
    assert!(stderr.contains("Bearer ********"), "{stderr}");
    assert!(!stderr.contains("first-secret"), "{stderr}");
    assert!(stderr.contains(" --env-var API_KEY"), "{stderr}");
    let thread = thread_of(&stderr);
    let resume = ["run", "main.scriptum", "--resume", &thread];
    let (code, _, missing) = run(folder.path(), &resume);
    assert_eq!(code, 22, "{missing}");
    assert!(missing.contains("ENV_MISSING"), "{missing}");
    assert!(
        missing.contains("secret 'API_KEY' has no value"),
        "{missing}"
    );
    *server.refuses.lock().unwrap() = false;
    let key = format!("API_KEY={CANARY}");
    let (code, last, stderr_last) = run(
        folder.path(),
        &[resume.as_slice(), &["--env-var", &key]].concat(),
    );
    assert_eq!(code, 0, "{stderr_last}");
    let heads = server.heads();
    assert!(heads[0].contains("first-secret"), "{heads:?}");
    assert!(heads[1].contains(CANARY), "{heads:?}");
    check_hidden(
        folder.path(),
        &[&stdout, &stderr, &missing, &last, &stderr_last],
    );
}

/// What somebody gives to a failed step is kept, so a secret in it is known by its key again.
#[test]
fn a_secret_in_an_override_is_not_kept_either() {
    let server = Echo::start(true);
    let folder = tempfile::tempdir().unwrap();
    scripts(folder.path(), server.port);
    let key = format!("API_KEY={CANARY}");
    let args = ["run", "main.scriptum", "--env-var", &key];
    let (code, _, stderr) = run(folder.path(), &args);
    assert_eq!(code, 22, "{stderr}");
    let thread = thread_of(&stderr);
    let resume = [&args[..], &["--resume", &thread, "--override"]].concat();
    let input = |secret: &str| {
        let secret = secret.replace('"', "\\\"");
        let url = format!("http://127.0.0.1:{}/other", server.port);
        format!(r#"{{"url": "{url}", "headers": {{"Authorization": "Bearer {secret}"}}}}"#)
    };
    let (code, _, masked) = run(
        folder.path(),
        &[&resume[..], &[&input("********")]].concat(),
    );
    assert_eq!(code, 2, "{masked}");
    assert!(masked.contains("/headers/Authorization"), "{masked}");
    assert!(masked.contains("MASKED_VALUE"), "{masked}");
    *server.refuses.lock().unwrap() = false;
    let (code, stdout, last) = run(folder.path(), &[&resume[..], &[&input(CANARY)]].concat());
    assert_eq!(code, 0, "{last}");
    assert!(server.heads()[1].starts_with("GET /other"));
    assert!(server.heads()[1].contains(CANARY));
    check_hidden(folder.path(), &[&stdout, &stderr, &masked, &last]);
}

/// The value can come from the environment of the process, so that it stands in no list of processes.
#[test]
fn a_secret_can_come_from_the_process() {
    let server = Echo::start(false);
    let folder = tempfile::tempdir().unwrap();
    scripts(folder.path(), server.port);
    let net = ["--allow-net", "127.0.0.1/32"];
    let args = [
        "run",
        "main.scriptum",
        "--env-var",
        "API_KEY",
        net[0],
        net[1],
    ];
    let mut command = scriptum(folder.path(), &args);
    let output = command.env("API_KEY", CANARY).output().unwrap();
    let (code, stderr) = whole(&args, &output);
    assert_eq!(code, 0, "{stderr}");
    assert!(server.heads()[0].contains(CANARY));
    let absent = scriptum(folder.path(), &args)
        .env_remove("API_KEY")
        .output();
    let (code, stderr) = whole(&args, &absent.unwrap());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("no variable 'API_KEY'"), "{stderr}");
}
