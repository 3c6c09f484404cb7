//! The fixed words of letters and pages for subscribers, in four languages. Other languages get the English ones.

use super::Problem;
use crate::public_page::WaveState;
use crate::status_page::IncidentState;

/// The languages of the fixed words.
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "it"];

/// The words of one language. `{page}`, `{name}` and the like stand for what is filled in.
pub struct Words {
    /// The language that these words are in.
    pub tag: &'static str,
    /// How the language calls itself.
    pub own_name: &'static str,
    // Letters
    pub confirm_subject: &'static str,
    pub confirm_text: &'static str,
    pub confirm_button: &'static str,
    pub confirm_ignore: &'static str,
    pub known_subject: &'static str,
    pub known_text: &'static str,
    pub manage_button: &'static str,
    pub see_page: &'static str,
    pub why: &'static str,
    pub manage: &'static str,
    pub stop: &'static str,
    pub before_subject: &'static str,
    pub before_text: &'static str,
    pub from_to: &'static str,
    pub wave_before_subject: &'static str,
    pub wave_before_text: &'static str,
    pub wave_started: &'static str,
    pub wave_ended: &'static str,
    pub affected: &'static str,
    // Pages
    pub subscribe: &'static str,
    pub email: &'static str,
    pub webhook: &'static str,
    pub webhook_hint: &'static str,
    pub language: &'static str,
    pub tell_me: &'static str,
    pub topics: [&'static str; 3],
    pub lead: &'static str,
    pub leads: [&'static str; 4],
    pub only: &'static str,
    pub only_hint: &'static str,
    pub waves: &'static str,
    pub components: &'static str,
    pub promise: &'static str,
    pub asked_title: &'static str,
    pub asked_text: &'static str,
    pub confirm_title: &'static str,
    pub confirm_page: &'static str,
    pub confirmed_title: &'static str,
    pub confirmed_text: &'static str,
    pub code: &'static str,
    pub code_text: &'static str,
    pub secret_text: &'static str,
    pub manage_title: &'static str,
    pub manage_keep: &'static str,
    pub save: &'static str,
    pub saved: &'static str,
    pub stop_title: &'static str,
    pub stop_text: &'static str,
    pub stop_button: &'static str,
    pub stopped_title: &'static str,
    pub stopped_text: &'static str,
    pub dead_title: &'static str,
    pub dead_text: &'static str,
    pub too_often_title: &'static str,
    pub too_often_text: &'static str,
    pub full_text: &'static str,
    pub failed_text: &'static str,
    pub back: &'static str,
    states: [&'static str; 9],
    pub problem_summary: &'static str,
    problems: [&'static str; 10],
}

impl Words {
    /// Those of a language by its BCP 47 tag: `de-AT` gets the German ones.
    pub fn of(language: &str) -> &'static Words {
        let base = language.split('-').next().unwrap_or(language);
        ALL.iter().find(|words| words.tag.eq_ignore_ascii_case(base)).unwrap_or(&ALL[0])
    }

    /// How far an incident or a maintenance is.
    pub fn state(&self, state: IncidentState) -> &'static str {
        self.states[state as usize]
    }

    /// What is wrong with a form.
    pub fn problem(&self, problem: Problem) -> &'static str {
        self.problems[problem as usize]
    }

    /// How far a wave is, where that is news.
    pub fn wave(&self, state: WaveState) -> &'static str {
        if state == WaveState::Done { self.wave_ended } else { self.wave_started }
    }
}

/// The text with what stands for `{name}` filled in.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    // One pass: a value that contains braces is not looked at again.
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        filled.push_str(before);
        let known = after.find('}').and_then(|end| {
            let value = values.iter().find(|(name, _)| *name == &after[1..end])?.1;
            Some((end, value))
        });
        match known {
            Some((end, value)) => {
                filled.push_str(value);
                rest = &after[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled + rest
}

static ALL: [Words; 4] = [
    Words {
        tag: "en",
        own_name: "English",
        confirm_subject: "Please confirm: updates about {page}",
        confirm_text: "somebody, most likely you, asked for updates about {page} to this address.",
        confirm_button: "Confirm the subscription",
        confirm_ignore: "The link is good for three days. If you did not ask for this, do nothing: without your confirmation you hear nothing more.",
        known_subject: "You are subscribed already",
        known_text: "somebody, most likely you, asked for updates about {page} to this address. You get them already, so nothing was changed.",
        manage_button: "Change what you are told",
        see_page: "See the status page",
        why: "You get this because you subscribed to updates about {page}.",
        manage: "Change what you are told",
        stop: "Unsubscribe",
        before_subject: "Coming up: {title}",
        before_text: "This maintenance begins soon:",
        from_to: "{from} to {to}",
        wave_before_subject: "{name} moves soon",
        wave_before_text: "{name} moves in this time:",
        wave_started: "{name} is moving now",
        wave_ended: "{name} has moved",
        affected: "Affects: {names}",
        subscribe: "Get updates",
        email: "E-mail",
        webhook: "Webhook instead",
        webhook_hint: "An https:// address that takes JSON. It gets a test message with a code, which you enter on the next page.",
        language: "Language",
        tell_me: "Tell me",
        topics: ["before a maintenance", "when it starts and ends", "about incidents"],
        lead: "How long before a maintenance",
        leads: ["1 hour", "1 day", "3 days", "1 week"],
        only: "Only some waves or parts",
        only_hint: "With nothing chosen you hear of everything.",
        waves: "Waves",
        components: "Parts of the service",
        promise: "We first send a link to confirm. Every message has a link to stop.",
        asked_title: "Look into your mailbox",
        asked_text: "If the address can be subscribed, a letter with a link is on its way to it. Open the link within three days; until then you hear nothing more. Nothing came? Look among the unwanted mail, or ask again tomorrow.",
        confirm_title: "Updates about {page}",
        confirm_page: "Press the button to get updates about {page}. Nothing is sent before that.",
        confirmed_title: "You are subscribed",
        confirmed_text: "From now on you hear when something happens. Every message has a link with which you can change or end this.",
        code: "Code",
        code_text: "Within a minute your webhook gets a test message. Enter the code that is in it. Keep this page open, or its address: nobody else has it.",
        secret_text: "This key signs every message (Standard Webhooks 1.0.0). It is shown only now.",
        manage_title: "Your updates about {page}",
        manage_keep: "This page's address is yours alone: whoever has it can change this subscription.",
        save: "Save",
        saved: "Saved.",
        stop_title: "Unsubscribe?",
        stop_text: "You would hear nothing more about {page}.",
        stop_button: "Unsubscribe",
        stopped_title: "You are unsubscribed",
        stopped_text: "Nothing more is sent to you. You can subscribe again at any time.",
        dead_title: "This link does not work",
        dead_text: "It is mistyped, too old, or was used already. Subscribe again on the status page to get a new one.",
        too_often_title: "Too many requests",
        too_often_text: "There were too many requests for subscriptions from here, or to this address. Nothing was changed. Try again in {minutes} minutes.",
        full_text: "This page takes no more subscriptions at the moment. Nothing was changed. Use the feed instead, or try again tomorrow.",
        failed_text: "Something failed on our side. Nothing was changed. Try again in a minute.",
        back: "Back to the status page",
        states: [
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
        problem_summary: "Something has to be corrected. Nothing was sent yet.",
        problems: [
            "Give an e-mail address.",
            "This is not an e-mail address. It looks like name@company.example.",
            "Give an address that begins with https://, without a user name.",
            "This address leads into a private network, where we do not send anything.",
            "The host of this address was not found. Check how it is written.",
            "Choose one of the languages offered.",
            "Choose at least one kind of update.",
            "Choose one of the times offered.",
            "One of the chosen parts is not on this page any more. Choose again.",
            "This is not the code that we sent. Look at the newest test message.",
        ],
    },
    Words {
        tag: "de",
        own_name: "Deutsch",
        confirm_subject: "Bitte bestätigen: Nachrichten zu {page}",
        confirm_text: "jemand, wahrscheinlich Sie, hat Nachrichten zu {page} an diese Adresse bestellt.",
        confirm_button: "Abonnement bestätigen",
        confirm_ignore: "Der Link gilt drei Tage. Wenn Sie das nicht waren, tun Sie nichts: Ohne Ihre Bestätigung hören Sie nichts weiter.",
        known_subject: "Sie haben das schon abonniert",
        known_text: "jemand, wahrscheinlich Sie, hat Nachrichten zu {page} an diese Adresse bestellt. Sie bekommen sie bereits, also wurde nichts geändert.",
        manage_button: "Ändern, was Sie bekommen",
        see_page: "Statusseite ansehen",
        why: "Sie bekommen das, weil Sie Nachrichten zu {page} abonniert haben.",
        manage: "Ändern, was Sie bekommen",
        stop: "Abbestellen",
        before_subject: "Demnächst: {title}",
        before_text: "Diese Wartung beginnt bald:",
        from_to: "{from} bis {to}",
        wave_before_subject: "{name} zieht bald um",
        wave_before_text: "{name} zieht in dieser Zeit um:",
        wave_started: "{name} zieht jetzt um",
        wave_ended: "{name} ist umgezogen",
        affected: "Betrifft: {names}",
        subscribe: "Nachrichten bekommen",
        email: "E-Mail",
        webhook: "Stattdessen Webhook",
        webhook_hint: "Eine https://-Adresse, die JSON annimmt. Sie bekommt eine Probenachricht mit einem Code, den Sie auf der nächsten Seite eingeben.",
        language: "Sprache",
        tell_me: "Sagt mir Bescheid",
        topics: ["vor einer Wartung", "wenn sie beginnt und endet", "bei Störungen"],
        lead: "Wie lange vor einer Wartung",
        leads: ["1 Stunde", "1 Tag", "3 Tage", "1 Woche"],
        only: "Nur manche Wellen oder Teile",
        only_hint: "Ist nichts gewählt, hören Sie von allem.",
        waves: "Wellen",
        components: "Teile des Dienstes",
        promise: "Zuerst schicken wir einen Link zum Bestätigen. Jede Nachricht hat einen Link zum Abbestellen.",
        asked_title: "Sehen Sie in Ihr Postfach",
        asked_text: "Wenn die Adresse abonniert werden kann, ist ein Brief mit einem Link dorthin unterwegs. Öffnen Sie den Link binnen drei Tagen; bis dahin hören Sie nichts weiter. Nichts gekommen? Sehen Sie bei der unerwünschten Post nach oder fragen Sie morgen noch einmal.",
        confirm_title: "Nachrichten zu {page}",
        confirm_page: "Drücken Sie den Knopf, um Nachrichten zu {page} zu bekommen. Vorher wird nichts geschickt.",
        confirmed_title: "Sie haben abonniert",
        confirmed_text: "Ab jetzt hören Sie, wenn etwas geschieht. Jede Nachricht hat einen Link, mit dem Sie das ändern oder beenden können.",
        code: "Code",
        code_text: "Binnen einer Minute bekommt Ihr Webhook eine Probenachricht. Geben Sie den Code ein, der darin steht. Lassen Sie diese Seite offen oder merken Sie sich ihre Adresse: Sonst hat sie niemand.",
        secret_text: "Dieser Schlüssel unterschreibt jede Nachricht (Standard Webhooks 1.0.0). Er wird nur jetzt gezeigt.",
        manage_title: "Ihre Nachrichten zu {page}",
        manage_keep: "Die Adresse dieser Seite gehört Ihnen allein: Wer sie hat, kann dieses Abonnement ändern.",
        save: "Speichern",
        saved: "Gespeichert.",
        stop_title: "Abbestellen?",
        stop_text: "Sie würden nichts mehr über {page} hören.",
        stop_button: "Abbestellen",
        stopped_title: "Sie haben abbestellt",
        stopped_text: "Sie bekommen nichts mehr. Sie können jederzeit wieder abonnieren.",
        dead_title: "Dieser Link geht nicht",
        dead_text: "Er ist vertippt, zu alt oder schon benutzt. Abonnieren Sie auf der Statusseite neu, dann bekommen Sie einen anderen.",
        too_often_title: "Zu viele Anfragen",
        too_often_text: "Von hier oder für diese Adresse kamen zu viele Anfragen. Nichts wurde geändert. Versuchen Sie es in {minutes} Minuten wieder.",
        full_text: "Diese Seite nimmt im Moment keine Abonnements mehr an. Nichts wurde geändert. Nehmen Sie den Feed oder versuchen Sie es morgen wieder.",
        failed_text: "Bei uns ging etwas schief. Nichts wurde geändert. Versuchen Sie es in einer Minute wieder.",
        back: "Zurück zur Statusseite",
        states: [
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
        problem_summary: "Etwas muss berichtigt werden. Es wurde noch nichts geschickt.",
        problems: [
            "Geben Sie eine E-Mail-Adresse an.",
            "Das ist keine E-Mail-Adresse. Sie sieht aus wie name@firma.example.",
            "Geben Sie eine Adresse an, die mit https:// beginnt, ohne Benutzernamen.",
            "Diese Adresse führt in ein privates Netz; dorthin schicken wir nichts.",
            "Der Rechner dieser Adresse wurde nicht gefunden. Prüfen Sie, wie sie geschrieben ist.",
            "Wählen Sie eine der angebotenen Sprachen.",
            "Wählen Sie mindestens eine Art von Nachrichten.",
            "Wählen Sie eine der angebotenen Zeiten.",
            "Einer der gewählten Teile ist nicht mehr auf dieser Seite. Wählen Sie neu.",
            "Das ist nicht der Code, den wir geschickt haben. Sehen Sie in die neueste Probenachricht.",
        ],
    },
    Words {
        tag: "fr",
        own_name: "Français",
        confirm_subject: "À confirmer : nouvelles de {page}",
        confirm_text: "quelqu’un, sans doute vous, a demandé de recevoir à cette adresse les nouvelles de {page}.",
        confirm_button: "Confirmer l’abonnement",
        confirm_ignore: "Le lien est valable trois jours. Si ce n’était pas vous, ne faites rien : sans votre confirmation, vous ne recevrez plus rien.",
        known_subject: "Vous êtes déjà abonné",
        known_text: "quelqu’un, sans doute vous, a demandé de recevoir à cette adresse les nouvelles de {page}. Vous les recevez déjà ; rien n’a été changé.",
        manage_button: "Changer ce que vous recevez",
        see_page: "Voir la page d’état",
        why: "Vous recevez ceci parce que vous êtes abonné aux nouvelles de {page}.",
        manage: "Changer ce que vous recevez",
        stop: "Se désabonner",
        before_subject: "À venir : {title}",
        before_text: "Cette maintenance commence bientôt :",
        from_to: "{from} à {to}",
        wave_before_subject: "{name} déménage bientôt",
        wave_before_text: "{name} déménage dans ce créneau :",
        wave_started: "{name} déménage maintenant",
        wave_ended: "{name} a déménagé",
        affected: "Concerne : {names}",
        subscribe: "Recevoir les nouvelles",
        email: "E-mail",
        webhook: "Plutôt un webhook",
        webhook_hint: "Une adresse https:// qui accepte du JSON. Elle reçoit un message d’essai avec un code, à saisir sur la page suivante.",
        language: "Langue",
        tell_me: "Me prévenir",
        topics: ["avant une maintenance", "quand elle commence et finit", "des incidents"],
        lead: "Combien de temps avant une maintenance",
        leads: ["1 heure", "1 jour", "3 jours", "1 semaine"],
        only: "Seulement certaines vagues ou parties",
        only_hint: "Sans choix, vous recevez tout.",
        waves: "Vagues",
        components: "Parties du service",
        promise: "Nous envoyons d’abord un lien de confirmation. Chaque message a un lien pour arrêter.",
        asked_title: "Regardez votre boîte aux lettres",
        asked_text: "Si l’adresse peut être abonnée, une lettre avec un lien est en route. Ouvrez le lien dans les trois jours ; d’ici là, vous ne recevrez rien d’autre. Rien reçu ? Regardez parmi les indésirables, ou redemandez demain.",
        confirm_title: "Nouvelles de {page}",
        confirm_page: "Appuyez sur le bouton pour recevoir les nouvelles de {page}. Rien n’est envoyé avant.",
        confirmed_title: "Vous êtes abonné",
        confirmed_text: "Désormais, vous êtes prévenu quand quelque chose se passe. Chaque message a un lien pour changer ou arrêter.",
        code: "Code",
        code_text: "D’ici une minute, votre webhook reçoit un message d’essai. Saisissez le code qui s’y trouve. Gardez cette page ouverte, ou son adresse : personne d’autre ne l’a.",
        secret_text: "Cette clé signe chaque message (Standard Webhooks 1.0.0). Elle n’est montrée que maintenant.",
        manage_title: "Vos nouvelles de {page}",
        manage_keep: "L’adresse de cette page n’est qu’à vous : qui la possède peut changer cet abonnement.",
        save: "Enregistrer",
        saved: "Enregistré.",
        stop_title: "Se désabonner ?",
        stop_text: "Vous ne recevriez plus rien de {page}.",
        stop_button: "Se désabonner",
        stopped_title: "Vous êtes désabonné",
        stopped_text: "Plus rien ne vous est envoyé. Vous pouvez vous réabonner à tout moment.",
        dead_title: "Ce lien ne fonctionne pas",
        dead_text: "Il est mal copié, trop ancien ou déjà utilisé. Réabonnez-vous sur la page d’état pour en recevoir un autre.",
        too_often_title: "Trop de demandes",
        too_often_text: "Trop de demandes sont venues d’ici, ou pour cette adresse. Rien n’a été changé. Réessayez dans {minutes} minutes.",
        full_text: "Cette page n’accepte plus d’abonnements pour le moment. Rien n’a été changé. Prenez le flux, ou réessayez demain.",
        failed_text: "Quelque chose a échoué de notre côté. Rien n’a été changé. Réessayez dans une minute.",
        back: "Retour à la page d’état",
        states: [
            "En cours d’examen",
            "Cause trouvée",
            "Sous surveillance",
            "Résolu",
            "Bilan",
            "Prévu",
            "En cours",
            "Vérification",
            "Terminé",
        ],
        problem_summary: "Il faut corriger quelque chose. Rien n’a encore été envoyé.",
        problems: [
            "Indiquez une adresse e-mail.",
            "Ce n’est pas une adresse e-mail. Elle ressemble à nom@societe.example.",
            "Indiquez une adresse qui commence par https://, sans nom d’utilisateur.",
            "Cette adresse mène à un réseau privé, où nous n’envoyons rien.",
            "L’hôte de cette adresse est introuvable. Vérifiez son écriture.",
            "Choisissez une des langues proposées.",
            "Choisissez au moins une sorte de nouvelles.",
            "Choisissez une des durées proposées.",
            "Une des parties choisies n’est plus sur cette page. Choisissez de nouveau.",
            "Ce n’est pas le code que nous avons envoyé. Regardez le dernier message d’essai.",
        ],
    },
    Words {
        tag: "it",
        own_name: "Italiano",
        confirm_subject: "Da confermare: notizie su {page}",
        confirm_text: "qualcuno, probabilmente lei, ha chiesto di ricevere a questo indirizzo le notizie su {page}.",
        confirm_button: "Confermare l’iscrizione",
        confirm_ignore: "Il link vale tre giorni. Se non è stato lei, non faccia nulla: senza la sua conferma non riceverà altro.",
        known_subject: "È già iscritto",
        known_text: "qualcuno, probabilmente lei, ha chiesto di ricevere a questo indirizzo le notizie su {page}. Le riceve già, quindi nulla è cambiato.",
        manage_button: "Cambiare ciò che riceve",
        see_page: "Vedere la pagina di stato",
        why: "Riceve questo messaggio perché è iscritto alle notizie su {page}.",
        manage: "Cambiare ciò che riceve",
        stop: "Annullare l’iscrizione",
        before_subject: "In arrivo: {title}",
        before_text: "Questa manutenzione inizia presto:",
        from_to: "{from} – {to}",
        wave_before_subject: "{name} si trasferisce presto",
        wave_before_text: "{name} si trasferisce in questo periodo:",
        wave_started: "{name} si trasferisce adesso",
        wave_ended: "{name} è stato trasferito",
        affected: "Riguarda: {names}",
        subscribe: "Ricevere notizie",
        email: "E-mail",
        webhook: "Invece un webhook",
        webhook_hint: "Un indirizzo https:// che accetta JSON. Riceve un messaggio di prova con un codice, da inserire nella pagina seguente.",
        language: "Lingua",
        tell_me: "Avvisarmi",
        topics: ["prima di una manutenzione", "quando inizia e finisce", "degli incidenti"],
        lead: "Quanto prima di una manutenzione",
        leads: ["1 ora", "1 giorno", "3 giorni", "1 settimana"],
        only: "Solo alcune ondate o parti",
        only_hint: "Senza scelta riceve tutto.",
        waves: "Ondate",
        components: "Parti del servizio",
        promise: "Prima inviamo un link per confermare. Ogni messaggio ha un link per smettere.",
        asked_title: "Guardi nella sua casella",
        asked_text: "Se l’indirizzo può essere iscritto, una lettera con un link è in viaggio. Apra il link entro tre giorni; fino ad allora non riceve altro. Non è arrivato nulla? Guardi nella posta indesiderata, o richieda domani.",
        confirm_title: "Notizie su {page}",
        confirm_page: "Prema il pulsante per ricevere le notizie su {page}. Prima non viene inviato nulla.",
        confirmed_title: "È iscritto",
        confirmed_text: "Da ora riceve un messaggio quando succede qualcosa. Ogni messaggio ha un link per cambiare o smettere.",
        code: "Codice",
        code_text: "Entro un minuto il suo webhook riceve un messaggio di prova. Inserisca il codice che contiene. Tenga aperta questa pagina, o il suo indirizzo: nessun altro lo ha.",
        secret_text: "Questa chiave firma ogni messaggio (Standard Webhooks 1.0.0). Viene mostrata solo ora.",
        manage_title: "Le sue notizie su {page}",
        manage_keep: "L’indirizzo di questa pagina è solo suo: chi lo ha può cambiare questa iscrizione.",
        save: "Salvare",
        saved: "Salvato.",
        stop_title: "Annullare l’iscrizione?",
        stop_text: "Non riceverebbe più nulla su {page}.",
        stop_button: "Annullare l’iscrizione",
        stopped_title: "Iscrizione annullata",
        stopped_text: "Non le inviamo più nulla. Può iscriversi di nuovo in ogni momento.",
        dead_title: "Questo link non funziona",
        dead_text: "È scritto male, troppo vecchio o già usato. Si iscriva di nuovo nella pagina di stato per riceverne un altro.",
        too_often_title: "Troppe richieste",
        too_often_text: "Ci sono state troppe richieste da qui, o per questo indirizzo. Nulla è cambiato. Riprovi tra {minutes} minuti.",
        full_text: "Questa pagina al momento non accetta altre iscrizioni. Nulla è cambiato. Usi il feed o riprovi domani.",
        failed_text: "Qualcosa non ha funzionato da noi. Nulla è cambiato. Riprovi tra un minuto.",
        back: "Torna alla pagina di stato",
        states: [
            "In esame",
            "Causa trovata",
            "Sotto osservazione",
            "Risolto",
            "Resoconto",
            "Previsto",
            "In corso",
            "Verifica",
            "Concluso",
        ],
        problem_summary: "Qualcosa va corretto. Non è stato ancora inviato nulla.",
        problems: [
            "Indichi un indirizzo e-mail.",
            "Questo non è un indirizzo e-mail. Somiglia a nome@azienda.example.",
            "Indichi un indirizzo che inizia con https://, senza nome utente.",
            "Questo indirizzo porta in una rete privata, dove non inviamo nulla.",
            "L’host di questo indirizzo non è stato trovato. Controlli come è scritto.",
            "Scelga una delle lingue offerte.",
            "Scelga almeno un tipo di notizie.",
            "Scelga uno dei tempi offerti.",
            "Una delle parti scelte non è più su questa pagina. Scelga di nuovo.",
            "Questo non è il codice che abbiamo inviato. Guardi l’ultimo messaggio di prova.",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_there_and_others_get_english() {
        assert_eq!(ALL.each_ref().map(|words| words.tag), LANGUAGES);
        assert_eq!(
            [Words::of("de-AT").tag, Words::of("IT").tag, Words::of("ja").tag, Words::of("").tag],
            ["de", "it", "en", "en"]
        );
    }

    #[test]
    fn every_state_and_problem_has_words() {
        for words in &ALL {
            assert_eq!(words.state(IncidentState::Completed), words.states[8]);
            assert_eq!(words.problem(Problem::WrongCode), words.problems[9]);
            assert!(words.states.iter().chain(&words.problems).all(|words| !words.is_empty()));
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{page}: {title} {x}", &[("page", "{title}"), ("title", "T")]), "{title}: T {x}");
    }
}
