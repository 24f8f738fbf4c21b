//! `--fix`: a file is fixed completely or not at all, and keeps its owner.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use rustix::fs::{IFlags, XattrFlags, getxattr, ioctl_getflags, ioctl_setflags, setxattr};
use testkit::folder::Folder;
use testkit::needs;

use super::{Said, faulty, lint, lint_in, policy, sound};

/// A file that is safe to fix, and its fixed text.
fn fixable() -> (Vec<u8>, Vec<u8>) {
    let repaired = sound().into_bytes();
    (
        [b"\xEF\xBB\xBF".to_vec(), repaired.clone()].concat(),
        repaired,
    )
}

/// The files in a folder, including hidden ones.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn in_place() {
    let (broken, repaired) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    let before = lint_in(folder.path(), &["a.xml"]);
    assert!(before.stdout.contains("`--fix` can fix 1"), "{before:?}");
    assert_eq!(fs::read(&path).unwrap(), broken, "`--fix` was not given");
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stdout.contains("fixed a.xml:\n  "), "{said:?}");
    assert!(said.stdout.contains("; 1 fix made"), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), repaired);
    assert_eq!(names(folder.path()), ["a.xml"]);
    // A file without findings is not even written.
    let inode = fs::metadata(&path).unwrap().ino();
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.stdout, "1 file: no findings\n");
    assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
}

/// Another name of the same file would keep the old text.
#[test]
fn hard_links_stay() {
    let (broken, repaired) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    let other = folder.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("it has hard links"), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), broken);
    let same = [&path, &other].map(|path| fs::metadata(path).unwrap().ino());
    assert_eq!(same[0], same[1]);
    fs::remove_file(other).unwrap();
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), repaired);
}

/// As set by chattr(1); not every file system has any.
#[test]
fn flags_stay() {
    let (broken, _) = fixable();
    let folder = Folder::new().unwrap();
    for flag in [IFlags::NOATIME, IFlags::NODUMP, IFlags::APPEND] {
        let path = folder.file("a.xml", &broken).unwrap();
        let file = File::open(&path).unwrap();
        let Ok(flags) = ioctl_getflags(&file) else {
            return;
        };
        if ioctl_setflags(&file, flags | flag).is_err() {
            continue;
        }
        let said = lint_in(folder.path(), &["--fix", "a.xml"]);
        let kept = ioctl_getflags(&file).unwrap() & (flags | flag);
        ioctl_setflags(&file, flags).unwrap();
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.stderr.contains("its flags (`lsattr`)"), "{said:?}");
        assert_eq!(kept, flags | flag);
        assert_eq!(fs::read(&path).unwrap(), broken);
        assert_eq!(names(folder.path()), ["a.xml"]);
    }
}

/// What cannot be fixed is still reported, and decides the exit code.
#[test]
fn the_rest_is_told() {
    let folder = Folder::new().unwrap();
    let text = [b"\xEF\xBB\xBF".to_vec(), faulty().into_bytes()].concat();
    folder.file("a.xml", text).unwrap();
    let said = lint_in(folder.path(), &["--fix", "--format", "short", "a.xml"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("[missing-to-ports]"), "{said:?}");
    assert!(!said.stdout.contains("byte order mark"), "{said:?}");
    assert!(said.stderr.contains("fixed a.xml:"), "{said:?}");
}

/// A finding that is allowed is left alone.
#[test]
fn what_is_allowed_stays() {
    let (broken, _) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    let short = lint_in(folder.path(), &["--format", "short", "a.xml"]);
    let (_, rest) = short.stdout.split_once('[').unwrap();
    let (rule, _) = rest.split_once(']').unwrap();
    let said = lint_in(folder.path(), &["--fix", "--allow", rule, "a.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), broken);
}

/// A web server may send the file over HTTPS, where `false` is not the default.
#[test]
fn secure_stays_if_the_kind_is_a_guess() {
    let text = "<cross-domain-policy>\n  \
                <allow-access-from domain=\"a.test\" to-ports=\"9339\" secure=\"false\"/>\n\
                </cross-domain-policy>\n";
    let folder = Folder::new().unwrap();
    for (name, arguments, stays) in [
        ("crossdomain.xml", &["--fix"][..], true),
        ("crossdomain.xml", &["--fix", "--as", "socket"], false),
        ("policy.xml", &["--fix"], false),
    ] {
        let path = folder.file(name, text).unwrap();
        let said = lint_in(folder.path(), &[arguments, &[name]].concat());
        let fixed = fs::read_to_string(&path).unwrap();
        assert_eq!(fixed.contains("secure"), stays, "{name}: {said:?}\n{fixed}");
    }
}

#[test]
fn rights_and_links_stay() {
    let (broken, repaired) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let root = needs::root().is_none();
    if root {
        chown(&path, Some(1234), Some(5678)).unwrap();
    }
    symlink("a.xml", folder.path().join("link.xml")).unwrap();
    let said = lint_in(folder.path(), &["--fix", "link.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let link = folder.path().join("link.xml");
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
    assert_eq!(fs::read(&path).unwrap(), repaired);
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!(metadata.mode() & 0o7777, 0o640);
    if root {
        assert_eq!((metadata.uid(), metadata.gid()), (1234, 5678));
    }
}

/// Read and write for the owner, read for user 4711, nothing for the group, and a mask of read: its mode shows as 0640.
/// In the kernel's format: a version, then tag, permissions and id of each entry (`linux/posix_acl_xattr.h`).
fn access_list() -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 6, NOBODY),
        (0x02, 4, 4711),
        (0x04, 0, NOBODY),
        (0x10, 4, NOBODY),
        (0x20, 0, NOBODY),
    ];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

const ACCESS_LIST: &str = "system.posix_acl_access";

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let length = getxattr(path, name, value.as_mut_slice()).ok()?;
    value.truncate(length);
    Some(value)
}

/// Without its access list, the mask's bits of the mode would become the group's.
#[test]
fn access_lists_and_attributes_stay() {
    let (broken, fixed) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    setxattr(&path, "user.note", b"ours", XattrFlags::empty()).unwrap();
    setxattr(&path, ACCESS_LIST, &access_list(), XattrFlags::empty()).unwrap();
    let mode = fs::metadata(&path).unwrap().mode();
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), fixed);
    assert_eq!(attribute(&path, ACCESS_LIST), Some(access_list()));
    assert_eq!(attribute(&path, "user.note"), Some(b"ours".to_vec()));
    assert_eq!(fs::metadata(&path).unwrap().mode(), mode);
}

/// A folder's default access list is for new files; a replaced file keeps its own permissions.
#[test]
fn a_folders_default_list_is_not_taken() {
    let (broken, fixed) = fixable();
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", &broken).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let default = "system.posix_acl_default";
    setxattr(folder.path(), default, &access_list(), XattrFlags::empty()).unwrap();
    let said = lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(fs::read(&path).unwrap(), fixed);
    assert_eq!(attribute(&path, ACCESS_LIST), None);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
}

/// If an attribute cannot be kept, the file is not changed, and the reason is shown.
#[test]
fn what_cannot_be_kept() {
    if !needs::met(needs::root().or_else(|| needs::program("setpriv"))) {
        return;
    }
    let (broken, _) = fixable();
    let folder = Folder::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    // A user who may write it as a member of its group would become its owner, and its set-user-ID bit would be theirs.
    let owned = folder.file("owner.xml", &broken).unwrap();
    chown(&owned, Some(1234), Some(65_534)).unwrap();
    fs::set_permissions(&owned, Permissions::from_mode(0o4660)).unwrap();
    let grouped = folder.file("group.xml", &broken).unwrap();
    chown(&grouped, Some(65_534), Some(5678)).unwrap();
    let signed = folder.file("signed.xml", &broken).unwrap();
    setxattr(&signed, "security.ima", b"\x01x", XattrFlags::empty()).unwrap();
    let program = folder.path().join("flashgate");
    fs::copy(testkit::binary::flashgate().unwrap(), &program).unwrap();
    let somebody = || {
        let mut somebody = Command::new("setpriv");
        somebody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        somebody.arg(&program);
        somebody
    };
    let cases = [
        (somebody(), &owned, "its owner can't be preserved"),
        (somebody(), &grouped, "its group can't be preserved"),
        (
            Command::new(&program),
            &signed,
            "its extended attribute \"security.ima\" signs its content",
        ),
    ];
    for (mut command, path, reason) in cases {
        let command = command.args(["lint", "--fix"]).arg(path);
        let said: Said = command.output().unwrap().into();
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.stderr.contains(reason), "{said:?}");
        assert_eq!(&fs::read(path).unwrap(), &broken);
    }
    assert_eq!(
        names(folder.path()),
        ["flashgate", "group.xml", "owner.xml", "signed.xml"]
    );
}

/// As a user that permissions apply to: root without its capabilities, if necessary.
fn bound(folder: &Path, arguments: &[&str]) -> Option<Said> {
    let program = testkit::binary::flashgate().unwrap();
    let mut command = Command::new(&program);
    if needs::root().is_none() {
        if !needs::met(needs::program("setpriv")) {
            return None;
        }
        command = Command::new("setpriv");
        command.args(["--inh-caps=-all", "--bounding-set=-all"]);
        command.arg(&program);
    }
    let command = command.arg("lint").args(arguments);
    Some(command.current_dir(folder).output().unwrap().into())
}

/// The advice fits the cause: other permissions help neither on a full disk nor with a mounted file.
#[test]
fn advice_by_cause() {
    if !needs::met(needs::root()) || !needs::met(needs::program("unshare")) {
        return;
    }
    let (broken, _) = fixable();
    let full = "mount -t tmpfs -o size=16k none . && cd \"$PWD\" && cat >a.xml && \
                { cat /dev/zero >fill 2>/dev/null; exec \"$0\" lint --fix a.xml; }";
    let mounted = "cat >a.xml && mount --bind a.xml a.xml && exec \"$0\" lint --fix a.xml";
    let causes = [
        (full, "no space left on device", "free some space"),
        (mounted, "resource busy", "a mount point"),
    ];
    for (script, reason, help) in causes {
        let folder = Folder::new().unwrap();
        let input = folder.file("input", &broken).unwrap();
        let output = Command::new("unshare")
            .args(["--mount", "sh", "-c", script])
            .arg(testkit::binary::flashgate().unwrap())
            .current_dir(folder.path())
            .stdin(File::open(input).unwrap())
            .output();
        let said = Said::from(output.unwrap());
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.stderr.contains(reason), "{said:?}");
        assert!(said.stderr.contains(help), "{said:?}");
        assert!(!said.stderr.contains("as a user"), "{said:?}");
    }
}

/// A file that cannot be replaced is kept unchanged; the others are fixed.
#[test]
fn what_cannot_be_written() {
    let (broken, repaired) = fixable();
    let folder = Folder::new().unwrap();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let in_locked = folder.file("locked/a.xml", &broken).unwrap();
    let read_only = folder.file("b.xml", &broken).unwrap();
    let free = folder.file("c.xml", &broken).unwrap();
    fs::set_permissions(&read_only, Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(&locked, Permissions::from_mode(0o555)).unwrap();
    let said = bound(folder.path(), &["--fix", "."]);
    fs::set_permissions(&locked, Permissions::from_mode(0o755)).unwrap();
    let Some(said) = said else { return };
    assert_eq!(said.code, Some(2), "{said:?}");
    for name in ["./locked/a.xml", "./b.xml"] {
        let told =
            format!("error: {name}: can't be fixed, and was left unchanged: permission denied");
        assert!(said.stderr.contains(&told), "{said:?}");
    }
    assert_eq!(fs::read(&in_locked).unwrap(), broken);
    assert_eq!(fs::read(&read_only).unwrap(), broken);
    assert_eq!(fs::read(&free).unwrap(), repaired);
    assert_eq!(names(folder.path()), ["b.xml", "c.xml", "locked"]);
    assert_eq!(names(&locked), ["a.xml"]);
    // What was not fixed is still reported.
    assert!(said.stdout.contains("`--fix` can fix 2"), "{said:?}");
}

#[test]
fn what_is_no_file() {
    let (broken, _) = fixable();
    let folder = Folder::new().unwrap();
    folder.file("a.xml", &broken).unwrap();
    let pipe = "cat a.xml | \"$0\" lint --fix /dev/stdin";
    let program = testkit::binary::flashgate().unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", pipe])
        .arg(program)
        .current_dir(folder.path());
    let said = Said::from(command.output().unwrap());
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("found a pipe"), "{said:?}");
}

/// The text goes to standard output, everything else to standard error.
#[test]
fn standard_input() {
    let (broken, repaired) = fixable();
    for format in ["human", "short", "json"] {
        let said = lint(&broken, &["--fix", "--format", format]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(said.stdout.as_bytes(), repaired, "{said:?}");
        assert!(said.stderr.contains("fix"), "{said:?}");
    }
    let said = lint(sound(), &["--fix"]);
    assert_eq!(said.stdout, sound(), "a good file is printed too");
}

/// The text that identifies the kind of a file stays in it, and no fix is promised that is not made.
#[test]
fn what_is_promised_is_done() {
    let doctype =
        "<!DOCTYPE cross-domain-policy SYSTEM \"http://www.adobe.com/PolicyFileSocket.xsd\">\n";
    let body = "<allow-access-from domain=\"www.games.test\"/>\n\
                <allow-http-request-headers-from domain=\"*\" headers=\"X\"/>";
    let told = [doctype, &policy(body)].concat();
    for text in [told.as_bytes(), b"<cross-domain-policy><a></b>\0\0"] {
        let promised = lint(text, &["--format", "short"]);
        let done = lint(text, &["--format", "short", "--fix"]);
        assert_eq!(
            promised.stderr.contains("`--fix` can fix"),
            done.stderr.contains(" made"),
            "{promised:?} {done:?}"
        );
        assert!(!done.stderr.contains("can fix"), "{done:?}");
    }
}
