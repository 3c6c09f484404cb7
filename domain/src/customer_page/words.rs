//! The fixed words of a customer's page and of the mails that go with it, in English, German and French. What a migration says
//! itself stands in its settings.

use super::offer::Effect;
use super::request::{AskKind, OptOutReason};
use super::view::{Hours, HowFar};
use crate::answer::Told;
use crate::clock::Instant;
use crate::notice::NoticeKind;
use crate::notice::words::Words;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// A language that the fixed words exist in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    En,
    De,
    Fr,
}

impl Lang {
    /// Every language, with its own name.
    pub const ALL: [(Lang, &'static str, &'static str); 3] =
        [(Lang::En, "en", "English"), (Lang::De, "de", "Deutsch"), (Lang::Fr, "fr", "Français")];

    /// The language for a BCP 47 tag; English when there is none.
    pub fn of(tag: &str) -> Lang {
        Lang::known(tag).unwrap_or(Lang::En)
    }

    /// The language of a tag, if the fixed words exist in it.
    pub fn known(tag: &str) -> Option<Lang> {
        let base = tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase();
        Lang::ALL.into_iter().find(|(_, code, _)| *code == base).map(|(lang, ..)| lang)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
            Lang::Fr => "fr",
        }
    }

    fn pick<T>(self, en: T, de: T, fr: T) -> T {
        match self {
            Lang::En => en,
            Lang::De => de,
            Lang::Fr => fr,
        }
    }
}

macro_rules! says {
    ($($name:ident => $en:literal, $de:literal, $fr:literal;)*) => {
        /// Words that are always the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Say { $($name,)* }

        impl Say {
            /// Every one.
            pub const ALL: &'static [Say] = &[$(Say::$name,)*];

            /// The words in a language.
            pub fn in_lang(self, lang: Lang) -> &'static str {
                match self { $(Say::$name => lang.pick($en, $de, $fr),)* }
            }
        }
    };
}

says! {
    Skip => "Skip to your move", "Zu Ihrer Umstellung", "Aller à votre migration";
    Language => "Language", "Sprache", "Langue";
    AddToCalendar => "Add to calendar", "In den Kalender", "Ajouter au calendrier";
    Ready => "Are you ready?", "Sind Sie bereit?", "Êtes-vous prêts ?";
    ConfirmReady => "We are ready", "Wir sind bereit", "Nous sommes prêts";
    SaveForLater => "Save for later", "Für später merken", "Enregistrer pour plus tard";
    ReadyHint => "You can confirm with open points: we get in touch then.", "Sie können auch mit offenen Punkten bestätigen: Wir melden uns dann.", "Vous pouvez confirmer avec des points ouverts : nous vous contacterons.";
    ReadyThanks => "You told us that you are ready. Thank you.", "Sie haben uns gesagt, dass Sie bereit sind. Vielen Dank.", "Vous nous avez dit que vous êtes prêts. Merci.";
    WhatHappens => "What happens", "Was geschieht", "Ce qui se passe";
    Before => "Before that day", "Vor diesem Tag", "Avant ce jour";
    After => "Afterwards", "Danach", "Après";
    OtherDate => "Choose another day", "Einen anderen Tag wählen", "Choisir un autre jour";
    AskForDay => "Ask for the chosen day", "Um den gewählten Tag bitten", "Demander le jour choisi";
    YourDay => "Your day", "Ihr Tag", "Votre jour";
    Full => "Full", "Voll", "Complet";
    NoSlots => "No other day is free at the moment. Talk to us if yours does not suit you.", "Zurzeit ist kein anderer Tag frei. Sprechen Sie mit uns, wenn Ihrer nicht passt.", "Aucun autre jour n’est libre pour l’instant. Parlez-nous si le vôtre ne convient pas.";
    StaysYours => "Your day stays yours until then.", "Bis dahin bleibt Ihr Tag Ihrer.", "Votre jour reste le vôtre jusque-là.";
    Messages => "What we sent you", "Was wir Ihnen geschickt haben", "Ce que nous vous avons envoyé";
    NoMessages => "Nothing yet.", "Noch nichts.", "Rien pour l’instant.";
    Contact => "Name another contact", "Eine andere Kontaktperson nennen", "Indiquer un autre contact";
    ContactName => "Name", "Name", "Nom";
    ContactEmail => "E-mail", "E-Mail", "E-mail";
    ContactRole => "What they do at your company", "Aufgabe in Ihrem Unternehmen", "Fonction dans votre entreprise";
    Optional => "optional", "freiwillig", "facultatif";
    AddContact => "Name this contact", "Kontaktperson nennen", "Indiquer ce contact";
    Rating => "How did it go?", "Wie ist es gelaufen?", "Comment cela s’est-il passé ?";
    RatingQuestion => "How easy was the move for you?", "Wie leicht war die Umstellung für Sie?", "La migration a-t-elle été facile pour vous ?";
    RatingEnds => "1 is hard, 5 is easy.", "1 ist schwer, 5 ist leicht.", "1 : difficile, 5 : facile.";
    RatingWords => "What should we do better?", "Was sollten wir besser machen?", "Que devrions-nous améliorer ?";
    Send => "Send", "Senden", "Envoyer";
    Problem => "Something is wrong", "Etwas stimmt nicht", "Quelque chose ne va pas";
    ProblemWords => "What is wrong?", "Was stimmt nicht?", "Qu’est-ce qui ne va pas ?";
    ProblemSend => "Tell us", "Melden", "Nous le dire";
    OptOut => "Not moving at all", "Gar nicht umstellen", "Ne pas migrer du tout";
    OptOutWhy => "Why?", "Warum?", "Pourquoi ?";
    OptOutWords => "Anything else that we should know?", "Gibt es noch etwas, das wir wissen sollten?", "Autre chose à nous dire ?";
    OptOutSend => "Opt out of the move", "Nicht an der Umstellung teilnehmen", "Renoncer à la migration";
    OptOutSure => "We understand what that means.", "Wir wissen, was das bedeutet.", "Nous savons ce que cela signifie.";
    Asked => "What you asked for", "Worum Sie gebeten haben", "Vos demandes";
    Help => "Talk to us", "Sprechen Sie mit uns", "Contactez-nous";
    StatusPage => "Status of the whole move", "Stand der gesamten Umstellung", "État de toute la migration";
    Reference => "Your reference", "Ihr Zeichen", "Votre référence";
    WhoHasLink => "Whoever has the link can open this page, so it shows no names.", "Wer den Link hat, kann diese Seite öffnen; darum stehen hier keine Namen.", "Quiconque a le lien peut ouvrir cette page ; elle ne montre donc aucun nom.";
    RollbackUntil => "If something is wrong, we can move you back until", "Wenn etwas nicht stimmt, können wir Sie zurückstellen bis", "En cas de problème, nous pouvons revenir en arrière jusqu’au";
    Wrong => "This could not be sent. Nothing was changed.", "Das konnte nicht gesendet werden. Nichts wurde geändert.", "L’envoi a échoué. Rien n’a été modifié.";
    TooMany => "That were many requests for one day. Nothing was changed; try again tomorrow, or talk to us.", "Das waren viele Anfragen an einem Tag. Nichts wurde geändert; versuchen Sie es morgen, oder sprechen Sie mit uns.", "Cela fait beaucoup de demandes pour un jour. Rien n’a été modifié ; réessayez demain, ou contactez-nous.";
    Gone => "This is not offered any more. Nothing was changed.", "Das wird nicht mehr angeboten. Nichts wurde geändert.", "Ce n’est plus proposé. Rien n’a été modifié.";
    SlotFull => "This day is full by now. Nothing was changed; choose another one.", "Dieser Tag ist inzwischen voll. Nichts wurde geändert; wählen Sie einen anderen.", "Ce jour est complet entre-temps. Rien n’a été modifié ; choisissez-en un autre.";
    BadSlot => "Choose one of the days of the list.", "Wählen Sie einen Tag aus der Liste.", "Choisissez un jour de la liste.";
    BadEmail => "This is not an e-mail address.", "Das ist keine E-Mail-Adresse.", "Ce n’est pas une adresse e-mail.";
    BadWords => "Please write something, at most 2,000 characters.", "Bitte schreiben Sie etwas, höchstens 2.000 Zeichen.", "Écrivez quelque chose, 2 000 caractères au plus.";
    BadScore => "Choose a figure from 1 to 5.", "Wählen Sie eine Zahl von 1 bis 5.", "Choisissez un chiffre de 1 à 5.";
    BadLine => "This is too long.", "Das ist zu lang.", "C’est trop long.";
    BadSure => "Tick this first.", "Setzen Sie zuerst diesen Haken.", "Cochez d’abord cette case.";
    ThanksSaved => "Saved.", "Gemerkt.", "Enregistré.";
    ThanksReady => "Thank you. We know that you are ready.", "Vielen Dank. Wir wissen, dass Sie bereit sind.", "Merci. Nous savons que vous êtes prêts.";
    ThanksConfirm => "We have sent your main contact an e-mail. It takes effect when they confirm it.", "Wir haben Ihrer Hauptkontaktperson eine E-Mail geschickt. Es gilt, sobald sie bestätigt.", "Nous avons envoyé un e-mail à votre contact principal. Cela prend effet dès sa confirmation.";
    ThanksApprove => "We have your request and will answer.", "Wir haben Ihre Anfrage und antworten Ihnen.", "Nous avons votre demande et vous répondrons.";
    ThanksRating => "Thank you for your answer.", "Vielen Dank für Ihre Antwort.", "Merci de votre réponse.";
    ThanksProblem => "Thank you for telling us. Somebody looks after it.", "Danke für den Hinweis. Jemand kümmert sich darum.", "Merci de nous l’avoir dit. Quelqu’un s’en occupe.";
    ConfirmTitle => "Confirm the request", "Anfrage bestätigen", "Confirmer la demande";
    ConfirmText => "Somebody with the link to your page has asked for this:", "Jemand mit dem Link zu Ihrer Seite hat um dies gebeten:", "Quelqu’un qui a le lien vers votre page a fait cette demande :";
    ConfirmButton => "Confirm", "Bestätigen", "Confirmer";
    ConfirmNot => "If nobody of you asked for it, do nothing.", "Wenn niemand von Ihnen darum gebeten hat, tun Sie nichts.", "Si personne chez vous ne l’a demandé, ne faites rien.";
    Confirmed => "Confirmed. It is done.", "Bestätigt. Es ist erledigt.", "Confirmé. C’est fait.";
    ConfirmedOpen => "Confirmed. It could not be done by itself, so a colleague looks after it and answers.", "Bestätigt. Es ging nicht von selbst; jemand von uns kümmert sich darum und antwortet.", "Confirmé. Cela n’a pas pu se faire tout seul ; un collègue s’en occupe et vous répondra.";
    Unsubscribe => "No more messages", "Keine Nachrichten mehr", "Plus de messages";
    UnsubscribeText => "We will not write to this address any more about moves. You can still open your page.", "Wir schreiben an diese Adresse nicht mehr über Umstellungen. Ihre Seite können Sie weiterhin öffnen.", "Nous n’écrirons plus à cette adresse au sujet des migrations. Votre page reste accessible.";
    UnsubscribeButton => "Send me no more messages", "Keine Nachrichten mehr senden", "Ne plus m’envoyer de messages";
    Unsubscribed => "You will get no more messages from us.", "Sie bekommen keine Nachrichten mehr von uns.", "Vous ne recevrez plus de messages de notre part.";
    Hello => "Hello,", "Guten Tag,", "Bonjour,";
    AnswerYes => "we have done what you asked for on your page:", "wir haben erledigt, worum Sie auf Ihrer Seite gebeten haben:", "nous avons fait ce que vous avez demandé sur votre page :";
    AnswerNo => "we cannot do what you asked for on your page:", "wir können nicht tun, worum Sie auf Ihrer Seite gebeten haben:", "nous ne pouvons pas faire ce que vous avez demandé sur votre page :";
    OpenPage => "Open your page", "Ihre Seite öffnen", "Ouvrir votre page";
}

/// Dates, times and sentences in somebody's language and zone.
#[derive(Clone, Copy)]
pub struct Speech {
    pub lang: Lang,
    dates: Words,
    zone: Tz,
}

impl Speech {
    /// In a language by its tag and a zone by its name; English and universal time where they are not known.
    pub fn new(language: &str, zone: &str) -> Speech {
        let lang = Lang::of(language);
        // The language's own regional way to write dates, or that of the fixed words.
        let dates = if Lang::known(language).is_some() { Words::of(language) } else { Words::of(lang.tag()) };
        Speech { lang, dates, zone: zone.parse().unwrap_or(Tz::UTC) }
    }

    /// Words that are always the same.
    pub fn say(self, say: Say) -> &'static str {
        say.in_lang(self.lang)
    }

    /// `Wednesday 27 May 2026`.
    pub fn date(self, day: NaiveDate) -> String {
        self.dates.date(day)
    }

    /// `Wednesday 27 May 2026, 00:30`.
    pub fn time(self, at: Instant) -> String {
        self.dates.time(at.with_timezone(&self.zone).naive_local())
    }

    /// `00:30`.
    fn clock(self, at: Instant) -> String {
        let text = self.dates.time(at.with_timezone(&self.zone).naive_local());
        text.rsplit(", ").next().unwrap_or_default().to_owned()
    }

    /// The day of an instant in the reader's zone.
    pub fn day_of(self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// `Wednesday 27 May 2026, 00:30 to 04:30`, in the reader's zone; the day alone when no hours are known.
    pub fn when(self, day: NaiveDate, hours: Option<Hours>) -> String {
        let Some(Hours { starts, ends }) = hours else { return self.date(day) };
        let to = self.lang.pick("to", "bis", "à");
        let end = if self.day_of(starts) == self.day_of(ends) { self.clock(ends) } else { self.time(ends) };
        format!("{} {to} {end}", self.time(starts))
    }

    /// `00:30 to 04:30`, with the day where the end is on another one.
    pub fn hours(self, hours: Hours) -> String {
        let to = self.lang.pick("to", "bis", "à");
        let end = if self.day_of(hours.starts) == self.day_of(hours.ends) {
            self.clock(hours.ends)
        } else {
            self.time(hours.ends)
        };
        format!("{} {to} {end}", self.clock(hours.starts))
    }

    /// In which zone times are.
    pub fn zone(self) -> String {
        let name = self.zone.name();
        self.lang.pick(format!("Times are in {name}."), format!("Zeiten in {name}."), format!("Heures : {name}."))
    }

    /// The sentence at the top of the page: what is known, in the words of [`crate::answer`].
    pub fn headline(self, told: &Told, hours: Option<Hours>) -> String {
        let l = self.lang;
        match told {
            Told::NotPlanned => l.pick(
                "Your account has not moved, and no move is planned at the moment.",
                "Ihr Konto wurde nicht umgestellt, und zurzeit ist nichts geplant.",
                "Votre compte n’a pas migré, et rien n’est prévu pour l’instant.",
            ).to_owned(),
            Told::Confirming => l.pick(
                "Your account has not moved yet. The date is being confirmed.",
                "Ihr Konto ist noch nicht umgestellt. Der Termin wird gerade geklärt.",
                "Votre compte n’a pas encore migré. La date est en cours de confirmation.",
            ).to_owned(),
            Told::NoDate => l.pick(
                "Your account has not moved yet. Its date is not set yet.",
                "Ihr Konto ist noch nicht umgestellt. Der Termin steht noch nicht fest.",
                "Votre compte n’a pas encore migré. La date n’est pas encore fixée.",
            ).to_owned(),
            Told::Wave { first, last, .. } => {
                let (first, last) = (self.date(*first), self.date(*last));
                l.pick(
                    format!("Your move is planned for some day from {first} to {last}."),
                    format!("Ihre Umstellung ist für einen Tag zwischen {first} und {last} geplant."),
                    format!("Votre migration est prévue entre le {first} et le {last}."),
                )
            }
            Told::Today { day } | Told::Planned { day } => {
                let when = self.when(*day, hours);
                l.pick(
                    format!("Your move is planned for {when}"),
                    format!("Ihre Umstellung ist geplant: {when}"),
                    format!("Votre migration est prévue : {when}"),
                )
            }
            Told::Moving => l.pick(
                "Your account is moving now. We will tell you as soon as it is done.",
                "Ihr Konto wird gerade umgestellt. Wir melden uns, sobald es fertig ist.",
                "Votre compte est en cours de migration. Nous vous préviendrons dès que ce sera fini.",
            ).to_owned(),
            Told::Begun => l.pick(
                "The move of your account has begun and is not done yet. When it will be done is being confirmed.",
                "Die Umstellung Ihres Kontos hat begonnen und ist noch nicht fertig. Wann sie fertig ist, wird gerade geklärt.",
                "La migration de votre compte a commencé et n’est pas terminée. La fin est en cours de confirmation.",
            ).to_owned(),
            Told::MovedToday => l.pick(
                "Your account has moved today. The move is complete.",
                "Ihr Konto wurde heute umgestellt. Alles ist fertig.",
                "Votre compte a migré aujourd’hui. La migration est terminée.",
            ).to_owned(),
            Told::Moved { day: Some(day) } => {
                let day = self.date(*day);
                l.pick(
                    format!("Your account has moved. The move was completed on {day}."),
                    format!("Ihr Konto ist umgestellt. Fertig war es am {day}."),
                    format!("Votre compte a migré. La migration s’est terminée le {day}."),
                )
            }
            Told::Moved { day: None } => l.pick(
                "Your account has moved. The move is complete.",
                "Ihr Konto ist umgestellt. Alles ist fertig.",
                "Votre compte a migré. La migration est terminée.",
            ).to_owned(),
            Told::NotTakingPart => l.pick(
                "Your account does not take part in this move. If you would like it to, let us know.",
                "Ihr Konto nimmt an dieser Umstellung nicht teil. Wenn Sie das möchten, melden Sie sich.",
                "Votre compte ne participe pas à cette migration. Si vous le souhaitez, dites-le-nous.",
            ).to_owned(),
            Told::Back => l.pick(
                "Your account is back where it was before the move. A new date is being confirmed.",
                "Ihr Konto ist wieder dort, wo es vor der Umstellung war. Ein neuer Termin wird gerade geklärt.",
                "Votre compte est revenu à son état d’avant la migration. Une nouvelle date est en cours de confirmation.",
            ).to_owned(),
        }
    }

    /// The state in a word or two, with the days that are left.
    pub fn state(self, told: &Told, today: NaiveDate) -> String {
        let l = self.lang;
        match told {
            Told::NotPlanned | Told::NoDate | Told::Wave { .. } => {
                l.pick("Not scheduled yet", "Noch kein Termin", "Pas encore de date").to_owned()
            }
            Told::Confirming => {
                l.pick("Date being confirmed", "Termin wird geklärt", "Date en cours de confirmation").to_owned()
            }
            Told::Today { .. } => l.pick("Scheduled for today", "Heute geplant", "Prévu aujourd’hui").to_owned(),
            Told::Planned { day } => match (*day - today).num_days() {
                1 => l.pick("Scheduled for tomorrow", "Morgen geplant", "Prévu demain").to_owned(),
                days => l.pick(
                    format!("Scheduled, in {days} days"),
                    format!("Geplant, in {days} Tagen"),
                    format!("Prévu dans {days} jours"),
                ),
            },
            Told::Moving | Told::Begun => l.pick("Moving", "Wird umgestellt", "En cours").to_owned(),
            Told::MovedToday | Told::Moved { .. } => l.pick("Done", "Fertig", "Terminé").to_owned(),
            Told::NotTakingPart => l.pick("Not taking part", "Nimmt nicht teil", "Ne participe pas").to_owned(),
            Told::Back => l.pick("Moved back", "Zurückgestellt", "Retour en arrière").to_owned(),
        }
    }

    /// The title of the browser's tab.
    pub fn title(self, name: &str) -> String {
        self.lang.pick(
            format!("Your move · {name}"),
            format!("Ihre Umstellung · {name}"),
            format!("Votre migration · {name}"),
        )
    }

    /// `2 of 4 done`.
    pub fn done_of(self, done: usize, of: usize) -> String {
        self.lang.pick(
            format!("{done} of {of} done"),
            format!("{done} von {of} erledigt"),
            format!("{done} sur {of} faits"),
        )
    }

    /// `12 places`.
    pub fn places(self, left: u32) -> String {
        match left {
            1 => self.lang.pick("1 place", "1 Platz", "1 place").to_owned(),
            _ => self.lang.pick(format!("{left} places"), format!("{left} Plätze"), format!("{left} places")),
        }
    }

    /// Until when another day may be asked for.
    pub fn ask_until(self, day: NaiveDate) -> String {
        let day = self.date(day);
        self.lang.pick(
            format!("You can ask for another day until {day}."),
            format!("Um einen anderen Tag bitten können Sie bis {day}."),
            format!("Vous pouvez demander un autre jour jusqu’au {day}."),
        )
    }

    /// A kind of request.
    pub fn kind(self, kind: AskKind) -> &'static str {
        let l = self.lang;
        match kind {
            AskKind::Ready => l.pick("You are ready", "Sie sind bereit", "Vous êtes prêts"),
            AskKind::OtherDate => l.pick("Another day", "Ein anderer Tag", "Un autre jour"),
            AskKind::OptOut => l.pick("Not moving", "Nicht umstellen", "Ne pas migrer"),
            AskKind::Contact => l.pick("Another contact", "Eine andere Kontaktperson", "Un autre contact"),
            AskKind::Rating => l.pick("Your rating", "Ihre Bewertung", "Votre avis"),
            AskKind::Problem => l.pick("Something is wrong", "Etwas stimmt nicht", "Quelque chose ne va pas"),
        }
    }

    /// How far a request is.
    pub fn how_far(self, how: HowFar) -> &'static str {
        let l = self.lang;
        match how {
            HowFar::AwaitsConfirmation => l.pick(
                "waits for your main contact",
                "wartet auf Ihre Hauptkontaktperson",
                "attend votre contact principal",
            ),
            HowFar::Lapsed => {
                l.pick("was not confirmed in time", "wurde nicht rechtzeitig bestätigt", "n’a pas été confirmé à temps")
            }
            HowFar::Open => l.pick("we are looking at it", "wir sehen es uns an", "nous l’examinons"),
            HowFar::Done => l.pick("done", "erledigt", "fait"),
            HowFar::Declined => l.pick("not possible", "nicht möglich", "impossible"),
        }
    }

    /// How a request takes effect.
    pub fn effect(self, effect: Effect) -> &'static str {
        let l = self.lang;
        match effect {
            Effect::AtOnce => "",
            Effect::Confirmed => l.pick(
                "We send your main contact an e-mail to confirm it.",
                "Ihre Hauptkontaktperson bekommt eine E-Mail zum Bestätigen.",
                "Votre contact principal reçoit un e-mail pour confirmer.",
            ),
            Effect::Approved => {
                l.pick("We answer by e-mail.", "Wir antworten per E-Mail.", "Nous répondons par e-mail.")
            }
        }
    }

    /// Why somebody does not want to move.
    pub fn opt_out_reason(self, reason: OptOutReason) -> &'static str {
        let l = self.lang;
        match reason {
            OptOutReason::OtherProduct => {
                l.pick("We use another product", "Wir nutzen ein anderes Produkt", "Nous utilisons un autre produit")
            }
            OptOutReason::NeedsTime => {
                l.pick("We need more time", "Wir brauchen mehr Zeit", "Il nous faut plus de temps")
            }
            OptOutReason::Other => l.pick("Another reason", "Ein anderer Grund", "Une autre raison"),
        }
    }

    /// What a message was about.
    pub fn message(self, kind: NoticeKind, date: Option<NaiveDate>) -> String {
        let l = self.lang;
        let words = match kind {
            NoticeKind::Notice => {
                l.pick("We told you the date", "Wir haben Ihnen den Termin genannt", "Nous vous avons indiqué la date")
            }
            NoticeKind::Reminder => l.pick(
                "We reminded you of the date",
                "Wir haben Sie an den Termin erinnert",
                "Nous vous avons rappelé la date",
            ),
            NoticeKind::Correction => l.pick(
                "We told you a new date",
                "Wir haben Ihnen einen neuen Termin genannt",
                "Nous vous avons indiqué une nouvelle date",
            ),
            NoticeKind::Confirmation => l.pick(
                "We told you that you have moved",
                "Wir haben Ihnen gesagt, dass Sie umgestellt sind",
                "Nous vous avons confirmé la migration",
            ),
            NoticeKind::Rollback => l.pick(
                "We told you that you were moved back",
                "Wir haben Ihnen gesagt, dass Sie zurückgestellt wurden",
                "Nous vous avons annoncé le retour en arrière",
            ),
            NoticeKind::Request => l.pick(
                "We wrote to you about a request",
                "Wir haben Ihnen zu einer Anfrage geschrieben",
                "Nous vous avons écrit au sujet d’une demande",
            ),
            NoticeKind::Internal | NoticeKind::StatusPage => "",
        };
        match date {
            Some(date) => format!("{words}: {}", self.date(date)),
            None => words.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    fn at(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).unwrap_or_default()
    }

    #[test]
    fn every_word_exists_in_every_language() {
        for say in Say::ALL {
            for (lang, ..) in Lang::ALL {
                assert!(!say.in_lang(lang).trim().is_empty(), "{say:?} in {lang:?}");
            }
        }
    }

    #[test]
    fn a_language_without_words_is_english() {
        for (tag, lang) in
            [("de-AT", Lang::De), ("fr_CA", Lang::Fr), ("ja", Lang::En), ("", Lang::En), ("xx-nowhere", Lang::En)]
        {
            assert_eq!(Lang::of(tag), lang, "{tag}");
        }
    }

    #[test]
    fn hours_are_told_in_the_readers_zone() {
        let hours = Hours { starts: at("2026-05-26T22:30:00Z"), ends: at("2026-05-27T02:30:00Z") };
        let day = NaiveDate::from_ymd_opt(2026, 5, 27).unwrap_or_default();
        let when = |language, zone| Speech::new(language, zone).when(day, Some(hours));
        assert_eq!(when("en", "Europe/Rome"), "Wednesday 27 May 2026, 00:30 to 04:30");
        assert_eq!(when("de", "Europe/London"), "Dienstag, 26. Mai 2026, 23:30 bis Mittwoch, 27. Mai 2026, 03:30");
        assert_eq!(when("fr", "Asia/Tokyo"), "mercredi 27 mai 2026, 07:30 à 11:30");
        assert_eq!(Speech::new("en", "Nowhere/Land").zone(), "Times are in UTC.");
    }

    /// What is safe to tell is decided in one place; the page's words must not say more than the sentence does.
    #[test]
    fn only_what_may_be_told_names_a_day() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 27).unwrap_or_default();
        let told = [
            (Told::NotPlanned, false),
            (Told::Confirming, false),
            (Told::NoDate, false),
            (Told::Planned { day }, true),
            (Told::Today { day }, true),
            (Told::Moving, false),
            (Told::Begun, false),
            (Told::MovedToday, false),
            (Told::Moved { day: Some(day) }, true),
            (Told::NotTakingPart, false),
            (Told::Back, false),
        ];
        let hours =
            Hours { starts: at("2026-05-26T22:30:00Z"), ends: at("2026-05-26T22:30:00Z") + TimeDelta::hours(4) };
        for (told, names_day) in told {
            for (_, tag, _) in Lang::ALL {
                let text = Speech::new(tag, "Europe/Rome").headline(&told, Some(hours));
                assert_eq!(text.contains("2026"), names_day, "{text}");
            }
        }
    }
}
