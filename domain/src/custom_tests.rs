use super::*;

fn field(kind: CustomKind) -> FieldSettings {
    FieldSettings { label: "Field".to_owned(), kind, required: false, default: None }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (typed, shown) in [
        ("12", "12"),
        (" 12.50 ", "12.5"),
        ("12,5", "12.5"),
        ("1,234.5", "1234.5"),
        ("1 234 567", "1234567"),
        ("1’000", "1000"),
        ("-0.0001", "-0.0001"),
        ("+3", "3"),
        (".5", "0.5"),
        ("7.", "7"),
        ("0.10000", "0.1"),
    ] {
        assert_eq!(Decimal::parse(typed).map(|number| number.to_string()).as_deref(), Some(shown), "{typed}");
    }
    for typed in ["", "-", ".", "1.23456", "1e5", "12a", "1.2.3", "1,2,3", "99999999999999999999"] {
        assert_eq!(Decimal::parse(typed), None, "{typed}");
    }
}

#[test]
fn numbers_sort_by_value_and_keep_it_in_json() {
    let number = |text| Decimal::parse(text).expect("a number");
    assert!(number("-2") < number("-1.5") && number("9") < number("10"));
    let json = serde_json::to_string(&CustomValue::Number(number("12.5"))).expect("json");
    assert_eq!(json, r#"{"is":"number","value":"12.5"}"#);
    assert_eq!(serde_json::from_str::<CustomValue>(&json).expect("a value"), CustomValue::Number(number("12.5")));
}

#[test]
fn what_is_typed_becomes_a_value_of_the_kind() {
    let select = field(CustomKind::Select { options: vec!["Gold".to_owned(), "Silver".to_owned()] });
    assert_eq!(select.parse("gold"), Ok(Some(CustomValue::Select("Gold".to_owned()))));
    assert_eq!(select.parse("bronze"), Err(BadValue::NotAnOption { options: "Gold, Silver".to_owned() }));
    assert_eq!(field(CustomKind::Checkbox).parse("TRUE"), Ok(Some(CustomValue::Checkbox(true))));
    assert_eq!(field(CustomKind::Checkbox).parse("maybe"), Err(BadValue::NotYesOrNo));
    let day = NaiveDate::from_ymd_opt(2027, 3, 14).expect("a day");
    assert_eq!(field(CustomKind::Date).parse("2027-03-14"), Ok(Some(CustomValue::Date(day))));
    assert_eq!(field(CustomKind::Date).parse("2027-02-31"), Err(BadValue::NotADate));
    assert_eq!(field(CustomKind::Text).parse("   "), Ok(None));
    assert_eq!(field(CustomKind::Text).parse(&"x".repeat(1_001)), Err(BadValue::TooLong { max: 1_000 }));
}

#[test]
fn a_link_leads_to_the_web_and_nowhere_else() {
    let link = field(CustomKind::Link);
    for good in ["https://example.com/a?b=c", "HTTP://example.com"] {
        assert_eq!(link.parse(good), Ok(Some(CustomValue::Link(good.to_owned()))), "{good}");
    }
    for bad in ["javascript:alert(1)", "https://", "ftp://example.com", "https://exa mple.com", "example.com"] {
        assert_eq!(link.parse(bad), Err(BadValue::NotALink), "{bad}");
    }
}

#[test]
fn what_a_value_says_is_read_back_as_the_same_value() {
    let kinds = [
        (CustomKind::Text, "Some words"),
        (CustomKind::Number, "-12.25"),
        (CustomKind::Date, "2027-03-14"),
        (CustomKind::Select { options: vec!["Gold".to_owned()] }, "Gold"),
        (CustomKind::Checkbox, "no"),
        (CustomKind::Link, "https://example.com"),
    ];
    for (kind, typed) in kinds {
        let settings = field(kind);
        let value = settings.parse(typed).expect("valid").expect("a value");
        assert_eq!(value.text(), typed);
        assert!(value.is_of(&settings.kind));
    }
}

#[test]
fn settings_are_checked_at_their_fields() {
    let complaints = |settings: FieldSettings| -> Vec<String> {
        settings.problems(&["Region"]).into_iter().map(|problem| problem.field).collect()
    };
    assert_eq!(complaints(FieldSettings { label: " ".to_owned(), ..field(CustomKind::Text) }), ["label"]);
    assert_eq!(complaints(FieldSettings { label: "region".to_owned(), ..field(CustomKind::Text) }), ["label"]);
    assert_eq!(complaints(field(CustomKind::Select { options: Vec::new() })), ["options"]);
    let twice = CustomKind::Select { options: vec!["a".to_owned(), "A".to_owned()] };
    assert_eq!(complaints(field(twice)), ["options"]);
    let default = Some(CustomValue::Checkbox(true));
    assert_eq!(complaints(FieldSettings { default, ..field(CustomKind::Date) }), ["default"]);
    assert!(complaints(field(CustomKind::Date)).is_empty());
}
