//! Scripts are programs too: a step that fails must fail its script.

use std::path::Path;
use std::process::Command;

fn runs(commands: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let status = Command::new("bash")
        .args(["-c", &format!(". script/lib.sh\n{commands}")])
        .current_dir(root)
        .output()
        .expect("bash runs")
        .status;
    status.success()
}

#[test]
fn a_step_ends_as_its_command_did() {
    assert!(runs("step 'good' true"));
    assert!(!runs("step 'bad' false; true"));
    assert!(!runs("step 'bad' bash -c 'exit 3' || exit 1"));
}

#[test]
fn a_failure_that_is_remembered_is_not_lost() {
    let remember = "failed=(); run() { step \"$@\" || failed+=(\"$1\"); }";
    assert!(runs(&format!(
        "{remember}; run a true; [ ${{#failed[@]}} = 0 ]"
    )));
    assert!(runs(&format!(
        "{remember}; run a false; run b true; [ ${{#failed[@]}} = 1 ]"
    )));
}
