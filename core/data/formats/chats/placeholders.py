"""What an app writes in place of a message: `<Media omitted>`, `This message was deleted`, in many languages."""

import re

_DELETED = (
    *(
        "this message was deleted",
        "you deleted this message",
        "this message was deleted by admin[^\\n]{0,40}",
    ),
    *("diese nachricht wurde gelöscht", "du hast diese nachricht gelöscht"),
    *("ce message a été supprimé", "vous avez supprimé ce message", "tu as supprimé ce message"),
    *(
        "se eliminó este mensaje",
        "eliminaste este mensaje",
        "este mensaje fue eliminado",
        "has eliminado este mensaje",
    ),
    *("mensagem apagada", "esta mensagem foi apagada", "você apagou esta mensagem", "apagou esta mensagem"),
    *("questo messaggio è stato eliminato", "hai eliminato questo messaggio"),
    *("dit bericht is verwijderd", "(?:u|je) (?:hebt|heeft) dit bericht verwijderd"),
    *("(?:данное|это) сообщение удалено", "вы удалили (?:данное|это) сообщение"),
    *("ta wiadomość została usunięta", "usunięto tę wiadomość", "bu mesaj silindi", "bu mesajı sildiniz"),
    *(
        "det(?:ta meddelande|ta meddelandet| här meddelandet) raderades",
        "du raderade det(?:ta| här) meddelandet?",
    ),
    *(
        "denne besked blev slettet",
        "du slettede denne besked",
        "denne meldingen ble slettet",
        "du slettet denne meldingen",
    ),
    *(
        "tämä viesti poistettiin",
        "poistit tämän viestin",
        "ezt az üzenetet törölték",
        "törölted ezt az üzenetet",
    ),
    *("tato zpráva byla (?:smazána|odstraněna)", "smazali jste tuto zprávu", "ova poruka je izbrisana"),
    *(
        "acest mesaj a fost șters",
        "ai șters acest mesaj",
        "αυτό το μήνυμα διαγράφηκε",
        "διαγράψατε αυτό το μήνυμα",
    ),
    *(
        "це повідомлення (?:було )?видалено",
        "ви видалили це повідомлення",
        "това съобщение бе(?:ше)? изтрито",
    ),
    *(
        "הודעה זו נמחקה",
        "מחקת הודעה זו",
        "این پیام حذف شده? ?است",
        "tin nhắn này đã bị x(?:óa|oá)",
        "यह (?:मैसेज|संदेश) [^\\n]{0,20}गया",
    ),
    *("pesan ini (?:telah )?dihapus", "anda menghapus pesan ini", "تم حذف هذه الرسالة"),
    *("このメッセージは削除されました", "このメッセージを(?:取り消しました|削除しました)"),
    *(
        "삭제된 메시지입니다",
        "이 메시지를 삭제했습니다",
        "此消息已被?删除",
        "[你您]已删除此消息",
        "此訊息已刪除",
        "[你您]已刪除此訊息",
    ),
)
_CALLS = (
    r"missed (?:voice|video|group)[^\n]{0,30}call[^\n]{0,40}",
    r"(?:voice|video) call, ?[\u200e\u200f]?(?:\d|no answer|answered)[^\n]{0,40}",
    *(r"verpasster (?:\w+-)?(?:sprach|video|gruppen)\w*anruf", "appel (?:vocal|vidéo)(?: de groupe)? manqué"),
    *(
        r"(?:video)?llamada (?:de (?:voz|grupo) )?perdida",
        r"(?:chamada|ligação) de (?:voz|vídeo)[^\n]{0,12} perdida",
    ),
    *("(?:chiamata vocale|videochiamata) persa", "gemiste (?:spraak|video-?)?oproep"),
    *("пропущенный (?:аудио|видео)звонок", "nieodebrane połączenie[^\\n]{0,20}", r"cevapsız \w+ arama"),
    *(
        "(?:音声通話|ビデオ通話)?に?不在着信",
        "부재중 [^\\n]{0,6}(?:전화|통화)",
        "未接(?:语音|視訊|视频|語音)通[话話]",
    ),
)
_THINGS = (
    r"(?:image|video|audio|gif|sticker|document|contact card|(?:view once )?voice message|media)(?: message)? omitted",
    r"(?:bild|video|audio|gif|sticker|dokument|kontaktkarte|sprachnachricht) (?:weg|aus)gelassen",
    r"(?:imagen|imagem|vídeo|video|audio|áudio|gif|sticker|figurinha|documento) (?:omitid|ocultad)[oa]",
    r"(?:image|vidéo|audio|gif|sticker|document) (?:absente?|omise?|retirée?)",
    r"(?:immagine|video|audio|gif|sticker|documento) (?:omess[oa]|non inclus[oa])",
    r"(?:afbeelding|video|audio|gif|sticker|document) weggelaten",
    r"(?:изображение|видео|аудио|стикер|документ) (?:отсутствует|опущено)",
    r"(?:画像|ビデオ|動画|音声|スタンプ|GIF|文書)は含まれていません",
    r"(?:live location shared|live-standort wird geteilt|ubicación en tiempo real compartida)",
    r"(?:location|standort|ubicación|localisation|localização|posizione|locatie):[^\n]{0,300}",
    r"(?:waiting for this message|warte auf diese nachricht|en attente de ce message|esperando este mensaje)[^\n]*",
    r"reacted \S{1,12} to (?:your|a) message|liked a message|null",
    # KakaoTalk's tables have no other sign of these.
    r"(?:사진|동영상|이모티콘)(?: \d{1,3}장)?",
    r"[^\n]{1,80}님(?:이|을|께서)[^\n]{0,80}(?:나갔|들어왔|초대했|내보냈)습니다",
)
_ATTACHED = (
    "file attached|datei angehängt|archivo adjunto|arquivo anexado|ficheiro anexado|fichier joint|file allegato|"
    "bestand bijgevoegd|файл добавлен|załączono plik|dosya ekli|file terlampir|ファイル添付|파일 첨부됨|"
    "文件附件|檔案附件"
)
_FILES = (
    r"[^\n]{0,40}-WA\d{4}\.\w{2,5}(?: [(•][^\n]{0,60})?",
    rf"[^\n]{{1,120}}\.\w{{2,5}} \((?:{_ATTACHED})\)",
    r"<(?:attached|anhang|adjunto|anexado|pièce jointe|allegato|bijgevoegd|вложение|添付ファイル): [^<>\n]{1,200}>",
    r"<(?![@#!/:]|a?:\w)[^<>\n]{2,60}>",  # no more than that: a picture or file, in any language
)
_OMITTED = re.compile(
    rf"[\u200e\u200f\s]*(?:(?:{'|'.join((*_DELETED, *_CALLS, *_THINGS, *_FILES))})[.。]?)[\u200e\u200f\s]*",
    re.IGNORECASE,
)
_POLL = re.compile(
    r"[\u200e\s]*(?:poll|umfrage|sondage|encuesta|enquete|sondaggio|опрос|アンケート):\s*\n", re.IGNORECASE
)
_EDITED = re.compile(
    r"(?:\u200e<[^<>\n]{3,60}>$|<(?:this message was edited|diese nachricht wurde bearbeitet|se editó este mensaje|"
    r"mensagem editada|ce message a été modifié|questo messaggio è stato modificato|dit bericht is bewerkt|"
    r"данное сообщение изменено|このメッセージは編集されました)[.。]?>|\(edited\)$)",
    re.IGNORECASE,
)


def strip_placeholders(text: str) -> str:
    r"""Return a message without what an app wrote in its place or after it; perhaps nothing.

    Example: `"IMG-20240105-WA0001.jpg (file attached)\nThe kettle."` -> `"The kettle."`.
    """
    if _OMITTED.fullmatch(text) or _POLL.match(text):
        return ""
    if "\n" in text:
        text = "\n".join(
            line for line in text.split("\n") if not line.strip() or not _OMITTED.fullmatch(line)
        )
    return _EDITED.sub("", text)
