"""More than 600 names of people and companies: each must be printed as it was typed, or refused by its character."""

_OLD_FORMS = """
髙橋 一郎|髙田 幸子|髙木 愼一|髙島 彌生|髙野 惠|髙山 國男|髙井 澤子|髙瀨 廣|髙濵 祐子|髙﨑 𠮷邉|日髙 榮|大髙 晉|
岡﨑 眞|山﨑 櫻|長﨑 靜|濵﨑 藏|柴﨑 豐|寺﨑 與一|黑﨑 鐵男|尾﨑 ゑい|川﨑 ゐと|濵田 壽|濵口 禮子|濵野 圓|濱 崇|
渡邊 實|渡邉 萬里|渡辺 德子|渡部 顯|田邊 齊|田邉 齋|田邊 萬|川邊 穰|齋藤 一|齊藤 二|斎藤 三|斉藤 四|齋籐 五|澤田 讓|
澤井 勳|廣澤 勵|黑澤 敎子|宮澤 淸|柳澤 曉|相澤 晴|芹澤 朗|德川 慶|德永 溫|德田 綠|鷗外 森|瀨戸 邦|瀨川 羽|百瀨 凜|
七瀨 祥|槗本 祈|槗爪 祝|𣘺本 福|𣘺口 禎|國井 巢|國分 增|廣瀨 寬|廣田 彥|島﨑 逸|嶋﨑 鄕|桒原 朗|桒田 都|栁田 郞|
栁澤 隆|冨永 類|冨田 賴|冨樫 虛|舘野 侮|舘 僧|巖谷 免|巖﨑 勉|龜田 勤|龜井 卑|瀧澤 喝|瀧本 嘆|龍野 器|櫻井 塀|櫻田 墨|
眞鍋 層|眞田 屮|惠藤 悔|惠美 慨|條 憎|條野 懲|邊見 敏|邊土名 既|萬年 暑|與那嶺 梅|與謝野 海|彌永 渚|彌勒 漢|兒玉 煮|
兒島 爫|圓城寺 琢|圓谷 碑|應地 社|應本 祉|攝津 祈|樫尾 祐|樋󠄀口 祖|靑木 祝|靑山 禍|靏田 禎|鶴󠄀田 穀|鷲尾 突|鷲󠄁見 節|
鯖江 練|鯵坂 縉|鱒渕 繁|鵜飼 署|麴町 者|麵屋 臭|麻󠄁生 艹|麿 艹|黃 著|默 褐|點 視|齒 謁|龝山 謹|龢 賓|蓜島 贈|蓮󠄁見 辶|
埇田 逸|﨏 難|閒 響|塚󠄁本 頻|塚 恵|猪󠄁俣 花|諸 葉|都 薫|益 翔|羽 蓮|神 紬|祥 陽葵|福 湊|靖 結菜|精 樹|逸 凛|飯󠄁田 芽|
館 朝陽|鶴 咲|鄕 結衣|
"""
_PLAIN = """
見本 太郎|見本 花子|山田 太郎|佐藤 健|鈴木 さくら|李|王 芳|金 哲洙|一 一|二階堂 ふみ|勅使河原 蒼|左衛門三郎 次郎|
五百旗頭 真|小鳥遊 ひなた|月見里 葵|四月一日 零|八月一日 夏|栗花落 雨|東海林 太|長宗我部 元|綾小路 麗|武者小路 実|
伊集院 光一|西園寺 公|久保田 利|佐々木 々|野々村 真|々々|ヶ原 ヶ|三ヶ尻 々|四ツ谷 ッ|〆木 〆|〇 〇|ノ瀬 ノ|一ノ瀬 ゝ|
いすゞ ゞ|ヽ ヾ|ゐ ゑ|ヰ ヱ|ヴ ゔ|か゚ き゚|わ゙|山田　太郎|山田太郎|山田  太郎|山 田 太 郎|さいとう たかし|
サイトウ タカシ|ｻｲﾄｳ ﾀｶｼ|山田・スミス 花子|山田(佐藤) 花子|山田（旧姓佐藤）花子|山田 花子(佐藤)|山田－佐藤 花子|
山田=佐藤 花子|山田゠佐藤 花子|山田/佐藤|O'山田|山田“太”郎|①号 太郎|Ⅷ世 太郎|
"""
_IVS = """
葛辻祇邊邉齋斎齊榊樽鯖芦茨鰯淫迂厩噂餌襖迦牙廻恢晦蟹葛鞄釜翰翫徽祇汲灸笈卿饗僅喰櫛屑粂祁隙倦捲牽鍵諺巷梗膏鵠甑
叉榊薩鯖錆鮫餐杓灼酋楯薯藷哨鞘杖蝕訊逗摺撰煎煽穿箭詮噌遡揃遜腿蛸辿樽歎註瀦捗槌鎚辻挺鄭擢溺兎堵屠賭瀞遁謎灘楢禰
牌這秤駁箸叛挽誹樋稗逼謬豹廟瀕斧蔽瞥蔑篇娩鞭庖蓬鱒迄儲餅籾爺鑓愈猷漣煉簾榔屢冤叟咬嘲囀徘扁棘橙狡甕甦疼祟竈筵篝
腱艘芒虔蜃蠅訝靄靱騙鴉
"""
_SELECTORS = "\U000e0100\U000e0101\U000e0100\U000e0102"
_NON_BMP = """
𠮷野 家|𠮷田 茂|𠮷川 英|𠮷岡 里|𠮷村 昭|𠮷井 和|𡈽屋 一|𡈽田 二|𡈽井 三|𡈽肥 四|𠮟 五|𥔎 六|𥔎山 七|山𥔎 八|𦹀 九|
𨨞 十|𩸽 漁|𣘺本 環|大𣘺 巨|石𣘺 湛|𠀋 丈|𡌛 垣|𡑮 培|𡚴 子|𡸴 嵯|𣇄 晴|𣗄 楚|𣜿 樺|𣝣 樹|𣳾 泰|𤟱 獅|𥒎 碓|𥝱 秭|
𥧄 窪|𥶡 籠|𦫿 花|𦹥 藁|𧃴 蘆|𧚄 裕|𨉷 躾|𨏍 轟|𨪙 鉋|𩊱 靫|𩗏 颯|𩙿 飯|𩛰 飴|𩜙 饗|𩝐 餅|𩣆 駒|𩩲 骨|𩷛 鯛|𩸕 鰆|
𩺊 鱧|𩻄 鱚|𩻛 鱰|𩿎 鳶|𪀚 鵤|𪀯 鴫|𪂂 鶫|𪃹 鷭|𪎌 麦|𪐷 墨|𪘂 齶|𪚲 龠|𠂉 舛|𠂢 永|𠆢 傘|𠘨 几|𠙖 処|
"""
_AINU = """
シリコㇿ カムイ|エカㇱ アトゥイ|ペンリウㇰ|トゥリㇷ゚ モㇱㇼ|チカㇷ゚ ミエコ|カムイ ユカㇻ|イランカラㇷ゚テ|
アイヌ イタㇰ|コタン コㇿ|シㇱ リㇺ|ヌプㇽ ペッ|サㇽ ペㇳ|アㇵ イㇶ|ウㇷ エㇸ|オㇹ ㇷ゚|キㇺンカムイ|
ニㇱパ カッケマッ|レㇷ゚ンカムイ|チセ コㇿ カムイ|ホㇿケウ カムイ|シマフクロウ コタンコㇿ|ト゚ペッ セ゚ツ|
ツ゚キ ト゚ー|セ゚タ ツ゚ナ|モシㇼ コㇿ フチ|アペ フチ|ワッカウㇱ カムイ|ハㇱナウ ウㇰ|イワㇾ ニッ|ポㇿ コタン|
ヤㇰ ラㇺ|トマㇽ オㇽ|クンネ チュㇷ゚|トカㇷ゚ チュㇷ゚|ヌイナㇰ|ウエペケㇾ|タㇷ゚カㇻ|リㇺセ|ムックㇼ|トンコㇼ|
"""
_FOREIGN_KANA = """
マリア・デル・カルメン・ロドリゲス|ジャン＝ピエール・デュボワ|グエン・ティ・ミン・カイ|アブドゥッラー・ビン・サイード|
ヴォルフガング・フォン・シュタイン|シュエ・リー|ウィリアム・オヴ・オレンジ|ヨハン・ゼバスティアン|
ファン・ヴァン・ティエン|チャン・ティ・ホン・ニュン|アイシャ・ビント・ムハンマド|エカテリーナ・アレクサーンドロヴナ|
ドゥニャーシャ|クリシュナムールティ|スリ・ワヒュニンシー|リェータ・キンセラ|ティン・マウン・ウィン|パク・ソヨン|
イム・スジョン|ラーマクリシュナン・ヴェンカテーシュワラン|ルシア・フェルナンデス＝ペレス|ジョアン・ドス・サントス|
ンゴジ・オコンジョ|ムトゥ・ゥィリアム|
"""
_LATIN = """
Maximiliane von Hohenstein-Fürst|Jörg Müßig|Ægir Þórsson|Søren Kierkegård|Øystein Åse|Zoë Brontë|François Lefèvre|
Cécile Œuvrard|José Ángel Núñez|João Gonçalves|Mário Açúcar|Łukasz Wiśniewski|Stanisław Błędowski|Żaneta Źrebiec|
Małgorzata Śląska|Grażyna Ćwiklińska|Čeněk Šťastný|Jiří Dvořák|Božena Němcová|Růžena Žďárská|Ľudovít Štúr|Ĺubica Ŕa|
Đorđe Ćirić|Živko Šarčević|Željka Đukić|Ştefan Țepeș|Ioana Rădulescu|Mădălina Șerban|Gheorghe Țîru|İbrahim Şükrü|
Ayşe Gülçin Yıldız|Oğuz Kağan|Ümit Özdemir|Erdős Pál|Győző Szűcs|Kőrösi Csoma Sándor|Ágnes Őry|Ülle Õunapuu|
Jānis Bērziņš|Ģirts Ķīsis|Ļubova Ņikitina|Žydrūnas Čiurlionis|Eglė Šimonytė|Vytautas Ąžuolas|Ūla Įsaitė|
Guðrún Sæmundsdóttir|Siân Llŷr|Seán Ó Súilleabháin|Máire Ní Dhomhnaill|Anaïs Nin|Renée Crème|Noël Dîner|Señor Peña|
Nguyễn Thị Ánh|Trần Đình Hòa|Phạm Hữu Lộc|Lê Thị Thuỳ Dương|Đặng Thị Ngọc Thịnh|Hoàng Xuân Vịnh|Võ Nguyên Giáp|
Bùi Thị Xuân|Đỗ Mười|Ngô Bảo Châu|Phan Thị Kim Phúc|Vũ Trọng Phụng|Hồ Xuân Hương|Lý Thái Tổ|Huỳnh Thúc Kháng|
Tô Hiến Thành|Đoàn Thị Điểm|Quách Thị Trang|Mạc Đăng Dung|O’Brien Siobhan|O'Connor Sinéad|D’Angelo Niccolò|
Jean-Luc d'Aubigné|Smith-Jones III, Jr.|Dr. Wm. A. McIntosh|Ng|O|Xu Li|Zhāng Wěi|Lǐ Nà|Wáng Xiǎomíng|Ōno Yūki|
Satō Kenʼichi|Kūkai Dōgen|Tupac Yupanqui Ñahui|Māori Tāne|Kamehameha Kalākaua|Samoa Tuʻi|Bjørn Åke Ärlig|Håkon Çelik|
Ǧamāl Ḥusayn|Ḥasan al-Baṣrī|ʿAbd al-Raḥmān|Ṣalāḥ ad-Dīn|Śrī Kṛṣṇa|Lakṣmī Nārāyaṇa|
Wolfeschlegelsteinhausenbergerdorff Hubert|María de los Ángeles Fernández-Cortés y Villanueva|Иван Петрович Сидоров|
Ѓорѓи Ќосев|Ђорђе Љубичић|Їжакевич Ґалаґан|Ўладзімір Ёлкін|Ελένη Παπαδοπούλου|Νίκος Καζαντζάκης|Σωκράτης Ώριμος|
MIXED 山田 Taro|Ｔａｒｏ　Ｙａｍａｄａ|山田 Taro Smith|Anna Łęcka 山田|Dvořák 一郎|Čapek 髙橋|
"""
_COMPANIES = """
株式会社架空商事|㈱架空商事|(株)架空商事|（有）見本製作所|有限会社髙﨑鉄工所|合同会社𠮷野|
医療法人社団架空会見本クリニック|学校法人架空学園|社会福祉法人見本の里|一般社団法人日本ハラスメントリスク管理協会|
特定非営利活動法人架空ネットワーク|独立行政法人国立架空研究機構|国立大学法人見本大学|架空県立見本高等学校|
見本市役所市民生活課|株式会社A&Bホールディングス|ABC株式会社|a2z.inc 株式会社|㈱Łódź トレーディング|
株式会社Crème Brûlée|合同会社O’Neill＆パートナーズ|株式会社ヴァーチャル・ヱビス|株式会社カクウ－ミホン|
株式会社「架空」|【見本】株式会社|株式会社架空(大阪支店)|株式会社架空　北海道・東北事業本部　顧客相談室|
架空生活協同組合連合会|見本農業協同組合|架空信用金庫見本町支店|
株式会社架空ヒューマンリソースマネジメントコンサルティングアンドカスタマーサポートサービス|
日本カスタマーハラスメント対策実務者養成推進支援連絡協議会連合会東日本統括事務局|株式会社1％クラブ|株式会社№1|
株式会社℃|株式会社㍿|㈲見本|㈳見本|株式会社♪|株式会社★見本|株式会社～見本～|株式会社…|株式会社“見本”|㏍架空|株式会社Ⅱ|
①②③組合|
"""
_LONG = (
    *("寿限無" * count for count in (4, 8, 13, 20, 40)),
    *("Lopado" + "temachoselacho" * count for count in (2, 4, 8)),
    "じゅげむじゅげむごこうのすりきれかいじゃりすいぎょのすいぎょうまつうんらいまつふうらいまつ",
    "パブロ・ディエゴ・ホセ・フランシスコ・デ・パウラ・フアン・ネポムセーノ・マリア・デ・ロス・レメディオス・クリスピン",
    "Uvuvwevwevwe Onyetenyevwe Ugwemubwem Ossas",
    "Krung Thep Mahanakhon Amon Rattanakosin Mahinthara Ayuthaya Mahadilok Phop Noppharat",
    "左衛門五郎三郎四郎五郎六郎七郎八郎九郎十郎",
    "山田 " + "太" * 60,
    "葛\U000e0100" * 30,
    "𠮷" * 60,
    "ㇷ゚" * 40,
    "Ł" * 90,
    "一 " * 50 + "一",
)
_CANNOT = (
    ("김철수", "김"),
    ("이영희 Lee", "이"),
    ("สมชาย ใจดี", "ส"),
    ("محمد علي", "م"),
    ("דוד כהן", "ד"),
    ("राम कुमार", "रा"),
    ("தமிழ் செல்வன்", "த"),
    ("მიხეილ", "მ"),
    ("Արամ", "Ա"),
    ("አበበ", "አ"),
    ("山田 \U0002ceea郎", "\U0002ceea"),
    ("\U00031350 一", "\U00031350"),
    ("\U00030edd\U00030ede", "\U00030edd"),
    ("山田😀", "😀"),
    ("山田\u200b太郎", "\u200b"),
    ("山田\u202e太郎", "\u202e"),
    ("山田\u00ad太郎", "\u00ad"),
    ("山田\ufeff太郎", "\ufeff"),
    ("山田\u2028太郎", "\u2028"),
    ("山田\t太郎", "\t"),
    ("山田\n太郎", "\n"),
    ("山田\x00", "\x00"),
    ("山田\ue000", "\ue000"),
    ("山田\U000f0000", "\U000f0000"),
    ("鬼\U000e01ef", "鬼\U000e01ef"),
    ("山\u0301", "山\u0301"),
    ("\u3099か", "\u3099"),
    ("ィ\u309a", "ィ\u309a"),
    ("J\u030coe", "J\u030c"),
    ("\ufa19\ufe00", "\ufa19\ufe00"),
)


def _split(block: str) -> tuple[str, ...]:
    return tuple(name for name in block.replace("\n", "").split("|") if name)


NAMES: tuple[str, ...] = (
    *_split(_OLD_FORMS),
    *_split(_PLAIN),
    *(f"{base}{_SELECTORS[place % 4]}木 一" for place, base in enumerate(dict.fromkeys("".join(_IVS.split())))),
    *_split(_NON_BMP),
    *_split(_AINU),
    *_split(_FOREIGN_KANA),
    *_split(_LATIN),
    *_LONG,
)
"""Names of people; a few hold characters that no typeface of ours has."""
COMPANIES: tuple[str, ...] = _split(_COMPANIES)
"""Names that stand where the association's does."""
REFUSED: tuple[tuple[str, str], ...] = _CANNOT
"""Names that must be refused, each with the first character or sequence that cannot be printed."""
