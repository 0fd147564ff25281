#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::{
    places::{PLACE, place_is_sound},
    *,
};

/// The same, however the bytes come.
fn measured(xml: &str) -> (Measures, Option<Stop>) {
    let whole = measured_in(xml, xml.len().max(1));
    for size in 1..=7 {
        assert_eq!(measured_in(xml, size), whole, "{size} {xml}");
    }
    whole
}

fn measured_in(xml: &str, size: usize) -> (Measures, Option<Stop>) {
    let mut lexer = Lexer::new();
    for some in xml.as_bytes().chunks(size) {
        lexer.take(some);
    }
    (lexer.measures, lexer.stopped)
}

#[test]
fn the_longest_piece_is_a_tag_or_a_text_but_not_the_root() {
    let (measures, stopped) = measured("\u{feff}<?xml?>\n<root xmlns='something long'><a>four</a><b x='>>>'/></root>");
    assert_eq!((measures.longest, stopped), (12, None));
    let (measures, _) = measured(&format!("<r><t>{}</t></r>", "x".repeat(100)));
    assert_eq!(measures.longest, 100);
}

#[test]
fn comments_and_character_data_are_one_piece_whatever_is_in_them() {
    for (xml, longest) in [
        ("<r><!-- <a> <b> --></r>", 16),
        ("<r><![CDATA[<a>]]<b>]]></r>", 20),
        ("<r><?pi <a> ?></r>", 11),
        ("<r><!--never ends <a>", 18),
        ("<r><!--><a/><!---><b/></r>", 15),
        ("<r><!----><a/></r>", 7),
        ("<r><!x <a> <b></r>", 15),
        ("<r><!-x <a> --> <b></r>", 20),
        ("<r></r\"> <a> \"><b/></r>", 12),
        ("<r><?><?></r>", 4),
    ] {
        assert_eq!(measured(xml).0.longest, longest, "{xml}");
    }
}

/// Whatever stands in it, no piece of the reader is longer than what was measured.
#[test]
fn xml_is_cut_as_its_reader_cuts_it() {
    const PARTS: [&str; 24] = [
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!",
        "\"",
        "'",
        "a",
        " ",
        "=",
        "-",
        "]",
        "?",
        "/",
        "!",
        "&amp;",
        "<c r=\"A1\">",
        "</c>",
    ];
    let mut dice = 1_u64;
    for _ in 0..200_000 {
        let mut xml = "<r>".to_owned();
        for _ in 0..12 {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            xml.push_str(PARTS[(dice >> 33) as usize % PARTS.len()]);
        }
        let (measures, stopped) = measured_in(&xml, xml.len());
        if stopped.is_none() {
            let longest = longest_of_reader(&xml);
            assert!(longest <= measures.longest, "{xml}: {longest} and {}", measures.longest);
        }
    }
}

fn longest_of_reader(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_reader(xml.as_bytes());
    reader.config_mut().check_end_names = false;
    let (mut longest, mut buffer, mut at) = (0, Vec::new(), 3);
    // The root.
    reader.read_event_into(&mut buffer).unwrap();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let now = usize::try_from(reader.buffer_position()).unwrap();
        longest = longest.max(now - at);
        at = now;
        match event {
            Ok(quick_xml::events::Event::Eof) => return longest,
            Ok(_) => {}
            // It has read to the end to notice.
            Err(_) => return longest.max(buffer.len()),
        }
    }
}

#[test]
fn texts_styles_and_what_is_announced_are_counted_with_or_without_a_prefix() {
    let (measures, _) = measured("<x:sst count='9' uniqueCount='4000000000'><x:si/><si a='1'/><sill/><xf/></x:sst>");
    assert_eq!(
        (measures.texts, measures.styles, measures.announced),
        (2, 1, 4_000_000_000)
    );
    let late = format!("<r>{}<sst uniqueCount='4000000000'></sst></r>", "x".repeat(2 * HEAD));
    assert_eq!(measured(&late).0.announced, 4_000_000_000);
    assert_eq!(announced(b" uniqueCount = \"99999999999999999999999\""), u64::MAX);
    assert_eq!(announced(b" uniqueCount='x1'"), 0);
}

#[test]
fn places_that_no_sheet_has_are_known() {
    for value in ["A1", "XFD1048576", "A1:C7", "A1:A1", "12", "", "$A$1"] {
        assert!(place_is_sound(value.as_bytes()), "{value}");
    }
    let long = format!("A1:{}AAAAAAAAAA1", "A1:".repeat(PLACE));
    for value in [
        "A99999999999",
        "AAAAAAAAAA1",
        "99999999999",
        "C7:A1",
        "A7:C1",
        "inlineStr",
        "ABCD1",
        "A1:A1:ABCD1",
        long.as_str(),
    ] {
        for xml in [
            format!("<r><c t='s' r=\"{value}\"/></r>"),
            format!("<r><x:row spans='1:16384' \n r = '{value}'></r>"),
            format!("<r><f t='shared' ref='{value}'></r>"),
            format!("<r><dimension ref='{value}'/></r>"),
        ] {
            assert_eq!(measured(&xml).1, Some(Stop::Misplaced), "{xml}");
        }
    }
}

#[test]
fn other_attributes_may_hold_what_they_like() {
    for xml in [
        "<r><c t='inlineStr' xr='AAAAAAAAAA1' r1='ABCD1'/></r>",
        "<r><row ht='14.449999999999999' spans='99999999999:1' dyDescent='r=C7:A1'/></r>",
        "<r><other r='AAAAAAAAAA1' ref='C7:A1'/></r>",
    ] {
        assert_eq!(measured(xml).1, None, "{xml}");
    }
}

#[test]
fn what_is_no_xml_and_what_declares_a_type_is_known() {
    let mut lexer = Lexer::new();
    lexer.take(b"\xFE\xFF<r><c r='A99999999999'/></r>");
    assert_eq!((lexer.is_xml, lexer.stopped), (false, Some(Stop::Misplaced)));
    assert_eq!(measured("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>").1, Some(Stop::DocType));
}
