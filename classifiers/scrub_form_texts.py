"""Puts made-up values into texts: plain, hidden, in code, in tables, over two turns."""

from __future__ import annotations

import base64
import random
import re
import tomllib
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from classifiers.scrub_fill import TEMPLATES
from classifiers.scrub_form_disguise import DISGUISES, FORMLESS
from classifiers.scrub_form_values import Value

_EXTENSION = re.compile(r",? ?(?:x|ext|Durch|poste)")


@lru_cache(maxsize=1)
def carriers() -> dict[str, dict[str, list[str]]]:
    """The table of carriers: by kind, then `keys`, `told`, `bare`, `asks`; `places` and `turns` for all kinds."""
    with (TEMPLATES / "forms.toml").open("rb") as stream:
        return tomllib.load(stream)


class Writer:
    """Puts values of one kind into texts. A text is a list of turns; values stand in it between \\x01 and \\x02."""

    def __init__(self, kind: str, rng: random.Random) -> None:
        self.kind, self.rng, self.table = kind, rng, carriers()[kind]
        self.places, self.spoken = carriers()["places"], carriers()["turns"]
        self.own: dict[str, Callable[[Value], str]] = {
            "at_dot": self._at_dot, "brackets": self._brackets, "at_dot_abroad": self._abroad, "gaps": self._gaps,
            "base64": self._base64, "basic_auth": self._basic, "dot_slash": self._dot_slash, "in_url": self._in_url,
            "dot_env": self._dot_env, "url_query": self._url_query,
        }  # fmt: skip

    def carrier(self, value: Value, formless: bool = False, before: bool = False) -> str:
        """A carrier that fits a value; `before`: one with its label before the value."""
        told = [text for text in self.table["told"] if not (before and text.startswith("{v}"))]
        bare = value.bare and not formless and self.rng.random() < 0.4
        return self.rng.choice(self.table["bare"] if bare and self.table["bare"] else told).replace(
            "{label}", value.label
        )

    def turns(self, value: Value, form: str) -> list[str]:
        """The turns of one text; empty where the value cannot have that form."""
        if form in self.own:
            text = self.own[form](value)
            return [text] if text else []
        if form == "asked":
            ask = self.rng.choice(self.table["asks"]).replace("{label}", value.label)
            return [ask, self.rng.choice(self.spoken["answers"]).replace("{v}", f"\1{value.text}\2{value.tail}")]
        if form == "split_turns":
            return self._split(value)
        if form in self.places:
            return [self._placed(value, self.rng.choice(self.places[form]))]
        text = _EXTENSION.split(value.text)[0] if form in FORMLESS and self.kind == "PHONE_NUMBER" else value.text
        text = DISGUISES[form](text, self.rng) if form in DISGUISES else text
        if not text:
            return []
        line = self.carrier(value, form in FORMLESS).replace("{v}", f"\1{text}\2{value.tail}")
        return [getattr(line, form)() if form in ("lower", "upper") else line]

    def _key(self, value: Value) -> str:
        return value.label.replace(" ", "_") if value.label else self.rng.choice(self.table["keys"])

    def _placed(self, value: Value, place: str) -> str:
        line = place.replace("{c}", self.carrier(value)) if "{c}" in place else place
        return line.replace("{k}", self._key(value)).replace("{v}", f"\1{value.text}\2{value.tail}")

    def _split(self, value: Value) -> list[str]:
        """A value whose second part is the next turn of the same side."""
        text = _EXTENSION.split(value.text)[0] if self.kind == "PHONE_NUMBER" else value.text
        at = self.rng.randint(max(2, len(text) // 3), max(2, len(text) * 2 // 3))
        first, second = text[:at].rstrip(" -./("), text[at:].strip(" -./)")
        if sum(map(str.isdigit, first)) < 3 or sum(map(str.isdigit, second)) < 3:
            return []
        head = self.carrier(value, True, True).split("{v}")[0]
        turns = [f"{head}\1{first}\2", self.rng.choice(self.spoken["rests"]).replace("{v}", f"\1{second}\2")]
        if self.rng.random() < 0.5:
            turns.insert(1, self.rng.choice(self.spoken["go_on"]))
        return turns

    def _at_dot(self, value: Value, at: str = "at", dot: str = "dot") -> str:
        name, _, host = value.text.partition("@")
        name = name.replace(".", f" {dot} ") if self.rng.random() < 0.5 else name
        if at == "at" and self.rng.random() < 0.3:
            name = name.replace("_", " underscore ").replace("-", " dash ")
        said = f"{name} {at} {host.replace('.', f' {dot} ')}"
        return self.carrier(value).replace("{v}", f"\1{said.upper() if self.rng.random() < 0.2 else said}\2")

    def _abroad(self, value: Value) -> str:
        at, dot = self.rng.choice((("at", "punkt"), ("ät", "punkt"), ("arroba", "punto"), ("arobase", "point"),
                                   ("chiocciola", "punto"), ("arroba", "ponto"), ("apenstaartje", "punt")))  # fmt: skip
        return self._at_dot(value, at, dot)

    def _brackets(self, value: Value) -> str:
        at = self.rng.choice(("[at]", " [at] ", "(at)", " (at) ", "{at}", " AT ", "<at>", "[@]", " (@) ", "_at_"))
        dot = self.rng.choice(("[dot]", " [dot] ", "(dot)", " (dot) ", "{dot}", ".", "[.]", " . ", "(.)", " DOT "))
        name, _, host = value.text.partition("@")
        return self.carrier(value).replace("{v}", f"\1{name}{at}{host.replace('.', dot)}\2")

    def _gaps(self, value: Value) -> str:
        """Spaces around the marks of an address, or between all its characters."""
        marks = "@." if self.kind == "EMAIL_ADDRESS" else ".:"
        if self.kind == "EMAIL_ADDRESS" and self.rng.random() < 0.3:
            said = " ".join(value.text)
        else:
            said = "".join(f" {char} " if char in marks else char for char in value.text)
        return self.carrier(value).replace("{v}", f"\1{said}\2") if "::" not in value.text else ""

    def _base64(self, value: Value) -> str:
        rng = self.rng
        plain = rng.choice((value.text, f'{{"email":"{value.text}"}}', f"to={value.text}&x=1", f"Hi {value.text}\n"))
        code = rng.choice((base64.b64encode, base64.urlsafe_b64encode))(plain.encode()).decode()
        code = code.rstrip("=") if rng.random() < 0.3 else code
        places = (
            "{v}",
            "data: {v}",
            "/u/{v}",
            "?m={v}",
            '"{v}"',
            "data:text/plain;base64,{v}",
            "Cookie: s={v}; a=1",
            "x={v}",
        )
        return rng.choice(places).replace("{v}", f"\1{code}\2")

    def _basic(self, value: Value) -> str:
        code = base64.b64encode(f"{value.text}:Pw{self.rng.randrange(1000)}!".encode()).decode()
        places = ("Authorization: Basic {v}", "-H 'Authorization: Basic {v}'", '"auth": "Basic {v}"', "basic {v}")
        return self.rng.choice(places).replace("{v}", f"\1{code}\2")

    def _dot_slash(self, value: Value) -> str:
        if "?" in value.text:
            return ""
        said = value.text.split("://")[-1].replace(".", " dot ").replace("/", " slash ").strip()
        return self.carrier(value).replace("{v}", f"\1{said}\2")

    def _in_url(self, value: Value) -> str:
        if len(value.text) > 100 or "\n" in value.text:
            return ""
        place = self.rng.choice(self.places["in_url"]).replace("{u}", "svc")
        return place.replace("{v}", f"\1{quote(value.text, safe='!*_-.')}\2")

    def _dot_env(self, value: Value) -> str:
        key = self.rng.choice(
            ("DB_PASSWORD", "API_KEY", "export SECRET_KEY", "STRIPE_SECRET", "JWT_SECRET", "SMTP_PASS", "TOKEN")
        )
        return f"PORT=8080\n{key}=\1{value.text}\2\nDEBUG=false" if "\n" not in value.text else ""

    def _url_query(self, value: Value) -> str:
        if "\n" in value.text or len(value.text) > 300:
            return ""
        text = self.rng.choice((quote(value.text), quote(value.text, safe="@:"), value.text.replace(" ", "+")))
        return (
            self.rng.choice(self.places["url_query"])
            .replace("{k}", quote(self._key(value)))
            .replace("{v}", f"\1{text}\2")
        )
