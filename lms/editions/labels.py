"""Japanese words of 教材の版."""

from lms.editions.rules.contents import ChangeKind, Origin
from lms.editions.rules.limits import MAX_FILE_BYTES, MAX_FILES, MAX_UNPACKED_BYTES, MAX_UPLOAD_BYTES
from lms.editions.rules.paths import SUFFIXES
from lms.editions.rules.refusals import Fault, ReleaseRefusal, UploadFault

ORIGINS = {Origin.FILES: "設置されたファイル", Origin.UPLOAD: "アップロード"}
CHANGES = {
    ChangeKind.ADDED: ("追加", "done"),
    ChangeKind.CHANGED: ("変更", "wait"),
    ChangeKind.REMOVED: ("削除", "wrong"),
}

_MEGABYTE = 1024 * 1024

FAULTS = {
    Fault.EMPTY: "ファイルの中身がありません。",
    Fault.TOO_LARGE: f"ファイルが大きすぎます。{MAX_UPLOAD_BYTES // _MEGABYTE}MBまでにしてください。",
    Fault.FILE_TOO_LARGE: f"教材のファイル1つは{MAX_FILE_BYTES // _MEGABYTE}MBまでです。いくつかのファイルに分けてください。",
    Fault.NOT_AN_ARCHIVE: "ZIPとして読めません。作り直してから、もう一度選んでください。",
    Fault.ENCRYPTED: "パスワード付きのファイルは読めません。パスワードを付けずにZIPにしてください。",
    Fault.TOO_MANY_FILES: f"ファイルが多すぎます。{MAX_FILES:,}個までにしてください。",
    Fault.UNPACKS_TOO_LARGE: f"展開すると大きすぎます。合わせて{MAX_UNPACKED_BYTES // _MEGABYTE}MBまでにしてください。",
    Fault.RATIO: "圧縮のしかたが文章のファイルではありません。ファイルを作り直してください。",
    Fault.DAMAGED: "このファイルは壊れているか、読めない方法で圧縮されています。",
    Fault.UNSAFE_NAME: "このファイル名は使えません。記号と「..」を除き、半角の英数字で付けてください。",
    Fault.LINK: "ほかの場所を指すリンクは使えません。ファイルそのものを入れてください。",
    Fault.DOUBLE: "同じ名前のファイルが2つ以上あります。1つにしてください。",
    Fault.TWIN: "「{other}」と、大文字・小文字などだけが違います。どちらかにしてください。",
    Fault.NOT_CONTENT: (
        "教材の版に入れられるのは、facts.yaml、glossary.yaml、manual.yamlと、lessons・exams・scenarios・handoutsフォルダの中だけです。"
    ),
    Fault.SUFFIX: f"使える種類のファイルではありません({'・'.join(SUFFIXES)})。",
    Fault.NOT_UTF8: "UTF-8の文章として読めません。文字コードをUTF-8にして保存し直してください。",
    Fault.NO_PLACE: "この名前のファイルは教材にありません。フォルダごとZIPにしてください。",
    Fault.MANY_PLACES: "同じ名前のファイルが複数の場所にあります({other})。フォルダごとZIPにしてください。",
    Fault.NOT_WHOLE: "ファイル1つだけを、教材の全体にはできません。すべてのファイルをZIPにするか、チェックを外してください。",
    Fault.NOTHING_INSIDE: "ZIPの中にファイルがありません。",
}

REFUSALS = {
    ReleaseRefusal.UNKNOWN: "この教材の版は見つかりません。",
    ReleaseRefusal.ALREADY: "すでに公開中です。公開中の教材は変わっていません。",
    ReleaseRefusal.NO_REASON: "理由を入力してください。公開中の教材は変わっていません。",
    ReleaseRefusal.ERRORS: "直すところがあるため、公開できません。公開中の教材は変わっていません。",
    ReleaseRefusal.NOT_THE_LAST: (
        "この画面を開いた後に、ほかの版が公開されました。公開中の教材との違いを確かめてから、もう一度お試しください。"
    ),
}


def fault_words(fault: UploadFault) -> str:
    """The fault as a Japanese sentence, without the file's name."""
    return FAULTS[fault.fault].format(other=fault.other)
