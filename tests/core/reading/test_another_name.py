"""A yes to something else that has a name of its own, under a subject of its own, or of a town that has left again."""

from __future__ import annotations

import pytest

from outreach.model import ReadingKind
from tests.core.reading.test_caveats import read

K = ReadingKind
OURS = "10, 100, 1000 Human Rights Cities and Territories by 2030"


@pytest.mark.parametrize(
    "text",
    [
        "The council resolved to join the campaign “White Ribbon”, and the mayor has signed.",
        "La commune rejoint la campagne « Ruban blanc », le maire a signé.",
        'El Pleno acordó la adhesión a la campaña "Lazo blanco" y la alcaldesa la ha firmado.',
        "El Ple ha aprovat l'adhesió a la campanya «Llaç blanc», i l'alcaldessa l'ha signada.",
        "A câmara aprovou a adesão à campanha «Laço branco», e o presidente já assinou.",
        "Il Consiglio ha approvato l'adesione alla campagna «Nastro bianco», e il sindaco ha firmato.",
        "Der Stadtrat hat beschlossen, der Kampagne „Weiße Schleife“ beizutreten.",
        "Het college heeft besloten deel te nemen aan de campagne “Wit lint”.",
    ],
)
def test_a_campaign_with_another_name(text: str) -> None:
    """A name in quotation marks that is not ours: nobody has said yes to us."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)
    assert reading.kind is not K.CONFIRM or "doubt: other business" in [one.rule for one in reading.evidence]


@pytest.mark.parametrize(
    "text",
    [
        f"The council approved joining the campaign “{OURS}”. The mayor has signed the form.",
        "Der Stadtrat hat beschlossen, der Kampagne „Menschenrechtsstädte“ beizutreten.",
        "Die „Kampagne“ freut uns. Wir treten bei.",
        "Le conseil a voté l'adhésion de la commune à la campagne « 10, 100, 1000 ».",
    ],
)
def test_ours_may_stand_in_quotation_marks(text: str) -> None:
    """Our name, or a word that only ends there, raises no doubt."""
    assert "doubt: other business" not in [one.rule for one in read(text).evidence]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Pride month", "Yes, Bury confirms. We'll raise the flag on the 1st and light the clock tower."),
        ("Mayors for Peace", "Wir bleiben Mitglied, bestätigt."),
        ("Villes sans pesticides", "Nous confirmons notre participation, le maire a signé."),
        ("Ciudades amigas de la infancia", "Confirmamos la participación del Ayuntamiento."),
    ],
)
def test_a_subject_of_something_else(subject: str, text: str) -> None:
    """What is confirmed stands above it, and is not ours; the same below our subject is left to the votes."""
    assert not (read(text, subject=subject, in_reply_to="").kind is K.CONFIRM and read(text, subject=subject).decided)
    ours = read(text, subject=f"Re: {OURS}")
    assert "doubt: other business" not in [one.rule for one in ours.evidence]


@pytest.mark.parametrize(
    "text",
    [
        "Count on us! We are happy to be part of World Mental Health Day again.",
        "The Assembly hereby confirms its participation in the Global Cities Fund for Cities and the Climate Pledge of Cities.",
        "Nous confirmons l'engagement de la mairie dans la Quinzaine de la propreté.",
        "Cuenten con nosotras. La Municipalidad será parte de los 16 días de activismo contra la violencia.",
        "Ens complau dir-vos que la ciutat se suma al segell de Ciutat Amiga de la Infància.",
        "O município confirma a adesão ao selo Cidade Amiga da Criança.",
        "Il Comune conferma la partecipazione ai giorni di attivismo contro la violenza.",
        "Der Stadtrat hat den Beitritt zu den Kommunen für biologische Vielfalt beschlossen.",
        "Het stadsbestuur sluit zich aan bij de Statiegeldalliantie.",
    ],
)
def test_days_labels_and_alliances(text: str) -> None:
    """Weeks, days, labels and alliances are joined, too, and none is ours."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "We confirm that Northam no longer takes part in the campaign.",
        "Wir teilen Ihnen mit, dass die Stadt nicht mehr an der Kampagne teilnimmt.",
        "Unsere Zusage gilt nicht mehr.",
        "La commune n'est plus membre de la campagne.",
        "Confirmamos que ya no formamos parte de la campaña.",
        "Us havíem dit que hi érem. Ja no hi som.",
        "Confirmamos que o município já não faz parte da campanha.",
        "Confermiamo che il Comune non partecipa più alla campagna.",
        "Wij bevestigen: de gemeente doet niet meer mee aan de campagne.",
        "La vila es desdiu de l'adhesió que va signar el seu antecessor.",
        "A seguito del voto di ieri, la Città esce dalla campagna alla quale aveva aderito a luglio.",
    ],
)
def test_who_is_no_longer_in_it_says_no_yes(text: str) -> None:
    """The words of a yes, taken back by two small ones."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "Der Stadtrat hat mit 19 zu 16 Stimmen beschlossen, den Antrag auf Beitritt zu der Kampagne abzulehnen.",
        "Der Gemeinderat hat den Antrag, Ihre Einladung auszuschlagen, angenommen.",
        "El Ple hi va dir molt; i, havent-se dit tot, l'acord d'adhesió va decaure.",
        "The Mayor has returned the resolution on our participation with her veto.",
        "We are returning your form unsigned, as resolved by Cabinet on 8 September.",
        "Fue aprobado por unanimidad el dictamen por el que se desecha la propuesta de que el Municipio se sume a la campaña.",
        "Presente proposta para que o Município subscreva a campanha. Reprovado.",
    ],
)
def test_words_that_refuse(text: str) -> None:
    """“Abzulehnen” is “ablehnen”: words of refusal that were read as none."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, we are taking part in Carers' Day: coffee and cake.",
        "Oui, nous participons à la Journée des aidants : café et gâteau.",
        "Sí, participamos en el Día del Cuidador: café y pastel.",
        "Sí, participem al Dia del Cuidador: cafè i pastís.",
        "Sim, participamos no Dia do Cuidador: café e bolo.",
        "Sì, partecipiamo alla Giornata del Caregiver: caffè e torta.",
        "Ja, wir machen beim Tag der Pflege mit: Kaffee und Kuchen.",
        "Ja, we doen mee met de Dag van de Mantelzorg: koffie en cake.",
    ],
)
def test_a_day_of_something_else(text: str) -> None:
    """A yes to a day or a night that has a name."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)


@pytest.mark.parametrize(
    "text",
    [
        "Nella giornata di ieri la giunta ha deliberato l'adesione alla campagna.",
        "En el día de ayer el pleno acordó sumarse a la campaña.",
        "We gladly join the campaign, which the council approved on the day of its last meeting.",
    ],
)
def test_the_day_of_the_decision(text: str) -> None:
    """A day on which it was decided is no day that one joins."""
    reading = read(text)
    assert (reading.kind, reading.decided) == (K.CONFIRM, True)
