use super::*;
use proptest::prelude::*;

fn finds(query: &str, text: &str) -> bool {
    Words::new(query).matches(&fold(text))
}

#[test]
fn case_accents_and_pasted_dirt_do_not_count() {
    for (text, folded) in [
        ("Müller & Söhne", "muller & sohne"),
        ("MU\u{308}LLER", "muller"),
        ("Straße", "strasse"),
        ("Łódź, Dvořák, Ærø", "lodz, dvorak, aero"),
        ("İstanbul ılıca", "istanbul ilica"),
        ("Nguyễn Đức", "nguyen duc"),
        ("O’Brien\u{a0}C–10492\u{200b}", "o'brien\u{a0}c-10492"),
        ("Ελλάς 東京", "ελλάσ 東京"),
    ] {
        let expected = if text.starts_with('Ε') { text.to_lowercase() } else { folded.to_owned() };
        assert_eq!(fold(text), expected, "{text}");
    }
}

#[test]
fn words_are_found_with_at_most_one_typo() {
    let cases = [
        ("globex", "Globex GmbH", true),
        ("globex", "Globxe GmbH", true),
        ("globex", "Glbex", true),
        ("globex", "Gllobex", true),
        ("globex", "Glubex", true),
        ("globex", "Glubax", false),
        ("halvros", "Halvorsen Maritime", true),
        ("muller", "Müller AG", true),
        ("mueller", "Müller AG", true),
        ("costaverde", "Costa Verde", true),
        // Two words, each with a typo of its own.
        ("halvorsne martime", "Halvorsen Maritime AS", true),
        ("halvorsen pharma", "Halvorsen Maritime AS", false),
        // Within a word only without a typo.
        ("arsen", "Larsen", true),
        ("orsem", "Halvorsen", false),
        // A wrong last letter only where the word of the text ends.
        ("marin", "Maritime", false),
        ("marin", "Marit", true),
        ("marine", "Marin", true),
        // Short words, ids and addresses are exact.
        ("bosh", "Bosch", false),
        ("c-10492", "C-10493", false),
        ("c-10492", "C-10492", true),
        ("ab12345", "AB12354", false),
        ("dahl@hal.example", "dahl@hel.example", false),
        ("hal.example", "hel.example", false),
        // The parts of a row are not one text.
        ("abcdef", "abc\ndef", false),
        ("", "anything", true),
        ("  ", "", true),
    ];
    for (query, text, found) in cases {
        assert_eq!(finds(query, text), found, "{query:?} in {text:?}");
    }
}

/// Optimal string alignment: insertions, deletions, substitutions, transpositions of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let substituted = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substituted.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    table[a.len()][b.len()]
}

/// What [`Words::matches`] means, said slowly.
fn reference(word: &str, text: &str) -> bool {
    if text.contains(word) {
        return true;
    }
    let letters: Vec<char> = word.chars().collect();
    if letters.iter().filter(|letter| letter.is_alphabetic()).count() < 5 || word.contains(['@', '.', '1']) {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    let inside = |index: usize| text.get(index).is_some_and(|c| c.is_alphanumeric());
    (0..text.len()).filter(|start| inside(*start) && (*start == 0 || !inside(start - 1))).any(|start| {
        (start + 1..=text.len()).any(|end| {
            let part = &text[start..end];
            !part.contains(&'\n') && distance(&letters, part) <= 1 && (!inside(end) || part.last() == letters.last())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn matching_is_what_the_slow_way_says(word in "[abü]{5,7}|[abü1.]{1,8}", text in "[abü1. \n]{0,12}") {
        let (word, text) = (fold(&word), fold(&text));
        prop_assert_eq!(Words::new(&word).matches(&text), reference(&word, &text), "{} in {:?}", word, text);
    }

    #[test]
    fn a_word_with_one_typo_is_found(name in "[a-e]{6,9}", at in 0..8_usize, letter in "[f-h]", kind in 0..4_u8) {
        let mut typed: Vec<char> = name.chars().collect();
        let at = at.min(typed.len() - 2);
        let letter = letter.chars().next().unwrap();
        match kind {
            0 => typed.insert(at, letter),
            1 => { typed.remove(at); }
            2 => typed[at] = letter,
            _ => typed.swap(at, at + 1),
        }
        let typed: String = typed.into_iter().collect();
        let text = format!("c-1\n{name} gmbh\nsomebody@x.example");
        prop_assert!(Words::new(&typed).matches(&text), "{} in {}", typed, text);
    }

    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,20}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn nothing_that_is_pasted_does_harm(text in "\\PC{0,40}", card in "[a-c@. \n]{0,20}") {
        for reading in Needle::readings(&text) {
            let _ = reading.rank(&card);
        }
    }
}

fn rank(query: &str, text: &str) -> Option<Rank> {
    Needle::readings(query).into_iter().find_map(|reading| reading.rank(text))
}

#[test]
fn the_better_hit_comes_first() {
    let text = card_text(
        "C-10482",
        "Halvorsen Maritime AS",
        ["solveig.dahl@halvorsen.example", "Solveig Dahl", "erp@partner.example"],
    );
    let cases = [
        ("c-10482", Some(Rank::Id)),
        ("  #C-10482, ", Some(Rank::Id)),
        ("Re: your ticket [C-10482]", Some(Rank::Id)),
        ("SOLVEIG.DAHL@halvorsen.example", Some(Rank::Email)),
        ("erp@partner.example", Some(Rank::Email)),
        ("Solveig Dahl <solveig.dahl@halvorsen.example>;", Some(Rank::Email)),
        ("mailto:solveig.dahl@halvorsen.example?subject=Move", Some(Rank::Email)),
        ("E-mail:solveig.dahl@halvorsen.example.", Some(Rank::Email)),
        // Another address of the same person, then of somebody else at the same company.
        ("Solveig Dahl <sdahl@private.example>", Some(Rank::Within)),
        ("it@halvorsen.example", Some(Rank::Domain)),
        ("c-104", Some(Rank::IdStart)),
        ("halv", Some(Rank::NameStart)),
        ("halvorsen mar", Some(Rank::NameStart)),
        ("maritime halvorsen", Some(Rank::NameWord)),
        ("“Maritime”", Some(Rank::NameWord)),
        ("solveig", Some(Rank::Within)),
        ("solveig.dahl@halv", Some(Rank::Within)),
        ("halvorsne", Some(Rank::Typo)),
        ("C-10483", None),
        ("it@other.example", None),
        ("…", None),
        ("", None),
    ];
    for (query, expected) in cases {
        assert_eq!(rank(query, &text), expected, "{query:?}");
    }
    assert!(Rank::Id < Rank::Email && Rank::Email < Rank::IdStart && Rank::IdStart < Rank::NameStart);
    assert!(Rank::NameStart < Rank::NameWord && Rank::NameWord < Rank::Typo);
}

#[test]
fn a_long_paste_is_cut_and_a_providers_domain_says_nothing() {
    assert!(Needle::readings(&"C-10482 ".repeat(100_000)).len() <= 2 + IDS_MAX);
    let readings = Needle::readings("somebody@mail.example");
    assert!(readings[1].is_too_common(6) && !readings[1].is_too_common(5) && !readings[0].is_too_common(6));
}
