"""What mail programs write above a quoted mail, by language: the line “… wrote:”, header labels, separators."""

from __future__ import annotations

from typing import NamedTuple


class Labels(NamedTuple):
    """The header labels of one language, as mail programs print them above a quoted mail."""

    sender: str  # several with “|”
    sent: str
    to: str
    subject: str
    other: str = ""


# The verb of “On … somebody wrote:”.
WROTE = {
    "af": "geskryf|skryf",
    "ar": "كتب|كتبت|كتبه|كتابة",
    "az": "yazıb|yazdı",
    "be": "напісаў|напісала|піша",
    "bg": "написа",
    "bs, hr, sr": "napisao|napisala|piše|је написао|је написала|написао|написала|пише",
    "ca": "va escriure|ha escrit|escrigué|escriu",
    "cs": "napsal|napsala|napsal(a)|píše",
    "cy": "ysgrifennodd",
    "da, no, sv": "skrev|skriver|skreiv",
    "de": "schrieb|schrieben|geschrieben|schreibt",
    "el": "έγραψε|έγραψαν|γράφει",
    "en": "wrote|writes|written",
    "es": "escribió|escribio|ha escrito|escribe|escribiste",
    "et": "kirjutas",
    "eu": "idatzi du|idatzi zuen|idatzi",
    "fa": "نوشت|نوشته",
    "fi": "kirjoitti",
    "fr": "a écrit|a ecrit|à écrit|avez écrit|a écrit|écrivait|écrit",
    "ga": "scríobh",
    "gl": "escribiu",
    "he": "כתב|כתבה|כתב/ה|כתב(ה)",
    "hi": "ने लिखा|लिखा",
    "hu": "írta|ezt írta",
    "hy": "գրել է",
    "id, ms": "menulis|menulis ini",
    "is": "skrifaði",
    "it": "ha scritto|scrisse|scrive",
    "ja": "のメール|書きました|のメッセージ|wrote",
    "ka": "დაწერა",
    "ko": "작성|작성했습니다|썼습니다|님의 말|보냄",
    "lt": "rašė|parašė",
    "lv": "rakstīja",
    "mk": "напиша",
    "nl": "schreef|geschreven|schrijft",
    "pl": "napisał|napisała|napisał(a)|pisze|pisał|napisali",
    "pt": "escreveu|escreveram|escreve",
    "ro": "a scris",
    "ru": "написал|написала|написал(а)|пишет|писал|писал(а)",
    "sk": "napísal|napísala|napísal(a)",
    "sl": "je napisal|je napisala|napisal|napisala",
    "sq": "shkroi",
    "sw": "aliandika",
    "th": "เขียนว่า|เขียน",
    "tl": "sinulat|isinulat",
    "tr": "yazdı|şunu yazdı|şunları yazdı|yazmış",
    "uk": "написав|написала|написав(ла)|написав/ла|пише|писав",
    "ur": "نے لکھا",
    "vi": "đã viết",
    "zh": "写道|寫道|写到|寫到|编写|撰寫",
}

# “Quoting somebody <…>:”, the way of some web mailers: the words stand first.
QUOTING = {
    "ca": "missatge de|citant",
    "cs": "cituji",
    "de": "zitat von|zitiere",
    "en": "quoting|message from",
    "es": "citando a|mensaje citado por|mensaje de",
    "fr": "citation de|message de|selon",
    "it": "citando|messaggio da",
    "nl": "citeren|bericht van",
    "pl": "cytowanie",
    "pt": "citando|mensagem de",
    "ru": "цитирую",
}

# The first word of such a line where it is written small; a date may stand first as well.
ON = frozenset(
    "on le el em no il am op den dne dnia w dana dňa v u om a al la o în pe på στις στο la на в у ο во у le în hau "
    "pada vào noong ke le'r ar d. d".split()
)

LABELS = {
    "ar": Labels("من|المرسل|مرسل", "تم الإرسال|تاريخ الإرسال|التاريخ|تاريخ|أرسلت|مرسلة", "إلى|الى", "الموضوع|موضوع", "نسخة"),
    "bg, mk": Labels("от|од", "изпратено|дата|испратено", "до|за", "относно|тема|предмет", "копие"),
    "ca": Labels("de", "enviat|enviat el|data", "per a|per|a", "tema|assumpte", "a/c|cc|còpia|adjunts"),
    "cs, sk": Labels("od", "odesláno|datum|odoslané|dátum|odosláno", "komu|pre", "předmět|predmet|věc", "kopie|kópia"),
    "da, no": Labels("fra", "sendt|dato", "til", "emne", "kopi|vedhæftede filer"),
    "de": Labels("von|absender", "gesendet|datum|gesendet am|gesendet von", "an|empfänger", "betreff|thema", "kopie|anlagen|antwort an|priorität|wichtigkeit"),  # noqa: E501
    "el": Labels("από|αποστολέας", "στάλθηκε|ημερομηνία|αποστολή|εστάλη", "προς|παραλήπτης", "θέμα", "κοιν.|κοινοποίηση"),
    "en": Labels("from|sender", "sent|date|sent at|sent on|sent date", "to|recipient", "subject|re", "cc|bcc|importance|attachments|reply-to|reply to|priority|sent by|when|where|organization|sensitivity|cc:|x-mailer"),  # noqa: E501
    "es": Labels("de|desde|remitente", "enviado|enviado el|fecha|enviada|enviado a las|fecha de envío", "para|a|destinatario", "asunto|tema|título", "cc|cco|con copia|importancia|datos adjuntos|adjuntos"),  # noqa: E501
    "et, lv, lt": Labels("saatja|kellelt|no|sūtītājs|nuo", "saadetud|kuupäev|nosūtīts|datums|išsiųsta|data", "adressaat|kellele|kam", "teema|temats|tēma|tema"),  # noqa: E501
    "eu, gl": Labels("nork|bidaltzailea|de", "bidalia|data|enviado", "nori|hartzailea|para", "gaia|asunto"),
    "fa": Labels("از|فرستنده", "ارسال شده|ارسال‌شده|تاریخ", "به|گیرنده", "موضوع"),
    "fi": Labels("lähettäjä", "lähetetty|päivämäärä|päiväys|pvm", "vastaanottaja", "aihe", "kopio"),
    "fr": Labels("de|expéditeur", "envoyé|envoyé le|date|date d'envoi|date d’envoi", "à|pour|a|destinataire", "objet|sujet", "cc|cci|copie|copie à|importance|pièces jointes|répondre à"),  # noqa: E501
    "he": Labels("מאת|מ", "נשלח|תאריך", "אל|ל", "נושא|הנדון", "עותק"),
    "hi": Labels("प्रेषक|से", "भेजा गया|दिनांक|तारीख", "प्रति|को", "विषय"),
    "hr, bs, sl": Labels("od|šalje|pošiljatelj", "poslano|datum|poslato", "za|prima|do", "predmet|naslov|tema|zadeva"),
    "hu": Labels("feladó|from|küldő", "küldve|elküldve|dátum|küldés dátuma", "címzett", "tárgy", "másolatot kap"),
    "id, ms": Labels("dari|daripada", "dikirim|terkirim|tanggal|dihantar|tarikh", "kepada|ke|untuk", "perihal|subjek|subyek|judul"),
    "is": Labels("frá", "sent|dagsetning", "til", "efni"),
    "it": Labels("da|mittente", "inviato|data|inviata|inviato il|data invio", "a|per|destinatario", "oggetto", "cc|ccn|allegati|priorità"),
    "ja": Labels("差出人|送信者|送信元", "送信日時|送信日|日時|日付|送信", "宛先|送信先", "件名", "cc"),
    "ko": Labels("보낸 사람|보낸사람|보내는 사람|발신자|발신", "보낸 날짜|보낸날짜|보낸 시간|날짜|일시|발송일", "받는 사람|받는사람|받은 사람|수신자|수신", "제목", "참조"),  # noqa: E501
    "nl": Labels("van|afzender", "verzonden|datum|verstuurd|verzonden op", "aan|ontvanger|naar", "onderwerp|betreft", "kopie|bijlagen|urgentie"),
    "pl": Labels("od|nadawca", "wysłano|data|wysłane|wysłany", "do|adresat|odbiorca", "temat", "dw|kopia|do wiadomości"),
    "pt": Labels("de|remetente", "enviado|enviada|enviada em|enviado em|enviado a|data", "para|destinatário", "assunto|tema", "cc|cco|anexos"),
    "ro": Labels("de la|expeditor", "trimis|data|dată", "către|la|catre", "subiect"),
    "ru, uk, be": Labels("от|від|от кого|від кого|ад", "отправлено|дата|надіслано|відправлено|отправлен|адпраўлена", "кому|до|каму", "тема", "копия|копія"),  # noqa: E501
    "sq, sr": Labels("nga|шаље|од", "dërguar|data|послато|датум", "për|прима|за|коме", "tema|subjekti|наслов|предмет|тема"),
    "sv": Labels("från", "skickat|datum|skickades|skickad", "till", "ämne", "kopia"),
    "th": Labels("จาก", "ส่ง|ส่งเมื่อ|วันที่|ส่งแล้ว", "ถึง", "เรื่อง|หัวเรื่อง"),
    "tr, az": Labels("kimden|gönderen|kimdən", "gönderildi|gönderilme|tarih|gönderim tarihi|gönderme tarihi|tarix", "kime|alıcı|kimə", "konu|mövzu", "bilgi"),  # noqa: E501
    "vi": Labels("từ|người gửi", "đã gửi|ngày|gửi lúc|ngày gửi|vào lúc", "đến|tới|người nhận", "chủ đề|tiêu đề"),
    "zh": Labels("发件人|發件人|寄件者|寄件人|发信人|来自|自", "发送时间|發送時間|发送日期|發送日期|日期|寄件日期|傳送時間|时间|時間|已发送|寄件時間", "收件人|收件者|收信人|至", "主题|主題|主旨|标题", "抄送|副本"),  # noqa: E501
}

# “----- Original Message -----”: what stands below is the quoted mail.
ORIGINAL = {
    "ar": "الرسالة الأصلية|رسالة أصلية",
    "bg, mk": "оригинално съобщение|оригинална порака",
    "ca": "missatge original",
    "cs, sk": "původní zpráva|původní e-mail|pôvodná správa",
    "da, no": "oprindelig besked|oprindelig meddelelse|original besked|opprinnelig melding|original melding",
    "de": "ursprüngliche nachricht|original-nachricht|originalnachricht|original nachricht|urspruengliche nachricht|ursprüngliche mail|original-mail",  # noqa: E501
    "el": "αρχικό μήνυμα",
    "en": "original message|original mail|original email|original appointment|reply message|original e-mail|reply to message",
    "es": "mensaje original|correo original",
    "et, lv, lt": "algne teade|algsõnum|sākotnējais ziņojums|pradinis laiškas|originalus laiškas",
    "eu, gl": "jatorrizko mezua|mensaxe orixinal",
    "fa, he": "پیام اصلی|הודעה מקורית",
    "fi": "alkuperäinen viesti",
    "fr": "message d'origine|message d’origine|message original|courriel original|e-mail d'origine|mail original|message initial",
    "hr, sl, sr": "izvorna poruka|originalna poruka|izvirno sporočilo|originalno sporočilo|изворна порука|оригинална порука",
    "hu": "eredeti üzenet|eredeti e-mail",
    "id, ms": "pesan asli|mesej asal",
    "it": "messaggio originale|messaggio originario|original message",
    "ja": "元のメッセージ|元のメール|オリジナル メッセージ|original message",
    "ko": "원본 메시지|원본 메일|원본메일|원본 이메일|original message",
    "nl": "oorspronkelijk bericht|origineel bericht|oorspronkelijke bericht|oorspronkelijk e-mailbericht",
    "pl": "wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|wiadomość pierwotna",
    "pt": "mensagem original|mensagem de origem|e-mail original",
    "ro": "mesaj original|mesajul original",
    "ru, uk": "исходное сообщение|исходное письмо|оригинальное сообщение|пересылаемое сообщение|оригінальне повідомлення|вихідне повідомлення|початкове повідомлення",  # noqa: E501
    "sv": "ursprungligt meddelande|originalmeddelande|ursprungsmeddelande",
    "th, vi": "ข้อความต้นฉบับ|ข้อความเดิม|thư gốc|tin nhắn gốc",
    "tr": "orijinal mesaj|özgün ileti|orjinal mesaj|orijinal ileti|özgün mesaj|orijinal e-posta",
    "zh": "原始邮件|原始郵件|原邮件|原始信息|原始訊息|原始消息|回复邮件|原信件",
}

# “---------- Forwarded message ----------”: passed on from somebody else.
FORWARDED = {
    "ar, he, fa": "رسالة معاد توجيهها|الرسالة المعاد توجيهها|رسالة محولة|הודעה שהועברה|پیام بازارسالی",
    "ca": "missatge reenviat|inici del missatge reenviat|inici del missatge que es reenvia",
    "cs, sk": "přeposlaná zpráva|preposlaná správa|začátek přeposílané zprávy",
    "da, no, sv": "videresendt meddelelse|videresendt besked|videresendt melding|vidarebefordrat meddelande|vidarebefordrat brev|start på videresendt besked|vidarebefordrat mejl",  # noqa: E501
    "de": "weitergeleitete nachricht|anfang der weitergeleiteten nachricht|beginn der weitergeleiteten nachricht|weitergeleitete mail",
    "el": "προωθημένο μήνυμα",
    "en": "forwarded message|forwarded mail|forwarded email|begin forwarded message|forwarded by|start of forwarded message",
    "es": "mensaje reenviado|inicio del mensaje reenviado|mensaje reenviado por|comienzo del mensaje reenviado",
    "fi": "välitetty viesti|edelleenlähetetty viesti|välitetty viesti alkaa",
    "fr": "message transféré|message réexpédié|début du message réexpédié|début du message transféré|courriel transféré",
    "gl, eu": "mensaxe reenviada|birbidalitako mezua",
    "hu, ro": "továbbított üzenet|továbbított levél|mesaj redirecționat|mesaj redirectionat",
    "id": "pesan terusan|pesan yang diteruskan|pesan diteruskan",
    "it": "messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato",
    "ja": "転送されたメッセージ|転送メッセージ|転送されたメール",
    "ko": "전달된 메시지|전달된 메일|전달 메시지|forwarded message",
    "nl": "doorgestuurd bericht|begin doorgestuurd bericht|doorgestuurde mail|doorgezonden bericht",
    "pl, hr, sl": "wiadomość przekazana|przekazana wiadomość|treść przekazanej wiadomości|proslijeđena poruka|posredovano sporočilo",  # noqa: E501
    "pt": "mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada",
    "ru, uk": "пересланное сообщение|пересылаемое сообщение|переслане повідомлення|начало переадресованного сообщения|конец пересылаемого сообщения",  # noqa: E501
    "tr": "iletilen mesaj|yönlendirilmiş mesaj|iletilen ileti|başlangıç iletilen ileti",
    "zh": "转发的邮件|轉寄的郵件|转发邮件信息|转发邮件|轉寄郵件|轉寄信件|已转发邮件",
}


def words(table: dict[str, str]) -> frozenset[str]:
    """Every entry of a table, whatever its language."""
    return frozenset(word for row in table.values() for word in row.split("|"))


def kinds_of_labels() -> dict[str, str]:
    """Each label, small, with its kind: one of the fields of Labels."""
    found: dict[str, str] = {}
    for labels in LABELS.values():
        for kind, row in zip(Labels._fields, labels, strict=True):
            for label in row.split("|"):
                found.setdefault(label, kind)
    found.pop("", None)
    return found
