"""The names of the months in the languages news is written in (facts of the Unicode CLDR, and spellings seen on pages).

One line a language: twelve groups divided by bars, full names and abbreviations within a group. `month_of` knows most words
whatever the language; a word that is a different month in two languages ("lis") needs the language said.
"""

from __future__ import annotations

from functools import cache

# fmt: off
_NAMES = {
    "zh": "一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月",
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
          "september sep sept|october oct|november nov|december dec",
    "de": "januar jan jänner jän|februar feb feber|märz mär mrz maerz|april apr|mai|juni jun|juli jul|"
          "august aug|september sept sep|oktober okt|november nov|dezember dez",
    "fr": "janvier janv jan|février févr fevrier fev fév|mars|avril avr|mai|juin|juillet juil|août aout|"
          "septembre sept|octobre oct|novembre nov|décembre déc decembre",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|"
          "septiembre sept setiembre sep set|octubre oct|noviembre nov|diciembre dic",
    "it": "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|"
          "settembre set sett|ottobre ott|novembre nov|dicembre dic",
    "pt": "janeiro jan|fevereiro fev|março mar marco|abril abr|maio mai|junho jun|julho jul|agosto ago|"
          "setembro set|outubro out|novembro nov|dezembro dez",
    "nl": "januari jan|februari feb|maart mrt mar|april apr|mei|juni jun|juli jul|augustus aug|"
          "september sep|oktober okt|november nov|december dec",
    "sv": "januari jan|februari feb|mars|april apr|maj|juni|juli|augusti aug|september sep|oktober okt|"
          "november nov|december dec",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep|"
          "oktober okt|november nov|december dec",
    "nb": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sep|"
          "oktober okt|november nov|desember des",
    "fi": "tammikuuta tammi tammikuu|helmikuuta helmi helmikuu|maaliskuuta maalis maaliskuu|"
          "huhtikuuta huhti huhtikuu|toukokuuta touko toukokuu|kesäkuuta kesä kesäkuu|"
          "heinäkuuta heinä heinäkuu|elokuuta elo elokuu|syyskuuta syys syyskuu|lokakuuta loka lokakuu|"
          "marraskuuta marras marraskuu|joulukuuta joulu joulukuu",
    "is": "janúar jan|febrúar feb|mars mar|apríl apr|maí|júní jún|júlí júl|ágúst ágú|september sep|"
          "október okt|nóvember nóv|desember des",
    "pl": "stycznia sty styczeń|lutego lut luty|marca mar marzec|kwietnia kwi kwiecień|maja maj|"
          "czerwca cze czerwiec|lipca lip lipiec|sierpnia sie sierpień|września wrz wrzesień|"
          "października paź październik|listopada lis listopad|grudnia gru grudzień",
    "cs": "ledna led leden|února úno únor|března bře březen|dubna dub duben|května kvě květen|"
          "června čvn červen|července čvc červenec|srpna srp srpen|září zář|října říj říjen|"
          "listopadu lis listopad|prosince pro prosinec",
    "sk": "januára jan január|februára feb február|marca mar marec|apríla apr apríl|mája máj|júna jún|"
          "júla júl|augusta aug august|septembra sep september|októbra okt október|novembra nov november|"
          "decembra dec december",
    "hu": "január jan|február febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug|"
          "szeptember szept|október okt|november nov|december dec",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|"
          "septembrie sept|octombrie oct|noiembrie nov|decembrie dec",
    "bg": "януари яну|февруари фев|март|април апр|май|юни|юли|август авг|септември сеп|октомври окт|"
          "ноември ное|декември дек",
    "hr": "siječnja sij siječanj|veljače velj veljača|ožujka ožu ožujak|travnja tra travanj|"
          "svibnja svi svibanj|lipnja lip lipanj|srpnja srp srpanj|kolovoza kol kolovoz|rujna ruj rujan|"
          "listopada lis listopad|studenoga stu studeni|prosinca pro prosinac",
    "sr": "јануар јан januar jan|фебруар феб februar feb|март мар mart mar|април апр april apr|мај maj|"
          "јун jun|јул jul|август авг avgust avg|септембар сеп septembar sep|октобар окт oktobar okt|"
          "новембар нов novembar nov|децембар дец decembar dec",
    "sl": "januar jan|februar feb|marec mar|april apr|maj|junij jun|julij jul|avgust avg|september sep|"
          "oktober okt|november nov|december dec",
    "mk": "јануари јан|февруари фев|март мар|април апр|мај|јуни јун|јули јул|август авг|септември сеп|"
          "октомври окт|ноември ное|декември дек",
    "sq": "janar jan|shkurt shk|mars mar|prill pri|maj|qershor qer|korrik korr|gusht gush|shtator sht|"
          "tetor tet|nëntor nën|dhjetor dhj",
    "el": "ιανουαρίου ιαν ιανουάριος|φεβρουαρίου φεβ φεβρουάριος|μαρτίου μαρ μάρτιος μάρ|"
          "απριλίου απρ απρίλιος|μαΐου μαΐ μάιος μάι μαιου|ιουνίου ιουν ιούνιος ιούν|"
          "ιουλίου ιουλ ιούλιος ιούλ|αυγούστου αυγ αύγουστος αύγ|σεπτεμβρίου σεπ σεπτέμβριος|"
          "οκτωβρίου οκτ οκτώβριος|νοεμβρίου νοε νοέμβριος νοέ|δεκεμβρίου δεκ δεκέμβριος",
    "tr": "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu|eylül eyl|"
          "ekim eki|kasım kas|aralık ara",
    "az": "yanvar yan|fevral fev|mart mar|aprel apr|may|iyun iyn|iyul iyl|avqust avq|sentyabr sen|"
          "oktyabr okt|noyabr noy|dekabr dek",
    "uk": "січня січ січень|лютого лют лютий|березня бер березень|квітня квіт квітень|травня трав травень|"
          "червня черв червень|липня лип липень|серпня серп серпень|вересня вер вересень|"
          "жовтня жовт жовтень|листопада лист листопад|грудня груд грудень",
    "ru": "января янв январь|февраля февр февраль|марта мар март|апреля апр апрель|мая май|июня июн июнь|"
          "июля июл июль|августа авг август|сентября сент сентябрь сен|октября окт октябрь|"
          "ноября нояб ноябрь ноя|декабря дек декабрь",
    "be": "студзеня сту студзень|лютага лют люты|сакавіка сак сакавік|красавіка кра красавік|мая май|"
          "чэрвеня чэр чэрвень|ліпеня ліп ліпень|жніўня жні жнівень|верасня вер верасень|"
          "кастрычніка кас кастрычнік|лістапада ліс лістапад|снежня сне снежань",
    "kk": "қаңтар қаң|ақпан ақп|наурыз нау|сәуір сәу|мамыр мам|маусым мау|шілде шіл|тамыз там|қыркүйек қыр|"
          "қазан қаз|қараша қар|желтоқсан жел",
    "et": "jaanuar jaan|veebruar veebr|märts|aprill|mai|juuni|juuli|august aug|september sept|oktoober|"
          "november nov|detsember dets",
    "lv": "janvāris janv janvārī|februāris febr februārī|marts martā|aprīlis aprīlī|maijs maijā|jūnijs jūn jūnijā|"
          "jūlijs jūl jūlijā|augusts aug augustā|septembris sept septembrī|oktobris oktobrī|"
          "novembris nov novembrī|decembris dec decembrī",
    "lt": "sausio saus sausis|vasario vas vasaris|kovo kov kovas|balandžio bal balandis|gegužės geg gegužė|"
          "birželio birž birželis|liepos liep liepa|rugpjūčio rugp rugpjūtis|rugsėjo rugs rugsėjis|"
          "spalio spal spalis|lapkričio lapkr lapkritis|gruodžio gruod gruodis",
    "ca": "gener gen|febrer febr|març|abril abr|maig|juny|juliol jul|agost ag|setembre set|octubre oct|"
          "novembre nov|desembre des",
    "id": "januari jan|februari feb|maret mar|april apr|mei may|juni jun|juli jul|agustus agu agt|"
          "september sep|oktober okt|november nov|desember des",
    "ms": "januari jan|februari feb|mac mar|april apr|mei may|jun|julai jul|ogos ogo|september sep|"
          "oktober okt|november nov|disember dis",
    "th": "มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|"
          "ธันวาคม",
    "hi": "जनवरी जन|फ़रवरी फरवरी फ़र फर|मार्च|अप्रैल अप्रै|मई|जून|जुलाई जुल|अगस्त अग|सितंबर सितम्बर सित|अक्टूबर अक्तूबर अक्टू|"
          "नवंबर नवम्बर नव|दिसंबर दिसम्बर दिस",
    "bn": "জানুয়ারী জানু জানুয়ারি|ফেব্রুয়ারী ফেব ফেব্রুয়ারি|মার্চ|এপ্রিল এপ্রি|মে|জুন|জুলাই জুল|"
          "আগস্ট আগ অগাস্ট আগষ্ট|সেপ্টেম্বর সেপ|অক্টোবর অক্টো|নভেম্বর নভে|ডিসেম্বর ডিসে",
    "mr": "जानेवारी जाने|फेब्रुवारी फेब्रु|मार्च|एप्रिल एप्रि|मे|जून|जुलै|ऑगस्ट ऑग|सप्टेंबर सप्टें|"
          "ऑक्टोबर ऑक्टो|नोव्हेंबर नोव्हें|डिसेंबर डिसें",
    "ta": "ஜனவரி ஜன|பிப்ரவரி பிப்|மார்ச் மார்|ஏப்ரல் ஏப்|மே|ஜூன்|ஜூலை|ஆகஸ்ட் ஆக|செப்டம்பர் செப்|"
          "அக்டோபர் அக்|நவம்பர் நவ|டிசம்பர் டிச",
    "te": "జనవరి జన|ఫిబ్రవరి ఫిబ్ర|మార్చి|ఏప్రిల్ ఏప్రి|మే|జూన్|జులై|ఆగస్టు ఆగ|సెప్టెంబర్ సెప్టెం|"
          "అక్టోబర్ అక్టో|నవంబర్ నవం|డిసెంబర్ డిసెం",
    "ur": "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر",
    "ne": "जनवरी|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर",
    "fa": "ژانویهٔ ژانویه|فوریهٔ فوریه|مارس|آوریل|مهٔ مه|ژوئن|ژوئیهٔ ژوئیه|اوت|سپتامبر|اکتبر|نوامبر|دسامبر",
    "ar": "يناير جانفي|فبراير شباط فيفري|مارس آذار|أبريل نيسان ابريل إبريل أفريل|مايو أيار ماي|"
          "يونيو حزيران جوان|يوليو تموز جويلية|أغسطس آب اغسطس أوت غشت|سبتمبر أيلول|أكتوبر اكتوبر|نوفمبر|"
          "ديسمبر",
    "he": "ינואר ינו|פברואר פבר|מרץ מרס|אפריל אפר|מאי|יוני|יולי|אוגוסט אוג|ספטמבר ספט|אוקטובר אוק|נובמבר נוב|דצמבר דצמ",
    "ka": "იანვარი იან|თებერვალი თებ|მარტი მარ|აპრილი აპრ|მაისი მაი|ივნისი ივნ|ივლისი ივლ|აგვისტო აგვ|"
          "სექტემბერი სექ|ოქტომბერი ოქტ|ნოემბერი ნოე|დეკემბერი დეკ",
    "hy": "հունվարի հնվ հունվար|փետրվարի փտվ փետրվար|մարտի մրտ մարտ|ապրիլի ապր ապրիլ|մայիսի մյս մայիս|"
          "հունիսի հնս հունիս|հուլիսի հլս հուլիս|օգոստոսի օգս օգոստոս|սեպտեմբերի սեպ սեպտեմբեր|"
          "հոկտեմբերի հոկ հոկտեմբեր|նոյեմբերի նոյ նոյեմբեր|դեկտեմբերի դեկ դեկտեմբեր",
    "af": "januarie jan|februarie feb|maart mrt mar|april apr|mei may|junie jun|julie jul|augustus aug|"
          "september sep|oktober okt|november nov|desember des",
    "eu": "urtarrilaren urtarrila urtarrilak|otsailaren otsaila otsailak|martxoaren martxoa martxoak|apirilaren apirila apirilak|"
          "maiatzaren maiatza maiatzak|ekainaren ekaina ekainak|uztailaren uztaila uztailak|abuztuaren abuztua abuztuak|"
          "irailaren iraila irailak|urriaren urria urriak|azaroaren azaroa azaroak|abenduaren abendua abenduak",
    "gl": "xaneiro xan|febreiro feb|marzo mar|abril abr|maio mai|xuño xuñ|xullo xul|agosto ago|setembro set|outubro out|"
          "novembro nov|decembro dec",
    "cy": "ionawr ion|chwefror chwe|mawrth|ebrill ebr|mai|mehefin meh|gorffennaf gor|awst|medi|hydref hyd|tachwedd tach|"
          "rhagfyr rhag",
    "ga": "eanáir ean|feabhra feabh|márta|aibreán aib|bealtaine beal|meitheamh meith|iúil|lúnasa lún|mfómhair|dfómhair|"
          "samhain samh|nollaig noll",
    "lb": "januar jan|februar feb|mäerz mäe|abrëll abr|mee|juni jun|juli jul|august aug|september sep|oktober okt|november nov|"
          "dezember dez",
    "mt": "jannar jan|frar fra|marzu mar|april apr|mejju mej|ġunju ġun|lulju lul|awwissu aww|settembru set|ottubru ott|"
          "novembru nov|diċembru diċ",
    "eo": "januaro|februaro|marto|aprilo|majo|junio|julio|aŭgusto|septembro|oktobro|novembro|decembro",
    "tl": "enero|pebrero|marso|abril|mayo|hunyo|hulyo|agosto|setyembre|oktubre|nobyembre|disyembre",
    "ha": "janairu|fabrairu|maris|afirilu|mayu|yuni|yuli|agusta|satumba|oktoba|nuwamba|disamba",
    "so": "janaayo jannaayo|febraayo|maarso|abriil|maajo|juun|luuliyo|agoosto|sebtembar|oktoobar|nofembar|desembar",
    "zu": "januwari|februwari|mashi|ephreli|meyi|juni|julayi|agasti|septhemba|okthoba|novemba|disemba",
    "ku": "çile çileya|sibat reşemî|adar adarê|nîsan nîsanê|gulan gulanê|hezîran hezîranê pûşper|tîrmeh tîrmehê|tebax tebaxê|"
          "îlon îlonê rezber|cotmeh cotmehê|mijdar mijdarê|kanûn berfanbar",
    "uz": "yanvar yan январ|fevral fev феврал|mart март|aprel apr апрел|may май|iyun iyn июн|iyul iyl июл|avgust avg август|"
          "sentabr sen сентябр|oktabr okt октябр|noyabr noy ноябр|dekabr dek декабр",
    "tg": "январи|феврали|марти|апрели|май|июни|июли|августи|сентябри|октябри|ноябри|декабри",
    "ky": "январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь",
    "km": "មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ",
    "lo": "ມັງກອນ|ກຸມພາ|ມີນາ|ເມສາ|ພຶດສະພາ|ມິຖຸນາ|ກໍລະກົດ|ສິງຫາ|ກັນຍາ|ຕຸລາ|ພະຈິກ|ທັນວາ",
    "my": "ဇန်နဝါရီ|ဖေဖော်ဝါရီ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်|ဩဂုတ်|စက်တင်ဘာ|အောက်တိုဘာ|နိုဝင်ဘာ|ဒီဇင်ဘာ",
    "ml": "ജനുവരി ജനു|ഫെബ്രുവരി ഫെബ്രു|മാർച്ച് മാർ|ഏപ്രിൽ|മേയ് മെയ്|ജൂൺ|ജൂലൈ|ഓഗസ്റ്റ് ആഗസ്റ്റ്|സെപ്റ്റംബർ|ഒക്ടോബർ|നവംബർ|ഡിസംബർ",
    "gu": "જાન્યુઆરી|ફેબ્રુઆરી|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ ઓગસ્ટ|સપ્ટેમ્બર|ઑક્ટોબર ઓક્ટોબર|નવેમ્બર|ડિસેમ્બર",
    "kn": "ಜನವರಿ|ಫೆಬ್ರವರಿ|ಮಾರ್ಚ್|ಏಪ್ರಿಲ್|ಮೇ|ಜೂನ್|ಜುಲೈ|ಆಗಸ್ಟ್|ಸೆಪ್ಟೆಂಬರ್|ಅಕ್ಟೋಬರ್|ನವೆಂಬರ್|ಡಿಸೆಂಬರ್",
    "pa": "ਜਨਵਰੀ|ਫ਼ਰਵਰੀ ਫਰਵਰੀ|ਮਾਰਚ|ਅਪ੍ਰੈਲ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ|ਅਗਸਤ|ਸਤੰਬਰ|ਅਕਤੂਬਰ|ਨਵੰਬਰ|ਦਸੰਬਰ",
    "si": "ජනවාරි|පෙබරවාරි|මාර්තු|අප්‍රේල් අප්රේල්|මැයි|ජූනි|ජූලි|අගෝස්තු|සැප්තැම්බර්|ඔක්තෝබර්|නොවැම්බර්|දෙසැම්බර්",
    "sw": "januari jan|februari feb|machi mac mar|aprili apr|mei may|juni jun|julai jul|agosti ago|"
          "septemba sep|oktoba okt|novemba nov|desemba des",
}
_JALALI = (
    "فروردین|اردیبهشت|خرداد|تیر|مرداد امرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند"
)
# fmt: on


@cache
def _by_language(language: str) -> dict[str, int]:
    groups = _NAMES.get(language, "").split("|")
    return {word: number for number, group in enumerate(groups, 1) for word in group.split()}


@cache
def _by_any_language() -> dict[str, int]:
    merged: dict[str, int] = {}
    doubtful: set[str] = set()
    for language in _NAMES:
        for word, number in _by_language(language).items():
            if merged.setdefault(word, number) != number:
                doubtful.add(word)
    return {word: number for word, number in merged.items() if word not in doubtful}


@cache
def _jalali() -> dict[str, int]:
    return {word: number for number, group in enumerate(_JALALI.split("|"), 1) for word in group.split()}


def month_of(word: str, language: str | None) -> int | None:
    """1 to 12 for the name of a month, in the given language (two letters) first, then in any."""
    key = word.lower().rstrip(".׳'॰")
    if language in (None, "he") and len(key) > 3 and key[0] == "ב":  # Hebrew writes "in" with the month
        key = key[1:]
    if language and (number := _by_language(language).get(key)):
        return number
    return _by_any_language().get(key)


def persian_month_of(word: str) -> int | None:
    """1 to 12 for a month of the Solar Hijri calendar."""
    return _jalali().get(word)
