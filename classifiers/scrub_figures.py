"""People of history and public life whose names may stay in a text, where the policy says so.

A name stays only as it is in this list: a full name, or a family name by which everybody knows whom is meant. After a
phrase such as "my name is" it is masked all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts

_FULL = (
    "albert einstein|isaac newton|marie curie|charles darwin|galileo galilei|nikola tesla|thomas edison|"
    "ada lovelace|alan turing|grace hopper|john von neumann|richard feynman|stephen hawking|niels bohr|"
    "max planck|werner heisenberg|erwin schrödinger|carl sagan|rosalind franklin|gregor mendel|louis pasteur|"
    "alexander fleming|sigmund freud|carl jung|william shakespeare|jane austen|charles dickens|mark twain|"
    "leo tolstoy|fyodor dostoevsky|franz kafka|james joyce|virginia woolf|ernest hemingway|george orwell|"
    "oscar wilde|emily dickinson|walt whitman|edgar allan poe|agatha christie|arthur conan doyle|stephen king|"
    "toni morrison|maya angelou|gabriel garcía márquez|pablo neruda|johann wolfgang von goethe|"
    "friedrich schiller|dante alighieri|miguel de cervantes|victor hugo|marcel proust|immanuel kant|"
    "friedrich nietzsche|karl marx|david hume|john locke|rené descartes|baruch spinoza|blaise pascal|"
    "ludwig wittgenstein|jean-paul sartre|simone de beauvoir|hannah arendt|bertrand russell|michel foucault|"
    "noam chomsky|leonardo da vinci|vincent van gogh|pablo picasso|claude monet|frida kahlo|salvador dalí|"
    "andy warhol|wolfgang amadeus mozart|ludwig van beethoven|johann sebastian bach|antonio vivaldi|"
    "frédéric chopin|franz schubert|richard wagner|giuseppe verdi|igor stravinsky|john lennon|paul mccartney|"
    "elvis presley|bob dylan|david bowie|michael jackson|freddie mercury|taylor swift|miles davis|"
    "louis armstrong|ella fitzgerald|charlie chaplin|alfred hitchcock|stanley kubrick|steven spielberg|"
    "marilyn monroe|audrey hepburn|julius caesar|cleopatra|alexander the great|genghis khan|marcus aurelius|"
    "joan of arc|queen victoria|queen elizabeth|henry viii|napoleon bonaparte|george washington|"
    "thomas jefferson|benjamin franklin|alexander hamilton|abraham lincoln|theodore roosevelt|"
    "franklin roosevelt|john f. kennedy|martin luther king|martin luther king jr.|rosa parks|malcolm x|"
    "winston churchill|margaret thatcher|charles de gaulle|adolf hitler|joseph stalin|vladimir lenin|"
    "leon trotsky|benito mussolini|mao zedong|mahatma gandhi|jawaharlal nehru|nelson mandela|ronald reagan|"
    "bill clinton|george bush|barack obama|donald trump|joe biden|kamala harris|hillary clinton|angela merkel|"
    "emmanuel macron|vladimir putin|volodymyr zelensky|xi jinping|narendra modi|tony blair|boris johnson|"
    "neil armstrong|yuri gagarin|amelia earhart|christopher columbus|marco polo|ferdinand magellan|"
    "florence nightingale|mother teresa|anne frank|muhammad ali|michael jordan|serena williams|lionel messi|"
    "cristiano ronaldo|steve jobs|bill gates|elon musk|mark zuckerberg|jeff bezos|warren buffett|"
    "tim berners-lee|linus torvalds|guido van rossum|john maynard keynes|adam smith|milton friedman|socrates|"
    "plato|aristotle|confucius|buddha|archimedes|pythagoras|euclid|homer|sappho"
)
_FAMILY = (
    "einstein newton darwin galileo tesla edison turing feynman hawking planck heisenberg schrödinger freud "
    "shakespeare dickens tolstoy dostoevsky kafka hemingway orwell goethe nietzsche kant marx descartes "
    "spinoza wittgenstein sartre foucault chomsky picasso monet dalí warhol mozart beethoven bach vivaldi "
    "chopin wagner verdi stravinsky hitchcock kubrick spielberg caesar napoleon lincoln churchill thatcher "
    "hitler stalin lenin trotsky mussolini mao gandhi nehru mandela reagan obama trump biden merkel macron "
    "putin zelensky modi columbus magellan torvalds keynes"
)
FAMILY_NAMES = frozenset(_FAMILY.split())
FIGURES = frozenset(_FULL.split("|")) | FAMILY_NAMES


def without_figures(text: str, named: Any) -> Any:
    """Artifacts of a text (Presidio's NlpArtifacts) without the people on the list."""
    kept = [
        (span, score)
        for span, score in zip(named.entities, named.scores, strict=True)
        if span.label_ != "PERSON" or _name(text[span.start_char : span.end_char]) not in FIGURES
    ]
    if len(kept) == len(named.entities):
        return named
    spans: Sequence[Any] = [span for span, _ in kept]
    return NlpArtifacts(spans, [], [], [], None, "en", scores=[score for _, score in kept])


def _name(value: str) -> str:
    low = " ".join(value.lower().split())
    return low.removesuffix("'s").removesuffix("'").strip()
