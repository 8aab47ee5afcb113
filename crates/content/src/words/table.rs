//! All texts of the customers' pages, by key, in the languages that are built in.
//!
//! `{name}` stands for a value. The page's code gives each text the values that its English form
//! names; another language may leave one out and never has others.

words! {
    // What every page has.
    Languages = "page.languages": "Other languages", "Andere talen", "Andere Sprachen";
    BadLinkTitle = "bad_link.title": "This link does not work", "Deze link werkt niet", "Dieser Link funktioniert nicht";
    BadLinkCut = "bad_link.cut": "This link is not complete. It may have been cut off by your mail program.", "Deze link is niet compleet. Misschien heeft je mailprogramma hem afgebroken.", "Dieser Link ist unvollständig. Vielleicht hat Ihr Mailprogramm ihn abgeschnitten.";
    BadLinkAgain = "bad_link.again": "Please open it from the message again, or answer the message: a person reads that.", "Open hem opnieuw vanuit het bericht, of beantwoord het bericht: een mens leest dat.", "Bitte öffnen Sie ihn noch einmal aus der Nachricht, oder antworten Sie auf die Nachricht: Das liest ein Mensch.";
    TryAgainTitle = "try_again.title": "Please try again", "Probeer het opnieuw", "Bitte noch einmal versuchen";
    TryAgainText = "try_again.text": "Your choice could not be stored just now.", "Je keuze kon nu niet worden opgeslagen.", "Ihre Wahl konnte gerade nicht gespeichert werden.";
    TryAgainHint = "try_again.hint": "Please go back and try again in a minute.", "Ga terug en probeer het over een minuut opnieuw.", "Bitte gehen Sie zurück und versuchen Sie es in einer Minute noch einmal.";
    ErrorTitle = "error.title": "Please check what you entered", "Controleer wat je hebt ingevuld", "Bitte prüfen Sie Ihre Eingaben";
    ChannelEmail = "channel.email": "E-mail", "E-mail", "E-Mail";
    ChannelPush = "channel.push": "Push messages", "Pushberichten", "Push-Nachrichten";
    ChannelOnsite = "channel.onsite": "Messages on our site", "Berichten op onze site", "Nachrichten auf unserer Website";
    ChannelSocial = "channel.social": "Messages in social networks", "Berichten op sociale netwerken", "Nachrichten in sozialen Netzwerken";
    ChannelSms = "channel.sms": "Text messages", "Sms-berichten", "SMS";
    ChannelWebhook = "channel.webhook": "Other services", "Andere diensten", "Andere Dienste";

    // Dates and spans.
    Date = "date": "{day} {month} {year}", "{day} {month} {year}", "{day}. {month} {year}";
    DateTime = "date_time": "{date}, {time} UTC", "{date}, {time} UTC", "{date}, {time} UTC";
    Month1 = "month.1": "January", "januari", "Januar";
    Month2 = "month.2": "February", "februari", "Februar";
    Month3 = "month.3": "March", "maart", "März";
    Month4 = "month.4": "April", "april", "April";
    Month5 = "month.5": "May", "mei", "Mai";
    Month6 = "month.6": "June", "juni", "Juni";
    Month7 = "month.7": "July", "juli", "Juli";
    Month8 = "month.8": "August", "augustus", "August";
    Month9 = "month.9": "September", "september", "September";
    Month10 = "month.10": "October", "oktober", "Oktober";
    Month11 = "month.11": "November", "november", "November";
    Month12 = "month.12": "December", "december", "Dezember";
    DayOne = "span.day.one": "day", "dag", "Tag";
    DayOther = "span.day.other": "{n} days", "{n} dagen", "{n} Tage";
    HourOne = "span.hour.one": "hour", "uur", "Stunde";
    HourOther = "span.hour.other": "{n} hours", "{n} uur", "{n} Stunden";
    MinuteOne = "span.minute.one": "minute", "minuut", "Minute";
    MinuteOther = "span.minute.other": "{n} minutes", "{n} minuten", "{n} Minuten";

    // Unsubscribing.
    UnsubscribeTitle = "unsubscribe.title": "Unsubscribe", "Afmelden", "Abmelden";
    UnsubscribeQuestion = "unsubscribe.question": "What should we stop sending you?", "Wat moeten we je niet meer sturen?", "Was sollen wir Ihnen nicht mehr schicken?";
    UnsubscribeLegend = "unsubscribe.legend": "Stop", "Stop met", "Nicht mehr schicken";
    UnsubscribeTopic = "unsubscribe.topic": "only messages about “{topic}”", "alleen berichten over “{topic}”", "nur Nachrichten über „{topic}“";
    UnsubscribeEverything = "unsubscribe.everything": "everything, in every channel", "alles, in elk kanaal", "alles, auf jedem Weg";
    UnsubscribeButton = "unsubscribe.button": "Stop sending me this", "Stuur me dit niet meer", "Nicht mehr schicken";
    UnsubscribeStill = "unsubscribe.still": "What you ordered or asked for yourself, such as an order confirmation, still reaches you.", "Wat je zelf bestelt of aanvraagt, zoals een orderbevestiging, krijg je nog wel.", "Was Sie selbst bestellen oder anfordern, etwa eine Bestellbestätigung, erreicht Sie weiterhin.";
    UnsubscribedTitle = "unsubscribe.done.title": "You are unsubscribed", "Je bent afgemeld", "Sie sind abgemeldet";
    UnsubscribedTopic = "unsubscribe.done.topic": "We will not write to you about “{topic}” any more.", "We schrijven je niet meer over “{topic}”.", "Wir schreiben Ihnen nicht mehr über „{topic}“.";
    UnsubscribedChannel = "unsubscribe.done.channel": "We stopped {channel}.", "We zijn gestopt met {channel}.", "Sie bekommen von uns nicht mehr: {channel}.";
    UnsubscribedEverything = "unsubscribe.done.everything": "We will not send you anything any more, in any channel.", "We sturen je niets meer, in geen enkel kanaal.", "Wir schicken Ihnen nichts mehr, auf keinem Weg.";
    UnsubscribedNow = "unsubscribe.done.now": "This holds from now on. You do not need to do anything else.", "Dit geldt vanaf nu. Je hoeft verder niets te doen.", "Das gilt ab sofort. Sie müssen nichts weiter tun.";
    SeeChoices = "unsubscribe.see_choices": "See all your choices", "Bekijk al je keuzes", "Alle Ihre Einstellungen ansehen";
    AllEmail = "all.email": "all e-mail", "alle e-mail", "alle E-Mails";
    AllPush = "all.push": "all push messages", "alle pushberichten", "alle Push-Nachrichten";
    AllOnsite = "all.onsite": "all messages on our site", "alle berichten op onze site", "alle Nachrichten auf unserer Website";
    AllSocial = "all.social": "all messages in social networks", "alle berichten op sociale netwerken", "alle Nachrichten in sozialen Netzwerken";
    AllSms = "all.sms": "all text messages", "alle sms-berichten", "alle SMS";
    AllWebhook = "all.webhook": "all messages through other services", "alle berichten via andere diensten", "alle Nachrichten über andere Dienste";

    // Choices.
    ChoicesTitle = "choices.title": "What you get from us", "Wat je van ons krijgt", "Was Sie von uns bekommen";
    ChoicesSaved = "choices.saved": "Saved. This holds from now on.", "Opgeslagen. Dit geldt vanaf nu.", "Gespeichert. Das gilt ab sofort.";
    ChoicesStoppedAll = "choices.stopped_all": "You are unsubscribed from everything.", "Je bent van alles afgemeld.", "Sie sind von allem abgemeldet.";
    ChoicesRestrict = "choices.restrict": "With this link you can ask for less at any time. Because messages get forwarded, it shows nothing about you and cannot switch anything on.", "Met deze link kun je altijd om minder vragen. Omdat berichten worden doorgestuurd, laat hij niets over jou zien en kan hij niets aanzetten.", "Mit diesem Link können Sie jederzeit um weniger bitten. Weil Nachrichten weitergeleitet werden, zeigt er nichts über Sie und kann nichts einschalten.";
    ChoicesChannels = "choices.channels": "How we may reach you", "Hoe we je mogen bereiken", "Wie wir Sie erreichen dürfen";
    ChoicesOff = "choices.off": "{what} (off)", "{what} (uit)", "{what} (aus)";
    ChoicesOnly = "choices.only": "Only one way", "Maar op één manier", "Nur auf einem Weg";
    ChoicesAsTicked = "choices.as_ticked": "as ticked above", "zoals hierboven aangevinkt", "wie oben angekreuzt";
    ChoicesOnlyBy = "choices.only_by": "only: {channel}", "alleen: {channel}", "nur: {channel}";
    ChoicesStopTopics = "choices.stop_topics": "Stop messages about", "Stop berichten over", "Keine Nachrichten mehr über";
    ChoicesTopics = "choices.topics": "What we may write about", "Waarover we mogen schrijven", "Worüber wir schreiben dürfen";
    ChoicesStopped = "choices.stopped": "{what} (stopped)", "{what} (gestopt)", "{what} (abbestellt)";
    ChoicesNotBy = "choices.not_by": "{what} (not: {channels})", "{what} (niet: {channels})", "{what} (nicht: {channels})";
    ChoicesOften = "choices.often": "How often", "Hoe vaak", "Wie oft";
    ChoicesNowLimit = "choices.now_limit": "Now: at most {n} in any {span}.", "Nu: hooguit {n} per {span}.", "Jetzt: höchstens {n} je {span}.";
    ChoicesLimit = "choices.limit": "At most so many messages", "Hooguit zoveel berichten", "Höchstens so viele Nachrichten";
    ChoicesPer = "choices.per": "in any", "in elke", "in jeweils";
    ChoicesPerDay = "choices.per.day": "day", "dag", "einem Tag";
    ChoicesPerWeek = "choices.per.week": "week", "week", "einer Woche";
    ChoicesPerMonth = "choices.per.month": "30 days", "30 dagen", "30 Tagen";
    ChoicesAsNow = "choices.as_now": "as now", "zoals nu", "wie jetzt";
    ChoicesNoLimit = "choices.no_limit": "Take my limit away", "Haal mijn limiet weg", "Meine Obergrenze aufheben";
    ChoicesPauseLegend = "choices.pause_legend": "Pause", "Pauze", "Pause";
    ChoicesPausedUntil = "choices.paused_until": "Paused until {date}.", "Gepauzeerd tot {date}.", "Pause bis {date}.";
    ChoicesPause = "choices.pause": "Write nothing", "Schrijf niets", "Nichts schreiben";
    ChoicesNoPause = "choices.no_pause": "no pause", "geen pauze", "keine Pause";
    ChoicesPauseWeek = "choices.pause.week": "for a week", "een week lang", "eine Woche lang";
    ChoicesPauseMonth = "choices.pause.month": "for 30 days", "30 dagen lang", "30 Tage lang";
    ChoicesPauseQuarter = "choices.pause.quarter": "for 90 days", "90 dagen lang", "90 Tage lang";
    ChoicesPauseUntil = "choices.pause_until": "or until this date", "of tot deze datum", "oder bis zu diesem Datum";
    ChoicesEndPause = "choices.end_pause": "End the pause now", "Beëindig de pauze nu", "Die Pause jetzt beenden";
    ChoicesQuiet = "choices.quiet": "Quiet hours", "Stille uren", "Ruhezeit";
    ChoicesQuietNow = "choices.quiet_now": "Now: nothing from {from} to {to}.", "Nu: niets van {from} tot {to}.", "Jetzt: nichts von {from} bis {to} Uhr.";
    ChoicesFrom = "choices.from": "From", "Van", "Von";
    ChoicesTo = "choices.to": "To", "Tot", "Bis";
    ChoicesNoQuiet = "choices.no_quiet": "No quiet hours", "Geen stille uren", "Keine Ruhezeit";
    ChoicesMeasure = "choices.measure": "What we measure", "Wat we meten", "Was wir messen";
    ChoicesMeasureText = "choices.measure.text": "To learn what our messages bring, we see which of their links are opened and what is bought afterwards, and now and then leave one out by chance. We do it by count, for everybody together.", "Om te leren wat onze berichten opleveren, zien we welke links worden geopend en wat daarna wordt gekocht, en laten we af en toe door toeval een bericht weg. We doen dat in aantallen, voor iedereen samen.", "Um zu lernen, was unsere Nachrichten bewirken, sehen wir, welche Links geöffnet werden und was danach gekauft wird, und lassen ab und zu zufällig eine Nachricht weg. Das geschieht in Zahlen, für alle zusammen.";
    ChoicesMeasureYes = "choices.measure.yes": "You may measure this with me", "Dit mag ook bij mij worden gemeten", "Das darf auch bei mir gemessen werden";
    ChoicesMeasureNo = "choices.measure.no": "Do not measure this with me", "Meet dit niet bij mij", "Das soll bei mir nicht gemessen werden";
    ChoicesMeasureOff = "choices.measure.off": "Nothing is measured with you.", "Bij jou wordt niets gemeten.", "Bei Ihnen wird nichts gemessen.";
    ChoicesSave = "choices.save": "Save", "Opslaan", "Speichern";
    ChoicesStopAllLegend = "choices.stop_all.title": "Nothing any more", "Niets meer", "Gar nichts mehr";
    ChoicesStopAll = "choices.stop_all.button": "Unsubscribe from everything", "Meld me van alles af", "Von allem abmelden";
    ChoicesMoreTitle = "choices.more.title": "See and change everything", "Alles zien en veranderen", "Alles sehen und ändern";
    ChoicesMoreText = "choices.more.text": "To switch something on again, to see what we know, to download or to erase it, we mail a link to your own address. It works for one hour.", "Om iets weer aan te zetten, te zien wat we weten, het te downloaden of te wissen, mailen we een link naar je eigen adres. Hij werkt een uur.", "Um etwas wieder einzuschalten, zu sehen, was wir wissen, es herunterzuladen oder zu löschen, schicken wir einen Link an Ihre eigene Adresse. Er gilt eine Stunde.";
    ChoicesMoreButton = "choices.more.button": "Mail me a link to see and change everything", "Mail me een link om alles te zien en te veranderen", "Schicken Sie mir einen Link, um alles zu sehen und zu ändern";
    ChoicesErrorDate = "choices.error.date": "The pause needs a date after today, within three years.", "De pauze heeft een datum na vandaag nodig, binnen drie jaar.", "Die Pause braucht ein Datum nach heute, innerhalb von drei Jahren.";
    ChoicesErrorLimit = "choices.error.limit": "The limit needs a whole number from 1 to 99, and a day, a week or 30 days.", "De limiet heeft een heel getal van 1 tot 99 nodig, en een dag, een week of 30 dagen.", "Die Obergrenze braucht eine ganze Zahl von 1 bis 99 und einen Tag, eine Woche oder 30 Tage.";
    ChoicesErrorHours = "choices.error.hours": "Quiet hours need a beginning and an end that differ.", "Stille uren hebben een begin en een einde nodig die verschillen.", "Die Ruhezeit braucht einen Anfang und ein Ende, die verschieden sind.";
    ChoicesErrorLooser = "choices.error.looser": "This link can only ask for less. For more, have a link mailed to you below.", "Deze link kan alleen om minder vragen. Laat je hieronder een link mailen voor meer.", "Dieser Link kann nur um weniger bitten. Für mehr lassen Sie sich unten einen Link schicken.";
    WordingChannel = "wording.channel": "Yes, you may reach me: {channel}.", "Ja, jullie mogen me bereiken: {channel}.", "Ja, Sie dürfen mich erreichen: {channel}.";
    WordingTopic = "wording.topic": "Yes, you may write to me about “{topic}”: {channel}.", "Ja, jullie mogen me schrijven over “{topic}”: {channel}.", "Ja, Sie dürfen mir über „{topic}“ schreiben: {channel}.";
    WordingStopTopic = "wording.stop_topic": "Stop messages about “{topic}”.", "Stop berichten over “{topic}”.", "Keine Nachrichten mehr über „{topic}“.";

    // The link that is mailed on request.
    AskTitle = "ask.title": "Your choices and your data", "Je keuzes en je gegevens", "Ihre Einstellungen und Ihre Daten";
    AskText = "ask.text": "We mail you a link with which you can see and change what you get, download what we know about you, and have it erased. It works for one hour.", "We mailen je een link waarmee je kunt zien en veranderen wat je krijgt, downloaden wat we over je weten, en het laten wissen. Hij werkt een uur.", "Wir schicken Ihnen einen Link, mit dem Sie sehen und ändern können, was Sie bekommen, herunterladen, was wir über Sie wissen, und es löschen lassen können. Er gilt eine Stunde.";
    AskLabel = "ask.label": "Your e-mail address", "Je e-mailadres", "Ihre E-Mail-Adresse";
    AskButton = "ask.button": "Mail me the link", "Mail me de link", "Link schicken";
    AskError = "ask.error": "Please enter a whole e-mail address, such as name@example.org.", "Vul een heel e-mailadres in, zoals naam@example.org.", "Bitte geben Sie eine vollständige E-Mail-Adresse ein, etwa name@example.org.";
    AskDoneTitle = "ask.done.title": "Look into your mailbox", "Kijk in je mailbox", "Schauen Sie in Ihr Postfach";
    AskDone = "ask.done.text": "If we know the address, a link is on its way to it. It works for one hour. Nothing comes when five were asked for today, or one a moment ago.", "Als we het adres kennen, is er een link naar onderweg. Hij werkt een uur. Er komt niets als er vandaag al vijf gevraagd zijn, of net een.", "Wenn wir die Adresse kennen, ist ein Link dorthin unterwegs. Er gilt eine Stunde. Es kommt nichts, wenn heute schon fünf angefordert wurden oder gerade eben einer.";
    ExpiredTitle = "fresh.expired.title": "This link has expired", "Deze link is verlopen", "Dieser Link ist abgelaufen";
    ExpiredText = "fresh.expired.text": "A mailed link shows everything about you, so it works for one hour only. You can have a new one.", "Een gemailde link laat alles over je zien, dus hij werkt maar een uur. Je kunt een nieuwe krijgen.", "Ein solcher Link zeigt alles über Sie, darum gilt er nur eine Stunde. Sie können einen neuen bekommen.";
    ForgedText = "fresh.forged.text": "This link is not one of ours, or was cut off on its way. You can have a new one.", "Deze link is niet van ons, of is onderweg afgebroken. Je kunt een nieuwe krijgen.", "Dieser Link ist nicht von uns oder wurde unterwegs abgeschnitten. Sie können einen neuen bekommen.";
    GoneTitle = "fresh.gone.title": "There is nothing about you here", "Er is hier niets over jou", "Hier ist nichts über Sie";
    GoneText = "fresh.gone.text": "We keep nothing about the person for whom this link was made.", "We bewaren niets over de persoon voor wie deze link gemaakt is.", "Wir bewahren nichts über die Person auf, für die dieser Link gemacht wurde.";
    FreshTitle = "fresh.title": "Your choices and your data", "Je keuzes en je gegevens", "Ihre Einstellungen und Ihre Daten";
    FreshUntil = "fresh.until": "Only for you: do not forward this address. It works until {time}.", "Alleen voor jou: stuur dit adres niet door. Het werkt tot {time}.", "Nur für Sie: Leiten Sie diese Adresse nicht weiter. Sie gilt bis {time}.";
    FreshNav = "fresh.nav": "Pages about you", "Pagina's over jou", "Seiten über Sie";
    FreshChoices = "fresh.choices": "Your choices", "Je keuzes", "Ihre Einstellungen";
    FreshMessages = "fresh.messages": "Messages you got", "Berichten die je kreeg", "Nachrichten, die Sie bekamen";
    FreshData = "fresh.data": "Your data", "Je gegevens", "Ihre Daten";
    FreshErase = "fresh.erase": "Erase me", "Wis mij", "Mich löschen";
    ReceivedNone = "received.none": "We have not sent you anything that is still on record.", "We hebben je niets gestuurd dat nog is vastgelegd.", "Wir haben Ihnen nichts geschickt, das noch verzeichnet ist.";
    ReceivedOlder = "received.older": "Older messages", "Oudere berichten", "Ältere Nachrichten";
    ReceivedNewest = "received.newest": "The newest messages", "De nieuwste berichten", "Die neuesten Nachrichten";
    ReceivedBy = "received.by": "{date}, by {channel}", "{date}, via {channel}", "{date}, {channel}";
    ReceivedWhy = "received.why": "Why did I get this?", "Waarom kreeg ik dit?", "Warum habe ich das bekommen?";

    // Why a message came.
    WhyTitle = "why.title": "Why did I get this?", "Waarom kreeg ik dit?", "Warum habe ich das bekommen?";
    WhyNotKept = "why.not_kept": "We do not keep the record of this message any more.", "We bewaren niets meer over dit bericht.", "Wir haben über diese Nachricht nichts mehr verzeichnet.";
    WhyWho = "why.who": "Who asked for it", "Wie erom vroeg", "Wer sie veranlasst hat";
    WhyPermission = "why.permission": "Why we may send it", "Waarom we het mogen sturen", "Warum wir sie schicken dürfen";
    WhyOften = "why.often": "How often we write", "Hoe vaak we schrijven", "Wie oft wir schreiben";
    WhyHappened = "why.happened": "What happened to it", "Wat ermee gebeurde", "Was mit ihr geschah";
    WhyImpersonal = "why.impersonal": "Because messages get forwarded, this page shows nothing about you.", "Omdat berichten worden doorgestuurd, laat deze pagina niets over jou zien.", "Weil Nachrichten weitergeleitet werden, zeigt diese Seite nichts über Sie.";
    WhyChange = "why.change": "Change what you get", "Verander wat je krijgt", "Ändern, was Sie bekommen";
    WhySeries = "why.series": "It is part of a series of messages that we call “{journey}”.", "Het hoort bij een reeks berichten die we “{journey}” noemen.", "Sie gehört zu einer Reihe von Nachrichten, die wir „{journey}“ nennen.";
    WhyBeganEvent = "why.began.event": "It began with something you did, which we call “{event}”.", "Die begon met iets wat je deed, wat we “{event}” noemen.", "Die begann mit etwas, das Sie getan haben und das wir „{event}“ nennen.";
    WhyBeganEntered = "why.began.entered": "It began when you came into the group “{audience}”.", "Die begon toen je in de groep “{audience}” kwam.", "Die begann, als Sie in die Gruppe „{audience}“ kamen.";
    WhyBeganLeft = "why.began.left": "It began when you left the group “{audience}”.", "Die begon toen je uit de groep “{audience}” ging.", "Die begann, als Sie die Gruppe „{audience}“ verließen.";
    WhyBeganDate = "why.began.date": "It began because of a date that we know about you, which we call “{trait}”.", "Die begon vanwege een datum die we van je weten en die we “{trait}” noemen.", "Die begann wegen eines Datums, das wir über Sie wissen und das wir „{trait}“ nennen.";
    WhyBeganSchedule = "why.began.schedule": "It begins at set times for everybody in the group “{audience}”.", "Die begint op vaste tijden voor iedereen in de groep “{audience}”.", "Die beginnt zu festen Zeiten für alle in der Gruppe „{audience}“.";
    WhyBeganCalled = "why.began.called": "It was begun by one of our other systems.", "Die is begonnen door een van onze andere systemen.", "Die wurde von einem unserer anderen Systeme begonnen.";
    WhyBeganSaid = "why.began.said": "It began with something you told us.", "Die begon met iets wat je ons liet weten.", "Die begann mit etwas, das Sie uns mitgeteilt haben.";
    WhyBroadcast = "why.broadcast": "We sent it once, as “{campaign}”.", "We stuurden het één keer, als “{campaign}”.", "Wir haben sie einmal verschickt, als „{campaign}“.";
    WhyBroadcastTo = "why.broadcast_to": "It went to everybody in the group “{audience}”.", "Het ging naar iedereen in de groep “{audience}”.", "Sie ging an alle in der Gruppe „{audience}“.";
    WhyApi = "why.api": "One of our services sent it because of something you did there.", "Een van onze diensten stuurde het om iets wat je daar deed.", "Einer unserer Dienste hat sie wegen etwas geschickt, das Sie dort getan haben.";
    WhyConfirmation = "why.confirmation": "Somebody signed up with this address, and we asked whether it was you.", "Iemand meldde zich aan met dit adres, en we vroegen of jij dat was.", "Jemand hat sich mit dieser Adresse angemeldet, und wir haben gefragt, ob Sie das waren.";
    WhyLink = "why.link": "You asked us for a link to all your choices.", "Je vroeg ons om een link naar al je keuzes.", "Sie haben uns um einen Link zu allen Ihren Einstellungen gebeten.";
    WhyTransactional = "why.transactional": "It is about something you asked for, such as an order, so it reaches you whatever you chose about other messages.", "Het gaat over iets wat je zelf vroeg, zoals een bestelling, dus het bereikt je wat je ook koos voor andere berichten.", "Es geht um etwas, das Sie selbst wollten, etwa eine Bestellung. Darum erreicht sie Sie, was immer Sie sonst gewählt haben.";
    WhyMarketing = "why.marketing": "You said yes to our messages, or have not said no where we may write without asking.", "Je zei ja tegen onze berichten, of zei geen nee waar we zonder vragen mogen schrijven.", "Sie haben zu unseren Nachrichten Ja gesagt oder dort nicht Nein, wo wir ohne zu fragen schreiben dürfen.";
    WhyMarketingTopic = "why.marketing_topic": "You said yes to “{topic}”, or have not said no where we may write without asking.", "Je zei ja tegen “{topic}”, of zei geen nee waar we zonder vragen mogen schrijven.", "Sie haben zu „{topic}“ Ja gesagt oder dort nicht Nein, wo wir ohne zu fragen schreiben dürfen.";
    WhyCapOne = "why.cap.one": "At most 1 message in any {span}.", "Hooguit 1 bericht per {span}.", "Höchstens 1 Nachricht je {span}.";
    WhyCapOther = "why.cap.other": "At most {n} messages in any {span}.", "Hooguit {n} berichten per {span}.", "Höchstens {n} Nachrichten je {span}.";
    WhyCapOf = "why.cap_of": "{cap} This counts: {what}.", "{cap} Dit telt: {what}.", "{cap} Das zählt: {what}.";
    WhyQuiet = "why.quiet": "Nothing between {from} and {to} where you live.", "Niets tussen {from} en {to} waar je woont.", "Nichts zwischen {from} und {to} Uhr, wo Sie wohnen.";
    WhyEvent = "why.event": "That was on {date}.", "Dat was op {date}.", "Das war am {date}.";
    WhyRule = "why.rule": "Who is in the group “{audience}”, and how it is for you today:", "Wie in de groep “{audience}” zit, en hoe dat vandaag voor jou is:", "Wer in der Gruppe „{audience}“ ist, und wie es heute bei Ihnen aussieht:";
    WhyHolds = "why.holds": "holds", "klopt", "trifft zu";
    WhyHoldsNot = "why.holds_not": "does not hold", "klopt niet", "trifft nicht zu";
    WhyRested = "why.rested": "It rested on your yes of {date} ({source}).", "Het berustte op je ja van {date} ({source}).", "Sie beruhte auf Ihrem Ja vom {date} ({source}).";
    WhyRestedWording = "why.rested_wording": "What it said there: “{wording}”", "Wat daar stond: “{wording}”", "Dort stand: „{wording}“";
    WhyRestedNone = "why.rested_none": "You had not said no, and in this channel we may write without asking first.", "Je had geen nee gezegd, en in dit kanaal mogen we schrijven zonder eerst te vragen.", "Sie hatten nicht Nein gesagt, und auf diesem Weg dürfen wir schreiben, ohne vorher zu fragen.";
    WhyOwnLimit = "why.own_limit": "Your own limit: at most {n} in any {span}.", "Je eigen limiet: hooguit {n} per {span}.", "Ihre eigene Obergrenze: höchstens {n} je {span}.";
    WhyOwnQuiet = "why.own_quiet": "Your own quiet hours: {from} to {to}.", "Je eigen stille uren: {from} tot {to}.", "Ihre eigene Ruhezeit: {from} bis {to} Uhr.";
    WhyChance = "why.chance": "Of several versions of this series, “{arm}” was drawn for you by chance ({share} of people get it).", "Van meerdere versies van deze reeks is voor jou door het toeval “{arm}” gekozen ({share} van de mensen krijgt die).", "Von mehreren Fassungen dieser Reihe wurde für Sie durch Zufall „{arm}“ gezogen ({share} der Menschen bekommen sie).";
    WhyStep = "why.step": "{time}: {what}.", "{time}: {what}.", "{time}: {what}.";

    // Below every mail.
    MailUnsubscribe = "mail.unsubscribe": "Unsubscribe", "Afmelden", "Abmelden";
    MailChoose = "mail.choose": "Choose what you get", "Kies wat je krijgt", "Auswählen, was Sie bekommen";
    MailWhy = "mail.why": "Why did I get this?", "Waarom kreeg ik dit?", "Warum habe ich das bekommen?";

    // Confirming an address.
    ConfirmTitle = "confirm.title": "Please confirm", "Bevestig dit", "Bitte bestätigen";
    ConfirmQuestion = "confirm.question": "Please press the button to confirm that you want to get:", "Druk op de knop om te bevestigen dat je dit wilt krijgen:", "Bitte bestätigen Sie mit dem Knopf, dass Sie dies bekommen wollen:";
    ConfirmButton = "confirm.button": "Yes, write to me", "Ja, schrijf me", "Ja, schreiben Sie mir";
    ConfirmNotYou = "confirm.not_you": "If it was not you who asked for this, close this page: nothing will be sent.", "Als jij hier niet om vroeg, sluit dan deze pagina: er wordt niets gestuurd.", "Wenn nicht Sie darum gebeten haben, schließen Sie diese Seite: Es wird nichts geschickt.";
    ConfirmTopic = "confirm.topic": "e-mail about “{topic}”", "e-mail over “{topic}”", "E-Mails über „{topic}“";
    ConfirmAll = "confirm.all": "e-mail about everything that we write about", "e-mail over alles waar we over schrijven", "E-Mails über alles, worüber wir schreiben";
    ConfirmDoneTitle = "confirm.done.title": "Confirmed", "Bevestigd", "Bestätigt";
    ConfirmDone = "confirm.done.text": "Thank you. From now on you get:", "Dank je. Vanaf nu krijg je:", "Danke. Ab jetzt bekommen Sie:";
    ConfirmNothingTitle = "confirm.nothing.title": "Nothing to confirm", "Niets te bevestigen", "Nichts zu bestätigen";
    ConfirmNothing = "confirm.nothing.text": "There is nothing left to confirm: it was confirmed before, or the link is too old.", "Er is niets meer te bevestigen: het is al bevestigd, of de link is te oud.", "Es gibt nichts mehr zu bestätigen: Es wurde schon bestätigt, oder der Link ist zu alt.";
    ConfirmAgain = "confirm.again": "If you still want our messages, please sign up again.", "Als je onze berichten nog wilt, meld je dan opnieuw aan.", "Wenn Sie unsere Nachrichten noch wollen, melden Sie sich bitte noch einmal an.";

    // Data.
    DataIntro = "data.intro": "Everything that we hold about you. What a random comparison kept back from you is not listed: knowing it would spoil the comparison, and it is erased with the rest.", "Alles wat we over je hebben. Wat een willekeurige vergelijking bij je weghield staat er niet in: dat weten zou de vergelijking bederven, en het wordt met de rest gewist.", "Alles, was wir über Sie haben. Was ein Zufallsvergleich Ihnen vorenthalten hat, steht nicht dabei: Es zu wissen würde den Vergleich verderben, und es wird mit dem Rest gelöscht.";
    DataJson = "data.json": "Download as a file for programs (JSON)", "Download als bestand voor programma's (JSON)", "Als Datei für Programme herunterladen (JSON)";
    DataKnown = "data.known": "By what we know you", "Waaraan we je kennen", "Woran wir Sie erkennen";
    DataTraits = "data.traits": "What we know about you", "Wat we over je weten", "Was wir über Sie wissen";
    DataGroups = "data.groups": "Groups you are in", "Groepen waar je in zit", "Gruppen, in denen Sie sind";
    DataConsents = "data.consents": "What you agreed to and refused", "Waar je ja en nee tegen zei", "Wozu Sie Ja und Nein gesagt haben";
    DataHistory = "data.history": "What you said before", "Wat je eerder zei", "Was Sie früher gesagt haben";
    DataMessages = "data.messages": "Messages", "Berichten", "Nachrichten";
    DataEvents = "data.events": "What you did, as far as it is still recorded", "Wat je deed, voor zover nog vastgelegd", "Was Sie getan haben, soweit noch verzeichnet";
    DataCut = "data.cut": "There is more than can be shown at once. Please ask us for the whole.", "Er is meer dan in één keer getoond kan worden. Vraag ons om het geheel.", "Es ist mehr, als auf einmal gezeigt werden kann. Bitte fragen Sie uns nach dem Ganzen.";
    DataNothing = "data.nothing": "Nothing.", "Niets.", "Nichts.";
    DataSince = "data.since": "since {date}", "sinds {date}", "seit {date}";
    DataYes = "data.yes": "yes", "ja", "Ja";
    DataNo = "data.no": "no", "nee", "Nein";
    DataUnconfirmed = "data.unconfirmed": "not confirmed", "niet bevestigd", "nicht bestätigt";

    // Erasing.
    EraseTitle = "erase.title": "Erase everything about me", "Wis alles over mij", "Alles über mich löschen";
    EraseGoes = "erase.goes": "What goes", "Wat weggaat", "Was verschwindet";
    EraseGoesState = "erase.goes.state": "Your addresses, your profile, your groups, your choices and everything that you agreed to: at once.", "Je adressen, je profiel, je groepen, je keuzes en alles waar je ja tegen zei: meteen.", "Ihre Adressen, Ihr Profil, Ihre Gruppen, Ihre Einstellungen und alle Ihre Zusagen: sofort.";
    EraseGoesMessages = "erase.goes.messages": "What the messages to you said about you. Messages that wait are not sent.", "Wat de berichten aan jou over je zeiden. Berichten die wachten worden niet verstuurd.", "Was die Nachrichten an Sie über Sie sagten. Was noch wartet, wird nicht verschickt.";
    EraseGoesEvents = "erase.goes.events": "What you did: from our records within seven days.", "Wat je deed: binnen zeven dagen uit wat we vastlegden.", "Was Sie getan haben: innerhalb von sieben Tagen aus unseren Aufzeichnungen.";
    EraseStays = "erase.stays": "What stays", "Wat blijft", "Was bleibt";
    EraseStaysHash = "erase.stays.hash": "A fingerprint of your addresses that cannot be turned back, so that we never write to you again. If you sign up again yourself, it goes.", "Een vingerafdruk van je adressen die niet terug te rekenen is, zodat we je nooit meer schrijven. Als je je zelf weer aanmeldt, verdwijnt hij.", "Ein Fingerabdruck Ihrer Adressen, der sich nicht zurückrechnen lässt, damit wir Ihnen nie wieder schreiben. Wenn Sie sich selbst wieder anmelden, verschwindet er.";
    EraseStaysCounts = "erase.stays.counts": "Numbers that do not name you, such as how many messages were sent on a day.", "Getallen die jou niet noemen, zoals hoeveel berichten er op een dag zijn verstuurd.", "Zahlen, die Sie nicht nennen, etwa wie viele Nachrichten an einem Tag verschickt wurden.";
    EraseStaysOthers = "erase.stays.others": "What other systems of ours keep, such as invoices that the law requires. Ask us about those.", "Wat andere systemen van ons bewaren, zoals facturen die de wet voorschrijft. Vraag ons daarnaar.", "Was andere Systeme von uns aufbewahren, etwa Rechnungen, die das Gesetz verlangt. Fragen Sie uns danach.";
    EraseStaysBackups = "erase.stays.backups": "Backups, until they are replaced. Whoever restores one has to erase you again.", "Back-ups, totdat ze vervangen zijn. Wie er een terugzet, moet je opnieuw wissen.", "Sicherungskopien, bis sie ersetzt sind. Wer eine zurückspielt, muss Sie noch einmal löschen.";
    EraseFinal = "erase.final": "This cannot be undone.", "Dit kan niet ongedaan worden gemaakt.", "Das lässt sich nicht rückgängig machen.";
    EraseButton = "erase.button": "Erase everything about me now", "Wis nu alles over mij", "Jetzt alles über mich löschen";
    EraseBack = "erase.back": "No, back to my choices", "Nee, terug naar mijn keuzes", "Nein, zurück zu meinen Einstellungen";
    EraseDoneTitle = "erase.done.title": "You are erased", "Je bent gewist", "Sie sind gelöscht";
    EraseDone = "erase.done.text": "What we held about you is gone, and within seven days also from our records of events. You will not hear from us.", "Wat we over je hadden is weg, en binnen zeven dagen ook uit onze vastgelegde gebeurtenissen. Je hoort niets meer van ons.", "Was wir über Sie hatten, ist weg, und innerhalb von sieben Tagen auch aus unseren Aufzeichnungen. Sie hören nichts mehr von uns.";

    // Pages for everybody.
    SiteArticles = "site.articles": "Articles", "Artikelen", "Artikel";
    SiteNone = "site.none": "There is nothing here yet.", "Hier staat nog niets.", "Hier steht noch nichts.";
    SiteBy = "site.by": "By {author}", "Door {author}", "Von {author}";
    SiteUpdated = "site.updated": "Updated {date}", "Bijgewerkt op {date}", "Aktualisiert am {date}";
    SiteTags = "site.tags": "Tags", "Trefwoorden", "Stichwörter";
    SiteTagged = "site.tagged": "Articles tagged “{tag}”", "Artikelen met “{tag}”", "Artikel zu „{tag}“";
    SiteAll = "site.all": "All articles", "Alle artikelen", "Alle Artikel";
    SiteOlder = "site.older": "Older articles", "Oudere artikelen", "Ältere Artikel";
    SiteNewer = "site.newer": "Newer articles", "Nieuwere artikelen", "Neuere Artikel";
    SiteFeeds = "site.feeds": "Follow by feed", "Volgen via een feed", "Als Feed abonnieren";
    SiteListen = "site.listen": "Listen", "Luisteren", "Anhören";
    SiteWatch = "site.watch": "Watch", "Bekijken", "Ansehen";
    SiteFile = "site.file": "The file to keep", "Het bestand om te bewaren", "Die Datei zum Behalten";
    SiteMissingTitle = "site.missing.title": "This page is not here", "Deze pagina is er niet", "Diese Seite gibt es hier nicht";
    SiteMissingText = "site.missing.text": "It may have been moved, or it is not out yet.", "Misschien is hij verhuisd, of hij is nog niet verschenen.", "Vielleicht ist sie umgezogen, oder sie ist noch nicht erschienen.";

    // Messages on the site itself.
    OnsiteClose = "onsite.close": "Close", "Sluiten", "Schließen";
    OnsiteMore = "onsite.more": "Read more", "Lees verder", "Mehr lesen";

    // Forms for everybody, and what people get for them.
    FormTitle = "form.title": "Stay in touch", "Blijf op de hoogte", "In Kontakt bleiben";
    FormEmail = "form.email": "Your e-mail address", "Je e-mailadres", "Ihre E-Mail-Adresse";
    FormName = "form.name": "Your name", "Je naam", "Ihr Name";
    FormPhone = "form.phone": "Your phone number", "Je telefoonnummer", "Ihre Telefonnummer";
    FormOptional = "form.optional": "{label} (not needed)", "{label} (hoeft niet)", "{label} (freiwillig)";
    FormTopics = "form.topics": "What would you like to get?", "Wat wil je ontvangen?", "Was möchten Sie bekommen?";
    FormButton = "form.button": "Send", "Versturen", "Absenden";
    FormMissing = "form.missing": "Please fill this in.", "Vul dit in.", "Bitte füllen Sie das aus.";
    FormTooLong = "form.too_long": "Please say it shorter.", "Zeg het korter.", "Bitte fassen Sie sich kürzer.";
    FormNoChoice = "form.no_choice": "Please choose one of the list.", "Kies er een uit de lijst.", "Bitte wählen Sie etwas aus der Liste.";
    FormNoPhone = "form.no_phone": "Please enter a phone number, such as +31 20 123 4567.", "Vul een telefoonnummer in, zoals +31 20 123 4567.", "Bitte geben Sie eine Telefonnummer ein, etwa +49 30 123456.";
    FormOnceMore = "form.once_more": "Please check what is here, and send it once more.", "Controleer wat hier staat en verstuur het nog een keer.", "Bitte prüfen Sie Ihre Angaben und senden Sie sie noch einmal ab.";
    FormLimit = "form.limit": "Too much is being sent here just now. Please try again in some minutes.", "Er wordt hier nu te veel verstuurd. Probeer het over een paar minuten opnieuw.", "Hier wird gerade zu viel abgeschickt. Bitte versuchen Sie es in einigen Minuten noch einmal.";
    FormNotStored = "form.not_stored": "What you sent could not be stored just now.", "Wat je verstuurde kon nu niet worden opgeslagen.", "Ihre Angaben konnten gerade nicht gespeichert werden.";
    FormThanksTitle = "form.thanks.title": "Thank you", "Dank je wel", "Vielen Dank";
    FormThanks = "form.thanks": "What you sent has arrived.", "Wat je verstuurde is aangekomen.", "Ihre Angaben sind angekommen.";
    FormConfirm = "form.confirm": "A mail is on its way to {address}. Only after you use the link in it do we write to you.", "Er is een mail onderweg naar {address}. Pas nadat je de link daarin gebruikt, schrijven we je.", "Eine Mail an {address} ist unterwegs. Erst wenn Sie den Link darin benutzen, schreiben wir Ihnen.";
    DownloadLink = "download.link": "Download {file}", "{file} downloaden", "{file} herunterladen";
    DownloadUntil = "download.until": "This link works until {time}.", "Deze link werkt tot {time}.", "Dieser Link funktioniert bis {time}.";
    DownloadLateTitle = "download.late.title": "This link is too old", "Deze link is te oud", "Dieser Link ist zu alt";
    DownloadLateText = "download.late.text": "Fill in the form once more, and you get a new one.", "Vul het formulier nog een keer in, dan krijg je een nieuwe.", "Füllen Sie das Formular noch einmal aus, dann bekommen Sie einen neuen.";

    // What became of a message, for who got it.
    ReasonCreated = "reason.created": "a series or a mailing asked for this message", "een reeks of een mailing vroeg om dit bericht", "eine Reihe oder ein Versand wollte diese Nachricht";
    ReasonPlanned = "reason.planned": "the message got a channel and a time", "het bericht kreeg een kanaal en een tijd", "die Nachricht bekam einen Weg und eine Zeit";
    ReasonDeferred = "reason.deferred": "the message waited for a later time", "het bericht wachtte op een later moment", "die Nachricht wartete auf eine spätere Zeit";
    ReasonMoved = "reason.moved": "another channel was taken", "er werd een ander kanaal genomen", "es wurde ein anderer Weg genommen";
    ReasonChosen = "reason.chosen": "channel and hour were drawn by lot, and what suits you best was the likeliest", "kanaal en uur zijn geloot, en wat bij je past was het waarschijnlijkst", "Weg und Stunde wurden gelost, und was zu Ihnen passt, war am wahrscheinlichsten";
    ReasonRetry = "reason.retry": "the provider asked to try again later", "de provider vroeg het later opnieuw te proberen", "der Anbieter bat, es später noch einmal zu versuchen";
    ReasonSent = "reason.sent": "the provider took the message", "de provider nam het bericht aan", "der Anbieter hat die Nachricht angenommen";
    ReasonConfirmed = "reason.confirmed": "the provider confirmed the message later", "de provider bevestigde het bericht later", "der Anbieter hat die Nachricht später bestätigt";
    ReasonUnreachable = "reason.unreachable": "there was no address for any of its channels", "er was voor geen van de kanalen een adres", "für keinen der Wege gab es eine Adresse";
    ReasonBounced = "reason.bounced": "the address did not take mail any more", "het adres nam geen mail meer aan", "die Adresse nahm keine Mail mehr an";
    ReasonComplained = "reason.complained": "a message was reported as unwanted", "een bericht werd gemeld als ongewenst", "eine Nachricht wurde als unerwünscht gemeldet";
    ReasonBlocked = "reason.blocked": "the address was on the block list", "het adres stond op de blokkeerlijst", "die Adresse stand auf der Sperrliste";
    ReasonErased = "reason.erased": "you asked to be forgotten", "je vroeg om vergeten te worden", "Sie wollten vergessen werden";
    ReasonNoConsent = "reason.no_consent": "you had not said yes to this", "je had hier geen ja tegen gezegd", "Sie hatten dazu nicht Ja gesagt";
    ReasonUnconfirmed = "reason.unconfirmed": "the address was not confirmed yet", "het adres was nog niet bevestigd", "die Adresse war noch nicht bestätigt";
    ReasonWithdrawn = "reason.withdrawn": "you said no to this", "je zei hier nee tegen", "Sie hatten dazu Nein gesagt";
    ReasonChannelOff = "reason.channel_off": "you did not want this channel", "je wilde dit kanaal niet", "Sie wollten diesen Weg nicht";
    ReasonTopicOff = "reason.topic_off": "you did not want this topic", "je wilde dit onderwerp niet", "Sie wollten dieses Thema nicht";
    ReasonPaused = "reason.paused": "you asked for a pause", "je vroeg om een pauze", "Sie wollten eine Pause";
    ReasonPersonLimit = "reason.person_limit": "your own limit was reached", "je eigen limiet was bereikt", "Ihre eigene Obergrenze war erreicht";
    ReasonCap = "reason.cap": "our limit was reached", "onze limiet was bereikt", "unsere Obergrenze war erreicht";
    ReasonQuietHours = "reason.quiet_hours": "it was night where you live", "het was nacht waar je woont", "es war Nacht, wo Sie wohnen";
    ReasonOutranked = "reason.outranked": "a more useful message took the place", "een nuttiger bericht nam de plaats in", "eine nützlichere Nachricht nahm den Platz ein";
    ReasonNotWorthIt = "reason.not_worth_it": "the message was expected to do more harm than good", "het bericht zou naar verwachting meer kwaad dan goed doen", "die Nachricht hätte wohl mehr geschadet als genutzt";
    ReasonDigested = "reason.digested": "the message was put into another", "het bericht ging op in een ander", "die Nachricht ging in einer anderen auf";
    ReasonLate = "reason.late": "it came too late to be useful", "het kwam te laat om nuttig te zijn", "sie wäre zu spät gekommen";
    ReasonExited = "reason.exited": "the series ended before the message was sent", "de reeks eindigde voordat het bericht werd verstuurd", "die Reihe endete, bevor die Nachricht verschickt wurde";
    ReasonCancelled = "reason.cancelled": "the mailing was cancelled", "de mailing werd afgelast", "der Versand wurde abgesagt";
    ReasonHeldOut = "reason.held_out": "the message was not sent", "het bericht werd niet verstuurd", "die Nachricht wurde nicht verschickt";
    ReasonRenderFailed = "reason.render_failed": "the message could not be made", "het bericht kon niet worden gemaakt", "die Nachricht konnte nicht erstellt werden";
    ReasonRefused = "reason.refused": "the provider refused the message", "de provider weigerde het bericht", "der Anbieter hat die Nachricht abgelehnt";
    ReasonGaveUp = "reason.gave_up": "the provider kept asking to try later, until the last try", "de provider bleef om uitstel vragen, tot de laatste poging", "der Anbieter bat immer wieder um Aufschub, bis zum letzten Versuch";
    ReasonAnswerLost = "reason.answer_lost": "the connection ended after the message was handed over", "de verbinding brak af nadat het bericht was overgedragen", "die Verbindung brach ab, nachdem die Nachricht übergeben war";
    ReasonFoundInFlight = "reason.found_in_flight": "our system stopped while the message was on its way", "ons systeem stopte terwijl het bericht onderweg was", "unser System hielt an, während die Nachricht unterwegs war";
    ReasonRestored = "reason.restored": "our system was restored; the message may have been sent", "ons systeem is hersteld; het bericht is misschien verstuurd", "unser System wurde wiederhergestellt; die Nachricht ist vielleicht verschickt worden";
    ReasonNoProvider = "reason.no_provider": "there was no way to send in this channel", "er was geen manier om in dit kanaal te sturen", "auf diesem Weg konnten wir nicht senden";
    ReasonMergedAway = "reason.merged_away": "the same message was there for you already", "hetzelfde bericht was er al voor je", "dieselbe Nachricht gab es für Sie schon";
}
