use super::address::{from_segment, segment};
use super::edit::{CHANGES_MAX, CustomerChange, CustomerProblem};
use super::list::{CustomerList, ListSort};
use super::record::records;
use super::{CONTACTS_MAX, Channel, Contact, ContactFact, Fact, Profile};
use crate::event::EventKind;
use crate::field::Field;
use crate::id::{ContactNumber, ExternalId};
use proptest::prelude::*;
use serde_json::json;

fn known_zone(name: &str) -> bool {
    ["Europe/Oslo", "Asia/Tokyo"].contains(&name)
}

fn edit(profile: &Profile, changes: &[CustomerChange]) -> Result<Profile, CustomerProblem> {
    profile.edit(changes, &known_zone)
}

fn fact(fact: Fact, seen: &str, to: &str) -> CustomerChange {
    CustomerChange::Fact { fact, seen: seen.to_owned(), to: to.to_owned() }
}

fn of_contact(number: u32, fact: ContactFact, seen: &str, to: &str) -> CustomerChange {
    let contact = ContactNumber(number);
    CustomerChange::Contact { contact, fact, seen: seen.to_owned(), to: to.to_owned() }
}

fn contact(name: &str, email: &str) -> Contact {
    Contact { name: name.to_owned(), email: email.to_owned(), ..Contact::default() }
}

fn adria() -> Profile {
    let mut profile = Profile { name: "Adria".to_owned(), plan: "Team".to_owned(), ..Profile::default() };
    profile.add_contact(contact("Nils", "nils@adria.example"));
    profile.add_contact(contact("Ana", "ana@adria.example"));
    profile
}

/// The fields that an edit was refused for.
fn wrong(outcome: Result<Profile, CustomerProblem>) -> Vec<String> {
    match outcome {
        Err(CustomerProblem::Invalid { problems }) => problems.into_iter().map(|problem| problem.field).collect(),
        other => panic!("not refused for a field: {other:?}"),
    }
}

#[test]
fn rows_stored_before_contacts_had_numbers_still_load() {
    let stored =
        json!({ "name": "A", "contacts": [{ "name": "Nils", "email": "n@a.example" }, { "email": "o@a.example" }] });
    let mut profile: Profile = serde_json::from_value(stored).unwrap_or_default();
    profile.number_contacts();
    let numbers: Vec<_> = profile.contacts.iter().map(|contact| contact.number.0).collect();
    assert_eq!((numbers, profile.last_contact), (vec![1, 2], ContactNumber(2)));
    assert_eq!((profile.contacts[0].channel, profile.language.as_str()), (None, ""));
    let again = serde_json::to_value(&profile).and_then(serde_json::from_value::<Profile>).unwrap_or_default();
    assert_eq!(again, profile);
}

#[test]
fn facts_are_kept_trimmed_and_in_their_usual_form() {
    let changes = [
        fact(Fact::Name, "Adria", "  Adria SpA "),
        fact(Fact::Language, "", "pt_br"),
        fact(Fact::TimeZone, "", "Europe/Oslo"),
        fact(Fact::Channel, "", "phone"),
        of_contact(2, ContactFact::Role, "", "Billing"),
        of_contact(2, ContactFact::Phone, "", "+39 (02) 123-45"),
    ];
    let edited = edit(&adria(), &changes).unwrap_or_default();
    assert_eq!((edited.name.as_str(), edited.language.as_str()), ("Adria SpA", "pt-BR"));
    assert_eq!((edited.time_zone.as_str(), edited.channel), ("Europe/Oslo", Some(Channel::Phone)));
    let ana = &edited.contacts[1];
    assert_eq!((ana.role.as_str(), ana.phone.as_str()), ("Billing", "+39 (02) 123-45"));
    assert_eq!((edited.language_of(ana), edited.time_zone_of(ana)), ("pt-BR", "Europe/Oslo"));
    assert_eq!(edited.channel_of(ana), Some(Channel::Phone));
}

#[test]
fn what_cannot_be_is_refused_at_its_field() {
    let long = "x".repeat(201);
    for (change, field) in [
        (fact(Fact::Name, "Adria", "   "), "name"),
        (fact(Fact::Name, "Adria", &long), "name"),
        (fact(Fact::Plan, "Team", "a\tb"), "plan"),
        (fact(Fact::Language, "", "Klingonian"), "language"),
        (fact(Fact::TimeZone, "", "Mars/Base"), "time_zone"),
        (fact(Fact::Channel, "", "pigeon"), "channel"),
        (of_contact(1, ContactFact::Email, "nils@adria.example", "nils"), "email"),
        (of_contact(1, ContactFact::Email, "nils@adria.example", "ANA@adria.example"), "email"),
        (of_contact(1, ContactFact::Phone, "", "ring me"), "phone"),
        (of_contact(1, ContactFact::Role, "", &long), "role"),
        (of_contact(1, ContactFact::Channel, "", "phone"), "phone"),
        (of_contact(1, ContactFact::TimeZone, "", "Oslo"), "time_zone"),
        (CustomerChange::AddContact { contact: Contact::default() }, "name"),
        (CustomerChange::AddContact { contact: contact("", "no address") }, "email"),
    ] {
        assert_eq!(wrong(edit(&adria(), std::slice::from_ref(&change))), [field], "{change:?}");
    }
    let mails = Contact { channel: Some(Channel::Email), ..contact("Ola", "") };
    assert_eq!(wrong(edit(&adria(), &[CustomerChange::AddContact { contact: mails }])), ["email"]);
}

#[test]
fn a_customer_has_room_for_twenty_contacts() {
    let mut profile = adria();
    for number in 3..=CONTACTS_MAX {
        let contact = contact(&format!("No. {number}"), "");
        profile = edit(&profile, &[CustomerChange::AddContact { contact }]).unwrap_or_default();
    }
    assert_eq!(profile.contacts.len(), CONTACTS_MAX);
    let one_more = CustomerChange::AddContact { contact: contact("One more", "") };
    assert_eq!(wrong(edit(&profile, &[one_more])), ["contacts"]);
    let many = vec![fact(Fact::Plan, "Team", "Team"); CHANGES_MAX + 1];
    assert_eq!(wrong(edit(&profile, &many)), ["changes"]);
}

#[test]
fn different_facts_merge_and_the_same_fact_shows_both_values() {
    let before = adria();
    let theirs = edit(&before, &[fact(Fact::Plan, "Team", "Business")]).unwrap_or_default();
    let mine = [fact(Fact::Region, "", "EU"), of_contact(2, ContactFact::Name, "Ana", "Anna")];
    let merged = edit(&theirs, &mine).unwrap_or_default();
    assert_eq!((merged.plan.as_str(), merged.region.as_str()), ("Business", "EU"));
    assert_eq!(merged.contacts[1].name, "Anna");

    let clashing = vec![fact(Fact::Plan, "Team", "Enterprise"), fact(Fact::Region, "", "EU")];
    let Err(CustomerProblem::Conflict { clashes, theirs }) = edit(&theirs, &clashing) else { panic!("no conflict") };
    assert_eq!(clashes.len(), 1);
    let clash = &clashes[0];
    assert_eq!((clash.field, clash.seen.as_str()), (Field::Plan, "Team"));
    assert_eq!((clash.theirs.as_str(), clash.mine.as_str()), ("Business", "Enterprise"));
    assert_eq!(clashing.iter().filter(|change| change.is_of(clash)).count(), 1);
    // The same value by chance is no conflict, and insisting wins.
    assert!(edit(&theirs, &[fact(Fact::Plan, "Team", "Business")]).is_ok());
    let insisting: Vec<_> = clashing.into_iter().map(|change| change.insisting(&theirs)).collect();
    assert_eq!(edit(&theirs, &insisting).unwrap_or_default().plan, "Enterprise");
}

#[test]
fn contacts_are_added_removed_and_made_main() {
    let before = adria();
    let remove = CustomerChange::RemoveContact { contact: ContactNumber(2), seen: before.contacts[1].clone() };
    let removed = edit(&before, std::slice::from_ref(&remove)).unwrap_or_default();
    assert_eq!(removed.contacts.len(), 1);
    // Somebody removed it first: it is so already. Its number is not given again.
    assert_eq!(edit(&removed, std::slice::from_ref(&remove)), Ok(removed.clone()));
    let added = edit(&removed, &[CustomerChange::AddContact { contact: contact("Eva", "") }]).unwrap_or_default();
    assert_eq!(added.contacts[1].number, ContactNumber(3));
    let gone = edit(&added, &[of_contact(2, ContactFact::Name, "Ana", "Anna")]);
    assert_eq!(gone, Err(CustomerProblem::ContactGone));

    let main = |number, seen| CustomerChange::MakeMain { contact: ContactNumber(number), seen: ContactNumber(seen) };
    let eva_first = edit(&added, &[main(3, 1)]).unwrap_or_default();
    assert_eq!(eva_first.main_contact(), ContactNumber(3));
    let Err(CustomerProblem::Conflict { clashes, .. }) = edit(&eva_first, &[main(1, 2)]) else { panic!("no conflict") };
    assert_eq!((clashes[0].theirs.as_str(), clashes[0].mine.as_str()), ("Eva", "Nils"));

    // Whoever removes a contact has to have seen how it is now.
    let changed = edit(&before, &[of_contact(2, ContactFact::Role, "", "Legal")]).unwrap_or_default();
    let Err(CustomerProblem::Conflict { clashes, theirs }) = edit(&changed, std::slice::from_ref(&remove)) else {
        panic!("no conflict")
    };
    assert_eq!(clashes[0].theirs, "Ana, Legal, ana@adria.example");
    assert!(remove.is_of(&clashes[0]));
    assert_eq!(edit(&changed, &[remove.insisting(&theirs)]).unwrap_or_default().contacts.len(), 1);
}

#[test]
fn each_changed_contact_is_an_event_of_its_own() {
    let before = adria();
    let changes = [
        fact(Fact::Region, "", "EU"),
        of_contact(1, ContactFact::Phone, "", "+47 22 00 00 17"),
        CustomerChange::RemoveContact { contact: ContactNumber(2), seen: before.contacts[1].clone() },
        CustomerChange::AddContact { contact: contact("Eva", "eva@adria.example") },
        CustomerChange::MakeMain { contact: ContactNumber(1), seen: ContactNumber(1) },
    ];
    let after = edit(&before, &changes).unwrap_or_default();
    let records = records(&before, &after);
    let kinds: Vec<_> = records.iter().map(|record| record.kind).collect();
    use EventKind::{ContactAdded, ContactChanged, ContactRemoved, CustomerChanged};
    assert_eq!(kinds, [CustomerChanged, ContactChanged, ContactRemoved, ContactAdded]);
    assert_eq!((records[1].changes[0].field, &records[1].changes[0].after), (Field::Contact, &json!(1)));
    assert_eq!(records[1].changes[1].after, json!("+47 22 00 00 17"));
    assert_eq!((&records[2].changes[0].before, &records[2].changes[0].after), (&json!(2), &json!(null)));
    assert!(super::record::records(&after, &after).is_empty());
    let personal = |record: &super::record::Record| {
        record.changes.iter().filter(|change| change.field != Field::Contact).all(|change| change.field.is_personal())
    };
    assert!(records[1..].iter().all(personal), "{records:?}");
}

#[test]
fn a_new_customer_needs_a_name() {
    let first = |name: &str| {
        Profile::first(&[(Fact::Name, name.to_owned())], Some(contact("", "it@berg.example")), &known_zone)
    };
    assert_eq!(first("Berg").map(|profile| profile.contacts.len()), Ok(1));
    assert_eq!(wrong(first(" ")), ["name"]);
    assert_eq!(wrong(Profile::first(&[], None, &known_zone)), ["name"]);
}

#[test]
fn the_lists_address_reads_back() {
    let list = CustomerList::from_parts("halv 50%", "-plan", "3");
    assert_eq!(list.path(), "/customers?q=halv%2050%25&sort=-plan&page=3");
    assert_eq!((list.sort, list.descending, list.page), (ListSort::Plan, true, 2));
    assert_eq!(CustomerList::from_parts("", "-nothing", "x").path(), "/customers");
    assert_eq!(list.sorted_by(ListSort::Plan).path(), "/customers?q=halv%2050%25&sort=plan");
    assert_eq!(CustomerList::default().sorted_by(ListSort::Name).path(), "/customers?sort=-name");
}

#[test]
fn ids_that_are_no_paths_have_an_address() {
    for (id, written) in [
        ("C-10482", "C-10482"),
        ("a/b", "a~2Fb"),
        ("..", "~2E~2E"),
        ("v1.2", "v1.2"),
        ("50%", "50~25"),
        ("a~b", "a~7Eb"),
    ] {
        assert_eq!(segment(&ExternalId::from(id)), written);
    }
    for bad in ["", "~", "~2", "~ZZ", "~FF"] {
        assert_eq!(from_segment(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn every_id_has_an_address_that_leads_back(id in "\\PC{1,40}") {
        let id = ExternalId(id);
        let written = segment(&id);
        prop_assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
        prop_assert_eq!(from_segment(&written), Some(id));
    }

    /// Whatever is typed is refused at a field or kept within the limits, and an edit that has seen everything and was
    /// kept says nothing new the second time.
    #[test]
    fn any_text_is_refused_or_kept_within_its_limits(
        which in 0..ContactFact::ALL.len(),
        typed in "(\\PC{0,250}|[a-z]{2}-[A-Z]{2}|[+0-9 ]{0,50}|[a-z]{1,9}@[a-z]{1,9}\\.example)",
    ) {
        let which = ContactFact::ALL[which];
        let before = adria();
        let change = of_contact(1, which, before.contacts[0].fact(which), &typed);
        match edit(&before, &[change]) {
            Ok(after) => {
                let kept = after.contacts[0].fact(which).to_owned();
                prop_assert!(kept.chars().count() <= 254);
                prop_assert_eq!(edit(&after, &[of_contact(1, which, &kept, &kept)]), Ok(after));
            }
            Err(CustomerProblem::Invalid { problems }) => prop_assert!(!problems.is_empty()),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// Edits of different facts commute.
    #[test]
    fn edits_of_different_facts_can_come_in_either_order(plan in "[a-z]{1,8}", region in "[a-z]{1,8}", name in "[a-z]{1,8}") {
        let before = adria();
        let a = [fact(Fact::Plan, "Team", &plan), of_contact(2, ContactFact::Name, "Ana", &name)];
        let b = [fact(Fact::Region, "", &region), of_contact(1, ContactFact::Name, "Nils", &name)];
        let both = |first: &[CustomerChange], second: &[CustomerChange]| edit(&edit(&before, first)?, second);
        let one_way = both(&a, &b);
        prop_assert!(one_way.is_ok());
        prop_assert_eq!(one_way, both(&b, &a));
    }
}
