"""What servers say when an address is dead, in their words: one table to extend."""

from __future__ import annotations

from outreach.core.reading.notice_failure import Phrases

# First hit first: what says more stands before what says less. “…” stands for anything, but not for much.
DEAD: tuple[Phrases, ...] = (
    Phrases(
        "mailbox_closed",
        """
        account is disabled | account disabled | account has been disabled | account that you tried to reach is disabled |
        account has been closed | account closed | account is closed | account has expired | account expired |
        account deactivated | account has been deactivated | account is no longer | account no longer | is a deactivated |
        disabled or discontinued | disabled recipient | has been discontinued | mailbox disabled | mailbox is disabled |
        mailbox has been disabled | mailbox closed | mailbox deleted | address is disabled | address has been disabled |
        address disabled | user disabled | user is disabled | user account is disabled | administratively disabled |
        administrativley disabled | administratively locked | is no longer in use | is no longer used | no longer active |
        no longer available | no longer works | no longer employed | no longer in service | no longer monitored |
        compte désactivé | compte desactive | cuenta desactivada | cuenta deshabilitada | account disattivato |
        conta desativada | konto … deaktiviert | konto gesperrt | учетная запись отключена
        """,
    ),
    Phrases(
        "mailbox_suspended",
        """
        suspended | suspend the service | is frozen | account is locked | account locked | mailbox is locked |
        temporarily locked | temporarily limited | temporarily disabled | is inactive | inactive user | account inactive |
        mailbox unavailable or access denied
        """,
    ),
    Phrases(
        "address_moved",
        """
        has been replaced by | no longer on server | has moved | address changed | address has changed |
        mailbox has moved | user not local; please try
        """,
    ),
    Phrases(
        "not_reached",
        """
        host not found, try again | host not found; try again | temporary lookup failure |
        temporary failure in name resolution | lookup … try again later | malformed or unexpected name server reply |
        hop count | too many hops | mail loop | loops back to myself | routing loop | forwarding loop | message looping |
        could not find a gateway | envelope expired | message expired | delivery time expired | delivery expired |
        retry timeout exceeded | retry time not reached | all hosts … have been failing | all hosts have been failing |
        was not reachable within | could not deliver for the last | not been collected | had no relevant answers
        """,
    ),
    Phrases(
        "accepts_no_mail",
        """
        null mx | nullmx | doesn't receive email | does not receive email | does not receive mail | does not accept mail |
        does not accept email | domain does not accept | host does not accept | does not accept any mail |
        indicated no smtp service | no host found for existing smtp connection | couldn't find a mail exchanger |
        no mx record found | no mx record for | no mx found | no mail exchanger | has no mx | has no mail | no valid mx |
        system not accepting network messages | smtp protocol returned a permanent error |
        not accepting network messages | mail for this domain is not
        """,
    ),
    Phrases(
        "domain_unknown",
        """
        host unknown | unknown host | unknown domain | unknown mail domain | domain unknown | domain name not found |
        domain not found | host not found | host or domain name not found | no such domain | no such host |
        domain does not exist | domain doesn't exist | domain doesnt exist | domain … does not exist | domain must exist |
        domain is not reachable | domain … is a dead domain | domain … not found | domain invalid | invalid domain |
        illegal domain | illegal host/domain | host … not found | host name … not found | host does not exist |
        name or service not known | nodename nor servname | nxdomain | non-existent domain | nonexistent domain |
        non existent domain | non-existent host | point to non-existent hosts | unrouteable address | unroutable address |
        unrouteable mail domain | unroutable domain | host address lookups failed permanently | couldn't find any host |
        could not find any host | mail domain mentioned in email address is unknown | account or domain may not exist |
        bad destination system | bad destination host | cannot find domain | can't find domain | domaine inconnu |
        nom de domaine … introuvable | domaine introuvable | dominio desconocido | dominio no existe |
        dominio no encontrado | domini desconegut | dominio sconosciuto | dominio inesistente | domínio desconhecido |
        domínio não encontrado | domäne unbekannt | domain unbekannt | domein onbekend | домен не найден |
        домен … не существует | 域名不存在 | ドメインが見つかりません
        """,
    ),
    Phrases(
        "address_unknown",
        """
        user unknown | users unknown | unknown user | unknown or invalid user | unknown or illegal | unknown virtual |
        unknown recipient | unknown rcpt | unknown address | unknown mailbox | unknown local | unknown account |
        unknown e-mail | unknown email | userunknown | unknown_user | unknown: user | user is unknown | user … unknown |
        user not found | user not known | user not exist | user not listed | user not active | user not local |
        user does not exist | user doesn't exist | user doesn't have | user … does not exist | user … doesn't have |
        user … was not found | user … not found | user … not listed | user missing | user invalid |
        user's email name is not found | no such user | no such person | no such recipient | no such mailbox |
        no such address | no such email | no such account | no such alias | no such local | no such addressee | no user |
        no mailbox | no mail box | no account | no one at this address | no valid recipient | no recipient |
        no known user | invalid user | invalid recipient | invalid mailbox | invalid address |
        invalid final delivery userid | invalid account | invalid local | invalid-recipient | invalid or unknown |
        bad address | bad recipient | bad-recipient | bad_recipient | bad destination mailbox | bad destination address |
        badrcptto | badrecipientto | validrcptto | addressee unknown | addressee not | address unknown |
        address not found | address not present | address not valid | address does not exist | address doesn't exist |
        address invalid | address is invalid | address is wrong | address is not valid | address is unknown |
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
        rcpt … does not exist | mailbox not found | mailbox not present | mailbox not available | mailbox unavailable |
        mailbox is unavailable | mailbox unavaiable | mailbox unknown | mailbox invalid | mailbox is invalid |
        mailbox does not exist | mailbox doesn't exist | mailbox … does not exist | mailbox … not found |
        account unavailable | account is unavailable | account not found | account unknown | account does not exist |
        account doesn't exist | account … does not exist | account that you tried to reach does not exist |
        email account … does not exist | email address does not exist | non-existent user | nonexistent user |
        non existent user | non-existent mailbox | non-existent address | is not a known user | is not a valid mailbox |
        is not a valid user | is not a valid address | is not a valid recipient | is not an active address |
        is not a registered | is not valid | is not known | not a valid user | not a valid recipient |
        not a valid mailbox | not a known user | not a local address | not our customer | not listed in domino |
        not listed in public name | not in my list of allowed | name directory | can't accept user |
        destination addresses were unknown | destination server rejected recipients | domain or user isn't in my list |
        sorry, user unknown | no longer accepts mail | this spectator | vdeliver: invalid | utilisateur inconnu |
        destinataire inconnu | destinataire … inconnu | destinataire … invalide | adresse inconnue |
        adresse … introuvable | adresse … n'existe pas | usuario desconocido | usuario no existe | usuario inexistente |
        destinatario desconocido | destinatario no existe | no existe ese usuario | no existe dicha persona |
        cuenta no existe | dirección no encontrada | no se ha encontrado la dirección | no s'ha trobat l'adreça |
        adreça no trobada | usuari desconegut | utente sconosciuto | destinatario sconosciuto | nessun utente |
        casella inesistente | indirizzo inesistente | utilizador desconhecido | usuário desconhecido |
        usuario desconhecido | destinatário desconhecido | endereço não encontrado | empfänger unbekannt |
        empfaenger unbekannt | benutzer unbekannt | unbekannter benutzer | unbekannter empfänger |
        unbekannter empfaenger | adresse nicht gefunden | adresse unbekannt | benutzer … existiert nicht |
        onbekende gebruiker | gebruiker onbekend | adres … niet gevonden | adres bestaat niet | användaren finns inte |
        okänd mottagare | ukendt modtager | ukjent mottaker | tuntematon vastaanottaja | nieznany użytkownik |
        nieznany odbiorca | neznámý uživatel | ismeretlen címzett | utilizator necunoscut | bilinmeyen kullanıcı |
        άγνωστος χρήστης | пользователь не найден | нет такого пользователя | адресат неизвестен | адрес … не существует |
        ящик не существует | користувача не знайдено | 該当するユーザ | ユーザーが見つかりません | ディレクトリのリストにありません | ディレクトリには見つかりません |
        アドレスが見つかりません | 收件人不存在 | 用户不存在 | 使用者不存在 | 收件者不存在 | 존재하지 않는 | 수신자를 찾을 수 없
        """,
    ),
)
