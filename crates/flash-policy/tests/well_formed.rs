//! The parser agrees with libxml2 about what is well-formed, for 10,000 documents made of valid and invalid pieces.
//!
//! `cargo xtask prove R3` compares a million. Without `xmllint` (Debian: libxml2-utils), the test does nothing, except
//! under `CI`, where it fails.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use flash_policy::{Profile, parse};

/// A generator of numbers from a seed, so that a failure can be repeated (Steele, Lea, Flood: `SplitMix`).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}

const PIECES: &[&str] = &[
    "<a>",
    "</a>",
    "<a/>",
    "<b c=\"d\">",
    "</b>",
    "<b c='d' e=\"f\"/>",
    "<b c='d' c='e'/>",
    "<a >",
    "</a >",
    "< a>",
    "<a b/>",
    "<a b=c/>",
    "<a b=\"<\"/>",
    "<a b=\"&lt;\"/>",
    "<a b=\"&\"/>",
    "<a b='\"'/>",
    "<a\tb\n=\r'c'/>",
    "<a b=\"c\"d=\"e\"/>",
    "text",
    " ",
    "\n",
    "\r\n",
    "\t",
    "&amp;",
    "&lt;",
    "&#65;",
    "&#x41;",
    "&#0;",
    "&#xD800;",
    "&#1114112;",
    "&nbsp;",
    "&",
    "&amp",
    "<",
    ">",
    "]]>",
    "<![CDATA[x]]>",
    "<![CDATA[<a>]]>",
    "<![CDATA[",
    "<!-- x -->",
    "<!---->",
    "<!-- -- -->",
    "<!-- x --->",
    "<!--",
    "<?p?>",
    "<?p x?>",
    "<?xml version=\"1.0\"?>",
    "<?xml?>",
    "<?",
    "<?XML x?>",
    "é",
    "\u{10ffff}",
    "\u{1}",
    "\u{fffe}",
    "\"",
    "'",
    "<é/>",
    "<1/>",
    "<a b='c\"/>",
    "<a b='c'/ >",
    "<a b='c'//>",
    "<a b ='>'/>",
    "<a b='c' d/>",
    "<a b:'c'/>",
    "<a\u{a0}b='c'/>",
    "<a b='c'\u{200b}/>",
    "<a b='\u{a0}'/>",
    "<a b='c'\u{1b}/>",
    "<a b='c'\t\"/>",
    "<a.-_ b.-_='c'/>",
    "<a b='c' <b/>",
    "<=/>",
    "<>",
    "</ a>",
    "<?x+y?>",
    "<?x.y-z z?>",
    "<?é?>",
    "<?1?>",
    "<? p?>",
    "<?p?x?>",
    "<!-- \u{1} -->",
    "<!-- \u{9b}\u{200e} -->",
    "<!-- ]]> -->",
    "<!a>",
    "<!>",
    "a ]]> b",
    "a ]] > b",
    "\u{feff}",
    "\u{200b}",
    "ï»¿",
    "{{ x }}",
    "@x@",
    "+",
    "```xml\n",
];

const PROLOGS: &[&str] = &[
    "",
    "",
    "",
    "<?xml version=\"1.0\"?>",
    "<?xml version='1.0' encoding='UTF-8'?>\n",
    "<?xml version=\"1.0\" standalone=\"yes\"?>",
    "<!DOCTYPE a>",
    "<!DOCTYPE a SYSTEM \"x\">",
    "<!DOCTYPE a PUBLIC \"x\" \"y\">",
    "<!DOCTYPE a SYSTEM 'x'>\n<!-- y -->",
    " ",
    "<?xml version=\"1.0\"?><!DOCTYPE a>",
    "<?xml version=\"1.1\" ?>",
    "<?xml version=\"2.0\"?>",
    "<?xml version=\"abc\"?>",
    "<?xml version=\"\"?>",
    "<?xml version=\"1\"?>",
    "<?xml version = '1.0'\n?>",
    "<?xml version='1.0' standalone='maybe'?>",
    "<?xml version='1.0' encoding=''?>",
    "<?xml version='1.0' encoding='x y'?>",
    "<?xml version='1.0' encoding='utf-8' standalone='no'?>",
    "<?xml version='1.0' standalone='no' encoding='utf-8'?>",
    "<?xml encoding='UTF-8' version='1.0'?>",
    "<?xml encoding='UTF-8'?>",
    "<?xml version='1.0' version='1.0'?>",
    "<?xml version='1.0' x='y'?>",
    "<?xml version=1.0?>",
    "<?xml version='1.0\"?>",
    "<?xml version='1.0' ?\n",
    "<?xml<foo version='1.0'?>",
    "<?XML version='1.0'?>",
    "<!DOCTYPE a SYSTEM \"\u{1}\">",
    "<!DOCTYPE a SYSTEM \"é>\">",
    "<!DOCTYPE a PUBLIC \"{\" \"x\">",
    "<!DOCTYPE a PUBLIC \"-//x'y\" \"{\">",
    "<!DOCTYPE a PUBLIC \"x\">",
    "<!DOCTYPE a PUBLICA \"x\">",
    "<!DOCTYPE PUBLIC SYSTEM \"{\">",
    "<!DOCTYPE a SYSTEM \"PUBLIC '{'\">",
    "<!DOCTYPE>",
    "<!doctype a>",
    "\u{feff}",
    "\u{200b}",
    "x",
];

/// A document of some pieces. In half of them, elements are closed as they were opened; otherwise few would be
/// well-formed.
fn made(random: &mut Random) -> String {
    let mut text = String::from(PROLOGS[random.below(PROLOGS.len())]);
    let wrapped = random.below(4) > 0;
    if wrapped {
        text += "<r>";
    }
    for _ in 0..random.below(4) {
        let piece = PIECES[random.below(PIECES.len())];
        text += piece;
        if piece == "<a>" && random.below(2) == 0 {
            text += "</a>";
        }
    }
    if wrapped {
        text += "</r>";
    }
    text
}

/// Whether the parser finds a document well-formed.
///
/// Three differences are ignored: libxml2 reports `<:a/>`, `:a=""` and `<?x:y?>` only as namespace errors, and it knows
/// fewer encodings than there are names. The pieces contain nothing that `bounds` refuses for its cost (definitions in
/// a DOCTYPE, more than 16 levels, 32 attributes or 64 namespaces).
fn judged_by_us(text: &str) -> bool {
    parse(text.as_bytes(), Profile::Socket).is_well_formed()
}

/// The files that xmllint finds well-formed. It never fetches anything.
fn judged_by_libxml2(folder: &Path, names: &[String]) -> BTreeSet<String> {
    let mut faulty = BTreeSet::new();
    for some in names.chunks(2_000) {
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet"])
            .args(some)
            .current_dir(folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        // Each message starts with the file's name and a line number. Warnings and namespace errors do not count.
        for line in text.lines().filter(|line| line.contains("parser error")) {
            faulty.insert(line.split(':').next().unwrap().to_owned());
        }
    }
    names
        .iter()
        .filter(|name| !faulty.contains(*name))
        .cloned()
        .collect()
}

#[test]
fn the_parser_agrees_with_libxml2() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        let ci = std::env::var_os("CI").is_some();
        assert!(
            !ci,
            "xmllint is not installed; this test cannot be skipped under CI"
        );
        return;
    }
    let long = std::env::var_os("FLASHGATE_PROVE").is_some();
    let count = if long { 1_000_000 } else { 10_000 };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("well_formed");
    fs::create_dir_all(&folder).unwrap();
    let mut random = Random(0x0F1A_5467);
    let (mut compared, mut well_formed, mut differing) = (0, 0, Vec::new());
    while compared < count {
        let texts: Vec<String> = (0..2_000).map(|_| made(&mut random)).collect();
        let names: Vec<String> = (0..texts.len())
            .map(|index| format!("{index}.xml"))
            .collect();
        for (name, text) in names.iter().zip(&texts) {
            fs::write(folder.join(name), text).unwrap();
        }
        let theirs = judged_by_libxml2(&folder, &names);
        for (name, text) in names.iter().zip(&texts) {
            let ours = judged_by_us(text);
            well_formed += usize::from(ours);
            if ours != theirs.contains(name) {
                differing.push((ours, text.clone()));
            }
        }
        compared += texts.len();
    }
    assert!(
        well_formed > count / 20,
        "{well_formed} of {compared} are well-formed"
    );
    assert!(
        differing.is_empty(),
        "{} differ: {:#?}",
        differing.len(),
        &differing[..differing.len().min(20)]
    );
    // `cargo xtask prove` looks for this line.
    println!("figure R3: {compared} documents, {well_formed} of them well-formed, to both alike");
}
