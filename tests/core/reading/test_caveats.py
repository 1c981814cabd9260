"""What keeps a clear vote from deciding: mockery, open choices, a mere “OK”, lifted objections, what comes before."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

K = ReadingKind
LANGUAGES = load_languages()
FIRST_CLASS = [one for one in LANGUAGES.all if one.words and not one.suggests_only]


def read(text: str, *, subject: str = "Re: Invitation", in_reply_to: str = "<letter@uclg.example>") -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "cisdpl@uclg.example", subject
    mail["Date"], mail["Message-ID"] = "Wed, 20 Jul 2022 10:00:00 +0200", "<a@northam.example>"
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
    mail.set_content(text)
    return read_mail(open_mail(mail.as_bytes()), LANGUAGES, own_addresses=frozenset({"cisdpl@uclg.example"}))


def test_every_first_class_language_knows_the_same_caveats() -> None:
    """A new name in one table is asked for in all."""
    english = set(next(one for one in FIRST_CLASS if one.code == "en").doubts)
    assert {one.code: set(one.doubts) for one in FIRST_CLASS} == {one.code: english for one in FIRST_CLASS}


@pytest.mark.parametrize(
    "text",
    [
        "We withdraw our reservations and join the campaign.",
        "We withdraw our objections and confirm our participation.",
        "The council cancelled its refusal and we now join.",
        "We take back our no and join.",
        "We withdraw our reservations.",
        "Nous retirons nos réserves et adhérons à la campagne.",
        "Nous retirons notre refus et confirmons.",
        "Retiramos nuestras reservas y nos sumamos a la campaña.",
        "Retirem les nostres reserves i ens adherim a la campanya.",
        "Retiramos as nossas reservas e aderimos à campanha.",
        "Ritiriamo le nostre riserve e aderiamo alla campagna.",
        "Wir ziehen unsere Bedenken zurück und treten der Kampagne bei.",
        "Wir nehmen unsere Vorbehalte zurück und machen mit.",
        "Wij trekken onze bezwaren in en doen mee aan de campagne.",
        "We trekken ons voorbehoud in en sluiten ons aan.",
    ],
)
def test_who_takes_an_objection_back_withdraws_nothing(text: str) -> None:
    """Neither suggested as a withdrawal nor decided as anything but a yes."""
    reading = read(text)
    assert reading.kind is not K.WITHDRAW
    assert not reading.decided or reading.kind is K.CONFIRM


@pytest.mark.parametrize(
    "text",
    [
        "We withdraw from the campaign.",
        "We withdraw our participation because of objections in the council.",
        "Nous retirons notre adhésion à la campagne.",
        "Retiramos nuestra adhesión a la campaña.",
        "Wir ziehen unsere Zusage zurück.",
    ],
)
def test_a_withdrawal_is_still_one(text: str) -> None:
    """It is believed at once."""
    assert (read(text).kind, read(text).decided) == (K.WITHDRAW, True)


@pytest.mark.parametrize(
    "text",
    [
        "The city of Northam joins / does not join the campaign (delete as appropriate).",
        "We will join / will not join the campaign.\n(delete as appropriate)",
        "Participation: yes/no\nWe confirm our participation in the campaign.",
        "Participation: no / yes\nWe confirm our participation in the campaign.",
        "We do not join/join the campaign.",
        "Yes or no: we join the campaign. (Circle one.)",
        "Nous adhérons / n'adhérons pas à la campagne (rayer la mention inutile).",
        "Nos adherimos / no nos adherimos a la campaña (táchese lo que no proceda).",
        "Nos adherimos/no nos adherimos a la campaña.",
        "Ens adherim / no ens adherim a la campanya (ratlleu el que no calgui).",
        "Aderimos / não aderimos à campanha (riscar o que não interessa).",
        "Aderiamo / non aderiamo alla campagna (barrare la voce che non interessa).",
        "Wir nehmen teil / nehmen nicht teil (Nichtzutreffendes bitte streichen).",
        "Wij doen mee / doen niet mee (doorhalen wat niet van toepassing is).",
    ],
)
def test_a_choice_that_was_left_open(text: str) -> None:
    """A form in the text with both answers in it decides nothing."""
    reading = read(text)
    assert not reading.decided
    assert "doubt: a choice is left open" in [one.rule for one in reading.evidence]


@pytest.mark.parametrize(
    "text",
    [
        "We confirm that Northam joins the campaign, see resolution 12/2022 of the council.",
        "The mayor and/or her deputy confirm: Northam joins the campaign.",
    ],
)
def test_a_stroke_is_no_choice(text: str) -> None:
    """Numbers of resolutions, “and/or”."""
    assert (read(text).kind, read(text).decided) == (K.CONFIRM, True)


@pytest.mark.parametrize(
    "text",
    [
        *("OK", "ok.", "Ok!", "Ok, thanks", "OK, thank you.", "Ok Ana", "Okay", "Fine, thanks.", "All right."),
        *("Noted", "Noted, thank you.", "Received", "Received, thanks.", "Sure", "Great, thanks!"),
        *(
            "Vale",
            "Vale, gracias.",
            "De acuerdo.",
            "Recibido",
            "D'accord",
            "D'accord, merci.",
            "Bien reçu",
            "Bien noté.",
        ),
        *("D'acord", "Rebut.", "Recebido.", "De acordo.", "Ricevuto", "Va bene", "Va bene, grazie."),
        *("In Ordnung", "Okay, danke.", "Erhalten.", "Prima, dank u.", "Ontvangen.", "Oké"),
    ],
)
def test_it_may_only_say_that_it_came(text: str) -> None:
    """A mere “OK” is no confirmation that a machine records."""
    reading = read(text)
    assert reading.kind in (K.CONFIRM, K.ACKNOWLEDGE, K.UNCLEAR)
    assert reading.kind is not K.CONFIRM or not reading.decided


@pytest.mark.parametrize("text", ["Yes", "Sí", "Oui.", "Ja!", "Sim", "OK, we join the campaign.", "Ok, count us in!"])
def test_a_yes_in_answer_to_our_letter(text: str) -> None:
    """One word is enough where it answers a letter; “OK” is, where it says to what."""
    assert (read(text).kind, read(text).decided) == (K.CONFIRM, True)


@pytest.mark.parametrize("text", ["Yes", "Sí", "Yes, of course!"])
def test_a_yes_to_nothing(text: str) -> None:
    """In a mail that answers nothing a yes does not say to what."""
    alone = read(text, subject="Hello", in_reply_to="")
    assert (alone.kind, alone.decided) == (K.CONFIRM, False)
    assert read("We join the campaign.", subject="Hello", in_reply_to="").decided


@pytest.mark.parametrize(
    "text",
    [
        "Sure, when pigs fly. We will join the campaign.",
        "Of course we will join, the day hell freezes over.",
        "Yes, of course we join, as if we had nothing better to do.",
        "Yes, we join. What a joke.",
        "Count us in! Just kidding.",
        "Yeah, right. We join your campaign.",
        "Wonderful, another list! Sign us up. Not.",
        "Oh yes, please count us in. A complete waste of everybody's time.",
        "Great, yet another campaign. Count us out, we have real work to do.",
        "Great, yet another list. Yes.",
        "Bien sûr, nous rejoignons la campagne, quand les poules auront des dents.",
        "Nous adhérons, bien entendu. Quelle mascarade.",
        "Claro que sí, nos sumamos cuando las ranas críen pelo.",
        "Apúntenos, como si no tuviéramos nada mejor que hacer.",
        "Ens hi sumem, és clar, com si no tinguéssim res millor a fer.",
        "Aderimos, claro, no dia de São Nunca.",
        "Certo, aderiamo, quando gli asini voleranno.",
        "Natürlich machen wir mit, am Sankt-Nimmerleins-Tag.",
        "Wir sind dabei. So eine Zeitverschwendung.",
        "Natuurlijk doen wij mee, met sint-juttemis.",
    ],
)
def test_mockery_is_no_yes(text: str) -> None:
    """Where a sentence mocks, the positive words beside it record nothing."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (
            "Northam joins the campaign with joy. Until that day, the press knows nothing of it.",
            "something comes before",
        ),
        ("Nous rejoignons la campagne avec joie. D'ici là, pas un mot à la presse.", "something comes before"),
        ("Nos sumamos con gusto a la campaña. Hasta entonces, rogamos discreción.", "something comes before"),
        ("Northam joins the campaign, written in pencil for the day when it counts.", "it may be no yes"),
        ("Nos sumamos con gusto a la campaña. Que conste, de momento, a lápiz.", "it may be no yes"),
        ("Wir treten der Kampagne bei, wirksam erst dann, wenn es gezeichnet ist.", "it may be no yes"),
        ("Our cities are glad to join the campaign. We discuss whether the county does so too.", "it is asked whether"),
    ],
)
def test_something_comes_before(text: str, doubt: str) -> None:
    """A yes that speaks of a time until when, asks itself whether, or unsays itself, costs more lead."""
    assert f"doubt: {doubt}" in [one.rule for one in read(text).evidence]


ELSEWHERE = (
    ("Our city joins the campaign of the other association.", "We have decided to join another initiative."),
    ("Notre ville rejoint la campagne de l'autre association.", "Notre ville adhère à une autre campagne."),
    ("Nuestra ciudad se suma a la campaña de la otra asociación.", "Nos adherimos a otra iniciativa."),
    ("La nostra ciutat se suma a la campanya de l'altra associació.", "Ens adherim a una altra campanya."),
    ("A nossa cidade adere à campanha da outra associação.", "Aderimos a outra iniciativa."),
    ("La nostra città aderisce alla campagna dell'altra associazione.", "Aderiamo a un'altra iniziativa."),
    ("Unsere Stadt tritt der Kampagne des anderen Vereins bei.", "Wir schließen uns einer anderen Initiative an."),
    ("Onze stad sluit zich aan bij de campagne van de andere vereniging.", "Wij doen mee met een ander initiatief."),
)
AT_A_FEAST = (
    "Northam joins the summer festival with a stall.",
    "Northam participe au carnaval avec un char.",
    "Nos sumamos con gusto a la feria del libro.",
    "Ens adherim a la festa major del poble veí.",
    "Aderimos com gosto à feira do livro.",
    "Aderiamo con gioia alla festa del patrono.",
    "Wir sind beim Stadtlauf gern dabei.",
    "Wij doen graag mee met de kerstmarkt.",
)
FOR_A_WEEK = (
    "We confirm that Northam takes part in the European Mobility Week.",
    "Nous confirmons notre participation à la Semaine européenne de la mobilité.",
    "Confirmamos que el Ayuntamiento se adhiere a la Hora del Planeta.",
    "Confirmem que l'Ajuntament s'adhereix a la Setmana Europea de la Mobilitat.",
    "Confirmamos a adesão do município ao Pacto de Autarcas.",
    "Confermiamo la partecipazione alla Giornata mondiale della pace.",
    "Wir bestätigen die Teilnahme an der Aktionswoche der Mobilität.",
    "Wij doen mee aan de Week tegen het racisme.",
)


# A yes to a network, a pact or a week by its own name, and nearly the same to ours.
BY_NAME = [
    (
        "I confirm that Swansea joins the Cities of Sanctuary network as a full member.",
        "I confirm that Swansea joins the network of human rights cities as a full member.",
    ),
    (
        "Le conseil municipal a approuvé l'adhésion de la commune à l'association Villes accueillantes.",
        "Le conseil municipal a approuvé l'adhésion de la commune à votre réseau.",
    ),
    (
        "Tras la votación de ayer, la ciudad se adhiere a la Red de Municipios por la Agroecología.",
        "Tras la votación de ayer, la ciudad se adhiere a la red, como nos pide su carta.",
    ),
    (
        "Amb l'acord d'ahir Mataró s'afegeix a la Setmana Europea de la Mobilitat.",
        "Amb l'acord d'ahir Mataró s'afegeix a la campanya.",
    ),
    (
        "A câmara aprovou a adesão ao Pacto de Autarcas para o Clima e a Energia.",
        "A câmara aprovou a adesão à rede das cidades de direitos humanos.",
    ),
    (
        "La Giunta delibera di aderire alla rete «Città amiche delle api».",
        "La Giunta delibera di aderire alla rete delle città per i diritti umani.",
    ),
    (
        "Unsere Stadt hat die Charta der Vielfalt unterzeichnet und tritt dem Bündnis bei.",
        "Unsere Stadt tritt Ihrem Netzwerk bei.",
    ),
    (
        "De provincie treedt toe tot het netwerk van Europa Nostra.",
        "De provincie treedt toe tot uw netwerk.",
    ),
]


@pytest.mark.parametrize(("another", "ours"), BY_NAME)
def test_what_is_joined_bears_another_name(another: str, ours: str) -> None:
    """A person looks at a yes to a network or a pact, unless the mail names our campaign."""
    reading = read(another)
    assert reading.kind is K.UNRELATED or "doubt: other business" in [one.rule for one in reading.evidence]
    assert read(ours).kind is K.CONFIRM
    assert "doubt: other business" not in [one.rule for one in read(ours).evidence]


@pytest.mark.parametrize("text", [*(text for pair in ELSEWHERE for text in pair), *AT_A_FEAST, *FOR_A_WEEK])
def test_what_is_joined_is_another_thing(text: str) -> None:
    """The campaign of another association, a fair, a week for something else: nobody has said yes to ours."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)
    assert reading.kind is not K.CONFIRM or "doubt: other business" in [one.rule for one in reading.evidence]


@pytest.mark.parametrize(
    "text",
    [
        "We join when the council has approved it.",
        "We join once the council approves.",
        "We join. Once the council has voted, of course.",
        "Nous rejoindrons la campagne quand le conseil aura voté.",
        "Nous adhérons dès que le conseil l'aura approuvé.",
        "Nos sumamos a la campaña cuando el pleno lo apruebe.",
        "Ens adherim a la campanya tan bon punt ho aprovi el ple.",
        "Nós entramos na campanha assim que o conselho der o aval.",
        "Aderiamo alla campagna non appena la giunta lo approva.",
        "Wir treten der Kampagne bei, sobald der Rat zugestimmt hat.",
        "Wij sluiten ons aan wanneer het college heeft ingestemd.",
        "Stimmt der Beirat zu, so sind wir mit Vergnügen dabei.",
        "Komt er geen bezwaar uit de raad, dan zijn we erbij.",
        "A câmara aceita com agrado o convite e fará o seu caminho fora da lista.",
        "Con mucho gusto el señor alcalde la presenta el lunes, y con el acuerdo en firme les confirmaríamos.",
        "Avec plaisir, monsieur le maire la présente lundi ; une fois votée, nous confirmerions.",
        "Amb molt de gust l'alcalde la presenta dilluns, i amb l'acord ferm us ho confirmaríem.",
        "Com muito gosto o presidente a apresenta na segunda, e com a deliberação confirmaríamos.",
        "Con piacere il sindaco la presenta lunedì, e con la delibera confermeremmo.",
    ],
)
def test_a_yes_that_is_still_to_come(text: str) -> None:
    """What waits for an event is a “not yet”, or for a person; never a yes that counts."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "We join the campaign. The minutes will reach you in some days, once the council has approved them.",
        "We join your campaign together with the other cities of the network.",
    ],
)
def test_what_is_said_beside_a_yes(text: str) -> None:
    """Minutes that are still to be approved, the other cities: the yes stands."""
    assert (read(text).kind, read(text).decided) == (K.CONFIRM, True)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor had given you his promise to join the campaign. Northam sits this round out, he regrets it.",
        "De burgemeester heeft u de deelname toegezegd. Noordam doet toch niet mee, tot zijn spijt.",
        "El alcalde les confirmó en persona su adhesión a la campaña. El municipio no puede, lo lamenta.",
    ],
)
def test_a_promise_beside_a_no(text: str) -> None:
    """However warm the promise, an explicit no in another sentence is not overridden by it."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "Paul, please tell them that we join the campaign.",
        "Please reply to them that Northam joins. Thanks, Jo",
        "Sophie, tu peux leur répondre que c'est oui ? Merci, Marc",
        "Petra, bitte sag denen zu, dass wir mitmachen. Danke, Jörg",
        "Carmen, diles que nos sumamos a la campaña.",
        "Núria, digues-los que ens hi adherim.",
        "Rui, responde-lhes que aderimos à campanha.",
        "Anna, rispondi loro che aderiamo alla campagna.",
        "An, bevestig jij even dat we meedoen? Dank, Tom",
        "On behalf of all our members we confirm that they join the campaign: Northam, Southam.",
        "Au nom de nos membres, nous confirmons que nous rejoignons la campagne.",
        "Confirmamos que todos nuestros asociados se suman a la campaña.",
        "Confirmem que tots els nostres membres s'adhereixen a la campanya.",
        "Confirmamos que todos os nossos associados aderem à campanha.",
        "Confermiamo che tutti i nostri soci aderiscono alla campagna.",
        "Wir bestätigen, dass alle unsere Mitgliedsstädte der Kampagne beitreten.",
        "Wij bevestigen dat al onze leden meedoen aan de campagne.",
        "We confirm that Northam joins the Cities for Children campaign of UNICEF.",
        "Northam joins the campaign with the attached reservations.",
        "Northam adhère à la campagne sous les réserves ci-jointes.",
        "Northam se suma a la campaña con las reservas adjuntas.",
        "Northam s'adhereix a la campanya amb les reserves adjuntes.",
        "Northam adere à campanha com as ressalvas em anexo.",
        "Northam aderisce alla campagna con le riserve allegate.",
        "Northam tritt der Kampagne unter den beigefügten Vorbehalten bei.",
        "Northam doet mee onder de bijgevoegde voorwaarden.",
    ],
)
def test_words_to_others_or_for_others_and_reservations_are_for_a_person(text: str) -> None:
    """A mail that went to us by mistake tells somebody else what to answer; nobody joins for others, or half."""
    assert not read(text).decided


@pytest.mark.parametrize(
    "text",
    [
        "We donot join the campaign.",
        "Northam will nto join the campaign.",
        "Northam willnot be joining the campaign.",
        "We do n't join the campaign.",
        "Wir machen nciht mit.",
        "Die Stadt Nordheim nimmt nich an der Kampagne teil.",
        "Wij doen neit mee.",
        "La Ville n'adhère aps à la campagne.",
        "El Ayuntamiento n0 se suma a la campaña.",
        "O município naum adere à campanha.",
        "Il Comune nno aderisce alla campagna.",
        "L'Ajuntament nno s'adhereix a la campanya.",
    ],
)
def test_a_mistyped_not_is_no_yes(text: str) -> None:
    """Letters exchanged, doubled, left out: the sentence around it says yes, and nobody meant it."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


def test_evidence_of_a_caveat_stands_in_the_mail() -> None:
    """A person sees the very words that made the machine hesitate."""
    text = "We join the campaign. What a joke."
    reading = read(text)
    shown = [one.words for one in reading.evidence if one.rule == "doubt: mockery"]
    assert shown == ["What a joke"]
    assert all(words in text for words in shown)


@pytest.mark.parametrize(
    "text",
    [
        "We do not wish to join the campaign.",
        "WE DO NOT WISH TO JOIN THE CAMPAIGN",
        "The council has decided that the town should not join.",
        "La ville ne souhaite pas adhérer à la campagne.",
        "El Ayuntamiento no se adhiere a la campaña.",
        "L'Ajuntament no s'adhereix a la campanya.",
        "O municipio nao adere a campanha.",
        "Il Comune non aderisce alla campagna.",
        "Die Stadt tritt der Kampagne nicht bei.",
        "De gemeente sluit zich niet aan bij de campagne.",
        "Ons college ziet er, gelet op het werk dat al op tafel ligt, van af.",
    ],
)
def test_a_plain_no(text: str) -> None:
    """What is said in the plainest words is read so: hard examples alone had not taught it."""
    assert read(text).kind is K.DECLINE


# A yes of an ordinary town hall beside words that would mean no if nothing else were said, and those words alone.
EXPLAINED = [
    ("The city joins the campaign. Good luck with the campaign!", "Good luck with your campaign!"),
    ("Our city joins. All the best with the campaign!", "All the best with the campaign!"),
    ("La ville rejoint la campagne. Bon courage pour la suite !", "Bon courage pour votre campagne !"),
    ("Sí, nos sumamos. ¡Suerte con la campaña!", "¡Adelante con la vuestra!"),
    ("La ciutat se suma a la campanya. Endavant amb la campanya!", "Endavant amb la vostra!"),
    ("Confermo l'adesione del Comune alla campagna. In bocca al lupo per la campagna!", "Avanti con la vostra!"),
    ("O município adere à campanha. Força com a campanha!", "Força com a vossa campanha!"),
    ("Die Stadt tritt der Kampagne bei. Viel Erfolg mit der Kampagne!", "Viel Erfolg mit Ihrer Kampagne!"),
    ("De gemeente doet mee aan de campagne. Veel succes met de campagne!", "Veel succes met uw campagne!"),
    ("We had hoped to reply sooner. Our city joins the campaign.", "We had hoped to join the campaign."),
    ("Nous aurions voulu répondre plus tôt : la ville rejoint la campagne.", "Nous aurions rejoint la campagne."),
    ("Hubiéramos querido responder antes. La ciudad se suma a la campaña.", "Nos habríamos sumado a la campaña."),
    ("Gostaríamos de ter respondido mais cedo: aderimos à campanha.", "Gostaríamos de ter aderido à campanha."),
    ("Avremmo voluto rispondere prima: il Comune aderisce alla campagna.", "Avremmo aderito alla campagna."),
    (
        "Wir hätten uns früher melden sollen: Die Stadt tritt der Kampagne bei.",
        "Wir wären gern der Kampagne beigetreten.",
    ),
    ("In the Mayor's absence I confirm that the city joins the campaign.", "We confirm our absence from the campaign."),
    ("Sorry that your letter went unanswered. Our city joins the campaign.", "Your campaign stays unanswered by us."),
    ("Confirmamos nuestra adhesión. No dude en contactarnos.", "No dude en contactarnos."),
    ("Aderiamo alla campagna. Non esitate a contattarci.", "Non esitate a contattarci."),
    ("The mayor used to teach human rights. Our city joins the campaign.", "We used to be part of the campaign."),
]


@pytest.mark.parametrize(("yes", "none"), EXPLAINED)
def test_good_wishes_and_excuses_beside_a_yes(yes: str, none: str) -> None:
    """Good wishes to a campaign that they join, an excuse for a late answer."""
    reading = read(yes)
    assert reading.kind is K.CONFIRM
    assert {"doubt: it may be no yes", "doubt: a short no"}.isdisjoint(one.rule for one in reading.evidence)
    assert not (read(none).decided and read(none).kind is K.CONFIRM)


@pytest.mark.parametrize(
    "text",
    [
        "Joining the campaign was approved by 3 of 27 members.",
        "The motion to join was carried by 12 votes to 15.",
        "4 voix pour et 28 contre, la ville rejoint la campagne.",
        "4 votos a favor y 20 en contra: la ciudad se suma a la campaña.",
        "3 vots a favor i 15 en contra: la ciutat s'adhereix a la campanya.",
        "Con 4 voti favorevoli e 20 contrari il Comune aderisce alla campagna.",
        "Com 4 votos a favor e 20 contra, o município adere à campanha.",
        "12 Ja, 15 Nein: Die Stadt tritt der Kampagne bei.",
        "Met 4 stemmen voor en 20 tegen sluit de gemeente zich aan bij de campagne.",
        "The motion to join the campaign was carried by 34 votes to none, with no abstentions.",
        "The vote to join was 15 for, 2 against, 3 abstentions.",
        "No councillor voted against joining the campaign.",
        "Le conseil a voté à l'unanimité l'adhésion à la campagne, sans abstention ni vote contre.",
    ],
)
def test_a_count_of_votes_that_says_otherwise(text: str) -> None:
    """A person looks at it."""
    assert not read(text).decided


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Joining the campaign was approved by 25 of 27 members.", K.CONFIRM),
        ("Met 24 stemmen voor en 2 tegen sluit de gemeente zich aan bij de campagne.", K.CONFIRM),
        ("Le conseil a voté contre l'adhésion : 12 voix pour, 20 contre.", K.DECLINE),
        ("Der Beitritt wurde mit 31 zu 24 Stimmen abgelehnt.", K.DECLINE),
        ("Presenti 29, votanti 27: favorevoli 9, contrari 18. Il Consiglio non approva l'adesione.", K.DECLINE),
    ],
)
def test_a_count_of_votes_that_says_the_same(text: str, kind: ReadingKind) -> None:
    """As decided as without it."""
    assert (read(text).kind, read(text).decided) == (kind, True)


@pytest.mark.parametrize(
    "text",
    [
        'The following is false: "Our city joins the campaign."',
        "This stood in the paper: “Northam joins the campaign.” Is it yours?",
        "DRAFT\n\nDear secretariat, we confirm that our city joins the campaign.",
        "ENTWURF: Hiermit bestätigen wir die Teilnahme an der Kampagne.",
        "Prueba. Nos sumamos a la campaña.",
        "Lorem ipsum. We confirm that Northam joins the campaign.",
        "We confirm that we join. Please ignore this mail, it was sent by mistake.",
        "Nous rejoignons la campagne. Merci d'ignorer ce message, envoyé par erreur.",
        "Wir treten der Kampagne bei. Diese Mail wurde versehentlich verschickt.",
        "La ville voisine rejoint la campagne. Pas nous.",
        "De buurgemeente doet mee aan de campagne.",
        "As a private person I join the campaign.",
    ],
)
def test_whose_yes_it_is_a_person_tells(text: str) -> None:
    """A newspaper's, a neighbour's, a draft, or one that was not to be sent."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "We confirm that our city joins the campaign “10, 100, 1000 Human Rights Cities and Territories”.",
        "El Pleno acordó: «Primero. Adherirse a la campaña».",
    ],
)
def test_a_yes_beside_quotation_marks_is_one(text: str) -> None:
    """A title, or what the council resolved."""
    reading = read(text)
    assert (reading.kind, reading.decided) == (K.CONFIRM, True)


@pytest.mark.parametrize(
    "text",
    [
        "Our sister city joins the campaign. We wish them well.",
        "The mayor of the neighbouring town wrote: We gladly join the campaign.",
        "De gemeente hiernaast doet graag mee aan de campagne.",
        "A cidade ao lado participa na campanha com gosto.",
        "‘We gladly join the campaign’, said the mayor.",
        "‚Wir nehmen an der Kampagne teil‘, so die Zeitung.",
        "‹ Oui, nous participons à la campagne ›",
        "This is only a test. Our city joins the campaign.",
        "Nur ein Test. Wir nehmen an der Kampagne teil.",
        "Projet de réponse : la ville participe à la campagne.",
        "Wir nehmen an der Kampagne teil, es sei denn, der Rat widerspricht.",
        "Aderiamo alla campagna purché sia gratuita.",
        "Aderimos à campanha contanto que seja gratuita.",
        "Wir nehmen an der Kampagne teil, falls die Teilnahme kostenlos ist.",
        "Your list says that our city joins the campaign. That is an error.",
        "Op uw lijst staat dat onze stad meedoet aan de campagne. Dat is een vergissing.",
        "Ens adherim a la campanya sempre que no hi hagi costos.",
        "Our city joins the campaign.\n\nKind regards,\nAnn Lee\n\nP.S. Please ignore the above: the council has said no.",
        "Our city joins the campaign.\n\nKind regards,\nAnn Lee\nsubject to council approval\nTel. +44 1632 960 011",
        "Our city joins the campaign.\n\nKind regards,\nAnn Lee\nbut not this year\nTel. +44 1632 960 011",
        "Nous participons à la campagne.\n\nCordialement,\nAnne Petit\nsous réserve de l'accord du conseil\nTél. 01 23 45 67 89",
        "Aderiamo alla campagna.\n\nCordiali saluti,\nAnna Rossi\nsalvo parere contrario della giunta\nTel. 02 123456",
        "Wij doen mee aan de campagne.\n\nMet vriendelijke groet,\nAnna Jansen\nonder voorbehoud van de raad\nTel. 020 1234567",
        "We join the campaign.\n\nKind regards,\nAnn Lee\n+44 1632 960 011\n\nNo wait: the council refused",
        "We join the campaign.\n\nKind regards,\nAnn Lee\n+44 1632 960 011\nNB: pending the vote of the council",
        "We join the campaign.\n\nKind regards,\nAnn Lee\n+44 1632 960 011\nWe do not join after all.",
        "Nous participons à la campagne.\n\nCordialement,\nAnne Petit\nTél. 01 23 45 67 89\n\nPardon : le conseil a refusé",
        "Nos sumamos a la campaña.\n\nUn saludo,\nAna Pérez\nTel. 91 123 45 67\n\nPerdón: al final no nos sumamos",
        "Wir nehmen an der Kampagne teil.\n\nMit freundlichen Grüßen\nAnna Schmidt\nTel. 030 1234567\n\nDer Rat hat abgelehnt",
        "Aderimos à campanha.\n\nCumprimentos,\nAna Silva\nTel. 21 123 4567\n\nCorreção: não aderimos",
    ],
)
def test_another_ones_yes_a_trial_and_a_proviso(text: str) -> None:
    """A neighbour's, a newspaper's; one that hangs on something, be it told between a name and a telephone."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "Like our neighbours, we join the campaign.",
        "Avec nos voisins de Lyon, notre ville participe à la campagne.",
        "Wie unsere Nachbarstadt nehmen auch wir an der Kampagne teil.",
        "Junto con el municipio vecino, nuestra ciudad se suma a la campaña.",
        "Insieme al comune vicino aderiamo alla campagna.",
        "Tal como o município vizinho, aderimos à campanha.",
        "Com el municipi veí, ens adherim a la campanya.",
        "Ejemplo de compromiso: nuestra ciudad se suma a la campaña.",
        "Exemple de solidarité, notre ville participe à la campagne.",
        "Our city joins the campaign '10, 100, 1000 Human Rights Cities'.",
        "The cities' campaign is a good one: we join. Greetings from the mayors' office.",
    ],
)
def test_neighbours_examples_and_names_beside_a_yes(text: str) -> None:
    """Whoever joins as the neighbours do, or as an example, joins; and a campaign's name may be quoted."""
    assert (read(text).kind, read(text).decided) == (K.CONFIRM, True)
