"""The words by which an answer tells gender, age, ethnicity or expression; English only.

Each list maps a value to words and phrases, lower case, hyphens as spaces; where a plural or
another form is told the same, it stands here. The lists are our own. What they do not hold is
not found: hair, beards, clothes and names tell a gender or an age too, and count for nothing.
"""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """Return the phrases of a text, separated by commas."""
    return frozenset(" ".join(part.split()) for part in text.split(","))


SURE_GENDER = {  # not nouns that an article goes before: nothing denies them
    "female": listed("she, her, hers, herself, mrs, ms, miss, madam, ma'am"),
    "male": listed("he, him, his, himself, mr, sir"),
}
GENDER = {
    "female": listed("""
        woman, women, female, females, lady, ladies, girl, girls, gal, mother, mothers, mom,
        mum, daughter, daughters, wife, wives, sister, sisters, aunt, niece, grandmother,
        grandma, granddaughter, girlfriend, bride, bridesmaid, widow, schoolgirl, heroine,
        latina, latinas
    """),
    "male": listed("""
        man, men, male, males, gentleman, gentlemen, guy, guys, dude, boy, boys, lad, father,
        fathers, dad, son, sons, husband, husbands, brother, brothers, uncle, nephew,
        grandfather, grandpa, grandson, boyfriend, groom, bridegroom, widower, schoolboy
    """),
    "nonbinary": listed("nonbinary, non binary, genderqueer, genderfluid"),
}
AGE = {  # told of a person by themselves
    "child": listed("""
        child, children, kid, kids, baby, babies, infant, infants, toddler, toddlers, newborn,
        boy, boys, girl, girls, schoolboy, schoolgirl, preschooler, preteen
    """),
    "teenager": listed("""
        teenager, teenagers, teen, teens, teenage, teenaged, adolescent, adolescents,
        youngster, youngsters, youth
    """),
    "young": listed("young adult, young adults, twentysomething, thirtysomething"),
    "middle-aged": listed("""
        middle aged, middle age, midlife, fortysomething, fiftysomething
    """),
    "old": listed("""
        elderly, senior citizen, senior citizens, octogenarian, septuagenarian, nonagenarian,
        pensioner, elder, elders, grandmother, grandma, grandfather, grandpa, advanced age,
        old age, older age
    """),
    "adult": listed("adult, adults, grown up, grown man, grown woman"),
}
AGE_OF_PERSON = {  # of trees and buildings too: counts beside a person only
    "young": listed("young, younger, youthful, youngish"),
    "old": listed("old, older, aged, aging, ageing, senior, oldish"),
    "middle-aged": listed("mature"),
}
ETHNICITY = {  # told of a person by themselves
    "white": listed("""
        caucasian, caucasians, fair skinned, light skinned, pale skinned, white skinned, light
        skin, fair skin, pale skin, light complexion, fair complexion, pale complexion, light
        skin tone, fair skin tone
    """),
    "black": listed("""
        african american, african americans, afro american, black american, dark skinned,
        black skinned, brown skinned, dark skin, brown skin, dark complexion, dark skin tone,
        medium dark skin tone, afro caribbean
    """),
    "latino": listed("""
        latino, latina, latinos, latinas, latinx, hispanic, hispanics, mexican american, latin
        american
    """),
    "asian": listed("asian american, east asian"),
    "south asian": listed("south asian"),
    "middle eastern": listed("middle eastern, arab american"),
    "indigenous": listed("""
        native american, american indian, first nations, aboriginal, maori, inuit, pacific
        islander
    """),
    "mixed": listed("biracial, multiracial, mixed race, mixed ethnicity, mixed heritage"),
}  # fmt: skip
ETHNICITY_OF_PERSON = {  # of shirts, flags and food too: counts beside a person only
    "white": listed("white, european"),
    "black": listed("""
        black, african, nigerian, kenyan, ethiopian, ghanaian, somali, senegalese, ugandan,
        congolese, jamaican, haitian
    """),
    "asian": listed("""
        asian, chinese, japanese, korean, south korean, north korean, taiwanese, vietnamese,
        thai, filipino, filipina, indonesian, malaysian, cambodian, mongolian, tibetan,
        burmese, singaporean
    """),
    "south asian": listed("indian, pakistani, bangladeshi, sri lankan, nepali, nepalese"),
    "middle eastern": listed("""
        arab, arabic, arabian, persian, iranian, iraqi, syrian, lebanese, jordanian, saudi,
        yemeni, palestinian, kurdish, turkish, egyptian, moroccan, algerian, tunisian, libyan
    """),
    "latino": listed("""
        mexican, colombian, venezuelan, peruvian, chilean, argentine, argentinian, cuban,
        puerto rican, dominican, ecuadorian, bolivian, guatemalan, honduran, salvadoran,
        brazilian
    """),
    "indigenous": listed("indigenous, polynesian, samoan"),
    "jewish": listed("jewish"),
    **{nation: frozenset([nation]) for nation in listed("""
        american, british, english, scottish, welsh, irish, french, german, italian, spanish,
        portuguese, dutch, belgian, swiss, austrian, swedish, norwegian, danish, finnish,
        icelandic, polish, czech, slovak, hungarian, romanian, bulgarian, greek, serbian,
        croatian, bosnian, albanian, ukrainian, russian, canadian, australian, israeli,
        afghan, slavic, scandinavian, mediterranean
    """)},
    "south african": listed("south african"),
}  # fmt: skip
DESCENT = listed(
    "descent, ethnicity, heritage, ancestry, origin, origins, features, roots, complexion, skin"
)
EXPRESSION = {  # what a face does
    "happy": listed("""
        smile, smiles, smiling, smiled, smilingly, grin, grins, grinning, laugh, laughs,
        laughing, laughter, smirk, smirks, smirking, beaming, chuckling, giggling, cheerfully,
        happily, joyfully
    """),
    "sad": listed("cry, cries, crying, weeping, sobbing, sadly, tearful, in tears"),
    "angry": listed("""
        frown, frowns, frowning, scowl, scowls, scowling, glaring, angrily, furrowed brow,
        furrowed brows
    """),
    "tired": listed("yawn, yawns, yawning"),
}  # fmt: skip
EXPRESSION_OF_PERSON = {  # counts of a person, or of a look, a face, an expression
    "happy": listed("""
        happy, cheerful, joyful, joyous, delighted, amused, joy, happiness, pleased, glad,
        content, contented, excited, excitement, delight, amusement, friendly
    """),
    "sad": listed("""
        sad, unhappy, sorrowful, melancholic, melancholy, gloomy, sadness, sorrow, grief,
        downcast, dejected
    """),
    "angry": listed("""
        angry, furious, annoyed, irritated, frustrated, frustration, anger, upset, mad, fury
    """),
    "surprised": listed("""
        surprised, shocked, astonished, amazed, surprise, shock, astonishment, amazement,
        startled
    """),
    "afraid": listed("""
        afraid, scared, frightened, fearful, terrified, fear, anxious, tense, worried,
        concerned, nervous
    """),
    "disgusted": listed("disgusted, disgust, contemptuous, contempt"),
    "serious": listed("""
        serious, stern, solemn, neutral, expressionless, grim, severe, intense, sober,
        deadpan, stoic, seriousness
    """),
    "thoughtful": listed("""
        thoughtful, pensive, contemplative, reflective, thought, contemplation, concentrated,
        focused, concentration
    """),
    "calm": listed("calm, gentle, relaxed, serene, peaceful, composed"),
    "confident": listed("""
        confident, confidence, proud, proudly, determined, determination, assured
    """),
    "tired": listed("tired, exhausted, sleepy, weary, fatigued"),
}  # fmt: skip
LOOK = listed("""
    expression, expressions, look, looks, face, faces, gaze, demeanor, demeanour, mood, stare,
    countenance, eyes, glance, mien, smile, manner
""")  # fmt: skip
PEOPLE = listed("""
    person, people, persons, individual, individuals, subject, someone, somebody, figure,
    couple, face, human, human being, citizen, adult, adults, child, children, kid, kids,
    baby, infant, toddler, teenager, teen, youth, fan, fans, celebrity, family, friend,
    friends, guest, passenger, tourist, relative, parent, parents, customer, colleague,
    visitor, pedestrian, speaker, hero, star, fellow, player, officer, worker, driver, leader
""")  # fmt: skip
THINGS = listed("""
    shirt, t shirt, jacket, coat, suit, dress, tie, hat, cap, helmet, uniform, costume,
    outfit, robe, gown, glasses, sunglasses, shoes, pants, trousers, jeans, skirt, sweater,
    hoodie, scarf, gloves, socks, belt, vest, blouse, blazer, hair, beard, mustache,
    moustache, eyebrows, background, wall, car, bus, train, truck, van, plane, airplane, ship,
    boat, bike, bicycle, motorcycle, house, building, shop, store, office, station, room,
    table, desk, chair, bed, sofa, couch, board, whiteboard, sign, flag, statue, doll,
    figurine, poster, painting, picture, photo, photograph, image, movie, film, series, dog,
    cat, horse, tree, oak, flower, flowers, sky, paper, box, bag, backpack, ball, pen, book,
    phone, computer, screen, laptop, camera, light, lights, door, window, fence, street, road,
    park, city, town, restaurant, food, wine, beer, tea, coffee, market, seat, badge, license,
    licence, card, kit, project, episode, shorts, bench, field, court, ring, band, line,
    lines, dots, stripes, frame, border, chalk, bar, stage, curtain, towel, blanket, pillow,
    party, birthday, hour, holiday, christmas, year, meal, sticker, emoji, icon, logo, toy,
    stroller, carriage, crib, bottle, hospital, clinic, clothing, clothes, drawing, book,
    bear, rail
""")
"""Nouns that take a word before them for themselves: a black tie, a nurse's hat."""

EATEN = listed("""
    black and white, white house, white sox, black panther, black sea, black friday, black
    belt, black tie, red carpet, new mexico, american football, french fries, french horn, old
    fashioned, old school, old town, young at heart, years young, happy birthday, happy hour,
    happy new year, happy holidays, happy ending, surprise party, laughing stock, smiley face,
    smiling face emoji, crying shame, baby blue, baby pink, baby shower, baby grand, inner
    child, kid gloves, snow man, iron man, spider man, super man, ant man, wonder woman, cat
    woman, no man's land, man's best friend, father christmas, mother nature, mother board,
    father's day, mother's day, girl group, boy band, boy scout, girl scout, human model,
    language model, ai model, computer model, scale model, model train, model airplane, model
    ship, model car, role model, 3d model, vision model, ai assistant, virtual assistant,
    helpful assistant, digital assistant, assistant to, king size, queen size, burger king,
    drama queen, dairy queen, king's cross, record player, dvd player, cd player, music
    player, video player, media player, mp3 player, table runner, runner up, boxer shorts,
    screw driver, device driver, driver seat, pilot project, pilot episode, in general,
    general public, general store, water pitcher, thought bubble, focused on, concentrated on,
    in focus, shock absorber, fear of, calm water, mad magazine, white noise, english
    breakfast, polish remover, cowboy hat, cowboy boots, cowboy boot, german shepherd, student
    card, teacher's day, bachelor, master of ceremonies, old master, old masters, content
    creator, content of, contents, mature content, concerned with, people's choice, your age,
    nail polish, captain america, doctor who, doctor strange, judge dredd, judge whether,
    judge from, judge by, to judge, cook book, pop star poster, miss universe, miss world
""")
"""Phrases that hold a word of the lists and do not tell it of anybody."""
