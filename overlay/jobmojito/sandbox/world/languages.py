"""The 34 languages of the contract's `mojito_language_code`, with their names and a flag's country."""

from attrs import frozen


@frozen
class Language:
    """A language's English and own name, and the country whose flag stands for it."""

    english: str
    local: str
    country: str


LANGUAGES = {
    "ar": Language("Arabic", "العربية", "SA"),
    "bg": Language("Bulgarian", "Български", "BG"),
    "zh": Language("Chinese", "中文", "CN"),
    "hr": Language("Croatian", "Hrvatski", "HR"),
    "cs": Language("Czech", "Čeština", "CZ"),
    "da": Language("Danish", "Dansk", "DK"),
    "nl": Language("Dutch", "Nederlands", "NL"),
    "en": Language("English", "English", "US"),
    "fil": Language("Filipino", "Filipino", "PH"),
    "fi": Language("Finnish", "Suomi", "FI"),
    "fr": Language("French", "Français", "FR"),
    "de": Language("German", "Deutsch", "DE"),
    "el": Language("Greek", "Ελληνικά", "GR"),
    "hi": Language("Hindi", "हिन्दी", "IN"),
    "hu": Language("Hungarian", "Magyar", "HU"),
    "id": Language("Indonesian", "Bahasa Indonesia", "ID"),
    "it": Language("Italian", "Italiano", "IT"),
    "ja": Language("Japanese", "日本語", "JP"),
    "ko": Language("Korean", "한국어", "KR"),
    "ms": Language("Malay", "Bahasa Melayu", "MY"),
    "no": Language("Norwegian", "Norsk", "NO"),
    "pl": Language("Polish", "Polski", "PL"),
    "pt": Language("Portuguese", "Português", "PT"),
    "br": Language("Portuguese (Brazil)", "Português (Brasil)", "BR"),
    "ro": Language("Romanian", "Română", "RO"),
    "ru": Language("Russian", "Русский", "RU"),
    "sk": Language("Slovak", "Slovenčina", "SK"),
    "es": Language("Spanish", "Español", "ES"),
    "sv": Language("Swedish", "Svenska", "SE"),
    "ta": Language("Tamil", "தமிழ்", "IN"),
    "th": Language("Thai", "ไทย", "TH"),
    "tr": Language("Turkish", "Türkçe", "TR"),
    "uk": Language("Ukrainian", "Українська", "UA"),
    "vi": Language("Vietnamese", "Tiếng Việt", "VN"),
}


def flag_emoji(country: str) -> str:
    """The emoji of a two-letter country: its letters as regional indicators."""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country)
