"""A no by another name: nouns that refuse, what might have been, small words that deny, signs, and letters in disguise."""

from __future__ import annotations

import pytest

from outreach.model import ReadingKind
from tests.core.reading.test_caveats import read

K = ReadingKind


@pytest.mark.parametrize(
    "text",
    [
        "We confirm our non-participation in the campaign.",
        "The City of Northam hereby confirms its opposition to the Human Rights Cities campaign.",
        "The council approved our distance from the campaign.",
        "We confirm the postponement of our participation in the campaign.",
        "The Mayor confirms the inability of the city to join the campaign.",
        "Nous vous confirmons l'absence d'adhésion de la commune.",
        "La Ville confirme notre désintérêt pour la campagne.",
        "Le conseil municipal a approuvé notre sortie de la campagne.",
        "Se confirma la falta de adhesión del municipio a la campaña.",
        "Confirmamos la prohibición de participar en la campaña.",
        "El Pleno aprobó nuestra neutralidad ante la campaña.",
        "Confirmem la impossibilitat d'adherir-nos a la campanya.",
        "Confirmem l'absència de la nostra ciutat a la campanya.",
        "Confirmamos a ausência do nosso município na campanha.",
        "A Assembleia deliberou por unanimidade a rejeição da adesão.",
        "Confermiamo la mancata adesione del Comune alla campagna.",
        "Il Comune conferma la sua indisponibilità a far parte della campagna.",
        "Wir bestätigen die Nichtteilnahme unserer Stadt an der Kampagne.",
        "Hiermit bestätigen wir den Nichtbeitritt der Stadt Nordheim zur Kampagne.",
        "Der Rat hat zugestimmt, der Kampagne fernzubleiben.",
        "Wij bevestigen de onmogelijkheid van deelname aan de campagne.",
        "De gemeente bevestigt het uitstel van onze deelname aan de campagne.",
    ],
)
def test_a_no_that_is_confirmed_is_no_yes(text: str) -> None:
    """The verb says yes, and its noun no."""
    reading = read(text)
    assert reading.kind in (K.DECLINE, K.TENTATIVE) or not reading.decided


@pytest.mark.parametrize(
    "text",
    [
        "We would have confirmed our participation.",
        "We almost joined the campaign.",
        "We used to be part of the campaign.",
        "Nous aurions confirmé notre participation.",
        "La ville a failli rejoindre la campagne.",
        "Habríamos confirmado nuestra participación.",
        "Casi nos sumamos a la campaña.",
        "Hauríem confirmat la nostra participació.",
        "Gostaríamos de ter aderido à campanha.",
        "Avremmo confermato la nostra partecipazione.",
        "Wir wären der Kampagne gern beigetreten.",
        "Bijna hadden we meegedaan aan de campagne.",
    ],
)
def test_what_might_have_been_is_no_yes(text: str) -> None:
    """Nobody joined."""
    assert not read(text).decided


@pytest.mark.parametrize(
    "text",
    [
        "We ain't joining the campaign.",
        "We shan't join the campaign.",
        "We are anything but joining the campaign.",
        "La ciudad en modo alguno se suma a la campaña.",
        "Il Comune mica aderisce alla campagna.",
        "A Câmara de modo algum adere à campanha.",
        "Keineswegs treten wir der Kampagne bei.",
        "De gemeente doet geenszins mee aan de campagne.",
        "We join, the council says; we don't, the mayor says.",
    ],
)
def test_small_words_deny(text: str) -> None:
    """Every word of a language that denies."""
    reading = read(text)
    assert reading.kind is K.DECLINE or not reading.decided


@pytest.mark.parametrize(
    "text",
    [
        "¡Adelante con la vuestra!",
        "Endavant amb la vostra!",
        "Go ahead with your campaign!",
        "Vá em frente com a vossa campanha!",
    ],
)
def test_a_cheer_is_no_yes(text: str) -> None:
    """They wish us well with what is ours."""
    assert not read(text).decided


@pytest.mark.parametrize(
    "text",
    [
        "We join the campaign 👎",
        "🚫 We join the campaign.",
        "We join the campaign /s",
        "We do \u0274\u1d0f\u1d1b join the campaign.",  # small capitals
        "We do ⓝⓞⓣ join the campaign.",
        "We do 🅽🅾🆃 join the campaign.",
        "We do ʇou join the campaign.",
        "We do ոօt join the campaign.",  # Armenian
        "We do ηοτ join the campaign.",  # Greek
        "We do n-o-t join the campaign.",
        "We do n.o.t. join the campaign.",
        "We do n·o·t join the campaign.",
        "We do n o t join the campaign.",
        "We do no\u200b-\u200bt join the campaign.",
        "La ville adhère P A S à la campagne.",
        "La ciudad N-O se suma a la campaña.",
        "O Município n-ã-o adere à campanha.",
        "Wir treten der Kampagne n-i-c-h-t bei.",
    ],
)
def test_signs_and_disguises_are_no_yes(text: str) -> None:
    """A sign says no; letters are read as they look, or a person looks at them."""
    reading = read(text)
    assert reading.kind is K.DECLINE or not reading.decided


@pytest.mark.parametrize(
    "text",
    [
        "The city of Northam joins the campaign. We are in! 🎉",
        "We are pleased to confirm that the U.S.A. branch, i.e. the city of Northam, joins the campaign.",
        "Wir treten der Kampagne bei, m.f.G. aus Nordheim.",
        "La ville de Nordville adhère à la campagne ; il y a à faire.",
    ],
)
def test_a_plain_yes_is_still_decided(text: str) -> None:
    """Abbreviations, cheerful signs and short words turn nothing round."""
    reading = read(text)
    assert (reading.kind, reading.decided) == (K.CONFIRM, True)


@pytest.mark.parametrize(
    "text",
    [
        "As the former mayor of Northam I confirm that we join the campaign.",
        "En tant qu'ancien maire, je confirme notre adhésion à la campagne.",
        "Com a antic alcalde confirmo l'adhesió de la ciutat a la campanya.",
        "Als ehemaliger Bürgermeister bestätige ich den Beitritt der Stadt.",
        "Nous sommes la classe de 5e B et nous participons à la campagne !",
        "The Northam Youth Council joins the campaign.",
        "De jongerenraad doet mee aan de campagne.",
        "Speaking personally, I join the campaign.",
        "As a member of the opposition I declare that we join the campaign.",
    ],
)
def test_who_speaks_for_no_town_hall(text: str) -> None:
    """Whatever their address."""
    assert not read(text).decided


@pytest.mark.parametrize(
    "text",
    [
        "Neither the Mayor nor Mr. Underhill will be joining the campaign.",
        "Neither the mayor nor Dr. Smith wants our city to join.",
        "Neither the mayor nor J. Smith will join the campaign.",
        "Ni la alcaldesa ni el Sr. Cañizo quieren que la ciudad se sume a la campaña.",
        "Sorry, this isn't something St. Albans will be signing up to.",
        "It is not true that St. Albans joins the campaign.",
        "Weder der Oberbürgermeister noch Prof. Krähling treten der Kampagne bei.",
        "Weder die Stadt noch der Kreis nehmen an der Kampagne teil.",
        "Noch de burgemeester noch de raad doen mee.",
        "Né il Sindaco né la Giunta aderiscono alla campagna.",
        "Nem o presidente nem a câmara aderem à campanha.",
        "Ni l'alcalde ni el Ple s'adhereixen a la campanya.",
        "Nem o presidente nem o sr. Silva aderem à campanha.",
        "Ni el ple ni la sra. Vila participen en la campanya.",
        "Noch de burgemeester noch dhr. Jansen doet mee aan de campagne.",
        "En ningún caso, p. ej. Ciudad Real, nos adherimos a la campaña.",
        "Es ist nicht richtig, dass wir, wie z. B. Herr Maier sagt, an der Kampagne teilnehmen.",
        "No es cierto, como dijo el sr. Gómez, que nos sumamos a la campaña.",
    ],
)
def test_neither_the_one_nor_the_other_joins(text: str) -> None:
    """Nor does a title end a sentence: “Mr. Underhill will be joining” is half of what was said."""
    reading = read(text)
    assert not (reading.kind is K.CONFIRM and reading.decided)
