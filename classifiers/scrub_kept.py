"""Names that identify nobody by themselves: countries and the like, and makers and products that everybody
talks about.

A recogniser of residence still masks a country that somebody lives in.
"""

from __future__ import annotations

_PLACES = (
    "afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas "
    "bahrain bangladesh barbados "
    "belarus belgium belize benin bhutan bolivia bosnia botswana brazil brunei bulgaria burundi cambodia "
    "cameroon canada chad chile "
    "china colombia congo croatia cuba cyprus czechia denmark djibouti dominica ecuador egypt england "
    "eritrea estonia ethiopia "
    "fiji finland france gabon gambia germany ghana greece grenada guatemala guinea guyana haiti honduras "
    "hungary iceland india "
    "indonesia iran iraq ireland israel italy jamaica japan kazakhstan kenya kosovo kuwait laos latvia "
    "lebanon lesotho liberia libya "
    "lithuania luxembourg madagascar malawi malaysia maldives mali malta mauritania mauritius mexico "
    "moldova monaco mongolia "
    "montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger nigeria norway oman "
    "pakistan palestine panama "
    "paraguay peru philippines poland portugal qatar romania russia rwanda scotland senegal serbia "
    "seychelles singapore slovakia "
    "slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand "
    "togo tonga tunisia turkey "
    "turkmenistan uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe usa uk us "
    "uae eu ussr britain "
    "america africa asia europe oceania antarctica arctic eurasia scandinavia balkans caribbean "
    "mediterranean atlantic pacific sahara "
    "american americans african africans asian european europeans british english french german germans "
    "italian italians spanish "
    "russian russians chinese japanese korean koreans indian indians mexican mexicans canadian australian "
    "dutch polish turkish greek "
    "arab arabs arabic jewish jews muslim muslims christian christians catholic buddhist hindu islam "
    "islamic christianity judaism "
    "buddhism hinduism latin latino hispanic indonesian vietnamese thai brazilian portuguese swedish "
    "norwegian danish finnish irish "
    "scottish welsh swiss austrian ukrainian iranian iraqi israeli palestinian egyptian nigerian kenyan "
    "pakistani filipino persian "
    "roman romans viking vikings soviet nordic celtic democrat democrats republican republicans sharia "
    "quran bible torah "
    "himalayas alps amazon earth mars moon deutschland österreich schweiz españa italia frankreich spanien "
    "europa"
)
_PLACES_OF_WORDS = (
    "united states|united states of america|united kingdom|great britain|south korea|north korea|new "
    "zealand|south africa|saudi arabia|"
    "sri lanka|costa rica|el salvador|puerto rico|dominican republic|czech republic|united arab emirates|"
    "hong kong|burkina faso|"
    "sierra leone|ivory coast|north america|south america|latin america|central america|middle east|far "
    "east|southeast asia|"
    "east asia|western europe|eastern europe|european union|soviet union|the u.s|u.s|u.k|silicon valley|"
    "wall street|hollywood|"
    "north pole|south pole|the moon|papua new guinea|cape verde|northern ireland|new england|midwest"
)
_MAKERS = (
    "google facebook meta twitter instagram tiktok youtube whatsapp telegram snapchat reddit discord "
    "linkedin pinterest tumblr twitch "
    "netflix spotify amazon apple microsoft openai anthropic deepmind nvidia intel amd ibm oracle adobe "
    "tesla spacex uber lyft airbnb "
    "paypal visa mastercard ebay etsy walmart costco ikea starbucks mcdonald mcdonalds mcdonald's nike "
    "adidas pepsi coke coca-cola "
    "disney pixar marvel nintendo sony xbox playstation steam roblox minecraft fortnite pokemon pokémon "
    "lego samsung huawei xiaomi "
    "nokia toyota honda ford bmw audi volkswagen mercedes ferrari boeing airbus nasa fbi cia nsa nato who "
    "un unesco unicef imf wto "
    "cdc fda epa irs nhs nba nfl nhl mlb fifa uefa bbc cnn hbo espn pbs npr wikipedia wikimedia github "
    "gitlab bitbucket docker "
    "kubernetes linux ubuntu debian windows android ios macos chrome firefox safari edge opera gmail "
    "outlook yahoo hotmail bing siri "
    "alexa cortana chatgpt gpt claude gemini bard llama mistral copilot python java javascript typescript "
    "rust ruby php perl scala "
    "kotlin swift matlab excel word powerpoint photoshop figma canva slack zoom trello notion jira "
    "wordpress shopify stripe square "
    "bitcoin ethereum react vue angular django flask rails laravel node npm numpy pandas tensorflow pytorch "
    "keras sklearn matplotlib "
    "mysql postgres postgresql mongodb redis sqlite aws azure gcp heroku vercel netlify cloudflare arduino "
    "raspberry unity unreal "
    "blender wikihow quora stackoverflow duolingo kindle iphone ipad macbook rna dna api html css json xml "
    "sql http https url pdf csv "
    "cpu gpu ram usb ai ml nlp llm seo crm hr ceo cto cfo roi kpi adhd ptsd ocd lgbtq covid hiv aids nazi"
)
_MAKERS_OF_WORDS = (
    "google maps|google docs|google sheets|google drive|google translate|google home|google analytics|"
    "amazon prime|apple music|"
    "microsoft office|microsoft word|microsoft excel|visual studio|visual studio code|vs code|stack "
    "overflow|hugging face|open ai|"
    "chat gpt|gpt 4|gpt 3|raspberry pi|star wars|star trek|harry potter|lord of the rings|game of thrones|"
    "world cup|super bowl|"
    "new york times|wall street journal|washington post|white house|supreme court|united nations|world bank|"
    "red cross|"
    "world health organization|harvard business review|big tech|black friday|coca cola|burger king|home "
    "depot|best buy|whole foods"
)
KEPT = frozenset(_PLACES.split()) | frozenset(_PLACES_OF_WORDS.split("|")) | frozenset(_MAKERS.split())
KEPT |= frozenset(_MAKERS_OF_WORDS.split("|"))


_AFFECT = (
    "joy joyful joyous bliss blissful happy happiness glad gladness delight delighted delightful love "
    "loving adore gratitude grateful "
    "thankful hope hopeful faith grace trust wonder awe amazed amazing excited excitement thrill thrilled "
    "ecstatic elated euphoric "
    "cheer cheerful glee gleeful proud pride serenity serene calm peace peaceful content contentment relief "
    "relieved charm charisma "
    "passion passionate affection tender tenderness warmth kindness mercy patience prudence harmony felicity "
    "sad sadness sorrow sorrowful grief grieving despair desperate desperation anguish agony misery "
    "miserable pain painful hurt "
    "hurting suffering suffer distress distressed dread dreadful fear afraid scared terror terrified panic "
    "anxious anxiety worry "
    "worried nervous uneasy lonely loneliness alone empty numb hollow lost broken worthless useless "
    "hopeless helpless ashamed shame "
    "guilt guilty disgrace disgraceful failure regret remorse sorry anger angry rage furious fury bitter "
    "hate hatred disgust disgusted "
    "contempt jealous envy resentment frustrated frustration annoyed upset disturbed disturbing "
    "uncomfortable overwhelmed exhausted "
    "tired weary stuck trapped doomed crying cry tears weep sob scream begging beg plead please stop help "
    "die dead death kill"
)
AFFECT = frozenset(_AFFECT.split())
"""Words by which affect is told. In lower case they are never names; a scrubber that took them would blind
the scorer."""
_PHRASES = [f" {phrase} " for phrase in KEPT if " " in phrase]
_IN_PHRASES = frozenset(word for phrase in _PHRASES for word in phrase.split())


def identifies(text: str, start: int, end: int) -> bool:
    """False for a name, found by the name model alone, that everybody shares; also where it is part of
    such a name."""
    value = text[start:end].lower()
    low = value.removeprefix("the ").strip(" .")
    if low in KEPT or (text[start] == value[0] and low in AFFECT):
        return False
    if low.split(" ", 1)[0] not in _IN_PHRASES:
        return True
    around = " ".join(f" {text[max(0, start - 24) : end + 24].lower()} ".split())
    return not any(phrase.strip() in around and low in phrase for phrase in _PHRASES)
