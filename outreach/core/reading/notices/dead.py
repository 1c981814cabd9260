"""What servers say when an address is dead, in their words: one table to extend."""

from __future__ import annotations

from outreach.core.reading.notices.phrases import Phrases

# First hit first: what says more stands before what says less. “…” stands for anything, but not for much.

# Sentences that speak of a dead address, though words of a refusal stand in them too; asked before refusals.
SURELY_DEAD: tuple[Phrases, ...] = (
    Phrases(
        "domain_unknown",
        """
        account or domain may not exist | does not appear to be registered | domain is not registered |
        domain … parked
        """,
    ),
    Phrases(
        "address_unknown",
        """
        no such user! | recipientnotfound | mailbox not found | user not found | not listed in domino |
        not listed in public name | not listed in the address book |
        not listed in the directory | not listed in this | recipnotfound | recipient not found |
        nicht eingetragen | no aparece en el directorio | no figura en el directorio | nella directory domino |
        absent de l'annuaire | user unknown in virtual | user unknown in local | user unknown in relay |
        user unknown in alias
        """,
    ),
)

DEAD: tuple[Phrases, ...] = (
    Phrases(
        "mailbox_closed",
        """
        account is disabled | account disabled | account has been disabled |
        account that you tried to reach is disabled | account has been closed | account closed | account is closed |
        account has expired | account expired | account deactivated | account has been deactivated |
        account is no longer | account no longer | is a deactivated | disabled or discontinued | disabled recipient |
        has been discontinued | mailbox disabled | mailbox is disabled | mailbox has been disabled | mailbox closed |
        mailbox deleted | address is disabled | address has been disabled | address disabled | user disabled |
        user is disabled | administratively disabled | administrativley disabled | administratively locked |
        is no longer in use | is no longer used | no longer active | no longer available | no longer works |
        no longer employed | no longer in service | no longer monitored | compte désactivé | compte desactive |
        conta … desativada | conta … cancelada | cuenta … desactivada | compte … désactivé | account … disattivato |
        cuenta desactivada | cuenta deshabilitada | account disattivato | conta desativada | konto … deaktiviert |
        konto gesperrt | konto wurde gelöscht | konto wurde deaktiviert | postfach … deaktiviert |
        postfach … gelöscht | existiert nicht mehr | nicht mehr gültig | nicht mehr aktiv | nicht mehr in gebrauch |
        n'est plus valide | n'est plus utilisée | n'est plus active | n'est plus en service | boîte … désactivée |
        boite … desactivee | adresse … désactivée | ya no está activa | ya no está en uso | ya no existe |
        buzón … desactivado | buzón … deshabilitado | usuario … deshabilitado | cuenta … cancelada | ja no existeix |
        ja no està en ús | compte desactivat | bústia … desactivada | casella disattivata | casella … disabilitata |
        non è più attiva | non è più attivo | non esiste più | utente disabilitato | não está mais ativ |
        já não existe | desativado | caixa postal … desativada | is niet meer in gebruik | bestaat niet meer |
        account is uitgeschakeld | används inte längre | brukes ikke lenger | bruges ikke længere |
        ei ole enää käytössä | konto zostało wyłączone | konto wyłączone | skrzynka … zablokowana | již neexistuje |
        учетная запись отключена | учётная запись отключена | ящик отключен | ящик отключён | ящик заблокирован |
        ящик … удалён | ящик … удален | аккаунт заблокирован | 已被停用 | 已停用 | 已注销
        """,
    ),
    Phrases(
        "mailbox_suspended",
        """
        suspended | suspend the service | is frozen | account is locked | account locked | mailbox is locked |
        temporarily locked | temporarily limited | temporarily disabled | is inactive | inactive user |
        account inactive | mailbox unavailable or access denied
        """,
    ),
    Phrases(
        "address_moved",
        """
        has been replaced by | no longer on server | has moved to | user has moved | address changed |
        address has changed | new address is | e-mail address has been changed | mailbox has moved |
        user not local; please try | please update your address book | nouvelle adresse est | a changé d'adresse |
        ha cambiado de dirección | neue adresse lautet | neue e-mail-adresse | nuova casella |
        novo endereço de e-mail
        """,
    ),
    Phrases(
        "not_reached",
        """
        host not found, try again | host not found; try again | temporary lookup failure |
        temporary failure in name resolution | lookup … try again later | hop count | too many hops | mail loop |
        loops back to myself | routing loop | forwarding loop | message looping | could not find a gateway |
        envelope expired | message expired | delivery time expired | delivery expired | retry timeout exceeded |
        retry time not reached | all hosts … have been failing | all hosts have been failing |
        was not reachable within | could not deliver for the last | not been collected | had no relevant answers
        """,
    ),
    Phrases(
        "accepts_no_mail",
        """
        null mx | nullmx | malformed or unexpected name server reply | doesn't receive email |
        does not receive email | does not receive mail | does not accept mail | does not accept email |
        domain does not accept | host does not accept | does not accept any mail | indicated no smtp service |
        no host found for existing smtp connection | couldn't find a mail exchanger | no mx record found |
        no mx record for | no mx found | no mail exchanger | has no mx | has no mail | no valid mx |
        smtp protocol returned a permanent error | not accepting network messages | mail for this domain is not
        """,
    ),
    Phrases(
        "domain_unknown",
        """
        host unknown | unknown host | unknown domain | unknown mail domain | domain unknown | domain name not found |
        domain not found | host not found | no such domain | no such host | domain does not exist |
        domain doesn't exist | domain doesnt exist | domain … does not exist | domain must exist |
        domain is not reachable | domain … is a dead domain | domain … not found | domain invalid | invalid domain |
        illegal domain | illegal host/domain | host … not found | host name … not found | host does not exist |
        name or service not known | nodename nor servname | nxdomain | non-existent domain | nonexistent domain |
        non existent domain | non-existent host | unrouteable address | unroutable address |
        unrouteable mail domain | unroutable domain | host address lookups failed permanently |
        couldn't find any host | could not find any host | mail domain mentioned in email address is unknown |
        account or domain may not exist | bad destination system | bad destination host | cannot find domain |
        can't find domain | domaine inconnu | nom de domaine … introuvable | domaine introuvable |
        dominio desconocido | dominio no existe | dominio no encontrado | domini desconegut | dominio sconosciuto |
        dominio inesistente | domínio desconhecido | domínio não encontrado | domäne unbekannt | domain unbekannt |
        domein onbekend | домен не найден | домен … не существует | домен не существует |
        nazwa domeny … nie istnieje | doména neexistuje | domena nie istnieje | domene … finnes ikke |
        domænet findes ikke | domänen finns inte | dominio inexistente | domaine … n'existe pas |
        domain existiert nicht | domein bestaat niet | el domini no existeix | il dominio … non esiste |
        o domínio não existe | домен … не знайдено | 域名不存在 | 域名解析失败 | 找不到网域 |
        ドメインが見つかりません
        """,
    ),
    Phrases(
        "address_unknown",
        """
        user unknown | users unknown | unknown user | unknown or illegal | unknown virtual | unknown recipient |
        unknown rcpt | unknown address | unknown mailbox | unknown local | unknown account | unknown e-mail |
        unknown email | userunknown | unknown_user | unknown: user | user is unknown | user … unknown |
        user not found | user not known | user not exist | user not listed | user not active | user not local |
        user does not exist | user doesn't exist | user doesn't have | user … does not exist | user … doesn't have |
        user … was not found | user … not found | user … not listed | user missing | user invalid |
        user's email name is not found | no such user | no such person | no such recipient | no such mailbox |
        no such address | no such email | no such account | no such alias | no such local | no user | no mailbox |
        no mail box | no account | no one at this address | no valid recipient | no recipient | no known user |
        invalid user | invalid recipient | invalid receiver | invalid mailbox | invalid address |
        invalid final delivery userid | invalid account | invalid local | invalid-recipient | invalid or unknown |
        bad address | bad recipient | bad-recipient | bad_recipient | bad destination mailbox |
        bad destination address | badrcptto | badrecipientto | validrcptto | addressee unknown | addressee not |
        address unknown | address not found | address not present | address not valid | address does not exist |
        address doesn't exist | address invalid | address is invalid | address is wrong | address is unknown |
        address is no longer valid | address no longer | address couldn't be found | address could not be found |
        address you entered couldn't be found | address … couldn't be found | address … does not exist |
        address rejected. | address rejected: user | address rejected: unknown | address rejected: invalid |
        address rejected: undeliverable address | address rejected: access denied | address rejected: no such |
        address rejected: recipient | recipient unknown | recipient not found | recipient not known |
        recipient not exist | recipient not ok | recipient not local | recipient does not exist |
        recipient doesn't exist | recipient … does not exist | recipient … not found | recipient … wasn't found |
        recipient … couldn't be found | recipient is not local | recipient is not accepted | recipient is unknown |
        recipient is invalid | recipient invalid | recipient name is not recognized | recipient no longer |
        recipients unknown | recipients was undeliverable | recipnotfound | recipient notfound | rejected recipient |
        rcpt … does not exist | mailbox not found | mailbox not present | mailbox not available |
        mailbox unavailable | mailbox is unavailable | mailbox unavaiable | mailbox unknown | mailbox invalid |
        mailbox is invalid | mailbox does not exist | mailbox doesn't exist | mailbox … does not exist |
        mailbox … not found | account unavailable | account is unavailable | account not found | account unknown |
        account does not exist | account doesn't exist | account … does not exist |
        account that you tried to reach does not exist | email account … does not exist | non-existent user |
        nonexistent user | non existent user | non-existent mailbox | non-existent address | is not a valid address |
        is not an active address | is not a registered | is not valid | is not known | not a valid user |
        not a valid recipient | not a valid mailbox | not a known user | not a local address | not our customer |
        not listed in domino | not listed in public name | not in my list of allowed | name directory |
        can't accept user | destination addresses were unknown | domain or user isn't in my list |
        no longer accepts mail | this spectator | vdeliver: invalid | utilisateur inconnu | destinataire inconnu |
        destinataire … inconnu | destinataire … invalide | adresse inconnue | adresse … introuvable |
        adresse … n'existe pas | usuario desconocido | usuario no existe | usuario inexistente |
        destinatario desconocido | destinatario no existe | no existe ese usuario | no existe dicha persona |
        cuenta no existe | cuenta … inexistente | dirección no encontrada | no se ha encontrado la dirección |
        no s'ha trobat l'adreça |
        adreça no trobada | usuari desconegut | utente sconosciuto | destinatario sconosciuto | nessun utente |
        casella inesistente | indirizzo inesistente | utilizador desconhecido | usuário desconhecido |
        usuario desconhecido | destinatário desconhecido | endereço não encontrado | empfänger unbekannt |
        empfaenger unbekannt | benutzer unbekannt | unbekannter benutzer | unbekannter empfänger |
        unbekannter empfaenger | adresse nicht gefunden | adresse unbekannt | benutzer … existiert nicht |
        onbekende gebruiker | gebruiker onbekend | adres … niet gevonden | adres bestaat niet |
        användaren finns inte | okänd mottagare | ukendt modtager | ukjent mottaker | tuntematon vastaanottaja |
        nieznany użytkownik | nieznany odbiorca | neznámý uživatel | ismeretlen címzett | utilizator necunoscut |
        bilinmeyen kullanıcı | άγνωστος χρήστης | пользователь не найден | нет такого пользователя |
        адресат неизвестен | адрес … не существует | ящик не существует | користувача не знайдено | 該当するユーザ |
        ユーザーが見つかりません | ディレクトリのリストにありません | ディレクトリには見つかりません |
        アドレスが見つかりません | 收件人不存在 | 用户不存在 | 使用者不存在 | 收件者不存在 | 존재하지 않는 |
        수신자를 찾을 수 없 | 邮箱不存在 | 帐号不存在 | 账号不存在 | 查無此人 | 查無此帳號 | 用户未找到 |
        用户没找到 | 사용자를 찾을 수 없 | 사용자 없음 | 없는 사용자 | 없는 주소 | pengguna tidak dikenal |
        alamat … tidak ditemukan | pengguna … tidak ditemukan |
        tidak ada pengguna | 宛先アドレスが見つから | メールアドレスが見つから |
        宛先不明 | あて先不明 | ユーザーが存在しません | アドレスは存在しません | l'adresse … est introuvable |
        adresse … est incorrecte | adresse … erronée | adresse … non valide | cette adresse n'existe pas |
        utilisateur … n'existe pas | destinataire introuvable | boîte aux lettres … introuvable | compte inexistant |
        aucun utilisateur | dirección … no existe | dirección … no válida | dirección incorrecta |
        usuario … no existe | no existe el usuario | no existe la cuenta | buzón no encontrado | buzón inexistente |
        la cuenta … no existe | destinatario … no encontrado | adreça … no existeix | usuari no existeix |
        l'usuari … no existeix | destinatari desconegut | bústia inexistent | indirizzo non valido |
        indirizzo … non esiste | indirizzo errato | utente inesistente | l'utente … non esiste |
        casella … inesistente | destinatario inesistente | utente … non trovato | endereço … não existe |
        usuário não encontrado | usuário inexistente | utilizador inexistente | conta inexistente |
        a conta … não existe | caixa postal inexistente | destinatário … não encontrado | destinatário inexistente |
        empfänger … nicht gefunden | empfänger existiert nicht | empfänger … existiert nicht |
        adresse … existiert nicht | adresse … ist ungültig | ungültige adresse | ungültiger empfänger |
        postfach nicht gefunden | postfach existiert nicht | postfach unbekannt | kein solcher benutzer |
        keine mailbox | teilnehmer unbekannt | e-mail-adresse ungültig | benutzer nicht gefunden |
        e-mailadres … bestaat niet | gebruiker bestaat niet | ontvanger onbekend | onbekende ontvanger |
        postbus bestaat niet | mottagaren finns inte | adressen finns inte | mottagaren hittades inte |
        okänd användare | ukjent bruker | mottakeren finnes ikke | ukendt bruger | modtageren findes ikke |
        brugeren findes ikke | adressen findes ikke | käyttäjää ei löydy | vastaanottajaa ei löydy |
        osoitetta ei löydy | użytkownik nieznany | użytkownik nie istnieje | adresat nieznany |
        brak takiego użytkownika | konto nie istnieje | nie ma takiego użytkownika | adres nie istnieje |
        skrzynka nie istnieje | uživatel neexistuje | adresát neexistuje | schránka neexistuje | adresa neexistuje |
        neznámý příjemce | používateľ neexistuje | a címzett nem található | nincs ilyen felhasználó |
        felhasználó nem létezik | utilizatorul nu există | adresa nu există | nepoznat korisnik |
        korisnik ne postoji | neznan uporabnik | kullanıcı bulunamadı | alıcı bulunamadı | geçersiz alıcı |
        ο χρήστης δεν υπάρχει | δεν υπάρχει χρήστης | пользователь … не найден | пользователь не существует |
        неизвестный пользователь | несуществующий адрес | адрес не найден | адресат не найден |
        получатель не найден | нет такого ящика | ящик … не найден | ящик … не существует |
        почтовый ящик … не существует | користувач не існує | невідомий користувач | несъществуващ потребител |
        المستخدم غير موجود | العنوان غير موجود | המשתמש אינו קיים
        """,
    ),
)
