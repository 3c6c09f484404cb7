//! The fixed words of the public pages, in the languages that Landbridge itself speaks.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use domain::public_page::{Overall, WaveState};
use domain::status_page::{ComponentState, Impact, IncidentState};

/// The words of one language.
pub struct Words {
    /// BCP 47.
    pub tag: &'static str,
    pub skip: &'static str,
    pub language: &'static str,
    pub planned: &'static str,
    pub moving: &'static str,
    pub held: &'static str,
    pub done: &'static str,
    pub is_done: &'static str,
    pub is_not_started: &'static str,
    pub is_between: &'static str,
    pub is_held: &'static str,
    pub is_moving: &'static str,
    /// `{}` is one wave.
    pub one_moves: &'static str,
    /// `{}` are several.
    pub several_move: &'static str,
    pub and: &'static str,
    pub as_usual: &'static str,
    pub open_problem: &'static str,
    /// `{moved}` and `{of}`.
    pub have_moved: &'static str,
    /// `{}` is a day.
    pub all_by: &'static str,
    /// `{}` is a time.
    pub updated: &'static str,
    pub reload: &'static str,
    pub times_in: &'static str,
    pub change: &'static str,
    /// `{}` is the reader's zone.
    pub own_zone: &'static str,
    pub waves: &'static str,
    pub no_waves: &'static str,
    pub no_date: &'static str,
    pub to: &'static str,
    /// What a wave without a name of its own is called; its number follows.
    pub wave: &'static str,
    pub tasks: &'static str,
    pub everyone: &'static str,
    pub changes: &'static str,
    pub different: &'static str,
    pub stays: &'static str,
    pub components: &'static str,
    pub component_states: [&'static str; 5],
    pub incident_states: [&'static str; 9],
    pub impacts: [&'static str; 5],
    pub affects: &'static str,
    pub all_updates: &'static str,
    pub more_open: &'static str,
    pub maintenance: &'static str,
    pub maintenance_now: &'static str,
    pub add_to_calendar: &'static str,
    pub questions: &'static str,
    pub contact: &'static str,
    pub history: &'static str,
    pub all_history: &'static str,
    pub nothing_yet: &'static str,
    pub back: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,
    pub began: &'static str,
    pub ended: &'static str,
    pub progress: &'static str,
    pub as_table: &'static str,
    pub day: &'static str,
    pub moved: &'static str,
    pub others: &'static str,
    pub subscribe: &'static str,
    pub email: &'static str,
    pub tell_me: &'static str,
    pub tell_before: &'static str,
    pub tell_start_end: &'static str,
    pub tell_incidents: &'static str,
    pub only_some: &'static str,
    pub waves_and_parts: &'static str,
    pub do_subscribe: &'static str,
    pub subscribe_note: &'static str,
    pub calendar: &'static str,
    pub links: &'static str,
    pub made_with: &'static str,
    pub updates: &'static str,
    months: [&'static str; 12],
    weekdays: [&'static str; 7],
    /// Between thousands.
    group: char,
    /// Whether a dot follows the day of the month, and a comma the weekday.
    dotted: bool,
}

/// The first is the fallback.
static ALL: [Words; 4] = [EN, DE, FR, IT];

/// The languages that the fixed words are in; what a page offers that has no texts of its own.
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "it"];

/// The words for a tag: those of its language, else English.
pub fn words(tag: &str) -> &'static Words {
    let base = tag.split('-').next().unwrap_or(tag);
    ALL.iter().find(|words| words.tag == base).unwrap_or(&ALL[0])
}

/// A language in its own words; of one that is not among them the tag.
pub fn own_name(tag: &str) -> &str {
    const NAMES: [(&str, &str); 24] = [
        ("bg", "Български"),
        ("cs", "Čeština"),
        ("da", "Dansk"),
        ("de", "Deutsch"),
        ("el", "Ελληνικά"),
        ("en", "English"),
        ("es", "Español"),
        ("et", "Eesti"),
        ("fi", "Suomi"),
        ("fr", "Français"),
        ("hu", "Magyar"),
        ("it", "Italiano"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("nb", "Norsk"),
        ("nl", "Nederlands"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("ro", "Română"),
        ("sk", "Slovenčina"),
        ("sl", "Slovenščina"),
        ("sv", "Svenska"),
        ("tr", "Türkçe"),
        ("uk", "Українська"),
    ];
    NAMES.iter().find(|(code, _)| *code == tag).map_or(tag, |(_, name)| name)
}

impl Words {
    /// The state of the whole.
    pub fn overall(&self, overall: Overall) -> &'static str {
        match overall {
            Overall::Planned => self.planned,
            Overall::Moving => self.moving,
            Overall::Held => self.held,
            Overall::Done => self.done,
        }
    }

    /// Where a wave stands.
    pub fn wave_state(&self, state: WaveState) -> &'static str {
        match state {
            WaveState::Planned => self.planned,
            WaveState::Moving => self.moving,
            WaveState::Held => self.held,
            WaveState::Done => self.done,
        }
    }

    /// How a part of the service works.
    pub fn component(&self, state: ComponentState) -> &'static str {
        ComponentState::ALL.iter().position(|one| *one == state).map_or("", |index| self.component_states[index])
    }

    /// How far an incident is.
    pub fn incident(&self, state: IncidentState) -> &'static str {
        IncidentState::ALL.iter().position(|one| *one == state).map_or("", |index| self.incident_states[index])
    }

    /// How bad it is.
    pub fn impact(&self, impact: Impact) -> &'static str {
        Impact::ALL.iter().position(|one| *one == impact).map_or("", |index| self.impacts[index])
    }

    /// The name of a wave: `Wave 3`, which is what one without a name of its own is called, in this language.
    pub fn wave_name(&self, name: &str) -> String {
        match name.strip_prefix("Wave ").and_then(|number| number.parse::<u16>().ok()) {
            Some(number) => format!("{} {number}", self.wave),
            None => name.to_owned(),
        }
    }

    /// `a, b and c`.
    pub fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.and),
        }
    }

    /// A number with its thousands set apart.
    pub fn number(&self, number: u32) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.group);
            }
            text.push(digit);
        }
        text
    }

    /// `26 May`, with the year where it is asked for.
    pub fn day(&self, day: NaiveDate, year: bool) -> String {
        let month = self.months[day.month0() as usize];
        let number = match (self.dotted, day.day()) {
            (true, number) => format!("{number}."),
            (false, 1) if self.tag == "fr" => "1er".to_owned(),
            (false, number) => number.to_string(),
        };
        if year { format!("{number} {month} {}", day.year()) } else { format!("{number} {month}") }
    }

    /// `Tuesday 26 May`.
    pub fn weekday(&self, day: NaiveDate, year: bool) -> String {
        let weekday = self.weekdays[day.weekday().num_days_from_monday() as usize];
        let comma = if self.dotted { "," } else { "" };
        format!("{weekday}{comma} {}", self.day(day, year))
    }

    /// `Tuesday 26 May, 00:30`.
    pub fn moment(&self, at: NaiveDateTime, year: bool) -> String {
        format!("{}, {}", self.weekday(at.date(), year), at.format("%H:%M"))
    }

    /// `May 2026`, as a heading.
    pub fn month(&self, year: i32, month: u32) -> String {
        let name = self.months[(month.clamp(1, 12) - 1) as usize];
        let mut letters = name.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        format!("{first}{} {year}", letters.as_str())
    }
}

const EN: Words = Words {
    tag: "en",
    skip: "Skip to the status",
    language: "Language",
    planned: "Planned",
    moving: "Moving now",
    held: "On hold",
    done: "Done",
    is_done: "The migration is complete. Everything has moved.",
    is_not_started: "The migration has not started yet.",
    is_between: "No accounts are moving right now. The next wave is being prepared.",
    is_held: "The migration is on hold for the moment.",
    is_moving: "Accounts are moving now.",
    one_moves: "{} is moving now.",
    several_move: "{} are moving now.",
    and: "and",
    as_usual: "Everything works as usual.",
    open_problem: "Open problem:",
    have_moved: "{moved} of {of} accounts have moved",
    all_by: "all are to move by {}",
    updated: "Updated {}.",
    reload: "Reload",
    times_in: "Times in",
    change: "Change",
    own_zone: "Times are in your own time zone: {}.",
    waves: "When each wave moves",
    no_waves: "The waves have not been announced yet.",
    no_date: "Date to be announced",
    to: "to",
    wave: "Wave",
    tasks: "What to do",
    everyone: "Everyone.",
    changes: "What changes",
    different: "Different afterwards",
    stays: "Stays as it is",
    components: "Parts of the service",
    component_states: ["Works", "Under maintenance", "Slow", "Partly down", "Down"],
    incident_states: [
        "Investigating",
        "Identified",
        "Monitoring",
        "Resolved",
        "Post-mortem",
        "Scheduled",
        "In progress",
        "Verifying",
        "Completed",
    ],
    impacts: ["no impact", "maintenance", "minor", "major", "critical"],
    affects: "affects",
    all_updates: "All updates",
    more_open: "More that is open",
    maintenance: "Planned maintenance",
    maintenance_now: "Maintenance under way",
    add_to_calendar: "Add to calendar",
    questions: "Questions",
    contact: "Contact",
    history: "History",
    all_history: "All history",
    nothing_yet: "Nothing has happened yet.",
    back: "Back to the status",
    earlier: "Earlier",
    later: "Later",
    began: "Began",
    ended: "Ended",
    progress: "Progress over time",
    as_table: "The figures as a table",
    day: "Day",
    moved: "Accounts that have moved",
    others: "Other migrations",
    subscribe: "Get updates",
    email: "E-mail",
    tell_me: "Tell me",
    tell_before: "before a window",
    tell_start_end: "when it starts and ends",
    tell_incidents: "about incidents",
    only_some: "Only some waves or parts",
    waves_and_parts: "Waves and parts of the service",
    do_subscribe: "Subscribe",
    subscribe_note: "We first send a link to confirm. Every message has a link to stop.",
    calendar: "Calendar",
    links: "Links",
    made_with: "Made with Landbridge",
    updates: "Updates",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    group: ',',
    dotted: false,
};

const DE: Words = Words {
    tag: "de",
    skip: "Zum Status springen",
    language: "Sprache",
    planned: "Geplant",
    moving: "Läuft gerade",
    held: "Angehalten",
    done: "Fertig",
    is_done: "Der Umzug ist abgeschlossen. Alles ist umgezogen.",
    is_not_started: "Der Umzug hat noch nicht begonnen.",
    is_between: "Im Moment ziehen keine Konten um. Die nächste Welle wird vorbereitet.",
    is_held: "Der Umzug ist im Moment angehalten.",
    is_moving: "Gerade ziehen Konten um.",
    one_moves: "{} zieht gerade um.",
    several_move: "{} ziehen gerade um.",
    and: "und",
    as_usual: "Alles funktioniert wie gewohnt.",
    open_problem: "Offenes Problem:",
    have_moved: "{moved} von {of} Konten sind umgezogen",
    all_by: "alle sollen bis {} umziehen",
    updated: "Stand: {}.",
    reload: "Neu laden",
    times_in: "Zeiten in",
    change: "Ändern",
    own_zone: "Die Zeiten sind in Ihrer eigenen Zeitzone: {}.",
    waves: "Wann welche Welle umzieht",
    no_waves: "Die Wellen sind noch nicht angekündigt.",
    no_date: "Der Termin folgt noch",
    to: "bis",
    wave: "Welle",
    tasks: "Was zu tun ist",
    everyone: "Alle.",
    changes: "Was sich ändert",
    different: "Danach anders",
    stays: "Bleibt, wie es ist",
    components: "Teile des Dienstes",
    component_states: ["Funktioniert", "In Wartung", "Langsam", "Teilweise gestört", "Ausgefallen"],
    incident_states: [
        "Wird untersucht",
        "Ursache gefunden",
        "Wird beobachtet",
        "Behoben",
        "Nachbericht",
        "Geplant",
        "Läuft",
        "Wird geprüft",
        "Abgeschlossen",
    ],
    impacts: ["ohne Auswirkung", "Wartung", "gering", "erheblich", "kritisch"],
    affects: "betrifft",
    all_updates: "Alle Meldungen",
    more_open: "Weiteres, das offen ist",
    maintenance: "Geplante Wartung",
    maintenance_now: "Laufende Wartung",
    add_to_calendar: "In den Kalender",
    questions: "Fragen",
    contact: "Kontakt",
    history: "Verlauf",
    all_history: "Der ganze Verlauf",
    nothing_yet: "Noch ist nichts vorgefallen.",
    back: "Zurück zum Status",
    earlier: "Früher",
    later: "Später",
    began: "Beginn",
    ended: "Ende",
    progress: "Fortschritt",
    as_table: "Die Zahlen als Tabelle",
    day: "Tag",
    moved: "Umgezogene Konten",
    others: "Weitere Umzüge",
    subscribe: "Auf dem Laufenden bleiben",
    email: "E-Mail",
    tell_me: "Schreiben Sie mir",
    tell_before: "vor einem Termin",
    tell_start_end: "wenn er beginnt und endet",
    tell_incidents: "bei Störungen",
    only_some: "Nur zu einigen Wellen oder Teilen",
    waves_and_parts: "Wellen und Teile des Dienstes",
    do_subscribe: "Abonnieren",
    subscribe_note: "Zuerst schicken wir einen Link zur Bestätigung. Jede Nachricht hat einen Link zum Abbestellen.",
    calendar: "Kalender",
    links: "Links",
    made_with: "Mit Landbridge gemacht",
    updates: "Meldungen",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    group: '.',
    dotted: true,
};

const FR: Words = Words {
    tag: "fr",
    skip: "Aller à l’état",
    language: "Langue",
    planned: "Prévu",
    moving: "En cours",
    held: "Suspendu",
    done: "Terminé",
    is_done: "La migration est terminée. Tout a été déplacé.",
    is_not_started: "La migration n’a pas encore commencé.",
    is_between: "Aucun compte n’est déplacé en ce moment. La prochaine vague se prépare.",
    is_held: "La migration est suspendue pour le moment.",
    is_moving: "Des comptes sont déplacés en ce moment.",
    one_moves: "{} est en cours de migration.",
    several_move: "{} sont en cours de migration.",
    and: "et",
    as_usual: "Tout fonctionne comme d’habitude.",
    open_problem: "Problème en cours :",
    have_moved: "{moved} comptes sur {of} ont été déplacés",
    all_by: "tous doivent l’être d’ici au {}",
    updated: "Mis à jour : {}.",
    reload: "Recharger",
    times_in: "Heures de",
    change: "Changer",
    own_zone: "Les heures sont dans votre fuseau horaire : {}.",
    waves: "Quand chaque vague est déplacée",
    no_waves: "Les vagues n’ont pas encore été annoncées.",
    no_date: "Date à annoncer",
    to: "à",
    wave: "Vague",
    tasks: "Ce qu’il faut faire",
    everyone: "Tout le monde.",
    changes: "Ce qui change",
    different: "Différent ensuite",
    stays: "Reste tel quel",
    components: "Parties du service",
    component_states: ["Fonctionne", "En maintenance", "Lent", "Partiellement en panne", "En panne"],
    incident_states: [
        "En cours d’analyse",
        "Cause trouvée",
        "Sous surveillance",
        "Résolu",
        "Rétrospective",
        "Prévu",
        "En cours",
        "En vérification",
        "Terminé",
    ],
    impacts: ["sans effet", "maintenance", "mineur", "majeur", "critique"],
    affects: "concerne",
    all_updates: "Toutes les nouvelles",
    more_open: "Autres points ouverts",
    maintenance: "Maintenance prévue",
    maintenance_now: "Maintenance en cours",
    add_to_calendar: "Ajouter au calendrier",
    questions: "Questions",
    contact: "Contact",
    history: "Historique",
    all_history: "Tout l’historique",
    nothing_yet: "Rien ne s’est encore passé.",
    back: "Retour à l’état",
    earlier: "Avant",
    later: "Après",
    began: "Début",
    ended: "Fin",
    progress: "Progression",
    as_table: "Les chiffres en tableau",
    day: "Jour",
    moved: "Comptes déplacés",
    others: "Autres migrations",
    subscribe: "Être tenu au courant",
    email: "E-mail",
    tell_me: "M’écrire",
    tell_before: "avant une date",
    tell_start_end: "au début et à la fin",
    tell_incidents: "en cas d’incident",
    only_some: "Seulement certaines vagues ou parties",
    waves_and_parts: "Vagues et parties du service",
    do_subscribe: "S’abonner",
    subscribe_note: "Nous envoyons d’abord un lien de confirmation. Chaque message a un lien pour arrêter.",
    calendar: "Calendrier",
    links: "Liens",
    made_with: "Fait avec Landbridge",
    updates: "Nouvelles",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    group: '\u{202f}',
    dotted: false,
};

const IT: Words = Words {
    tag: "it",
    skip: "Vai allo stato",
    language: "Lingua",
    planned: "Previsto",
    moving: "In corso",
    held: "Sospeso",
    done: "Concluso",
    is_done: "La migrazione è conclusa. Tutto è stato spostato.",
    is_not_started: "La migrazione non è ancora iniziata.",
    is_between: "In questo momento nessun account viene spostato. Si prepara il prossimo gruppo.",
    is_held: "La migrazione è sospesa per il momento.",
    is_moving: "In questo momento si spostano account.",
    one_moves: "{} si sta spostando.",
    several_move: "{} si stanno spostando.",
    and: "e",
    as_usual: "Tutto funziona come al solito.",
    open_problem: "Problema aperto:",
    have_moved: "{moved} account su {of} sono stati spostati",
    all_by: "tutti entro il {}",
    updated: "Aggiornato: {}.",
    reload: "Ricarica",
    times_in: "Orari di",
    change: "Cambia",
    own_zone: "Gli orari sono nel tuo fuso orario: {}.",
    waves: "Quando si sposta ogni gruppo",
    no_waves: "I gruppi non sono ancora stati annunciati.",
    no_date: "Data da annunciare",
    to: "–",
    wave: "Gruppo",
    tasks: "Che cosa fare",
    everyone: "Tutti.",
    changes: "Che cosa cambia",
    different: "Diverso dopo",
    stays: "Resta com’è",
    components: "Parti del servizio",
    component_states: ["Funziona", "In manutenzione", "Lento", "In parte guasto", "Guasto"],
    incident_states: [
        "In esame",
        "Causa trovata",
        "Sotto osservazione",
        "Risolto",
        "Resoconto",
        "Previsto",
        "In corso",
        "In verifica",
        "Concluso",
    ],
    impacts: ["nessun effetto", "manutenzione", "lieve", "grave", "critico"],
    affects: "riguarda",
    all_updates: "Tutti gli aggiornamenti",
    more_open: "Altro ancora aperto",
    maintenance: "Manutenzione prevista",
    maintenance_now: "Manutenzione in corso",
    add_to_calendar: "Aggiungi al calendario",
    questions: "Domande",
    contact: "Contatto",
    history: "Cronologia",
    all_history: "Tutta la cronologia",
    nothing_yet: "Non è ancora successo niente.",
    back: "Torna allo stato",
    earlier: "Prima",
    later: "Dopo",
    began: "Inizio",
    ended: "Fine",
    progress: "Avanzamento",
    as_table: "I numeri in tabella",
    day: "Giorno",
    moved: "Account spostati",
    others: "Altre migrazioni",
    subscribe: "Ricevi aggiornamenti",
    email: "E-mail",
    tell_me: "Scrivimi",
    tell_before: "prima di una data",
    tell_start_end: "quando inizia e finisce",
    tell_incidents: "in caso di guasti",
    only_some: "Solo alcuni gruppi o parti",
    waves_and_parts: "Gruppi e parti del servizio",
    do_subscribe: "Iscriviti",
    subscribe_note: "Prima inviamo un link di conferma. Ogni messaggio ha un link per smettere.",
    calendar: "Calendario",
    links: "Link",
    made_with: "Fatto con Landbridge",
    updates: "Aggiornamenti",
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    group: '.',
    dotted: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_written_as_each_language_does() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap_or_default();
        let at = day.and_hms_opt(0, 30, 0).unwrap_or_default();
        for (tag, moment, number) in [
            ("en", "Friday 1 May 2026, 00:30", "25,405"),
            ("de-AT", "Freitag, 1. Mai 2026, 00:30", "25.405"),
            ("fr", "vendredi 1er mai 2026, 00:30", "25\u{202f}405"),
            ("it", "venerdì 1 maggio 2026, 00:30", "25.405"),
            ("xx", "Friday 1 May 2026, 00:30", "25,405"),
        ] {
            let words = words(tag);
            assert_eq!((words.moment(at, true).as_str(), words.number(25_405).as_str()), (moment, number));
        }
        assert_eq!(words("fr").month(2026, 8), "Août 2026");
        assert_eq!(words("de").wave_name("Wave 3"), "Welle 3");
        assert_eq!(words("de").wave_name("Wave of Europe"), "Wave of Europe");
        assert_eq!(words("it").list(&["a".into(), "b".into(), "c".into()]), "a, b e c");
    }

    #[test]
    fn every_sentence_has_its_places() {
        for words in &ALL {
            for text in [words.one_moves, words.several_move, words.all_by, words.updated, words.own_zone] {
                assert_eq!(text.matches("{}").count(), 1, "{}: {text}", words.tag);
            }
            assert!(words.have_moved.contains("{moved}") && words.have_moved.contains("{of}"), "{}", words.tag);
            assert!(LANGUAGES.contains(&words.tag));
        }
    }
}
