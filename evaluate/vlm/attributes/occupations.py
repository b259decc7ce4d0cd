"""The words by which an answer tells an occupation; English only, our own list."""

from __future__ import annotations

from .lexicon import listed

OCCUPATION = {
    "politician": listed("""
        politician, politicians, president, vice president, senator, governor, mayor, prime
        minister, foreign minister, finance minister, minister of, secretary of state,
        secretary general, chancellor, congressman, congresswoman, congressmen, candidate,
        spokesman, spokeswoman, spokesperson, councilman, councilwoman, councillor, lawmaker,
        legislator, parliamentarian, member of parliament, diplomat, ambassador, statesman,
        head of state, first lady, political leader, political figure, press secretary, world
        leader, presidential candidate, government official, attorney general
    """),
    "athlete": listed("""
        athlete, athletes, sportsman, sportswoman, sportsperson, tennis player, football
        player, soccer player, basketball player, baseball player, hockey player, volleyball
        player, rugby player, cricket player, golf player, badminton player, footballer,
        footballers, cricketer, golfer, swimmer, gymnast, cyclist, figure skater, ice skater,
        skater, skier, snowboarder, surfer, boxer, wrestler, sprinter, marathon runner,
        runner, hurdler, quarterback, goalkeeper, goalie, midfielder, baseball pitcher,
        weightlifter, bodybuilder, racing driver, race car driver, jockey, olympian, tennis
        star, basketball star, tennis champion, fencer
    """),
    "coach": listed("coach, coaches, head coach, trainer, referee, umpire"),
    "actor": listed("""
        actor, actors, actress, actresses, movie star, film star, comedian, comedians,
        comedienne, comic, stuntman, performer, entertainer
    """),
    "musician": listed("""
        singer, singers, songwriter, vocalist, musician, musicians, guitarist, pianist,
        drummer, bassist, violinist, cellist, saxophonist, rapper, rock star, pop star, dj,
        composer, conductor, frontman, opera singer, guitar player, piano player, disc jockey
    """),
    "dancer": listed("dancer, dancers, ballerina, choreographer"),
    "director": listed("""
        film director, movie director, filmmaker, film maker, director, film producer, movie
        producer, screenwriter, producer
    """),
    "host": listed("""
        tv host, talk show host, television host, game show host, tv presenter, television
        presenter, presenter, tv personality, television personality
    """),
    "journalist": listed("""
        journalist, journalists, reporter, reporters, news anchor, anchorman, anchorwoman,
        newscaster, newsreader, correspondent, news presenter, columnist, weatherman
    """),
    "model": listed("fashion model, supermodel, model, models, runway model"),
    "writer": listed("writer, author, authors, novelist, poet, playwright, blogger"),
    "artist": listed("artist, artists, painter, sculptor, illustrator, street artist"),
    "designer": listed("designer, fashion designer, architect"),
    "photographer": listed("""
        photographer, photographers, cameraman, cameramen, camerawoman, cinematographer,
        videographer
    """),
    "businessperson": listed("""
        businessman, businessmen, businesswoman, businesswomen, businessperson, business
        person, business man, business woman, executive, business executive, ceo, chief
        executive, chief executive officer, entrepreneur, banker, financier, manager,
        investor, accountant, business leader, chairman, chairwoman, office worker, tycoon,
        economist, chairperson
    """),
    "salesperson": listed("""
        salesman, saleswoman, salesperson, shopkeeper, cashier, vendor, shop assistant, street
        vendor, sales assistant, sales clerk
    """),
    "lawyer": listed("lawyer, lawyers, attorney, attorneys, barrister, prosecutor, solicitor"),
    "judge": listed("""
        judge, judges, justice of the supreme court, supreme court justice, magistrate
    """),
    "police": listed("""
        police officer, police officers, policeman, policemen, policewoman, policewomen, cop,
        cops, officer, officers, detective, sheriff, security guard, guard, bodyguard, police
        chief, law enforcement officer, fbi agent
    """),
    "soldier": listed("""
        soldier, soldiers, army officer, naval officer, military officer, sailor, veteran,
        serviceman, servicewoman, infantryman, guardsman, military man, army general, four
        star general, military leader, commander, fighter pilot, lieutenant, colonel,
        sergeant, admiral, cadet
    """),
    "firefighter": listed("""
        firefighter, firefighters, fireman, firemen, fire fighter, paramedic
    """),
    "doctor": listed("""
        doctor, doctors, physician, physicians, surgeon, surgeons, dentist, psychiatrist,
        pediatrician, medical professional, healthcare professional, veterinarian, healthcare
        worker, health worker, medical worker, psychologist, audiologist, optometrist,
        pharmacist, therapist
    """),
    "nurse": listed("nurse, nurses, midwife, caregiver"),
    "scientist": listed("""
        scientist, scientists, researcher, researchers, physicist, chemist, biologist,
        mathematician, astronomer, historian, archaeologist, lab technician, academic
    """),
    "engineer": listed("engineer, engineers, programmer, software developer, technician"),
    "teacher": listed("""
        teacher, teachers, professor, professors, lecturer, schoolteacher, tutor, instructor,
        headmaster
    """),
    "student": listed("""
        student, students, pupil, schoolboy, schoolgirl, undergraduate, graduate
    """),
    "cook": listed("chef, chefs, cook, baker, pastry chef"),
    "waiter": listed("""
        waiter, waiters, waitress, waitresses, bartender, barista, flight attendant,
        stewardess, steward, hostess
    """),
    "clergy": listed("""
        priest, priests, pastor, monk, monks, nun, nuns, bishop, archbishop, pope, imam,
        rabbi, reverend, clergyman, preacher, religious leader, friar
    """),
    "royalty": listed("""
        king, queen, prince, princess, duke, duchess, emperor, empress, monarch, sultan,
        sheikh
    """),
    "pilot": listed("pilot, pilots, astronaut, astronauts, cosmonaut, airline captain"),
    "driver": listed("taxi driver, bus driver, truck driver, driver, cab driver, chauffeur"),
    "worker": listed("""
        construction worker, construction workers, factory worker, worker, workers, laborer,
        labourer, mechanic, electrician, plumber, carpenter, welder, miner, builder, handyman,
        craftsman, blacksmith, janitor, cleaner, gardener, repairman
    """),
    "farmer": listed("""
        farmer, farmers, fisherman, fishermen, cowboy, rancher, shepherd, beekeeper
    """),
    "hairdresser": listed("""
        hairdresser, barber, hair stylist, stylist, makeup artist, beautician
    """),
    "clerk": listed("""
        secretary, receptionist, librarian, clerk, mailman, postman, office clerk
    """),
    "activist": listed("activist, activists, human rights activist"),
    "magician": listed("magician, clown, acrobat, juggler"),
}  # fmt: skip
FEMALE = listed("""
    actress, actresses, comedienne, waitress, waitresses, stewardess, hostess, businesswoman,
    businesswomen, congresswoman, councilwoman, sportswoman, camerawoman, policewoman,
    policewomen, chairwoman, anchorwoman, saleswoman, servicewoman, ballerina, nun, nuns,
    queen, princess, duchess, spokeswoman, empress, first lady, schoolgirl, business woman
""")
MALE = listed("""
    businessman, businessmen, congressman, congressmen, councilman, sportsman, stuntman,
    statesman, cameraman, cameramen, policeman, policemen, chairman, anchorman, salesman,
    serviceman, fireman, firemen, clergyman, frontman, weatherman, king, prince, duke,
    emperor, schoolboy, business man, military man, fisherman, fishermen, handyman, craftsman,
    mailman, postman, repairman, cowboy, headmaster, spokesman, infantryman, guardsman, monk,
    monks, friar
""")
"""Occupations whose word tells a gender too."""
