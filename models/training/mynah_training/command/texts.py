"""What the synthetic voices say: commands of the shipped skills, orders and requests in other wordings, everyday sentences, loose words.

All text is lower case, numbers are written as words. `sentences(seed)` is a pure function of its seed and of the files it reads.
"""

import random
import re
import tomllib

from ..corpus import WORDS, everyday
from ..paths import REPOSITORY

# How many of each kind; single words and pairs count as loose.
SKILLS, ORDERS, EVERYDAY, LOOSE = 8500, 4200, 3500, 3300

ROOMS = (
    "kitchen, living room, lounge, hallway, bedroom, bathroom, office, study, garage, garden, nursery, dining room, basement, attic, guest room, "
    "kids room, playroom, laundry room, pantry, porch, terrace, balcony, workshop, conservatory, utility room, main bedroom, hall, landing, cellar"
).split(", ")
DEVICES = {
    "light": "lamp, light, ceiling light, desk lamp, floor lamp, reading lamp, bedside lamp, night light, spotlight, chandelier, light strip, wall light, table lamp, fairy lights, porch light",
    "fan": "fan, ceiling fan, desk fan, extractor fan, ventilator, cooker hood",
    "plug": "fan, coffee machine, heater, kettle, toaster, plug, socket, outlet, washing machine, dishwasher, iron, christmas tree, aquarium pump, air purifier, humidifier",
    "cover": "blind, blinds, curtains, shutter, shutters, shade, roller blind, awning, skylight, garage door, gate",
    "lock": "front door, back door, door, side door, garage door, cellar door, garden gate, safe",
    "thermostat": "thermostat, heating, radiator, air conditioner, heater, boiler",
    "tv": "tv, television, telly, projector, screen", "player": "speaker, stereo, radio, record player, sound bar, music player",
    "vacuum": "vacuum, vacuum cleaner, robot, hoover, roomba, mop", "sensor": "door sensor, motion sensor, thermometer, smoke detector, remote control",
    "opening": "window, front door, back door, garage door, skylight, fridge, freezer", "detector": "motion sensor, hallway sensor, camera, smoke detector",
    "way_in": "garage door, gate, garage, driveway gate",
}
COLORS = (
    "red, green, blue, yellow, orange, purple, violet, pink, white, warm white, cold white, cool white, turquoise, cyan, magenta, lime, gold, "
    "lavender, teal, indigo, amber, crimson, brown, candle light, daylight"
).split(", ")
DAYS = "today, tomorrow, monday, tuesday, wednesday, thursday, friday, saturday, sunday, weekdays, the weekend, next week".split(", ")
ITEMS = (
    "milk, bread, eggs, butter, cheese, apples, bananas, tomatoes, onions, garlic, potatoes, rice, pasta, flour, sugar, salt, pepper, olive oil, coffee, tea, "
    "orange juice, water, beer, wine, chicken, beef, fish, yoghurt, cereal, honey, jam, chocolate, toilet paper, kitchen roll, soap, shampoo, toothpaste, "
    "batteries, light bulbs, dog food, cat food, washing powder, bin bags, carrots, lettuce, cucumber, lemons, strawberries, frozen peas, tin foil"
).split(", ")
CHORES = (
    "call the doctor, water the plants, take out the bins, feed the cat, walk the dog, pick up the kids, buy a present, pay the rent, call my mother, empty the "
    "dishwasher, take my medicine, turn off the oven, book a table, charge the car, go to the gym, check the oven, ring the school, post the letter, do the laundry"
).split(", ")
TIMERS = "pizza, pasta, egg, tea, laundry, oven, rice, bread, homework, nap, workout, cake, chicken, potato, bath, meeting".split(", ")
VALUES = {
    "state": ["on", "off", "on", "off", "open", "closed"], "target": ROOMS, "topic": "the lights, timers, alarms, music, the heating, blinds, the weather, reminders".split(", "),
    "all": ["all", "all", "all the", "everything", "all of"], "source": "h d m i one, h d m i two, netflix, youtube, the playstation, the radio, spotify, live tv".split(", "),
    "step": ["next", "previous", "up", "down", "last"], "mute": ["mute", "unmute", "silence"], "level": ["low", "medium", "high", "half", "full", "slow", "fast"],
    "station": "the news, jazz, jazz radio, classical music, rock radio, pop, country music, rain sounds, ocean sounds, white noise".split(", "),
    "often": ["day", "morning", "evening", "week", "weekday", "hour", "monday", "night"], "wake": ["wake me up", "wake us", "get me up", "wake me"],
    "value": ["high", "low", "medium"], "recurrence": ["every day", "every week", "on weekdays"], "way_in": DEVICES["way_in"].split(", "), "nearby": ROOMS,
}
UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()

# Orders and requests in wordings of their own. No sentence of the published coffee grammar is among them.
ORDER_RULES = {
    "size": "(small|medium|large|regular|big|tiny|extra large|eight ounce|twelve ounce|sixteen ounce|twenty ounce|ten ounce|six ounce)",
    "shot": "(single|double|triple|single shot|double shot|triple shot|triple shot|triple|one shot|two shot|three shot)",
    "roast": "(light roast|medium roast|dark roast|light|dark|medium|blonde roast)",
    "drink": "(americano|cappuccino|espresso|iced mocha|latte|mocha|coffee|drip coffee|house coffee|iced coffee|flat white|iced latte|hot chocolate|tea|macchiato|decaf|black coffee|green tea|cold brew)",
    "much": "[a little bit of|a bit of|some|a lot of|lots of|a little|extra|no|more|less|plenty of|a splash of|a touch of|without]",
    "milk": "(milk|skim milk|whole milk|soy milk|almond milk|oat milk|cream|foam|whipped cream)", "sweet": "(sugar|brown sugar|sweetener|honey|vanilla|cinnamon|syrup)",
}
ORDER_TEMPLATES = [
    "(i would like|i will have|could you make|please make|order|we need|bring me|let me have|may we have|she wants|how about|i'll take|could i have) [a|an|one|two|three|another] [<size>] [<roast>] [<shot>] <drink> [please|to go|for me|now]",
    "[<shot>] [<roast>] <size> <drink> [and|with|plus] <much> <milk> (please|for two|to go|thanks)",
    "(make it|make that|change it to|i said|no) [a] (<size>|<shot>|<roast>|<drink>)", "(add|put in|i want|give it|more) <much> (<milk>|<sweet>) [please|too|as well]",
    "<much> <milk> [and <much> <sweet>]", "<much> <sweet> [and <much> <milk>]", "<size> <drink>", "<shot> <drink>", "<roast> <drink>", "<shot> (or|not|and) <shot>",
    "<size> (or|not|and) <size>", "<milk> (or|not|and) <milk>", "(a|the|one|my) <size> <shot> <drink>", "(a|the|one|my) <shot> <size> <roast> <drink>", "<roast> <shot>", "<shot> <size>",
    "(can|may|could) (i|we|you) (get|have|make|brew|bring) (another|two|three|the same) <drink> (please|with <milk>|and <sweet>)", "brew (some|fresh|more|a pot of) <drink>",
    "with <much> <sweet> and <much> <milk>", "with <much> <milk> and <much> <sweet>", "<drink> (with|without|and|plus) <much> (<milk>|<sweet>) (please|today|again)",
    "(start|stop|cancel|clean|rinse|fill|empty) the (coffee machine|grinder|water tank|milk frother)", "(one|two|three|four|half a) (sugars|spoons of sugar|cups|shots|spoonfuls)",
    # other houses
    "(call|ring|text|message) (mum|dad|anna|john|sarah|the office|the doctor|my brother|grandma|peter|maria)", "(volume|channel|temperature|brightness|speed|number|level|track|page) {number}",
    "(go|move|turn|look) (left|right|up|down|forward|back|around) [please|slowly|quickly|a bit]", "(yes|no|okay|sure|yeah|nope|correct|wrong|right|stop|cancel|repeat) [please|thanks|that]",
    "(what is|what's|how much is) {number} (plus|minus|times|divided by) {number}", "(open|close|start|launch) the (app|camera|calendar|map|messages|browser|door|window|recipe)",
    "(washing machine|dishwasher|oven|dryer|microwave) (start|stop|pause|on|off|{number} minutes|{number} degrees|quick wash|eco mode)",
    "(set|heat|preheat|turn) the (oven|grill|hob|sauna) to {number} degrees [celsius|fahrenheit]", "(play|put on) (some|a) (jazz|rock|classical|piano|happy|quiet|loud) (music|song|playlist|album)",
    "(how|what|when|where|who|why) (is|was|are|will be) (it|he|she|they|that|this|the bus|the match|my phone|the weather|dinner) [today|now|tomorrow|tonight]",
    "[hey|okay] (computer|jarvis|alexa|athena|mynah|robot|house|assistant)", "(double|triple|single) (or|not) (double|triple|single) [shot|time|room|click]", "{number} (percent|degrees|minutes|seconds|hours|ounces|dollars|euros)",
    "(good|very good|thank you|thanks|great|well done|never mind|sorry|hello|hi|goodbye|good night|good morning)", "{number}", "{time}", "{duration}", "{date}",
]


def spoken(number):
    """0 to 9999 in words."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10 - 2] + (" " + UNITS[number % 10] if number % 10 else "")
    if number < 1000:
        return UNITS[number // 100] + " hundred" + (" " + spoken(number % 100) if number % 100 else "")
    return spoken(number // 1000) + " thousand" + (" " + spoken(number % 1000) if number % 1000 else "")


def slot(name, lists, rng):
    """A value for `{name}`, for `{kind:name}` too: a list of the skill, a number, a time, or a name of some home."""
    kind, _, tail = name.partition(":")
    if kind in lists:
        return rng.choice(lists[kind])
    if kind == "device":
        if tail == "second":
            tail = "light"
        names = DEVICES.get(tail, DEVICES["light"]).split(", ")
        return rng.choice([f"{rng.choice(ROOMS)} {rng.choice(names)}", rng.choice(names), f"{rng.choice(names)} in the {rng.choice(ROOMS)}"])
    number = rng.randrange(1, 101) if rng.random() < 0.7 else rng.choice([5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 70, 75, 80, 90, 100])
    if kind == "number":
        return spoken(number if rng.random() < 0.8 else rng.randrange(100, 2100))
    if kind in ("percentage", "rain_chance"):
        return spoken(number) + " percent"
    if kind == "temperature":
        return spoken(rng.randrange(5, 31) if rng.random() < 0.8 else rng.randrange(50, 85)) + rng.choice([" degrees", " degrees", "", " degrees celsius", " degrees fahrenheit", " and a half degrees"])
    if kind == "duration":
        unit = rng.choice(["second", "minute", "minute", "minute", "hour"])
        count = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 90]) if rng.random() < 0.7 else rng.randrange(1, 100)
        return rng.choice([f"{spoken(count)} {unit}{'s' * (count > 1)}"] * 6 + ["half an hour", "an hour and a half", "one and a half minutes", f"one hour and {spoken(count)} minutes", f"{spoken(count)} minutes and thirty seconds", "an hour", "a minute"])
    if kind in ("time", "datetime"):
        hour, minute = rng.randrange(1, 13), rng.choice([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, rng.randrange(10, 60)])
        half = rng.choice(["", "", " a m", " p m", " in the morning", " in the evening", " tonight"])
        return rng.choice([spoken(hour) + half, f"{spoken(hour)} {spoken(minute)}{half}", f"half past {spoken(hour)}", f"quarter to {spoken(hour)}", f"quarter past {spoken(hour)}", f"{spoken(hour)} o'clock{half}", "noon", "midnight"])
    if kind in ("day", "date"):
        months = "january february march april may june july august september october november december".split()
        return rng.choice(DAYS * 2 + [f"{rng.choice(months)} {rng.choice(['first', 'second', 'third', 'fifth', 'tenth', 'twelfth', 'twentieth', 'thirty first'])}"])
    named = {"area": ROOMS, "color": COLORS, "item": ITEMS, "about": CHORES, "timer_name": TIMERS} | VALUES
    return rng.choice(named.get(kind) or [kind.replace("_", " ")])


def expand(template, rules, lists, rng):
    """One sentence of a template: `(a|b)`, `[a]`, `<rule>`, `{slot}`."""
    pieces = re.findall(r"[()\[\]|]|<[^>]+>|\{[^}]+\}|[^()\[\]|<>{}\s]+", template)

    def alternatives(position, closing):
        options, current = [], []
        while position < len(pieces):
            piece, position = pieces[position], position + 1
            if piece == closing:
                break
            if piece == "|":
                options.append(current)
                current = []
            elif piece in "([":
                inside, position = alternatives(position, ")" if piece == "(" else "]")
                if piece == "(" or rng.random() < 0.45:
                    current = current + inside
            elif piece[0] == "<":
                current = current + expand(rules.get(piece[1:-1], ""), rules, lists, rng).split()
            elif piece[0] == "{":
                current = current + expand(slot(piece[1:-1], lists, rng), rules, {}, rng).split()
            else:
                current = current + [piece]
        return rng.choice(options + [current]), position

    return " ".join(alternatives(0, None)[0])


def skills():
    """[(rules, lists, templates)] of the shipped English skills, their tests' sentences among the templates."""
    found = []
    for path in sorted((REPOSITORY / "intents" / "en").glob("*.toml")):
        skill = tomllib.loads(path.read_text())
        lists = {name: [value["in"] if isinstance(value, dict) else value for value in values] for name, values in skill.get("lists", {}).items() if isinstance(values, list)}
        for intent in skill.get("intent", []):
            tests = [re.sub(r"[()\[\]|<>{}]", " ", test["say"]) for test in intent.get("test", []) if isinstance(test.get("say"), str)]
            found.append((skill.get("rules", {}), lists, [text for text in intent.get("sentences", []) if isinstance(text, str)] or tests))
            found.append((skill.get("rules", {}), lists, tests or found[-1][2]))
    return [entry for entry in found if entry[2]]


def plain(text):
    """Lower case words; None where something cannot be read aloud without doubt (digits, signs)."""
    text = re.sub(r"[.,!?;:\"()\-–—…]", " ", text.lower().replace("’", "'"))
    text = " ".join(word.strip("'") if not word.startswith("'em") else word for word in text.split())
    return text if re.fullmatch(r"[a-z' ]+", text) else None


def collect(count, draw):
    """`count` different sentences of at most 12 words that `draw()` gives (fewer when it repeats itself)."""
    found, tries = {}, 0
    while len(found) < count and tries < 30 * count:
        text, tries = plain(draw()), tries + 1
        if text and len(text.split()) <= 12:
            found[text] = True
    return list(found)


def sentences(seed=1):
    """All different sentences of a seed, shuffled: [(kind, text)]."""
    rng, entries = random.Random(seed), skills()
    polite = ["", "", "", "", "", "", "please ", "can you ", "could you ", "would you please "]

    def command():
        rules, lists, templates = rng.choice(entries)
        return rng.choice(polite) + expand(rng.choice(templates), rules, lists, rng) + rng.choice([""] * 8 + [" please", " now"])

    found = {"skills": collect(SKILLS, command), "orders": collect(ORDERS, lambda: expand(rng.choice(ORDER_TEMPLATES), ORDER_RULES, {}, rng))}
    found["everyday"] = [text for text in map(plain, everyday(6 * EVERYDAY, seed=31)) if text and 2 <= len(text.split()) <= 9][:EVERYDAY]
    vocabulary = sorted({word for kind in ("skills", "orders") for text in found[kind] for word in text.split()} | {word for phrase in WORDS for word in phrase.split()})
    # Words of orders and numbers more often than the rest: they are what is mistaken for one another.
    often = sorted({word for text in found["orders"] for word in text.split()}) + UNITS * 2 + TENS * 3

    def loose():
        pool = often if rng.random() < 0.5 else vocabulary
        return " ".join(rng.choice(pool) for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 5, 6])))

    found["loose"] = collect(LOOSE, loose)
    listed = list({text: (kind, text) for kind, texts in found.items() for text in texts}.values())
    rng.shuffle(listed)
    return listed


if __name__ == "__main__":
    listed = sentences()
    print(len(listed), "sentences")
    for kind, text in listed[:60]:
        print(kind, "|", text)
