"""What servers say when a letter is refused though its address may be right, in their words: one table to extend."""

from __future__ import annotations

from outreach.core.reading.notices.phrases import Phrases

# First hit first: what says more stands before what says less. “…” stands for anything, but not for much.
REFUSED: tuple[Phrases, ...] = (
    Phrases(
        "mailbox_full",
        """
        mailbox full | mailbox is full | mailbox has exceeded | mailbox exceeded | mailbox exceeds |
        mailbox would exceed | mailbox size limit | mailbox quota | mailbox space | mail box space not enough |
        full mailbox | mailfolder is full | inbox is full | inbox is out of storage | account is full |
        out of storage space | over quota | overquota | over-quota | over the quota | over the allowed quota |
        over the maximum allowed | is over its | is over disk | user is over | quota exceed | quotaexceeded |
        quota full | quota violation | quota usage exceeded | exceeded quota | exceeded the quota |
        exceeding its … quota | exceeding their quota | exceeded their … quota | exceeding receiving limits |
        disk quota | diskquota | exceeded storage | exceeded its storage | storage quota |
        not enough storage space in | does not have enough space | too much mail data | too much mail stored |
        too many messages on the server | exceeded the local limit | space has been used up | e-mail box is full |
        buzón lleno | buzon lleno | buzón … lleno | casilla llena | bústia plena | bústia … plena | boîte pleine |
        boite pleine | boite du destinataire pleine | boîte aux lettres … pleine | boite aux lettres … pleine |
        casella piena | casella … piena | caixa cheia | caixa … cheia | postfach voll | postfach ist voll |
        postfach … überfüllt | postvak vol | mailbox is vol | skrzynka … pełna | ящик переполнен |
        почтовый ящик … переполнен | メールボックスが一杯 | メールボックスがいっぱい | 容量を超え | 邮箱已满 |
        邮箱空间不足 | 郵箱已滿 | 信箱已滿 | 邮箱容量 | 空间已满 | 메일함이 가득 | 용량 초과 | 容量オーバー |
        容量が一杯 | 受信容量 | صندوق البريد ممتلئ | תיבת הדואר מלאה | boîte … est pleine | boite … est pleine |
        quota dépassé | quota depasse | dépassement de quota | espace disque … insuffisant | buzón de correo lleno |
        cuota excedida | ha excedido su cuota | excede la cuota | cuota … superada | quota superata |
        casella di posta piena | spazio esaurito | quota excedida | cota excedida | caixa de correio cheia |
        caixa postal cheia | caixa de entrada … cheia | excedeu a cota | postfach des empfängers ist voll |
        mailbox ist voll | speicherplatz … erschöpft | speicherplatz … überschritten | postfach … voll |
        postbus vol | mailbox vol | brevlådan är full | postkassen er full | indbakken er fuld | postkassen er fuld |
        postilaatikko on täynnä | przekroczony limit | skrzynka jest pełna | schránka je plná | schránka plná |
        překročena kvóta | a postafiók megtelt | postafiók … megtelt | căsuța … plină | posta kutusu dolu |
        kota aşıldı | γραμματοκιβώτιο … πλήρες | превышена квота | превышен … квоты | квота превышена |
        скринька переповнена | dépassé le quota | dépassé son quota | a dépassé … quota | skrzynka … przepełniona |
        schránka … přeplněn | 容量が超過 | 容量を超過 | 容量超過 | saturée | ha superado la cuota |
        buzón … supera | buzón … excede | schránka … plná | boîte … saturée | kotak surat … penuh |
        ha superato la quota | hat ihr kontingent | kontingent … überschritten | ist überfüllt | ist ausgeschöpft
        """,
    ),
    Phrases("not_reached", "delivery temporarily suspended: conn | delivery temporarily suspended: lost conn"),
    Phrases(
        "letter",
        """
        message too big | message too large | message is too big | message is too large | message is too long |
        message length exceeds | message exceeds | message exeeded | message exceeded | message file too big |
        size limit exceeded | size exceeds | exceeds size limit | exceeds maximum |
        exceeded maximum inbound message size | max message size | maximum message size | message size is too large |
        databytes limit | larger than the current system limit | recipsizelimit | sendsizelimit | too big for the |
        message … is larger than | message trop volumineux | nachricht ist zu groß | mensaje demasiado grande |
        messaggio troppo grande | messaggio troppo lungo | mensagem muito grande | mensagem demasiado grande |
        bericht is te groot | meddelandet är för stort | message est trop volumineux | dépasse la taille |
        supera el tamaño | excede el tamaño | tamaño máximo | überschreitet die maximale | nachricht zu groß |
        dimensione massima | сообщение слишком большое | слишком большое письмо | 邮件过大 | サイズが大きすぎ |
        サイズ制限
        """,
    ),
    Phrases(
        "sender",
        """
        relay access denied | relaying denied | relaying not allowed | relaying not permitted | relaying prohibited |
        relay not permitted | relay denied | relay prohibited | unable to relay | not allowed to relay |
        not permitted to relay | not configured to relay | insecure mail relay | open relay | as a relay |
        do not relay | domain isn't in my list of allowed rcpthost | mail server requires authentication when |
        email address is not verified | authentication is required | spf record | spf check | spf fail | spf: |
        sender policy framework | spf validation | dkim | dmarc | unauthenticated email | unauthenticated mail |
        not allowed to send | not authorized to send | not permitted to send from | sender address rejected |
        sender address verification | sender rejected | sender refused | sender denied | sender … rejected |
        sender is spammer | sender is not | sender not pre-approved | sender verify failed | sender verification |
        sender domain | sender's domain | sender invalid | invalid sender | bad sender | domain of sender |
        unroutable sender | unrouteable sender | mailfrom domain | mail from domain |
        envelope sender … does not exist | after mail from: … does not exist | after mail from: … no such domain |
        null sender | empty envelope sender | envelope sender is in my | badsendermx | badmailfrom |
        backscatter protection | emetteur invalide | expéditeur … refusé | absender … abgelehnt |
        sending to/from an address | your email address has been | from address … blacklisted |
        not a registered gateway user | purported responsible address | members-only | non-member | not a member |
        are not member | is not subscribed to | not allowed to post | permission to post | google groups |
        different address or alias using | outgoing mail suspension | mail from not owned | spam reporting address
        """,
    ),
    Phrases(
        "policy",
        """
        blocked using | unwanted messages | weren't sent | blocked by | blocked due | blocked for | blocked because |
        is blocked | has been blocked | was blocked | were blocked | blacklist | black list | block list |
        blocklist | denylist | spamhaus | spamcop | spamassassin | barracudacentral | sorbs | dnsbl | abuseat |
        is listed | are listed | was listed | been listed | currently listed | listed in the | listed in … bl |
        listed at | listed as | listed by | found on … list | considered spam | looks like spam | as spam | is spam |
        spam message | spam content | spam filter | spam-like | spam detected | spam score | spam blocked |
        antispam policy | by antispam | by our antispam | anti-spam | likely spam | suspected spam | suspicious |
        unsolicited | bulk mail | bulk email | reputation | user complaints | too many spam | spamming | phishing |
        policy reasons | policy violation | policy restriction | policy reject | by policy | local policy |
        security policies | security policy | security reasons | reverse dns | reverse hostname | reverse lookup |
        no ptr | ptr record | missing ptr | rdns | client host rejected | client host … rejected |
        helo command rejected | helo … rejected | ip name lookup failed | cannot find your hostname |
        cannot find your reverse | cannot resolve your address | unverifyable sending | bad sender ip | sending ip |
        dynamic ip | not accepting connections | refused to talk to me | virus found | virus detected |
        contains a virus | contains virus | virus scan | anti-virus | contained a virus | virus in | malware |
        infected | banned | illegal attachment | blocked attachment | potential security issue |
        presents a potential | message rejected | message refused | message blocked | message filtered |
        message not accepted | message not allowed | content denied | content filter | content reject |
        content is not | header error | headers are not | duplicate header | not rfc | rfc 5322 | rfc 2822 |
        rfc5322 | rfc2822 | resent-from field | multiple addresses in from | messages with multiple |
        service unavailable; client | open proxy | authrequired | not authenticated to send | notauthorized |
        sendertouserrestriction | mail rejete | mail rejected. | abus detecte | veuillez essayer plus tard |
        not accepted due | unable to accept … from your | protocol violation | administrative prohibition |
        administratively prohibited | go away
        """,
    ),
    Phrases(
        "filtered",
        """
        rejected due to user rules | user refuses to receive | you have been blocked by the recipient |
        recipient preferences | only accepting mail from specific | refuse to receive mail |
        account is protected by | is not accepting any mail | is restricted to | not accepting mail from | spammotel
        """,
    ),
    Phrases(
        "passing",
        """
        greylist | graylist | grey-list | gray-list | grey list | too many recipients | too many connections |
        too many concurrent | too many errors | too many messages | rate limit | rate-limit | ratelimit |
        rate exceeded | receiving mail at a rate | at a rate that | unusual rate | unexpected volume | throttl |
        resources temporarily unavailable | insufficient system | insufficient resources | insufficient disk |
        not enough free space | system load | overload | out of memory | try again later | try later |
        message limit | sent to too many | connection limit
        """,
    ),
)
# What says little, asked only after the code.
VAGUE: tuple[Phrases, ...] = (
    Phrases(
        "not_reached",
        """
        timed out | time out | timeout | connection refused | no route to host | unreachable | not reachable |
        lost connection | connection reset | connection dropped | connection was dropped | connection died |
        connection failed | not responding | did not respond | didn't respond | no answer from host | network error |
        network is | socket error | lookup fail | dns records for the destination | could not connect |
        cannot connect | can't connect | couldn't connect | requests to connect | unable to connect |
        unable to establish | wasn't able to establish | unable to route | unable to resolve | could not find |
        in queue for too long | queue too long | multiple retries | maximum delivery attempts | giving up | expired |
        days | hours | zeitüberschreitung | nicht erreichbar | injoignable | délai
        """,
    ),
    Phrases(
        "passing",
        """
        temporar | deferred | service unavailable | service not available | service currently unavailable |
        try again | busy | resources | greeting failed
        """,
    ),
    Phrases(
        "policy",
        """
        spam | blocked | policy | courrier indésirable | pourriel | correo no deseado | correu brossa | unerwünscht |
        posta indesiderata | ongewenst | bloqué | bloquead | blockiert | bloccat | geblokkeerd | заблокирован |
        спам | 垃圾邮件 | 垃圾郵件 | 迷惑メール | スパム | refusé | rechazad | rebutjat | abgelehnt | rifiutat |
        rejeitad | recusad | geweigerd | odrzucon | odmítnut | отклонен | отклонён | отказано | 拒绝 | 拒否 |
        policies | not authorized | not permitted | not allowed | forbidden | prohibited | refused | denied |
        rejected | not accepted | security
        """,
    ),
    Phrases(
        "address_unknown",
        """
        doesn't exist | doesnt exist | not exist | not found | couldn't be found | unknown | undeliverable address |
        n'existe pas | no existe | não existe | existiert nicht | bestaat niet | не существует | 不存在 |
        introuvable | no encontrad | no se ha encontrado | no s'ha trobat | non trovat | impossibile trovare |
        não encontrad | não foi encontrad | nicht gefunden | niet worden gevonden | niet gevonden | hittades inte |
        hittas inte | ble ikke funnet | blev ikke fundet | kunne ikke findes | ei löydy | ei löytynyt |
        nie znaleziono | nie można odnaleźć | nebyla nalezena | nebyl nalezen | nem található | nu a fost găsit |
        bulunamadı | δεν βρέθηκε | не найден | не удалось найти | не знайдено | 找不到 | 无法找到 | 見つかりません |
        찾을 수 없 | لم يتم العثور | לא נמצא | desconocido | desconegut | inconnu | sconosciut | desconhecid |
        unbekannt | onbekend | неизвестн
        """,
    ),
    Phrases(
        "server_fault",
        """
        system error | internal error | configuration | command died | local delivery failed | lmtp error |
        procmail | maildir | mailer error | syntax | not implemented | protocol error | program
        """,
    ),
)
