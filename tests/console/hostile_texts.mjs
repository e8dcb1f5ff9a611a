// @ts-check
// Two hundred texts that somebody might send by radio, write into a note or give a zone as its name, each with a mark of its own at its end.

const MARKUP = [
  "<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "</script><svg onload=alert(1)>", "<style>*{display:none}</style>", "<iframe srcdoc='<script>alert(1)</script>'>",
  "' onfocus='alert(1)' autofocus='", "<svg><animate onbegin=alert(1) attributeName=x>", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">", "<a href=javascript:alert(1)>go</a>",
  "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<link rel=stylesheet href=//evil.example>", "<object data=x>", "<embed src=x>", "<form action=//evil.example><input name=q>",
  "<body onload=alert(1)>", "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<marquee onstart=alert(1)>", "<template><img src=x onerror=alert(1)></template>", "<!--", "-->", "<![CDATA[", "]]>",
  "<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;", "<plaintext>", "<title>", "</title>", "</textarea>", "<noscript>", "<svg><use href=\"data:image/svg+xml,x#a\">", "<portal src=x>", "<x-y>", "<input autofocus onfocus=alert(1)>",
  "<button formaction=javascript:alert(1)>", "<table background=javascript:alert(1)>", "<div style=background:url(javascript:alert(1))>", "<svg/onload=alert(1)>", "<IMG SRC=X ONERROR=1>",
];
const ENTITIES = ["&lt;b&gt;&amp;amp;", "&#60;script&#62;", "&#x3c;img&#x3e;", "&nbsp;", "&amp;lt;", "&;", "&", "&copy", "&NewLine;", "&Tab;", "%3Cscript%3E", "\\u003cscript\\u003e", "\\x3cscript\\x3e", "&colon;", "&lpar;", "&#0;", "&#x202e;", "&bogus;", "&quot;", "&apos;"];
const ADDRESSES = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example/x", "https://evil.example/?q=<b>", "blob:x", "file:///etc/passwd", "mailto:x@evil.example?bcc=y", "http://[::1]/", "\\\\evil\\share", "/../../etc/passwd", "../../alerts", "CON.txt", "a/b\\c:d*e?f\"g<h>i|j", "?q=1#x", "#link=bad", "%00", "%2e%2e%2f"];
const TEMPLATES = ["{{7*7}}", "${7*7}", "<%= 7*7 %>", "{% raw %}", "#{7*7}", "[[7*7]]", "{n}", "{name}", "{why}", "%s%n%d", "{0}", "$1", "$&", "$`", "\\1", "`${x}`", "@@x", "{", "}", "__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "true", "[object Object]", "0", "-1"];
const FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "=HYPERLINK(\"http://evil.example\",\"x\")", "=1;2", "\"=1+1\"", "'=1", "＝1+1", "=DDE(\"x\";\"y\";\"z\")", "+cmd|x", "-cmd|x", "@x", "a,b", "a;b", "a\"b", "\"", "''", "x\ty"];
const DIRECTIONS = ["\u202eEVIL\u202c SHIP", "\u202dEVIL", "\u2066EVIL\u2069", "\u2067EVIL", "\u200fEVIL", "\u200eEVIL", "سفينة", "שלום ABC", "\u061cABC", "ABC \u202etxt.exe", "\u2068\u2068\u2068", "\u202a\u202a\u202a\u202a"];
const HIDDEN = ["\u200b\u2060ZERO", "Z\u200dE\u200cRO", "\ufeffBOM", "SO\u00adFT", "\u034fCGJ", "\u180eMVS", "\u3164FILL", "\u115fJAMO", "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306", "Z̷͔͒A̸̡̛L̵̨͝G̶̰͗O̴", "\u{e0041}TAG", "\ufe0fVS", "\u2063SEP", "\ufffeNON", "\uffffNON", "\ufff9ANNO\ufffb"];
const CONTROLS = ["\u0007BEL", "\u001b[31mRED", "a\u0000b", "\u0085NEL", "\u2028LS", "\u2029PS", "a\u0008b", "\u000bVT", "\u000cFF", "\u007fDEL", "\u009bCSI", "a\rb", "a\nb", "\u001bc"];
const SURROGATES = ["\ud800 LONE", "LONE \udfff", "\udc00\ud800", "a\ud83db", "😀🏴\u200d☠️", "👩\u200d👩\u200d👧", "𝕳𝖊𝖑𝖑𝖔", "ＦＵＬＬ", "İıſ", "ﬁ"];
const LONG = ["A".repeat(10_000), "W ".repeat(5000), "<b>".repeat(3000), "\u202e".repeat(2000), "ﷺ".repeat(500), "é".repeat(3000), "-".repeat(400), "/".repeat(400)];

const all = [MARKUP, ENTITIES, ADDRESSES, TEMPLATES, FORMULAS, DIRECTIONS, HIDDEN, CONTROLS, SURROGATES, LONG].flat();
/** The mark of a text, by its number. @param {number} number */
export const markOf = (number) => `~${String(number).padStart(3, "0")}~`;
/** Two hundred of them: the last ten are pairs of others. */
export const HOSTILE = [...all, ...all.slice(0, 200 - all.length).map((text, at) => text + all[all.length - 20 - at])].map((text, number) => text + markOf(number));
