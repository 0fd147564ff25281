#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use super::*;

#[test]
fn every_part_of_the_text_is_read_and_written_alike() {
    let texts = [
        "throttle=30",
        "throttle=0.5",
        "throttle=date:7",
        "throttle:/A b.docx*2=none@download",
        "server-error*3=502@sign-in",
        "cut:/Deep/Big = small.mp4*1=1000",
        "lying-size=-5",
        "expired-url*1",
        "gone=@download",
        "slow=0.5",
        "no-hash:/x.pdf",
    ];
    for text in texts {
        assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
    }
}

#[test]
fn every_fault_of_the_list_is_known() {
    for (name, ..) in FAULTS {
        let fault: Fault = name.parse().unwrap();
        assert!(fault.to_string().starts_with(name), "{name}");
    }
}

#[test]
fn a_wrong_text_says_what_would_be_right() {
    let wrong = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
    assert!(wrong("thrttle").contains("throttle, server-error"));
    assert!(wrong("server-error=404").contains("500, 502, 503 or 504"));
    assert!(wrong("cut*often").contains("number of times"));
    assert!(wrong("cut=@moon").contains("download, sign-in"));
    assert!(wrong("locked=5").contains("takes no value"));
}
