//! The cost of files that are made to be expensive, in instructions, which do not depend on what else the machine does.

use std::process::Command;

use testkit::folder::Folder;
use testkit::{figure, needs, scale};

/// Texts of a given length that are expensive for code that compares everything with everything.
fn hostile(length: usize) -> Vec<(&'static str, String)> {
    let policy = |part: &dyn Fn(usize) -> String| {
        let mut text = String::from("<cross-domain-policy>");
        let mut index = 0;
        while text.len() < length {
            text += &part(index);
            index += 1;
        }
        text + "</cross-domain-policy>"
    };
    let rule = |domain: &str, ports: &str| {
        format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
    };
    let labels = "a.".repeat(120);
    vec![
        ("same rules", policy(&|_| rule("a.test", "80"))),
        (
            "one domain",
            policy(&|index| rule("a.test", &(1 + index % 65_535).to_string())),
        ),
        (
            "many domains",
            policy(&|index| rule(&format!("www.a{index}.test"), "80")),
        ),
        (
            "deep domains",
            policy(&|index| rule(&format!("{labels}b{index}.test"), "80")),
        ),
        (
            "suffixes",
            policy(&|index| {
                rule(
                    &format!("*.{}b.test", "a.".repeat(index * 37 % 120)),
                    &(index % 9 + 1).to_string(),
                )
            }),
        ),
        (
            "one list",
            policy(&|_| {
                rule(
                    "a.test",
                    &"80,81-90,".repeat(length / 9)[..length / 9 * 9 - 1],
                )
            }),
        ),
        (
            "attributes",
            (0..length / 10).fold(String::from("<cross-domain-policy"), |text, index| {
                text + &format!(" a{index:05}=\"\"")
            }) + "/>",
        ),
        (
            "depth",
            "<a>".repeat(length / 7) + &"</a>".repeat(length / 7),
        ),
        ("cdata", policy(&|_| "<![CDATA[a]]>".into())),
        ("comments", policy(&|_| "<!---->x".into())),
        ("entities", policy(&|_| "&amp;".into())),
        (
            "namespaces",
            policy(&|index| format!("<a xmlns:a{index}=\"b\"/>")),
        ),
        ("open", "<a ".repeat(length / 3)),
        ("open comments", "<!--".repeat(length / 4)),
        ("quotes", "<a b=\"".repeat(length / 6)),
        ("end tags", policy(&|_| "</b>".into())),
        ("half comments", policy(&|_| "<!- <b/>".into())),
        ("instructions", "<?a".repeat(length / 3)),
        (
            "space behind",
            format!("{}{}", "<a/>".repeat(length / 8), " ".repeat(length / 2)),
        ),
        ("spaces", " ".repeat(length)),
        ("line ends", "\r\n".repeat(length / 2)),
        ("nuls", "\0".repeat(length)),
        ("placeholders", policy(&|_| "{{a}}<a/>".into())),
        ("merge", "<<<<<<< \n".repeat(length / 9)),
        (
            "silverlight",
            String::from("<access-policy>") + &"<policy/>".repeat(length / 9) + "</access-policy>",
        ),
    ]
}

/// Twice the input costs about twice as much; comparing everything with everything would cost four times as much.
#[test]
fn linear() {
    if !needs::met(needs::program("valgrind")) {
        return;
    }
    let length = scale::short_or_long(16 * 1024, 64 * 1024);
    let kinds: &[_] = scale::short_or_long(&["socket"], &["socket", "url", "silverlight"]);
    let (mut worst, mut name) = (0, "");
    for kind in kinds {
        let nothing = instructions(kind, "<cross-domain-policy/>");
        for ((text, once), (_, twice)) in hostile(length).into_iter().zip(hostile(2 * length)) {
            let [once, twice] = [once, twice].map(|text| instructions(kind, &text) - nothing);
            let hundredths = twice * 100 / once;
            assert!(
                hundredths <= 210,
                "{text} as {kind}: {once} instructions, then {twice}"
            );
            if hundredths > worst {
                (worst, name) = (hundredths, text);
            }
        }
    }
    figure::report(
        "R2",
        format_args!("{worst} % of the instructions for twice the input, at most: {name}"),
    );
}

/// How many instructions it takes to lint a file, including the program's start.
fn instructions(kind: &str, text: &str) -> u64 {
    let folder = Folder::new().unwrap();
    let file = folder.file("policy.xml", text).unwrap();
    let clients = ["unity", "silverlight", "lightspark"].map(|client| format!("--client={client}"));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(testkit::binary::flashgate().unwrap())
        .args(["lint", "--format", "short", "--as", kind])
        .args(clients)
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.unwrap_or_else(|| panic!("{said}"));
    count.trim().parse().unwrap()
}
