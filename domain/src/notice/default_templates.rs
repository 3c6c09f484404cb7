//! The templates that every migration has from its beginning, until somebody changes them. They are not stored: a stored
//! version of the same number takes their place, and the words here are its version 0.

use super::NoticeKind;
use super::template::{NoticeTemplate, Variant};
use crate::clock::Instant;
use crate::id::NoticeTemplateNumber;
use std::sync::LazyLock;

/// Tells the date for the first time.
pub const NOTICE: NoticeTemplateNumber = NoticeTemplateNumber(1);
/// Tells it once more, shortly before.
pub const REMINDER: NoticeTemplateNumber = NoticeTemplateNumber(2);
/// Tells another date than the one told before.
pub const NEW_DATE: NoticeTemplateNumber = NoticeTemplateNumber(3);
/// The account was migrated.
pub const CONFIRMATION: NoticeTemplateNumber = NoticeTemplateNumber(4);
/// The account was rolled back.
pub const ROLLBACK: NoticeTemplateNumber = NoticeTemplateNumber(5);
/// To the owner: nobody was notified although the deadline is near.
pub const ESCALATION: NoticeTemplateNumber = NoticeTemplateNumber(6);
/// To the owner: a ticket came soon after the migration.
pub const FOLLOW_UP: NoticeTemplateNumber = NoticeTemplateNumber(7);
/// To the cohort's owner and the leads: it was halted.
pub const COHORT_HALTED: NoticeTemplateNumber = NoticeTemplateNumber(8);

/// A cohort started.
pub const COHORT_STARTED: NoticeTemplateNumber = NoticeTemplateNumber(1_001);
/// A cohort was closed.
pub const COHORT_CLOSED: NoticeTemplateNumber = NoticeTemplateNumber(1_002);
/// The migration started.
pub const MIGRATION_STARTED: NoticeTemplateNumber = NoticeTemplateNumber(1_003);
/// The migration was closed.
pub const MIGRATION_CLOSED: NoticeTemplateNumber = NoticeTemplateNumber(1_004);
/// What was told is not so: the change that caused it was undone.
pub const TAKEN_BACK: NoticeTemplateNumber = NoticeTemplateNumber(1_005);

/// The first number for templates that a lead adds.
pub const FIRST_OWN: NoticeTemplateNumber = NoticeTemplateNumber(9);
/// Templates that came later have numbers from here on: migrations had templates of their own before.
pub const FIRST_LATER: NoticeTemplateNumber = NoticeTemplateNumber(1_001);

/// The number of the next template that a lead adds.
pub fn next_own(known: impl Iterator<Item = NoticeTemplateNumber>) -> NoticeTemplateNumber {
    let highest = known.filter(|number| *number < FIRST_LATER).max();
    highest.map_or(FIRST_OWN, |highest| NoticeTemplateNumber(highest.0 + 1).max(FIRST_OWN))
}

static TEMPLATES: LazyLock<Vec<NoticeTemplate>> = LazyLock::new(|| {
    SOURCES
        .iter()
        .map(|source| {
            let variant = |(subject, text): (&str, &str)| Variant {
                subject: subject.to_owned(),
                text: text.to_owned(),
                html: String::new(),
            };
            NoticeTemplate {
                number: source.number,
                version: 0,
                name: source.name.to_owned(),
                kind: source.kind,
                fallback: "en".to_owned(),
                variants: [("en", source.en), ("de", source.de)]
                    .map(|(tag, words)| (tag.to_owned(), variant(words)))
                    .into(),
                saved_at: Instant::UNIX_EPOCH,
                saved_by: None,
                removed: false,
            }
        })
        .collect()
});

/// All of them, in the order of their numbers.
pub fn all() -> &'static [NoticeTemplate] {
    &TEMPLATES
}

/// The one with this number.
pub fn by_number(number: NoticeTemplateNumber) -> Option<&'static NoticeTemplate> {
    all().iter().find(|template| template.number == number)
}

struct Source {
    number: NoticeTemplateNumber,
    name: &'static str,
    kind: NoticeKind,
    en: (&'static str, &'static str),
    de: (&'static str, &'static str),
}

const SOURCES: [Source; 13] = [
    Source {
        number: NOTICE,
        name: "Notice of the date",
        kind: NoticeKind::Notice,
        en: (
            "{{ migration.name }}: we move your account on {{ account.date }}",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

we move the account of {{ customer.name }} on this day:

    {{ account.date }}

You need not do anything now. On that day the account may be unavailable for a while; nothing that you have entered is lost. When everything has moved, we write to you again.
{% if migration.description %}

{{ migration.description }}
{% endif %}
{% if customer_page.url %}

Open your page:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

See how the move is going:
{{ status_page.url }}
{% endif %}

Does this day not suit you? Just answer this message and we will find another one.

Your migration team
",
        ),
        de: (
            "{{ migration.name }}: Ihr Konto zieht am {{ account.date }} um",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

das Konto von {{ customer.name }} zieht an diesem Tag um:

    {{ account.date }}

Sie müssen jetzt nichts tun. An diesem Tag kann das Konto eine Zeit lang nicht erreichbar sein; von dem, was Sie eingegeben haben, geht nichts verloren. Wenn alles umgezogen ist, schreiben wir Ihnen wieder.
{% if migration.description %}

{{ migration.description }}
{% endif %}
{% if customer_page.url %}

Ihre Seite öffnen:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

So steht es um den Umzug:
{{ status_page.url }}
{% endif %}

Passt Ihnen der Tag nicht? Antworten Sie einfach auf diese Nachricht, dann finden wir einen anderen.

Ihr Umzugsteam
",
        ),
    },
    Source {
        number: REMINDER,
        name: "Reminder",
        kind: NoticeKind::Reminder,
        en: (
            "Reminder: we move your account on {{ account.date }}",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

a short reminder: we move the account of {{ customer.name }} on this day, as we wrote before:

    {{ account.date }}

You need not do anything. Please finish on the day before what should not be interrupted. When everything has moved, we write to you again.
{% if customer_page.url %}

Open your page:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

See how the move is going:
{{ status_page.url }}
{% endif %}

If something speaks against this day, answer this message now: then there is still time to change it.

Your migration team
",
        ),
        de: (
            "Zur Erinnerung: Ihr Konto zieht am {{ account.date }} um",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

zur Erinnerung: Das Konto von {{ customer.name }} zieht, wie angekündigt, an diesem Tag um:

    {{ account.date }}

Sie müssen nichts tun. Schließen Sie bitte am Tag davor ab, was nicht unterbrochen werden soll. Wenn alles umgezogen ist, schreiben wir Ihnen wieder.
{% if customer_page.url %}

Ihre Seite öffnen:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

So steht es um den Umzug:
{{ status_page.url }}
{% endif %}

Spricht etwas gegen diesen Tag, antworten Sie bitte jetzt auf diese Nachricht: Noch lässt er sich ändern.

Ihr Umzugsteam
",
        ),
    },
    Source {
        number: NEW_DATE,
        name: "New date",
        kind: NoticeKind::Correction,
        en: (
            "New date: we move your account on {{ account.date }}",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

the day on which we move the account of {{ customer.name }} has changed. It is now:

    {{ account.date }}

The day that we told you before, {{ account.old_date }}, no longer holds. Everything else stays as we wrote. We are sorry for the change.
{% if customer_page.url %}

Open your page:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

See how the move is going:
{{ status_page.url }}
{% endif %}

Does the new day not suit you? Just answer this message and we will find another one.

Your migration team
",
        ),
        de: (
            "Neuer Termin: Ihr Konto zieht am {{ account.date }} um",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

der Tag, an dem das Konto von {{ customer.name }} umzieht, hat sich geändert. Jetzt gilt:

    {{ account.date }}

Der Termin, den wir Ihnen zuvor genannt haben ({{ account.old_date }}), gilt nicht mehr. Alles andere bleibt, wie wir es geschrieben haben. Bitte entschuldigen Sie die Änderung.
{% if customer_page.url %}

Ihre Seite öffnen:
{{ customer_page.url }}
{% endif %}
{% if status_page.url %}

So steht es um den Umzug:
{{ status_page.url }}
{% endif %}

Passt Ihnen der neue Tag nicht? Antworten Sie einfach auf diese Nachricht, dann finden wir einen anderen.

Ihr Umzugsteam
",
        ),
    },
    Source {
        number: CONFIRMATION,
        name: "Confirmation",
        kind: NoticeKind::Confirmation,
        en: (
            "{{ migration.name }}: your account has moved",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

the account of {{ customer.name }} was moved on {{ account.migrated_on }}. You can work as usual.

Please look at what matters most to you in the next days. If anything is missing or looks wrong, answer this message: we see to it at once.

Your migration team
",
        ),
        de: (
            "{{ migration.name }}: Ihr Konto ist umgezogen",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

das Konto von {{ customer.name }} ist umgezogen ({{ account.migrated_on }}). Sie können wie gewohnt arbeiten.

Sehen Sie sich in den nächsten Tagen bitte an, was Ihnen am wichtigsten ist. Wenn etwas fehlt oder nicht stimmt, antworten Sie auf diese Nachricht: Wir kümmern uns sofort darum.

Ihr Umzugsteam
",
        ),
    },
    Source {
        number: ROLLBACK,
        name: "Rolled back",
        kind: NoticeKind::Rollback,
        en: (
            "{{ migration.name }}: your account is back where it was",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

we have taken the account of {{ customer.name }} back to where it was before the move. You can go on working there as you did before, and you need not do anything.

We are looking into what has to be mended first. As soon as there is a new day for the move, we write to you in good time.

If you have a question, or if anything looks different than before, just answer this message.

Your migration team
",
        ),
        de: (
            "{{ migration.name }}: Ihr Konto ist wieder auf dem alten Stand",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

wir haben das Konto von {{ customer.name }} dorthin zurückgebracht, wo es vor dem Umzug war. Sie können dort weiterarbeiten wie zuvor und müssen nichts tun.

Wir klären, was vorher in Ordnung zu bringen ist. Sobald es einen neuen Tag für den Umzug gibt, schreiben wir Ihnen rechtzeitig.

Wenn Sie eine Frage haben oder etwas anders aussieht als vorher, antworten Sie einfach auf diese Nachricht.

Ihr Umzugsteam
",
        ),
    },
    Source {
        number: ESCALATION,
        name: "Escalation: nobody was notified",
        kind: NoticeKind::Internal,
        en: (
            "{{ customer.name or migration.internal_name }} has not been notified, {{ migration.days_left }} days before the deadline",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

the deadline of {{ migration.internal_name }} is {{ migration.deadline }}, in {{ migration.days_left }} days, and nobody at this customer was told a date:

    {{ customer.name or \"An account\" }}
{% if account.status %}
    Status: {{ account.status }}
{% endif %}
{% if account.blocker %}
    Blocker: {{ account.blocker }}
{% endif %}
{% if cohort.internal_name %}
    Cohort: {{ cohort.internal_name }}
{% endif %}

Please set a date, or call them and record it in the account.
{% if links.account %}

Open the account:
{{ links.account }}
{% endif %}
",
        ),
        de: (
            "{{ customer.name or migration.internal_name }} ist nicht benachrichtigt, {{ migration.days_left }} Tage vor dem Stichtag",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

der Stichtag von {{ migration.internal_name }} ist {{ migration.deadline }}, in {{ migration.days_left }} Tagen, und niemand bei diesem Kunden kennt ein Datum:

    {{ customer.name or \"Ein Konto\" }}
{% if account.status %}
    Status: {{ account.status }}
{% endif %}
{% if account.blocker %}
    Blocker: {{ account.blocker }}
{% endif %}
{% if cohort.internal_name %}
    Kohorte: {{ cohort.internal_name }}
{% endif %}

Bitte setzen Sie ein Datum, oder rufen Sie an und vermerken Sie es im Konto.
{% if links.account %}

Konto öffnen:
{{ links.account }}
{% endif %}
",
        ),
    },
    Source {
        number: FOLLOW_UP,
        name: "Follow-up: a ticket after the migration",
        kind: NoticeKind::Internal,
        en: (
            "Follow up: {{ customer.name or \"a customer\" }} opened a ticket after the migration",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ customer.name or \"A customer\" }} opened a ticket{% if account.migrated_on %} after being migrated on {{ account.migrated_on }}{% endif %}:

    {{ ticket.subject or \"No subject\" }}
{% if rollback.until %}
    Rollback is possible until {{ rollback.until }}
{% endif %}

Please look whether it has to do with the migration, and clear the flag when it is seen to.
{% if links.account %}

Open the account:
{{ links.account }}
{% endif %}
{% if ticket.url %}

Open the ticket:
{{ ticket.url }}
{% endif %}
",
        ),
        de: (
            "Nachfassen: {{ customer.name or \"ein Kunde\" }} hat nach der Migration ein Ticket eröffnet",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ customer.name or \"Ein Kunde\" }} hat ein Ticket eröffnet{% if account.migrated_on %} (migriert: {{ account.migrated_on }}){% endif %}:

    {{ ticket.subject or \"Ohne Betreff\" }}
{% if rollback.until %}
    Zurückrollen möglich bis {{ rollback.until }}
{% endif %}

Bitte prüfen Sie, ob es mit der Migration zu tun hat, und nehmen Sie die Markierung weg, wenn es erledigt ist.
{% if links.account %}

Konto öffnen:
{{ links.account }}
{% endif %}
{% if ticket.url %}

Ticket öffnen:
{{ ticket.url }}
{% endif %}
",
        ),
    },
    Source {
        number: COHORT_HALTED,
        name: "Cohort halted",
        kind: NoticeKind::Internal,
        en: (
            "Halted: {{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }}",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }} was halted. No account in it starts until a lead resumes it; accounts in progress may finish.
{% if cohort.accounts %}

- {{ cohort.completed }} of {{ cohort.accounts }} accounts are completed
- {{ cohort.blocked }} are blocked
- {{ cohort.rolled_back }} were rolled back
{% endif %}
{% if links.cohort %}

Open the cohort:
{{ links.cohort }}
{% endif %}
",
        ),
        de: (
            "Angehalten: {{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }}",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }} wurde angehalten. Kein Konto darin beginnt, bis jemand aus der Leitung sie fortsetzt; laufende Konten dürfen fertig werden.
{% if cohort.accounts %}

- {{ cohort.completed }} von {{ cohort.accounts }} Konten sind fertig
- {{ cohort.blocked }} sind blockiert
- {{ cohort.rolled_back }} wurden zurückgerollt
{% endif %}
{% if links.cohort %}

Kohorte öffnen:
{{ links.cohort }}
{% endif %}
",
        ),
    },
    Source {
        number: COHORT_STARTED,
        name: "Cohort started",
        kind: NoticeKind::Internal,
        en: (
            "Started: {{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }}",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }} has started: its accounts may be migrated from now on.
{% if cohort.accounts %}

- {{ cohort.completed }} of {{ cohort.accounts }} accounts are completed
- {{ cohort.blocked }} are blocked
- {{ cohort.rolled_back }} were rolled back
{% endif %}
{% if links.cohort %}

Open the cohort:
{{ links.cohort }}
{% endif %}
",
        ),
        de: (
            "Begonnen: {{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }}",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }} hat begonnen: ihre Konten dürfen ab jetzt umziehen.
{% if cohort.accounts %}

- {{ cohort.completed }} von {{ cohort.accounts }} Konten sind fertig
- {{ cohort.blocked }} sind blockiert
- {{ cohort.rolled_back }} wurden zurückgerollt
{% endif %}
{% if links.cohort %}

Kohorte öffnen:
{{ links.cohort }}
{% endif %}
",
        ),
    },
    Source {
        number: COHORT_CLOSED,
        name: "Cohort closed",
        kind: NoticeKind::Internal,
        en: (
            "Closed: {{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }}",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"a cohort\" }} of {{ migration.internal_name }} was closed. No account in it starts any more.
{% if cohort.accounts %}

- {{ cohort.completed }} of {{ cohort.accounts }} accounts are completed
- {{ cohort.blocked }} are blocked
- {{ cohort.rolled_back }} were rolled back
{% endif %}
{% if links.cohort %}

Open the cohort:
{{ links.cohort }}
{% endif %}
",
        ),
        de: (
            "Abgeschlossen: {{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }}",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ cohort.internal_name or \"eine Kohorte\" }} von {{ migration.internal_name }} wurde abgeschlossen. Kein Konto darin beginnt mehr.
{% if cohort.accounts %}

- {{ cohort.completed }} von {{ cohort.accounts }} Konten sind fertig
- {{ cohort.blocked }} sind blockiert
- {{ cohort.rolled_back }} wurden zurückgerollt
{% endif %}
{% if links.cohort %}

Kohorte öffnen:
{{ links.cohort }}
{% endif %}
",
        ),
    },
    Source {
        number: MIGRATION_STARTED,
        name: "Migration started",
        kind: NoticeKind::Internal,
        en: (
            "Started: {{ migration.internal_name }}",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ migration.internal_name }} has started. From now on messages go out as the rules say. The deadline is {{ migration.deadline }}.
",
        ),
        de: (
            "Begonnen: {{ migration.internal_name }}",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ migration.internal_name }} hat begonnen. Ab jetzt gehen Nachrichten hinaus, wie es die Regeln sagen. Die Frist ist {{ migration.deadline }}.
",
        ),
    },
    Source {
        number: MIGRATION_CLOSED,
        name: "Migration closed",
        kind: NoticeKind::Internal,
        en: (
            "Closed: {{ migration.internal_name }}",
            "\
Hello{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ migration.internal_name }} was closed. No account starts any more, and customers are told nothing more by itself.
",
        ),
        de: (
            "Abgeschlossen: {{ migration.internal_name }}",
            "\
Guten Tag{% if colleague.name %} {{ colleague.name }}{% endif %},

{{ migration.internal_name }} wurde abgeschlossen. Kein Konto beginnt mehr, und von selbst geht keine Nachricht mehr an Kunden.
",
        ),
    },
    Source {
        number: TAKEN_BACK,
        name: "Taken back",
        kind: NoticeKind::Rollback,
        en: (
            "{{ migration.name }}: please disregard our last message",
            "\
Hello{% if contact.name %} {{ contact.name }}{% endif %},

our last message about the account of {{ customer.name }} was sent by mistake: what it says is not so. You need not do anything, and nothing that you have entered is lost. We write to you again as soon as there is something to tell.

We apologize for the confusion. If you have a question, just answer this message.

Your migration team
",
        ),
        de: (
            "{{ migration.name }}: bitte beachten Sie unsere letzte Nachricht nicht",
            "\
Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},

unsere letzte Nachricht zum Konto von {{ customer.name }} ging versehentlich hinaus: Was darin steht, trifft nicht zu. Sie müssen nichts tun, und von dem, was Sie eingegeben haben, geht nichts verloren. Wir schreiben Ihnen wieder, sobald es etwas zu berichten gibt.

Bitte entschuldigen Sie die Verwirrung. Wenn Sie Fragen haben, antworten Sie einfach auf diese Nachricht.

Ihr Migrationsteam
",
        ),
    },
];
