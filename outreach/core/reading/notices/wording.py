"""How notices are worded in many languages: subjects, sentences, marks above a returned letter, labels of addresses."""

from __future__ import annotations

from outreach.core.reading.notices.phrases import Phrases

# Subjects of notices, anywhere in the subject.
SUBJECTS = Phrases(
    "notice",
    """
    undeliver | returned mail | returned to sender | returning message to sender | returning to sender |
    delivery failure | delivery has failed | delivery failed | delivery error | failed delivery | failure delivery |
    delivery unsuccessful | delivery incomplete | failure notice | failed mail | mail failed | mail failure |
    mail system error | not delivered | non-delivery | nondelivery | non delivery | message delayed | delayed mail |
    mail delayed | delayed … hours | could not send m | could not be delivered | couldn't be delivered |
    could not deliver | cannot be delivered | unable to deliver | error during delivery | user unknown |
    bounce notification | not been delivered | are not member | not a member | rejected: | automatically rejected |
    non remis | non délivré | non distribué | non-remise | échec de la remise | échec de remise |
    échec de la distribution | retard de remise | échec d'envoi | erreur de distribution | no se puede entregar |
    no se pudo entregar | no se ha podido entregar | no entregado | no entregable | error de entrega |
    entrega fallida | fallo en la entrega | retraso en la entrega | notificación de estado de entrega |
    no s'ha pogut lliurar | no lliurat | error de lliurament | unzustellbar | nicht zustellbar | nicht zugestellt |
    zustellung fehlgeschlagen | zustellfehler | fehler bei der zustellung | zustellung verzögert |
    übermittlung fehlgeschlagen | mancato recapito | mancata consegna | non recapitabile | impossibile recapitare |
    recapito non riuscito | recapito ritardato | não entregue | não foi possível entregar | falha na entrega |
    falha de entrega | não é possível entregar | devolvida ao remetente | onbestelbaar | niet bezorgd |
    niet afgeleverd | kan niet worden bezorgd | bezorging mislukt | olevererbart | oleverbart |
    kunde inte levereras | kan inte levereras | ikke leveret | kan ikke leveres | uleveret | ikke levert |
    toimitus epäonnistui | ei voitu toimittaa | niedostarczon | nie można dostarczyć | zwrot poczty | nedoručiteľn |
    nedoručiteln | nedoručen | nelze doručit | kézbesíthetetlen | kézbesítési hiba | nelivrabil | nelivrat |
    teslim edilemedi | iletilemedi | δεν παραδόθηκε | αδύνατη η παράδοση | не доставлен | не может быть доставлен |
    недоставлен | невозможно доставить | ошибка доставки | 配信不能 | 配信できません | 配信エラー | 送信エラー |
    送信できません | 配達できません | メール不達 | 無法傳送 | 无法投递 | 无法送达 | 無法送達 | 退信 | 投递失败 |
    传递失败 | 反送 | 반송 | 배달되지 않음 | 전달되지 않음 | 전송 실패 | تعذر التسليم | لم يتم التسليم |
    غير قابل للتسليم | לא ניתן למסור | לא ניתן למסירה | impossible de remettre | remise impossible |
    går inte att leverera | ei toimitettavissa | niedostarczalne | nie dostarczono | nem kézbesíthető |
    δεν είναι δυνατή η παράδοση | teslim edilemez | teslim edilemiyor | недоставляемое | недоставимо |
    не вдалося доставити | не удалось доставить | nije isporučeno | neisporučivo | nedostavljivo | 無法傳遞 |
    no es pot lliurar | non accettazione | non distribuito | anomalia messaggio | message blocked |
    you sent blocked | error sending your mail | has not been sent | devuelto: | tidak terkirim | gagal terkirim |
    配送遅延 | 배달 실패
    """,
)
# Subjects that say so only under a mail system's name.
TITLES = Phrases(
    "maybe",
    """
    mail delivery | message delivery | email delivery | e-mail delivery | delivery notification | delivery report |
    delivery problem | delivery status | delivery delay | delayed delivery | processing error | mail error |
    bounced | message could not | transmission report | возврат | devuelto | devolvido | fehlgeschlagen: |
    returned message
    """,
)
# Words with which a text says that it is a notice.
WORDS = Phrases(
    "notice",
    """
    couldn't be delivered | can't be delivered | not be delivered | was not delivered | were not delivered |
    not delivered to | unable to deliver | unable to be delivered | wasn't able to deliver | could not deliver |
    couldn't deliver | not yet been delivered | undeliverable | undelivered | failed permanently | has failed to th |
    has failed: | delivery to the following | delivery failed | delivery has failed | delivery failure |
    delivery error | error delivering | failed recipients | permanent failure | problems delivering |
    trouble delivering | did not reach the | not reach some or all | did not receive a copy | could not be reached |
    delivery status notification | delivery delayed | is delayed for more | been delayed | permanent error |
    fatal errors | delivery problems | have delivery notifications | transcript of session follows |
    failed addresses follow | has been returned because | is returned because | message returned |
    could not be sent | not been collected | unknown user: | user unknown | invalid final delivery | no such user |
    unknown host: | addressee unknown | while attempting to deliver | attempting to deliver the mail |
    wrong or no longer valid | rejected recipient | not a member of this mailing list | returned to you | rcpt to: |
    user does not exist | mailbox is full | mailbox full | recipient address rejected | invalid user address |
    has been rejected | was automatically rejected | generated following response | did not exactly match |
    n'a pas pu être remis | n'a pas pu être délivré | n'a pas pu etre delivre | n'a pas pu etre remis |
    n'ont pas pu être remis | n'a pas été remis | échec de la remise | impossible de remettre |
    impossible de distribuer | n'a pu être délivré | pas été délivré | n'a pas pu être distribué | n'existe pas |
    no se pudo entregar | no pudo ser entregado | no se ha podido entregar | no ha podido ser entregado |
    no ha sido entregado | error de entrega | no se puede entregar | no fue entregado | ha fallado la entrega |
    no s'ha pogut lliurar | no ha pogut ser lliurat | no s'han pogut lliurar | error en el lliurament |
    konnte nicht zugestellt | konnten nicht zugestellt | nicht zugestellt werden | nicht zustellbar | unzustellbar |
    zustellung fehlgeschlagen | fehler bei der nachrichtenzustellung | nicht ausgeliefert |
    nicht übermittelt werden | impossibile recapitare | non è stato recapitato | non è stato possibile recapitare |
    recapito non riuscito | mancato recapito | non è stato consegnato | impossibile consegnare |
    non può essere consegnato | não pôde ser entregue | não pode ser entregue | nao pode ser enviada |
    nao pode ser entregue | não foi entregue | não foi possível entregar | falha na entrega |
    kon niet worden bezorgd | kan niet worden bezorgd | niet worden afgeleverd | bezorging … mislukt | niet bezorgd |
    kunde inte levereras | kunde inte skickas | kunne ikke leveres | kan ikke leveres | ei voitu toimittaa |
    nie można dostarczyć | nie została dostarczona | nie mogła zostać dostarczona | nelze doručit |
    nebylo možné doručit | nebyla doručena | nem kézbesíthető | nem sikerült kézbesíteni | nu a putut fi livrat |
    teslim edilemedi | iletilemedi | δεν ήταν δυνατή η παράδοση | δεν παραδόθηκε | не может быть доставлен |
    не было доставлено | не доставлено | не удалось доставить | невозможно доставить | не удаётся доставить |
    送信できませんでした | 配信できませんでした | 配信に失敗 | 送信に失敗 | 配信不能 | 配達できませんでした |
    届けられませんでした | 无法发送 | 无法送达 | 投递失败 | 无法投递 | 無法傳送 | 無法送達 | 無法遞送 | 退信 |
    배달되지 | 전달하지 못 | 전송하지 못 | تعذر تسليم | لم يتم تسليم | לא ניתן היה למסור | not been delivered |
    were blocked by | leveransen misslyckades | det gick inte att leverera | leveringen mislyktes |
    levering mislykkedes | toimitus epäonnistui | doručení se nezdařilo | dostarczenie nie powiodło się |
    a kézbesítés sikertelen | livrarea a eșuat | teslim başarısız | η παράδοση απέτυχε | ошибка доставки |
    доставка … не удалась | не вдалося доставити | 传递失败 | 傳遞失敗 | 传送失败 | 배달하지 못 |
    è stato rilevato un errore | wasn't delivered | wurde nicht zugestellt | no se ha entregado |
    n'a pu être remis | foi devolvida | foi devolvido | ha sido devuelto | tidak dapat dikirim | tidak terkirim |
    配送されていません | 配送できません | 반송되었습니다 | n'a pas été distribué | levererades inte | 没有送达 |
    未送达 | 届きませんでした | 送信されませんでした | was rejected because | was rejected by our |
    has been blocked because | was blocked because | was blocked by our
    """,
)
# Words of a notice that nothing is lost yet. Not merely “delayed”, which a person writes too.
DELAYS = Phrases(
    "delayed",
    """
    notification (delay) | is delayed for more | been delayed | message delayed | delayed … hours | delayed mail |
    delayed delivery | delivery is delayed | delivery delay | not yet been delivered | not been delivered yet |
    has not yet been | still being retried | will be retried | will keep trying | will continue to try |
    continue to attempt delivery | delivery attempts will continue | will try again | keep trying to deliver |
    still trying to deliver | this is a warning message only | this is just a warning | need to resend your message |
    warning only | could not send mail for past | could not send message for past | only a temporary failure report |
    transient non-fatal errors | retard de remise | remise retardée | nouvelle tentative |
    tentatives de remise … se poursuiv | n'a pas encore été | n'a pas encore pu | retraso en la entrega |
    entrega retrasada | se ha retrasado | se seguirá intentando | aún no se ha entregado | aún no ha sido entregado |
    encara no s'ha lliurat | encara no s'ha pogut | zustellung verzögert | verzögert sich | wird weiterhin versucht |
    noch nicht zugestellt | verspätete zustellung | recapito ritardato | recapito in ritardo | non è stato ancora |
    non è ancora stato | entrega atrasada | ainda não foi entregue | continuará a tentar | vertraagd |
    nog niet bezorgd | försenad | forsinket | viivästy | opóźnion | zpožděn | késleltet | întârziat | gecikti |
    задержан | задерживается | ещё не доставлен | ещё не было доставлен | еще не доставлен | まだ配送 |
    引き続き配送 | 遅延 | 延迟 | 延遲 |
    지연
    """,
)

# What stands above a letter that is returned in the text of a notice, at the start of a line, behind lines or stars.
MARKS = Phrases(
    "returned",
    """
    this is a copy of | this is the copy of | below this line is | below the next line is | enclosed is a copy |
    attached is a copy | attachment is a copy | here is a copy | here is the copy | below is a copy |
    below is the copy | included is a copy | included below is a copy | the following is a copy |
    copy of the original | copy of your message | copy of the message | original message | the original message |
    your original message | original mail | original e-mail | original email | header of the source |
    the header of the original | header of the original | the headers of the | headers of the original |
    the text of the original | the first part of | the body of | unsent message | message header | message headers |
    message text | message body | message content | returned mail | returned message | undelivered mail |
    undelivered message | start of returned | non-delivered information | a summary of the undelivered |
    possibly truncated original | message follows | en-têtes de message | en-têtes du message | message d'origine |
    message original | ceci est une copie | copie du message | ci-dessous une copie |
    ci-dessous se trouve une copie | voici une copie | mensaje original | copia del mensaje | copia de su mensaje |
    encabezados de mensaje | encabezados del mensaje | debajo de esta l | esta es una copia | missatge original |
    capçaleres del missatge | còpia del missatge | mensagem original | cabeçalhos da mensagem | cópia da mensagem |
    messaggio originale | intestazioni originali | intestazioni del messaggio | copia del messaggio |
    ursprüngliche nachricht | ursprüngliche nachrichtenkopfzeilen | ursprüngliche kopfzeilen | kopfzeilen der |
    kopie der nachricht | kopie ihrer nachricht | originalnachricht | es folgt eine kopie | oorspronkelijk bericht |
    oorspronkelijke berichtkop | berichtkoppen | kopie van het bericht | ursprungliga meddelande |
    ursprungligt meddelande | oprindelige meddelelse | oprindelig meddelelse | opprinnelig melding |
    alkuperäinen viesti | alkuperäisen viestin | oryginalna wiadomość | nagłówki oryginalnej | původní zpráva |
    původní záhlaví | pôvodná správa | eredeti üzenet | mesajul original | özgün ileti | orijinal ileti |
    αρχικό μήνυμα | исходное сообщение | исходные заголовки | оригинальное сообщение | копия сообщения |
    копия письма | копия вашего | вихідне повідомлення | 元のメッセージ | 元のメール | オリジナルメッセージ |
    以下は元 | 附件 | 原始邮件 | 原始郵件 | 原始信件 | 원본 메시지
    """,
)
# What stands just before the address of a recipient.
LABELS = Phrases(
    "recipient",
    """
    recipient | recipients | recipient(s) | recipient address | recipient's address | recipient email address |
    receiver address | addressed to | was addressed | address | addresses | address(es) | user | users | userid |
    mailbox | account | destination | mailing list | delivery to | deliver to | deliver it to | delivered to |
    delivering to | delivering your mail to | undeliverable to | mail to | message to | email to | letter to |
    mail for | message for | mensaje para | mensaje a | correo a | missatge a | message pour | message à |
    courriel à | messaggio a | messaggio per | mensagem para | bericht aan | meddelande till | besked til |
    melding til | viesti | wiadomość do | zpráva pro | сообщение для | письмо для | письмо на адрес | sent to |
    not reach | undeliverable | failed recipients | failed recipient | failed to | failed for | failed | attempts |
    unknown host | smtp | remis à | remettre à | envoyé à | délivré à | delivre a | délivre à | distribué à |
    destinataire | destinataires | adresse | utilisateur | entregar a | entregado a | enviado a | destinatario |
    destinatarios | dirección | usuario | cuenta | lliurar a | lliurat a | adreça | usuari | destinatari |
    recapitare a | consegnare a | consegnato a | all'utente | indirizzo | casella | entregue a | entregue para |
    destinatário | destinatários | endereço | utilizador | usuário | empfänger | empfängeradresse | nachricht an |
    mail an | zustellung an | postfach | benutzer | geadresseerde | geadresseerden | ontvanger | ontvangers |
    bezorgd bij | bezorgen bij | bezorgd aan | mottagare | mottagaren | modtager | modtageren | mottaker |
    mottakeren | vastaanottaja | odbiorca | odbiorcy | adresat | adresata | příjemce | příjemci | címzett |
    destinatarul | destinatarului | alıcı | παραλήπτης | получатель | получателю | получателя | адрес | адресу |
    адреса | адресат | адресату | пользователь | одержувач | 宛先 | 受信者 | アドレス | 收件人 | 收件者 | 地址 |
    发送至 | 发送到 | 받는 사람 | 수신자 | المستلم | הנמען
    """,
)
