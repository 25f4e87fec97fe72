//! Whole numbers up to a hundred in the words of languages of which no more is known here than these words.
//!
//! In the tables a `|` stands between ways to say the same, the usual one first, and a `-` between words.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use super::plain::Plain;
use super::{Language, Phrases};
use crate::fold::{Folding, tokens_as};

/// A language by its number words.
pub(crate) struct Spelled {
    /// BCP 47, without a region.
    tag: &'static str,
    /// 0 to 19.
    units: &'static str,
    /// 20, 30, … 90, 100.
    tens: &'static str,
    style: Style,
    words: OnceLock<Words>,
}

/// How tens and units are put together.
#[derive(Clone, Copy)]
enum Style {
    /// Tens, this, units: `vinte e um`.
    TensFirst(&'static str),
    /// Units, this, tens: `einundzwanzig`.
    UnitsFirst(&'static str),
    /// As [`TensFirst`](Self::TensFirst), but in the twenties with the second: `vint-i-un`, `trenta-un`.
    Twenties(&'static str, &'static str, &'static str),
    /// `ventuno`, `ventidue`: the tens lose their last letter before a vowel.
    Italian,
    /// `soixante et onze`, `quatre-vingt-dix`.
    French,
}

#[derive(Default)]
struct Words {
    /// By the first word: all words and the value.
    by_first: HashMap<String, Vec<(Vec<String>, f64)>>,
    /// The usual way, by value.
    usual: Vec<String>,
}

/// The language of a primary tag.
pub(super) fn spelled(primary: &str) -> Option<&'static Spelled> {
    LANGUAGES.iter().find(|language| language.tag.split('|').any(|tag| tag.eq_ignore_ascii_case(primary)))
}

impl Spelled {
    const fn new(tag: &'static str, style: Style, units: &'static str, tens: &'static str) -> Spelled {
        Spelled { tag, units, tens, style, words: OnceLock::new() }
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            let mut words = Words::default();
            let folding = Folding::of(self.tag.split('|').next().unwrap_or_default());
            for value in 0..=100 {
                let ways = self.ways(value);
                for way in &ways {
                    let said: Vec<String> =
                        tokens_as(way, folding).into_iter().map(|token| token.text).collect();
                    if let Some(first) = said.first() {
                        let known = words.by_first.entry(first.clone()).or_default();
                        known.push((said, f64::from(value)));
                    }
                }
                words.usual.push(ways.into_iter().next().unwrap_or_default());
            }
            words
        })
    }

    /// Every way to say a number from 0 to 100.
    fn ways(&self, value: u32) -> Vec<String> {
        let of = |table: &'static str, place: u32| -> Vec<&'static str> {
            table.split(' ').nth(place as usize).unwrap_or_default().split('|').collect()
        };
        let said = |ways: Vec<&str>| ways.into_iter().map(|way| way.replace('-', " ")).collect();
        if value < 20 {
            return said(of(self.units, value));
        }
        let (ten, unit) = (value / 10, value % 10);
        if unit == 0 && !(matches!(self.style, Style::French) && matches!(ten, 7 | 9)) {
            return said(of(self.tens, ten - 2));
        }
        let mut ways = Vec::new();
        for tens in of(self.tens, ten - 2) {
            for units in of(self.units, unit) {
                ways.push(match self.style {
                    Style::TensFirst(between) => format!("{tens}{between}{units}"),
                    Style::UnitsFirst(between) => format!("{units}{between}{tens}"),
                    Style::Twenties(twenty, between, _) if ten == 2 => format!("{twenty}{between}{units}"),
                    Style::Twenties(_, _, between) => format!("{tens}{between}{units}"),
                    Style::Italian => match units.starts_with(['u', 'o']) {
                        true => format!("{}{units}", &tens[..tens.len() - 1]),
                        false => format!("{tens}{units}"),
                    },
                    Style::French => format!("{tens} {}{units}", if unit == 1 { "et " } else { "" }),
                });
            }
        }
        if let Style::French = self.style
            && ten >= 7
        {
            let below = if ten >= 8 { value - 80 } else { value - 60 };
            let tens = if ten >= 8 { "quatre vingt" } else { "soixante" };
            let and = if value == 71 { "et " } else { "" };
            ways = of(self.units, below).into_iter().map(|unit| format!("{tens} {and}{unit}")).collect();
        }
        ways.into_iter().map(|way| way.replace('-', " ")).collect()
    }
}

impl Language for Spelled {
    fn digits(&self, _word: &str) -> Option<&'static str> {
        None
    }

    fn numbers(&self, words: &[&str]) -> Vec<(usize, f64)> {
        let mut found = Plain.numbers(words);
        let known = words.first().and_then(|first| self.words().by_first.get(*first));
        for (said, value) in known.into_iter().flatten() {
            if words.len() >= said.len() && said.iter().zip(words).all(|(a, b)| a == b) {
                found.push((said.len(), *value));
            }
        }
        found
    }

    fn spell(&self, value: i32) -> Vec<String> {
        let usual = usize::try_from(value).ok().and_then(|value| self.words().usual.get(value));
        usual.into_iter().map(|way| way.to_lowercase()).collect()
    }

    fn halves(&self) -> &'static [&'static str] {
        Plain.halves()
    }

    fn shares(&self) -> &'static [(&'static str, f64)] {
        Plain.shares()
    }

    fn percent(&self) -> &'static [&'static str] {
        Plain.percent()
    }

    fn degrees(&self) -> &'static [&'static str] {
        Plain.degrees()
    }

    fn durations(&self, words: &[&str]) -> Vec<(usize, Duration)> {
        Plain.durations(words)
    }

    fn say_durations(&self, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        Plain.say_durations(phrases, from, to);
    }
}

use Style::{French, Italian, TensFirst, Twenties, UnitsFirst};

#[rustfmt::skip]
static LANGUAGES: [Spelled; 31] = [
    Spelled::new("af", UnitsFirst("-en-"),
        "nul een twee drie vier vyf ses sewe agt nege tien elf|elwe twaalf dertien veertien vyftien sestien sewentien agttien|agtien negentien",
        "twintig dertig veertig vyftig sestig sewentig tagtig|tachtig negentig honderd"),
    Spelled::new("bg", TensFirst(" и "),
        "нула един|една|едно|едната два|две|двама три четири пет шест седем осем девет десет единадесет|единайсет дванадесет|дванайсет тринадесет|тринайсет четиринадесет|четиринайсет петнадесет|петнайсет шестнадесет|шестнайсет седемнадесет|седемнайсет осемнадесет|осемнайсет деветнадесет|деветнайсет",
        "двадесет|двайсет тридесет|трийсет четиридесет|четирийсет петдесет шестдесет|шейсет седемдесет осемдесет деветдесет сто"),
    Spelled::new("ca", Twenties("vint", "-i-", "-"),
        "zero un|u|una dos|dues tres quatre cinc sis set vuit|huit nou deu onze dotze tretze catorze quinze setze disset|desset divuit|devuit dinou|denou",
        "vint trenta quaranta cinquanta seixanta setanta vuitanta|huitanta noranta cent"),
    Spelled::new("cs", TensFirst(" "),
        "nula jedna|jeden|jedno|jednu dva|dvě tři čtyři pět šest sedm osm devět deset jedenáct dvanáct třináct čtrnáct patnáct šestnáct sedmnáct osmnáct devatenáct",
        "dvacet třicet čtyřicet padesát šedesát sedmdesát osmdesát devadesát sto"),
    Spelled::new("da", UnitsFirst("og"),
        "nul en|et|én|ét to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
        "tyve tredive fyrre|fyrretyve halvtreds tres halvfjerds firs halvfems hundrede|et-hundrede"),
    Spelled::new("de", UnitsFirst("und"),
        "null ein|eins|eine|einen|einer|einem zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
        "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert|einhundert"),
    Spelled::new("el", TensFirst(" "),
        "μηδέν ένα|ένας|μία|μια δύο|δυο τρία|τρεις τέσσερα|τέσσερις πέντε έξι επτά|εφτά οκτώ|οχτώ εννέα|εννιά δέκα έντεκα δώδεκα δεκατρία|δεκατρείς δεκατέσσερα|δεκατέσσερις δεκαπέντε δεκαέξι|δεκάξι δεκαεπτά|δεκαεφτά δεκαοκτώ|δεκαοχτώ δεκαεννέα|δεκαεννιά",
        "είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα εκατό"),
    Spelled::new("es", Twenties("veinti", "", " y "),
        "cero un|uno|una|ún dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien|ciento"),
    Spelled::new("et", TensFirst(" "),
        "null üks kaks kolm neli viis kuus seitse kaheksa üheksa kümme üksteist kaksteist kolmteist neliteist viisteist kuusteist seitseteist kaheksateist üheksateist",
        "kakskümmend kolmkümmend nelikümmend viiskümmend kuuskümmend seitsekümmend kaheksakümmend üheksakümmend sada|ükssada"),
    Spelled::new("fi", TensFirst(""),
        "nolla yksi|yhden kaksi|kahden kolme|kolmen neljä|neljän viisi|viiden kuusi|kuuden seitsemän kahdeksan yhdeksän kymmenen yksitoista kaksitoista kolmetoista neljätoista viisitoista kuusitoista seitsemäntoista kahdeksantoista yhdeksäntoista",
        "kaksikymmentä kolmekymmentä neljäkymmentä viisikymmentä kuusikymmentä seitsemänkymmentä kahdeksankymmentä yhdeksänkymmentä sata"),
    Spelled::new("fr", French,
        "zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
        "vingt trente quarante cinquante soixante soixante quatre-vingts|quatre-vingt quatre-vingt cent"),
    Spelled::new("gl", TensFirst(" e "),
        "cero un|unha dous|dúas tres catro cinco seis sete oito nove dez once doce trece catorce quince dezaseis dezasete dezaoito dezanove",
        "vinte trinta corenta cincuenta sesenta setenta oitenta noventa cen|cento"),
    Spelled::new("hr|bs|sh", TensFirst(" "),
        "nula jedan|jedna|jedno|jednu dva|dvije|dve tri četiri pet šest sedam osam devet deset jedanaest dvanaest trinaest četrnaest petnaest šesnaest sedamnaest osamnaest devetnaest",
        "dvadeset trideset četrdeset pedeset šezdeset sedamdeset osamdeset devedeset sto"),
    Spelled::new("hu", Twenties("huszon", "", ""),
        "nulla egy kettő|két három négy öt hat hét nyolc kilenc tíz tizenegy tizenkettő|tizenkét tizenhárom tizennégy tizenöt tizenhat tizenhét tizennyolc tizenkilenc",
        "húsz harminc negyven ötven hatvan hetven nyolcvan kilencven száz"),
    Spelled::new("id|ms", TensFirst(" "),
        "nol|kosong|sifar satu dua tiga empat lima enam tujuh delapan|lapan sembilan sepuluh sebelas dua-belas tiga-belas empat-belas lima-belas enam-belas tujuh-belas delapan-belas|lapan-belas sembilan-belas",
        "dua-puluh tiga-puluh empat-puluh lima-puluh enam-puluh tujuh-puluh delapan-puluh|lapan-puluh sembilan-puluh seratus"),
    Spelled::new("is", TensFirst(" og "),
        "núll einn|ein|eitt|eina|einni tveir|tvær|tvö þrír|þrjár|þrjú fjórir|fjórar|fjögur fimm sex sjö átta níu tíu ellefu tólf þrettán fjórtán fimmtán sextán sautján átján nítján",
        "tuttugu þrjátíu fjörutíu fimmtíu sextíu sjötíu áttatíu níutíu hundrað|eitt-hundrað"),
    Spelled::new("it", Italian,
        "zero uno|un|una due tre|tré quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
        "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento"),
    Spelled::new("lt", TensFirst(" "),
        "nulis vienas|viena|vieną du|dvi trys|tris keturi|keturios|keturis|keturias penki|penkios|penkis|penkias šeši|šešios|šešis|šešias septyni|septynios|septynis|septynias aštuoni|aštuonios|aštuonis|aštuonias devyni|devynios|devynis|devynias dešimt vienuolika dvylika trylika keturiolika penkiolika šešiolika septyniolika aštuoniolika devyniolika",
        "dvidešimt trisdešimt keturiasdešimt penkiasdešimt šešiasdešimt septyniasdešimt aštuoniasdešimt devyniasdešimt šimtas"),
    Spelled::new("lv", TensFirst(" "),
        "nulle viens|viena divi|divas trīs četri|četras pieci|piecas seši|sešas septiņi|septiņas astoņi|astoņas deviņi|deviņas desmit vienpadsmit divpadsmit trīspadsmit četrpadsmit piecpadsmit sešpadsmit septiņpadsmit astoņpadsmit deviņpadsmit",
        "divdesmit trīsdesmit četrdesmit piecdesmit sešdesmit septiņdesmit astoņdesmit deviņdesmit simts|simt"),
    Spelled::new("nb|no|nn", TensFirst(""),
        "null en|én|ett|ei|éin to tre fire fem seks sju|syv åtte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
        "tjue|tyve tretti|tredve førti|førr femti seksti sytti åtti nitti hundre|ett-hundre"),
    Spelled::new("nl", UnitsFirst("en"),
        "nul een|één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd"),
    Spelled::new("pl", TensFirst(" "),
        "zero jeden|jedna|jedno|jedną dwa|dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście",
        "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt sto"),
    Spelled::new("pt", TensFirst(" e "),
        "zero um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove",
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem|cento"),
    Spelled::new("ro", TensFirst(" și "),
        "zero unu|un|una|o doi|două trei patru cinci șase șapte opt nouă zece unsprezece doisprezece|douăsprezece treisprezece paisprezece|patrusprezece cincisprezece șaisprezece|șasesprezece șaptesprezece optsprezece nouăsprezece",
        "douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci o-sută|sută"),
    Spelled::new("ru", TensFirst(" "),
        "ноль|нуль один|одна|одно|одну два|две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
        "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто"),
    Spelled::new("sk", TensFirst(""),
        "nula jeden|jedna|jedno|jednu dva|dve tri štyri päť šesť sedem osem deväť desať jedenásť dvanásť trinásť štrnásť pätnásť šestnásť sedemnásť osemnásť devätnásť",
        "dvadsať tridsať štyridsať päťdesiat šesťdesiat sedemdesiat osemdesiat deväťdesiat sto"),
    Spelled::new("sl", UnitsFirst("in"),
        "nič|nula ena|en|eno|eden dva|dve tri|trije štiri|štirje pet šest sedem osem devet deset enajst dvanajst trinajst štirinajst petnajst šestnajst sedemnajst osemnajst devetnajst",
        "dvajset trideset štirideset petdeset šestdeset sedemdeset osemdeset devetdeset sto"),
    Spelled::new("sv", TensFirst(""),
        "noll ett|en två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
        "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio hundra|etthundra"),
    Spelled::new("sw", TensFirst("-na-"),
        "sifuri moja mbili tatu nne tano sita saba nane tisa kumi kumi-na-moja kumi-na-mbili kumi-na-tatu kumi-na-nne kumi-na-tano kumi-na-sita kumi-na-saba kumi-na-nane kumi-na-tisa",
        "ishirini thelathini arobaini hamsini sitini sabini themanini tisini mia|mia-moja"),
    Spelled::new("tr", TensFirst(" "),
        "sıfır bir iki üç dört beş altı yedi sekiz dokuz on on-bir on-iki on-üç on-dört on-beş on-altı on-yedi on-sekiz on-dokuz",
        "yirmi otuz kırk elli altmış yetmiş seksen doksan yüz"),
    Spelled::new("uk", TensFirst(" "),
        "нуль|ноль один|одна|одне|одну два|дві три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять",
        "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто сто"),
];

/// Serbian in its own letters; in Latin ones it is written as Croatian is.
pub(super) static SERBIAN: Spelled = Spelled::new(
    "sr",
    TensFirst(" "),
    "нула један|једна|једно|једну два|две три четири пет шест седам осам девет десет једанаест дванаест тринаест \
     четрнаест петнаест шеснаест седамнаест осамнаест деветнаест",
    "двадесет тридесет четрдесет педесет шездесет седамдесет осамдесет деведесет сто",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_words_of_their_language() {
        let check = |tag: &str, said: &str, value: f64| {
            let language = crate::language::language(tag);
            let words: Vec<String> =
                tokens_as(said, Folding::of(tag)).into_iter().map(|token| token.text).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = language.numbers(&words);
            assert!(found.contains(&(words.len(), value)), "{tag} {said}: {found:?}");
        };
        check("fr", "une", 1.0);
        check("fr", "vingt et un", 21.0);
        check("fr-CA", "soixante et onze", 71.0);
        check("fr", "soixante-dix", 70.0);
        check("fr", "quatre-vingts", 80.0);
        check("fr", "quatre-vingt-dix-neuf", 99.0);
        check("de", "Einundzwanzig", 21.0);
        check("de-CH", "dreissig", 30.0);
        check("nl", "tweeëntwintig", 22.0);
        check("es", "veintidós", 22.0);
        check("es", "treinta y una", 31.0);
        check("it", "ventotto", 28.0);
        check("ca", "vint-i-una", 21.0);
        check("pt-BR", "vinte e duas", 22.0);
        check("da", "femogtyve", 25.0);
        check("bg", "пет", 5.0);
        check("ru", "сорок два", 42.0);
        check("fi", "kolmekymmentäviisi", 35.0);
        check("hu", "huszonöt", 25.0);
        check("sl", "petindvajset", 25.0);
        check("sr", "пет", 5.0);
        check("sr-Latn", "dvadeset pet", 25.0);
        check("ro", "douăzeci și cinci", 25.0);
        check("tr", "on bir", 11.0);
        check("sv", "hundra", 100.0);
    }

    #[test]
    fn every_language_has_all_numbers_and_says_each_once() {
        for language in LANGUAGES.iter().chain([&SERBIAN]) {
            let mut all = std::collections::HashMap::new();
            for value in 0..=100 {
                let ways = language.ways(value);
                assert!(ways.iter().all(|way| !way.trim().is_empty()), "{} {value}", language.tag);
                for way in ways {
                    let other = all.insert(way.clone(), value);
                    assert!(other.is_none_or(|other| other == value), "{} {way}", language.tag);
                }
            }
        }
    }
}
