//! Applies the suggestions of a message: the config of a user who follows the message.

/// The config after each of the suggestions in a message, one at a time; empty if the message suggests no text.
pub(super) fn each(config: &str, message: &str) -> Vec<String> {
    let Some(line) = line(message) else {
        return Vec::new();
    };
    let written = config.lines().nth(line - 1).unwrap();
    let finding = message.split("\n\n").next().unwrap();
    let title = finding.lines().next().unwrap();
    let mut lines = Vec::new();
    let parts: Vec<_> = finding.split("did you mean `").collect();
    if let [_, meant] = parts.as_slice() {
        let meant = meant.split('`').next().unwrap();
        lines.push(renamed(written, title, meant));
    }
    for help in finding.lines().filter(|line| line.contains("= help: ")) {
        let help = help.split_once("= help: ").unwrap().1;
        let marked = help.split('`').skip(1).step_by(2);
        lines.extend(marked.filter_map(|part| replaced(written, title, help, part)));
    }
    let each = finding.contains("write each as ");
    let with = |new: &String| {
        let all = config.lines().enumerate();
        let all: Vec<_> = all
            .map(|(index, old)| {
                let is_it = index + 1 == line || (each && old == written);
                if is_it { new } else { old }
            })
            .collect();
        all.join("\n") + "\n"
    };
    lines.iter().map(with).collect()
}

/// The line of the first finding.
fn line(message: &str) -> Option<usize> {
    let place = message.split_once("flashgate.toml:")?.1;
    place.split(':').next()?.parse().ok()
}

/// A line with another key, or another quoted value.
fn renamed(line: &str, title: &str, meant: &str) -> String {
    if let Some((_, rest)) = title.split_once("has no key `") {
        let key = rest.split('`').next().unwrap();
        return line.replacen(key, meant, 1);
    }
    let found = title.rsplit_once("found `").unwrap().1;
    let found = found.split('`').next().unwrap();
    let quoted = format!("\"{found}\"");
    let old = if line.contains(&quoted) {
        quoted.as_str()
    } else {
        found
    };
    line.replacen(old, &format!("\"{meant}\""), 1)
}

/// A line with the text of a help in place of the wrong text.
fn replaced(line: &str, title: &str, help: &str, part: &str) -> Option<String> {
    if line.trim_start().starts_with('[') {
        let is_name =
            part.starts_with('[') && !part.contains(['"', ' ']) && !help.contains("below it");
        let dotted = line.trim_matches(['[', ']']).split_once('.');
        let name = dotted.map_or("NAME", |(_, name)| name);
        return is_name.then(|| part.replace("NAME", name));
    }
    if help.starts_with("write one of ") && part.starts_with('"') {
        let (key, _) = line.split_once('=')?;
        return Some(format!("{key}= {part}"));
    }
    let (key, _) = part.split_once(" = ")?;
    let Some(at) = line.find(key) else {
        return title.contains("has no key").then(|| part.to_owned());
    };
    let rest = &line[at..];
    // In an inline table, a value ends where the next key starts or the table ends.
    let is_key = |(comma, _): &(usize, &str)| {
        let next = rest[comma + 1..].split(',').next().unwrap();
        next.contains('=')
    };
    let comma = rest.match_indices(',').find(is_key).map(|(at, _)| at);
    let end = comma.into_iter().chain(rest.find(" }")).min();
    let end = end.filter(|_| !line.trim_start().starts_with(key));
    let end = end.unwrap_or(rest.len());
    Some(format!("{}{part}{}", &line[..at], &rest[end..]))
}
